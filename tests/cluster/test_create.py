"""What `kubectl fluid create` says about the Secret, typed against a real API server."""

from __future__ import annotations

import base64
import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cluster.control_plane import ControlPlane

pytestmark = pytest.mark.cluster

OPTIONS = ("--mount", "juicefs:///", "--edition", "cloud", "--secret", "jfs-secret", "--dry-run=client", "-o")


def make_as_told(api_server: ControlPlane, namespace: str, folder: Path, token: str) -> None:
    """Follow the lines that `create dataset` prints, with this token."""
    (folder / "jfs-secret.env").write_text(f"token={token}\naccess-key=a\nsecret-key=s\n")
    command = run("create", "dataset", "demo", *OPTIONS, "name", "-n", namespace).err.splitlines()[-1]
    path = os.pathsep.join([str(api_server.programs["kubectl"].parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(folder), "KUBECONFIG": str(api_server.kubeconfig)}
    subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, env=environment, check=True)


def secret(api_server: ControlPlane, namespace: str) -> dict[str, str]:
    done = api_server.kubectl("get", "secret", "jfs-secret", "-n", namespace, "-o", "json")
    value = json.loads(done.stdout)
    assert "last-applied" not in shlex.quote(json.dumps(value["metadata"])), "values in an annotation"
    return {key: base64.b64decode(text).decode() for key, text in value["data"].items()}


def test_the_secret_is_made_and_made_anew_as_it_is_told(
    api_server: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    api_server.kubectl("create", "secret", "generic", "jfs-secret", "--from-literal=token=old", "-n", namespace)
    for token in ("first", "second"):
        make_as_told(api_server, namespace, tmp_path, token)
        assert secret(api_server, namespace) == {"token": token, "access-key": "a", "secret-key": "s"}


def test_applying_the_printed_skeleton_leaves_the_values_alone(
    api_server: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    make_as_told(api_server, namespace, tmp_path, "first")
    printed = run("create", "dataset", "demo", *OPTIONS, "yaml", "-n", namespace).out
    applied = api_server.kubectl("apply", "-f", "-", stdin=printed)
    assert applied.returncode == 0, applied.stderr
    done = api_server.kubectl("get", "secret", "jfs-secret", "-n", namespace, "-o", "json")
    assert set(json.loads(done.stdout)["data"]) == {"token", "access-key", "secret-key"}
