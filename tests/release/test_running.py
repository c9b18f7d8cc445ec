"""The unpacked archive of this machine does its work, whoever calls it from wherever, with each Python that is here."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from release.platforms import MINORS
from tests.cli.running import run
from tests.release.spying import Spied, spy
from tests.support import ROOT

pytestmark = [pytest.mark.release, pytest.mark.timeout(120)]

JOB, CLUSTER = ROOT / "examples" / "job.yaml", ROOT / "examples" / "cluster.yaml"
INJECT = ("inject", "-f", str(JOB), "--objects", str(CLUSTER), "--local")
NOBODY = 65534


def python_of(minor: int, pythons: dict[int, Path]) -> Path:
    """The Python of a minor; which ones a run has tried is said by those that it skipped, also in CI."""
    if minor not in pythons:
        pytest.skip(f"there is no Python 3.{minor} on this machine")
    return pythons[minor]


def wanted() -> str:
    ran = run(*INJECT)
    assert (ran.status, ran.err.splitlines()[-1]) == (0, "1 injected")
    return ran.out


def contents(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Everything in a folder: digest, mode and time of each file, names of folders."""
    return {
        str(it): (hashlib.sha256(it.read_bytes()).hexdigest(), it.stat().st_mode, it.stat().st_mtime_ns)
        if it.is_file()
        else ("folder", it.stat().st_mode, 0)
        for it in folder.rglob("*")
    }


@pytest.fixture(scope="module")
def untouched(tree: Path) -> dict[str, tuple[str, int, int]]:
    return contents(tree)


@pytest.mark.parametrize("minor", MINORS, ids="3.{}".format)
def test_the_main_job_is_done_by_nobody_with_an_empty_environment(
    minor: int, tree: Path, pythons: dict[int, Path], tmp_path: Path
) -> None:
    """A tree that cannot be written, another HOME, no variables, no rights, and somebody else's click in every place
    where Python looks for a user's packages."""
    python = python_of(minor, pythons)
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(0o755)
    poisoned = tmp_path / "home" / ".local" / "lib" / f"python3.{minor}" / "site-packages"
    for folder in (poisoned / "click", tmp_path / "click"):
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("raise SystemExit('somebody else has taken over')")
    files = [tmp_path / "job.yaml", tmp_path / "cluster.yaml"]
    for target, source in zip(files, (JOB, CLUSTER), strict=True):
        target.write_text(source.read_text())
    command = [*rights(python), "env", "-i", f"HOME={tmp_path / 'home'}", f"PYTHONPATH={tmp_path}"]
    command += [f"KUBECTL_FLUID_PYTHON={python}", str(tree / "kubectl-fluid")]
    command += ["inject", "-f", str(files[0]), "--objects", str(files[1]), "--local"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, wanted()), done.stderr


def rights(python: Path) -> list[str]:
    """What makes root nobody. It may still look into the folder of a Python that is its owner's alone (pyenv's, mostly
    root's): it has that right and no other, in particular none to write."""
    if os.geteuid() != 0:
        return []
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    if any(not it.stat().st_mode & 0o001 for it in python.resolve().parents):
        command += ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
    return command


@pytest.mark.parametrize("minor", MINORS, ids="3.{}".format)
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(INJECT, id="inject"),
        pytest.param(("validate", str(JOB), str(CLUSTER)), id="validate"),
        pytest.param(("status", "--kubeconfig", "/dev/null"), id="status"),
        pytest.param(("version", "--server", "--kubeconfig", "KUBECONFIG"), id="server"),
    ],
)
def test_what_is_loaded_stands_in_the_archive_or_the_standard_library_and_is_compiled(
    minor: int,
    words: tuple[str, ...],
    tree: Path,
    untouched: dict[str, tuple[str, int, int]],
    pythons: dict[int, Path],
    tmp_path: Path,
) -> None:
    """And nothing is written, not even by root, whom a folder's mode does not stop."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(CONFIG))
    words = tuple(str(kubeconfig) if it == "KUBECONFIG" else it for it in words)
    spied = spy(tree, python_of(minor, pythons), list(words), tmp_path)
    assert contents(tree) == untouched
    assert spied.status in (0, 4), spied.err
    assert spied.strangers(tree) == []
    assert spied.uncompiled(tree) == []


#: A server that refuses connections, with all kinds of credentials.
CONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "here",
    "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
    "clusters": [{"name": "here", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "me", "user": {"token": "secret"}}],
}


def test_at_least_one_python_is_of_a_kind_that_has_native_modules(
    tree: Path, pythons: dict[int, Path], tmp_path: Path
) -> None:
    assert pythons
    for python in pythons.values():
        spied = spy(tree, python, list(INJECT), tmp_path)
        assert any(Path(it).name == "_yaml.so" for it in spied.files), spied.files


@pytest.mark.parametrize("how", ["as it comes", "without native modules"])
def test_other_schemas_are_read_with_and_without_native_modules(
    how: str, writable: Path, pythons: dict[int, Path], tmp_path: Path
) -> None:
    """`jsonschema` stands on rpds-py, for which there is something slower of our own."""
    if how != "as it comes":
        subprocess.run(["rm", "-r", writable / "native"], check=True)
    schema = tmp_path / "widget.json"
    schema.write_text(json.dumps(WIDGET))
    manifest = tmp_path / "widget.yaml"
    manifest.write_text("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: large}\n")
    words = ["validate", "--schema-location", str(schema), str(manifest)]
    spied = spy(writable, next(iter(pythons.values())), words, tmp_path)
    ran = run(*words)
    assert (spied.status, spied.out) == (ran.status, ran.out) == (1, ran.out), spied.err
    assert "widget.yaml:4:" in ran.out
    assert "jsonschema" in spied.modules
    assert any(Path(it).name == "rpds.so" for it in spied.files) is (how == "as it comes")


WIDGET = {
    "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Widget"}],
    "type": "object",
    "properties": {
        "spec": {"properties": {"size": {"oneOf": [{"$ref": "#/$defs/number"}, {"type": "boolean"}]}}},
    },
    "$defs": {"number": {"type": "integer"}},
}


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_further_processes_come_up_too(method: str, tree: Path, pythons: dict[int, Path], tmp_path: Path) -> None:
    """macOS and Windows spawn them: they begin with the launcher again, and must not run the program twice."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.yaml").write_text(JOB.read_text())
    words = ["validate", "-j", "2", str(folder), str(CLUSTER)]
    spied: Spied = spy(tree, next(iter(pythons.values())), words, tmp_path, start=method)
    ran = run(*words)
    assert (spied.status, spied.out, spied.err.splitlines()[-1:]) == (ran.status, ran.out, ran.err.splitlines()[-1:])


def test_the_archive_starts_as_fast_as_a_console_script(tree: Path, pythons: dict[int, Path], tmp_path: Path) -> None:
    """Processor time of interleaved runs, the least of each, since others use this machine too."""
    from tests.release.timing import least

    minor = sys.version_info[1]
    if minor not in pythons:
        pytest.skip(f"no bytecode for the Python that runs the tests, 3.{minor}")
    script = Path(sys.executable).parent / "kubectl-fluid"
    if not script.exists():
        pytest.skip("this environment has no console script kubectl-fluid")
    link = tmp_path / "kubectl-fluid"
    link.symlink_to(tree / "kubectl-fluid")
    variables = {"PATH": os.environ["PATH"], "KUBECTL_FLUID_PYTHON": sys.executable}
    venv, archive = least([[str(script), "--version"], [str(link), "--version"]], variables)
    assert archive <= 1.3 * venv, f"{archive * 1e3:.1f} ms and {venv * 1e3:.1f} ms"
