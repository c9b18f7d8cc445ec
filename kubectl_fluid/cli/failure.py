"""From an exception to `error: what: why`, `hint: cure` and an exit code."""

from __future__ import annotations

import click

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable, system_reason
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.manifests.errors import ManifestError


def report(error: BaseException, environment: Environment) -> ExitStatus:
    """Say what went wrong on stderr; the traceback only when `--traceback` asked for it."""
    if isinstance(error, BrokenPipeError):
        environment.abandon_stdout()
        return ExitStatus.FAILED
    status, message, hint = explain(error)
    if status is ExitStatus.INTERRUPTED:
        environment.ignore_interrupts()
    if environment.traceback:
        import traceback

        environment.say("".join(traceback.format_exception(error)).rstrip())
    say_error(environment, message, hint)
    return status


class DocumentBug(Exception):
    """Something unexpected happened, at a document that can be named; the cause is the exception itself."""

    def __init__(self, error: BaseException, place: str) -> None:
        super().__init__(f"{place}: {_named(error)}")


def placed(error: Exception, place: str) -> Exception:
    """The exception to raise for one that came up while the document at `place` was worked on.

    It is the same one unless it is a bug.
    """
    return DocumentBug(error, place) if explain(error)[0] is ExitStatus.BUG else error


def say_error(environment: Environment, message: str, hint: str = "") -> None:
    """The two lines that every error has."""
    environment.say(f"{environment.style('error:', 'red')} {printable(message)}")
    if hint:
        environment.say(f"{environment.style('hint:', 'cyan')} {printable(hint)}")


def explain(error: BaseException) -> tuple[ExitStatus, str, str]:
    """Exit code, message and hint of an exception."""
    if isinstance(error, click.UsageError):
        return ExitStatus.USAGE, _usage_message(error), _usage_hint(error)
    if isinstance(error, CommandError):
        return error.status, str(error), error.hint
    if isinstance(error, ManifestError):
        return ExitStatus.FAILED, str(error), cure(error)
    if isinstance(error, ClusterError):
        return ExitStatus.UNREACHABLE, str(error), error.hint
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return ExitStatus.INTERRUPTED, "interrupted", ""
    if isinstance(error, OSError):
        return ExitStatus.FAILED, f"{error.filename or 'input and output'}: {system_reason(error)}", ""
    if isinstance(error, MemoryError):
        return ExitStatus.FAILED, "memory: there is not enough of it", "give fewer or smaller documents at once"
    what = str(error) if isinstance(error, DocumentBug) else _named(error)
    hint = "run it again with --traceback and report what it prints"
    return ExitStatus.BUG, f"this is a bug in kubectl-fluid: {what}", hint


def cure(error: CommandError | ManifestError) -> str:
    """The hint of an error; two objects in one document are what a missing `---` makes of them."""
    if isinstance(error, ManifestError) and error.column == 1 and error.message.startswith(_TWO_OBJECTS):
        return "put `---` on a line of its own between the two objects (or the outputs of two commands)"
    return error.hint


_TWO_OBJECTS = tuple(f"the key '{key}' stands twice" for key in ("apiVersion", "kind"))


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {_one_line(str(error))}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _usage_message(error: click.UsageError) -> str:
    """Click's sentence without its capital and its full stop, behind the command that it is about."""
    sentence = _one_line(error.format_message()).removesuffix(".")
    if sentence[1:2].islower():  # MOUNT_ROOT keeps its capitals
        sentence = sentence[:1].lower() + sentence[1:]
    return f"{error.ctx.command_path}: {sentence}" if error.ctx else sentence


def _usage_hint(error: click.UsageError) -> str:
    return f"see '{error.ctx.command_path} --help'" if error.ctx else ""
