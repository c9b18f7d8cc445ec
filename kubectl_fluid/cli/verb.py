"""What `inject` and `uninject` share: from options to inputs, through the passes, to an exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import click

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import Input, collect
from kubectl_fluid.cli.output import SINKS, InPlaceSink, Sink
from kubectl_fluid.cli.passes import run
from kubectl_fluid.cli.report import Report
from kubectl_fluid.cli.result import Result
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.manifests.parse import Document

Edit = Callable[[Document], Result]


class Request(NamedTuple):
    """The options of a verb that reads and writes manifests; see `options`."""

    files: Sequence[str]
    filenames: Sequence[str]
    recursive: bool
    kustomize: str | None
    output: str | None
    in_place: bool
    keep_going: bool
    quiet: bool
    verbose: bool

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Request:
        """The members of this class among click's options. Raises click.UsageError for what does not go together."""
        request = cls(**{name: options[name] for name in cls._fields})
        if not (request.files or request.filenames or request.kustomize):
            raise _usage("no input: give files or folders, - for stdin, or -k DIR")
        if request.in_place and request.output is not None:
            raise _usage("--in-place prints nothing, so it does not go with -o")
        return request


def process(
    request: Request,
    environment: Environment,
    prepare: Callable[[list[Input]], Edit],
    words: dict[Outcome, str] | None = None,
) -> ExitStatus:
    """Send every document through what `prepare` makes of the inputs, and write all results or none."""
    names = [*request.filenames, *request.files]
    inputs = collect(names, recursive=request.recursive, kustomize=request.kustomize, environment=environment)
    report = Report(environment, quiet=request.quiet, verbose=request.verbose)
    if words is not None:
        report.words = words
    sink = _sink(request, inputs, environment)
    run(inputs, prepare(inputs), sink, report)
    written = not report.failed or request.keep_going
    if written:
        sink.finish()
        for note in sink.notes():
            report.note(f"note: {note}")
    report.summary(_fate(sink, written), written=written)
    return ExitStatus.FAILED if report.failed else ExitStatus.OK


def _sink(request: Request, inputs: list[Input], environment: Environment) -> Sink:
    if not request.in_place:
        return SINKS[request.output or "yaml"](environment)
    for source in inputs:
        if source.replay is not None:
            raise _usage(f"--in-place writes files, and {source.source} is none")
    return InPlaceSink(environment)


def _fate(sink: Sink, written: bool) -> str:
    if not written:
        return "; nothing was written"
    if isinstance(sink, InPlaceSink):
        number = len(sink.files)
        return f"; {number} file{'' if number == 1 else 's'} written"
    return ""


def _usage(sentence: str) -> click.UsageError:
    return click.UsageError(sentence, click.get_current_context(silent=True))
