from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.binaries import KUBERNETES, Missing, cache_folder, find, obtain
from tests.cluster.build import build
from tests.support import ROOT

#: Stands for Go: writes what it is asked to build, after it has told that it was asked.
FAKE_GO = """\
#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in
    "build "*) while [ "$1" != -o ]; do shift; done; echo built > "$2"; /bin/chmod +x "$2" ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any of our programs; `bin` is its PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    return tmp_path


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def silent(_: str) -> None:
    pass


def test_the_assets_folder_comes_before_path_and_path_before_the_cache(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find("etcd") is None
    cached = program(cache_folder() / "etcd")
    assert find("etcd") == cached
    in_path = program(machine / "bin" / "etcd")
    assert find("etcd") == in_path
    chosen = program(machine / "assets" / "etcd")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(machine / "assets"))
    assert find("etcd") == chosen


def test_the_cache_is_kept_by_version(machine: Path) -> None:
    assert cache_folder().is_relative_to(machine / "cache" / "kubectl-fluid")
    assert KUBERNETES in cache_folder().name


@pytest.mark.usefixtures("machine")
def test_without_the_program_and_without_go_the_reason_is_told() -> None:
    with pytest.raises(Missing, match=r"kube-apiserver is neither in KUBEBUILDER_ASSETS .* there is no Go"):
        obtain("kube-apiserver", silent)


def test_a_failed_build_says_what_go_said_and_leaves_nothing(machine: Path) -> None:
    program(machine / "bin" / "go", "#!/bin/sh\necho no network >&2\nexit 1\n")
    with pytest.raises(Missing, match=r"(?s)mod init control-plane` failed:\nno network"):
        obtain("etcd", silent)
    assert [it.name for it in cache_folder().iterdir()] == [".lock"]


def test_two_runs_at_once_build_a_program_once(machine: Path) -> None:
    log = machine / "log"
    program(machine / "bin" / "go", FAKE_GO)
    program(machine / "bin" / "nice", '#!/bin/sh\nshift 2\n"$@"\n')
    code = "from tests.cluster.binaries import obtain; print(obtain('etcd', lambda _: None))"
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "LOG": str(log)}, stdout=-1, text=True
        )
        for _ in range(2)
    ]
    assert {run.communicate()[0] for run in runs} == {f"{cache_folder() / 'etcd'}\n"}
    assert sum(line.startswith("build ") for line in log.read_text().splitlines()) == 1


def test_what_a_killed_build_left_is_cleared_away(machine: Path) -> None:
    program(machine / "bin" / "go", "#!/bin/sh\nexit 1\n")
    left = cache_folder() / "build-123"
    left.mkdir(parents=True)
    with pytest.raises(Missing):
        build("etcd", cache_folder(), silent)
    assert not left.exists()


@pytest.mark.parametrize(
    ("ci", "status", "line"),
    [
        pytest.param("false", 0, "1 skipped", id="skipped on a developer's machine"),
        pytest.param("true", 1, "1 error", id="failed in CI"),
    ],
)
def test_without_programs_a_cluster_test_is_named_and_its_reason_told(
    machine: Path, ci: str, status: int, line: str
) -> None:
    test = "tests/cluster/test_control_plane.py::test_the_api_server_is_ready"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test]
    environment = {**os.environ, "CI": ci, "PATH": str(machine / "bin")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout
    assert line in done.stdout
    assert "there is no Go to build it with" in done.stdout
