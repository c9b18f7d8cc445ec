from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kubectl_fluid import __version__
from kubectl_fluid.cli import main as entry
from kubectl_fluid.cli.command import Verb
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.main import VERBS, main, root
from tests.cli.running import run, start


def test_help_goes_to_stdout_and_lists_every_verb_that_is_not_hidden() -> None:
    ran = run("--help")
    assert (ran.status, ran.err) == (0, "")
    assert "Usage: kubectl fluid [flags] COMMAND [flags]" in ran.out
    listed = {name for name in VERBS if re.search(rf"^  {name}  ", ran.out, re.MULTILINE)}
    assert listed == {name for name, verb in VERBS.items() if verb.section}


def test_nothing_asked_is_help() -> None:
    assert run() == run("--help")


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.section])
def test_the_list_of_verbs_says_what_each_verb_says_of_itself(name: str) -> None:
    command = root.get_command(root.make_context("kubectl fluid", ["--version"], resilient_parsing=True), name)
    assert command is not None
    assert command.short_help == VERBS[name].summary


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.section])
def test_each_verb_has_help_with_examples(name: str) -> None:
    ran = run(name, "-h")
    assert ran.status == 0
    assert f"Usage: kubectl fluid {name} [flags]" in ran.out
    assert "\nExamples:\n  # " in ran.out


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.section])
def test_descriptions_of_options_follow_kubectls_conventions(name: str) -> None:
    command = root.get_command(root.make_context("kubectl fluid", ["--version"], resilient_parsing=True), name)
    assert command is not None
    told = [str(parameter.help) for parameter in command.params if isinstance(parameter, click.Option)]
    assert told
    assert [text for text in told if text.endswith(".") or not text[0].isupper()] == []


def test_version() -> None:
    assert run("--version").out == f"kubectl-fluid {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["injct"], "error: kubectl fluid: no such command 'injct', did you mean inject or uninject?"),
        (["--foo"], "error: kubectl fluid: no such option '--foo'"),
        (["completion", "tcsh"], "error: kubectl fluid completion: invalid value for"),
        (["completion"], "error: kubectl fluid completion: missing argument"),
        (["inject", "-o"], "error: kubectl fluid inject: option '-o' requires an argument"),
        (["inject", "--outputt"], "error: kubectl fluid inject: no such option '--outputt'"),
    ],
)
def test_a_wrong_command_line_is_two_lines_and_exit_code_2(arguments: list[str], message: str) -> None:
    ran = run(*arguments)
    first, hint = ran.err.splitlines()
    assert (ran.status, ran.out) == (2, "")
    assert first.startswith(message)
    assert re.fullmatch(r"hint: see 'kubectl fluid.* --help'", hint)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A verb `broken` that does what its argument says."""
    (tmp_path / "broken_verb.py").write_text(
        "import click\n"
        "from kubectl_fluid.cli.command import HelpfulCommand\n"
        "from kubectl_fluid.cli.options import talk_options\n"
        "@click.command(cls=HelpfulCommand)\n"
        "@click.argument('text')\n"
        "@talk_options\n"
        "def broken(text):\n"
        "    raise eval(text)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(entry.VERBS, "broken", Verb("broken_verb", "Other", ""))
    monkeypatch.delitem(sys.modules, "broken_verb", raising=False)


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        ("KeyError('x')", ExitStatus.BUG, "error: this is a bug in kubectl-fluid: KeyError: 'x'"),
        ("ValueError('a\\nb')", ExitStatus.BUG, "error: this is a bug in kubectl-fluid: ValueError: a b"),
        ("KeyboardInterrupt()", ExitStatus.INTERRUPTED, "error: interrupted"),
        ("MemoryError()", ExitStatus.FAILED, "error: memory: there is not enough of it"),
        ("RecursionError('deep')", ExitStatus.BUG, "error: this is a bug in kubectl-fluid: RecursionError: deep"),
        (
            "OSError(28, 'No space left on device')",
            ExitStatus.FAILED,
            "error: input and output: no space left on device",
        ),
        ("PermissionError(13, 'Permission denied', 'x')", ExitStatus.FAILED, "error: x: permission denied"),
    ],
)
def test_every_error_ends_in_one_sentence_and_its_exit_code(error: str, status: int, said: str) -> None:
    ran = run("broken", error)
    assert ran.status == status
    assert ran.err.splitlines()[0] == said
    assert "Traceback" not in ran.err


@pytest.mark.usefixtures("broken")
def test_a_broken_pipe_is_silent() -> None:
    ran = run("broken", "BrokenPipeError()")
    assert (ran.status, ran.err) == (1, "")


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("arguments", [["--traceback", "broken"], ["broken", "--traceback"]])
def test_the_traceback_comes_when_it_is_asked_for(arguments: list[str]) -> None:
    ran = run(*arguments, "KeyError('x')")
    assert "Traceback (most recent call last)" in ran.err
    assert ran.err.splitlines()[-2:] == [
        "error: this is a bug in kubectl-fluid: KeyError: 'x'",
        "hint: run it again with --traceback and report what it prints",
    ]


def test_colours_are_chosen_before_or_behind_the_verb() -> None:
    assert run("--color=always", "completion", "tcsh").err.startswith("\x1b[31merror:\x1b[0m")
    assert run("completion", "--color=always", "tcsh").err.startswith("\x1b[31merror:\x1b[0m")


def test_a_closed_stdout_is_an_error_and_no_traceback() -> None:
    command = f"{sys.executable} -m kubectl_fluid --version >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"error: standard output: it is closed\n")


def test_a_full_disk_is_an_error_and_no_traceback() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kubectl_fluid", "--help"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"error: standard output: no space left on device\n")


def test_a_reader_that_goes_away_is_met_with_silence() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stdout:
        done = subprocess.run(
            [sys.executable, "-m", "kubectl_fluid", "--help"], stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_it_runs_as_a_module() -> None:
    assert start("--version").out == f"kubectl-fluid {__version__}\n"


def test_help_is_fast_because_no_verb_is_imported() -> None:
    code = (
        "import sys; from kubectl_fluid.cli.environment import Environment; from kubectl_fluid.cli.main import main;"
        "main(Environment(arguments=['--help']));"
        "print([name for name in sys.modules if name in sys.argv[1].split()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, " ".join(verb.module for verb in VERBS.values())],
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"[]\n"


def test_main_returns_a_plain_number() -> None:
    assert type(main(Environment(arguments=["--version"]))) is int
