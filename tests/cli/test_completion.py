from __future__ import annotations

import os
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from kubectl_fluid.cli.completion import SCRIPTS
from kubectl_fluid.cli.main import VERBS
from tests.cli.running import run
from tests.support import ROOT, unavailable

VISIBLE = [*(name for name, verb in VERBS.items() if verb.section), ":4"]


def complete(*words: str) -> list[str]:
    ran = run("__complete", "--", *words)
    assert (ran.status, ran.err) == (0, "")
    return [line.partition("\t")[0] for line in ran.out.splitlines()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["inj"], ["inject", ":4"]),
        ([""], VISIBLE),
        (["completion", "k"], ["kubectl", ":4"]),
        (["inject", "-o", "js"], ["json", ":4"]),
        (["inject", "--prof"], ["--profile", ":4"]),
        (["inject", "-f", "jo"], [":0"]),
        (["inject", "jo"], [":0"]),
        (["nothing", ""], VISIBLE),
    ],
)
def test_what_may_follow(words: list[str], found: list[str]) -> None:
    assert complete(*words) == found


def test_verbs_come_with_their_summary() -> None:
    assert "inject\tPut Fluid's FUSE sidecar into Pods and Pod templates" in run("__complete", "--", "inj").out


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_script_is_printed(shell: str) -> None:
    ran = run("completion", shell)
    assert (ran.status, ran.err) == (0, "")
    assert "kubectl-fluid __complete " in ran.out


def installed(folder: Path) -> dict[str, str]:
    """A PATH on which `kubectl-fluid` is this program."""
    program = folder / "kubectl-fluid"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m kubectl_fluid "$@"\n')
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_take_the_script(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        unavailable(f"{shell} is not installed") if shell == "bash" else pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(run("completion", shell).out)
    subprocess.run([shell, "-n", str(script)], check=True)


def test_bash_completes(tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        unavailable("bash is not installed")
    (tmp_path / "script").write_text(run("completion", "bash").out)
    code = "source script; COMP_WORDS=(kubectl-fluid inject --pro); COMP_CWORD=2; _kubectl_fluid; echo ${COMPREPLY[@]}"
    done = subprocess.run(["bash", "-c", code], cwd=tmp_path, env=installed(tmp_path), capture_output=True, check=True)
    assert done.stdout == b"--profile\n"


def test_a_shell_that_cannot_hand_on_an_empty_word_says_that_there_is_one() -> None:
    ran = run("__complete", "--empty", "--", "completion")
    assert ran.out.split() == [*SCRIPTS, ":4"]


def test_pip_installs_the_program_that_kubectl_asks(tmp_path: Path) -> None:
    """Whether it is there in this environment hangs on how it was made; so by what setup.cfg says."""
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    scripts = dict(
        line.split(" = ") for line in settings["options.entry_points"]["console_scripts"].split("\n") if line
    )
    module, _, function = scripts["kubectl_complete-fluid"].partition(":")
    program = tmp_path / "kubectl_complete-fluid"
    program.write_text(f"#!{sys.executable}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n")
    program.chmod(0o755)
    done = subprocess.run([program, "unin"], capture_output=True, check=True, text=True)
    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == ["uninject", ":4"]


def test_kubectl_completes(tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        unavailable("kubectl is not installed")
    script = tmp_path / "kubectl_complete-fluid"
    script.write_text(run("completion", "kubectl").out)
    script.chmod(0o755)
    done = subprocess.run(
        ["kubectl", "__complete", "fluid", "unin"], env=installed(tmp_path), capture_output=True, check=True, text=True
    )
    assert done.stdout.splitlines()[0].startswith("uninject\t")


def test_kubectl_runs_the_plugin(tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        unavailable("kubectl is not installed")
    done = subprocess.run(
        ["kubectl", "fluid", "inject", "--nonsense"], env=installed(tmp_path), capture_output=True, check=False
    )
    assert done.returncode == 2
