"""This machine: the programs on PATH."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kubectl_fluid import __version__
from kubectl_fluid.doctor.local import checks
from kubectl_fluid.doctor.machine import look
from kubectl_fluid.doctor.model import Check, Verdict

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")


def program(folder: Path, name: str = "kubectl-fluid", says: str = "kubectl-fluid 0.0.1", mode: int = 0o755) -> Path:
    """A program that answers so."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(mode)
    return folder


def ours(folder: Path) -> Path:
    """The script that pip writes."""
    folder.mkdir(exist_ok=True)
    path = folder / "kubectl-fluid"
    path.write_text(f"#!{sys.executable}\nimport sys\nfrom kubectl_fluid.cli.main import main\nsys.exit(main())\n")
    path.chmod(0o755)
    return folder


def judged(*folders: Path) -> dict[str, Check]:
    return {it.name: it for it in checks(look({"PATH": os.pathsep.join(map(str, folders))}))}


def test_the_versions_are_told(tmp_path: Path) -> None:
    made = judged(tmp_path)["python"]
    assert made.verdict is OK
    assert made.message.startswith(f"kubectl-fluid {__version__} on Python {sys.version_info.major}.")
    assert "kubernetes " in made.message


def test_a_plugin_that_kubectl_does_not_find(tmp_path: Path) -> None:
    assert judged(tmp_path)["plugin"].message.startswith("no kubectl-fluid is on PATH")
    assert judged(program(tmp_path / "a", mode=0o644))["plugin"].message.startswith("no kubectl-fluid is on PATH")
    (tmp_path / "b" / "kubectl-fluid").mkdir(parents=True)
    assert judged(tmp_path / "b")["plugin"].verdict is WARNING


def test_the_plugin_that_runs(tmp_path: Path) -> None:
    made = judged(ours(tmp_path / "a"))["plugin"]
    assert (made.verdict, made.message) == (OK, f"kubectl starts {tmp_path}/a/kubectl-fluid, which is this program")


def test_the_program_of_an_archive_has_its_library_below_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubectl_fluid.__file__", str(tmp_path / "store" / "lib" / "kubectl_fluid" / "__init__.py"))
    program(tmp_path / "store")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "kubectl-fluid").symlink_to(tmp_path / "store" / "kubectl-fluid")
    assert judged(tmp_path / "bin")["plugin"].verdict is OK


def test_another_one_that_comes_first(tmp_path: Path) -> None:
    made = judged(program(tmp_path / "a"), ours(tmp_path / "b"))["plugin"]
    assert made.verdict is WARNING
    assert "(kubectl-fluid 0.0.1), which is not the program that runs here" in made.message
    assert made.details == (
        f"{tmp_path}/a/kubectl-fluid: kubectl-fluid 0.0.1",
        f"{tmp_path}/b/kubectl-fluid: this program",
    )


def test_others_that_are_hidden(tmp_path: Path) -> None:
    made = judged(ours(tmp_path / "a"), program(tmp_path / "b"), program(tmp_path / "c"))["plugin"]
    assert (made.verdict, "which hides 2 others on PATH" in made.message) == (WARNING, True)


def test_one_file_that_is_found_twice_is_one(tmp_path: Path) -> None:
    ours(tmp_path / "a")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert judged(tmp_path / "a", tmp_path / "b", tmp_path / "a")["plugin"].verdict is OK


@pytest.mark.parametrize("text", ["exit 1", "exec sleep 60", "\\000\\377\\n"], ids=["fails", "hangs", "is no text"])
def test_one_that_does_not_tell_its_version(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubectl_fluid.doctor.machine._PATIENCE", 0.3)
    program(tmp_path / "a").joinpath("kubectl-fluid").write_text(f"#!/bin/sh\n{text}\n")
    made = judged(tmp_path / "a", ours(tmp_path / "b"))["plugin"]
    assert made.details[0].endswith("it does not tell its version")


def test_what_another_one_says_is_one_short_line(tmp_path: Path) -> None:
    made = judged(program(tmp_path / "a", says="x" * 5000 + "\nand more"))["plugin"]
    assert len(made.details or made.message) < 400


def test_without_kubectl_some_verbs_do_not_work(tmp_path: Path) -> None:
    assert judged(tmp_path)["kubectl"].verdict is WARNING
    assert judged(program(tmp_path / "a", "kubectl"))["kubectl"].message == f"kubectl is {tmp_path}/a/kubectl"
