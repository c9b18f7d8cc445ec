"""An archive speaks TLS to a real API server, with `kubernetes` 35 as it carries it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.conftest import api_server  # noqa: F401 - a fixture, under the name by which tests ask for it
from tests.cluster.control_plane import ControlPlane

pytestmark = [pytest.mark.release, pytest.mark.cluster, pytest.mark.timeout(60)]


def started(tree: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    variables = {"KUBECTL_FLUID_PYTHON": sys.executable, "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    command = [str(tree / "kubectl-fluid"), *map(str, words)]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_version_and_status_come_from_a_real_server(tree: Path, api_server: ControlPlane) -> None:  # noqa: F811
    done = started(tree, "version", "--server", "-o", "json", "--kubeconfig", api_server.kubeconfig)
    assert done.returncode == 0, done.stdout + done.stderr
    server = json.loads(done.stdout)["server"]
    assert (server["kubernetes"][:3], server["fluid"], server["error"]) == ("v1.", [], "")
    done = started(tree, "status", "-A", "-o", "json", "--kubeconfig", api_server.kubeconfig)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
