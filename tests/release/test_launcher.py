"""The launcher for Unix: which Python it takes, from where it is called, and what it says where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.support import unavailable

pytestmark = [pytest.mark.release, pytest.mark.timeout(60)]

OLD = ("3.9", "3.8", "3.7", "3.6")


def started(*command: str | Path, folder: Path | None = None, **variables: str) -> tuple[int, str, str]:
    done = subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def version() -> str:
    return run("--version").out


def folder_with(folder: Path, **programs: Path) -> str:
    """A PATH of one folder, whose name has a space."""
    path = folder / "bin of mine"
    path.mkdir(exist_ok=True)
    for name, program in programs.items():
        (path / name.replace("_", ".")).symlink_to(program)
    return str(path)


def this_python() -> Path:
    return Path(sys.executable)


def old_python() -> Path:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [it for minor in OLD for it in root.glob(f"versions/{minor}.*/bin/python3")]
    found += [Path(it) for minor in OLD if (it := shutil.which(f"python{minor}"))]
    working = [it for it in found if subprocess.run([it, "-c", ""], capture_output=True, check=False).returncode == 0]
    if not working:
        pytest.skip("this machine has no Python before 3.10")
    return working[0]


def test_it_is_found_through_links_of_links_from_anywhere(tree: Path, tmp_path: Path, version: str) -> None:
    """krew's `bin/kubectl-fluid` is a link; here to a link that is relative, in folders with spaces."""
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "link").symlink_to(os.path.relpath(tree / "kubectl-fluid", tmp_path / "a b"))
    (tmp_path / "kubectl-fluid").symlink_to("a b/link")
    path = folder_with(tmp_path, python3=this_python())
    places: list[tuple[str | Path, Path | None]] = [
        (tmp_path / "kubectl-fluid", None),
        ("./kubectl-fluid", tmp_path),
        ("../kubectl-fluid", tmp_path / "a b"),
    ]
    for command, folder in places:
        assert started(command, "--version", folder=folder, PATH=path) == (0, version, "")


def test_a_shell_finds_it_on_the_path(tree: Path, tmp_path: Path, version: str) -> None:
    path = folder_with(tmp_path, python3=this_python(), **{"kubectl-fluid": tree / "kubectl-fluid"})
    assert started("/bin/sh", "-c", "kubectl-fluid --version", PATH=path) == (0, version, "")


def test_arguments_arrive_as_they_were_given(tree: Path, tmp_path: Path) -> None:
    path = folder_with(tmp_path, python3=this_python())
    status, out, err = started(tree / "kubectl-fluid", "inject", "-f", "a  b'$HOME\"*", "--local", PATH=path)
    assert (status, out) == (1, "")
    assert "a  b'$HOME\"*" in err


@pytest.mark.parametrize("minor", [10, 14])
def test_a_python_with_its_minor_in_its_name_will_do(minor: int, tree: Path, tmp_path: Path, version: str) -> None:
    path = folder_with(tmp_path, **{f"python3_{minor}": this_python()})
    assert started(tree / "kubectl-fluid", "--version", PATH=path) == (0, version, "")


def test_a_variable_names_another_python(tree: Path, tmp_path: Path, version: str) -> None:
    words = (tree / "kubectl-fluid", "--version")
    assert started(*words, PATH=str(tmp_path), KUBECTL_FLUID_PYTHON=sys.executable) == (0, version, "")


def test_a_variable_that_names_none_is_no_reason_to_take_another_one(tree: Path, tmp_path: Path) -> None:
    path = folder_with(tmp_path, python3=this_python())
    status, out, err = started(tree / "kubectl-fluid", PATH=path, KUBECTL_FLUID_PYTHON="/nowhere/python3")
    assert (status, out, err.count("\n")) == (127, "", 1)
    assert "/nowhere/python3" in err


def test_no_python_is_one_sentence(tree: Path, tmp_path: Path) -> None:
    sentence = "error: kubectl-fluid needs Python 3.10 or newer, and there is no python3 on the PATH\n"
    assert started(tree / "kubectl-fluid", "--version", PATH=str(tmp_path)) == (127, "", sentence)


def test_an_old_python_is_one_sentence(tree: Path, tmp_path: Path) -> None:
    path = folder_with(tmp_path, python3=old_python())
    status, out, err = started(tree / "kubectl-fluid", "--version", PATH=path)
    assert (status, out, err.count("\n")) == (127, "", 1)
    assert err.startswith("error: kubectl-fluid needs Python 3.10 or newer, and ")
    assert ".".join(map(str, sys.version_info[:2])) not in err


def test_an_old_python_gives_way_to_a_newer_one(tree: Path, tmp_path: Path, version: str) -> None:
    path = folder_with(tmp_path, python3=old_python(), python3_12=this_python())
    assert started(tree / "kubectl-fluid", "--version", PATH=path) == (0, version, "")


def test_kubectl_completes_through_it(tree: Path, tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        unavailable("kubectl is not installed")
    path = folder_with(tmp_path, python3=this_python(), **{"kubectl-fluid": tree / "kubectl-fluid"})
    script = Path(path) / "kubectl_complete-fluid"
    script.write_text(run("completion", "kubectl").out)
    script.chmod(0o755)
    status, out, _ = started(kubectl, "__complete", "fluid", "unin", PATH=path, HOME=str(tmp_path))
    assert (status, out.splitlines()[0].partition("\t")[0]) == (0, "uninject")


def test_help_calls_it_as_kubectl_does(tree: Path, tmp_path: Path) -> None:
    path = folder_with(tmp_path, python3=this_python())
    assert started(tree / "kubectl-fluid", PATH=path)[1].startswith("Usage: kubectl fluid ")
