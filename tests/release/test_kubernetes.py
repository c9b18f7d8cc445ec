"""An archive carries `kubernetes` 35, an installation by pip has the newest: the program runs with both."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from tests.cli.test_cluster import PLURALS
from tests.cli.world import JOB, OBJECTS, write
from tests.support import ROOT

pytestmark = [pytest.mark.release, pytest.mark.timeout(60)]
HOWS = ["archive", "this environment"]


def command(how: str, tree: Path) -> list[str]:
    return [str(tree / "kubectl-fluid")] if how == "archive" else [sys.executable, "-m", "kubectl_fluid"]


def started(how: str, tree: Path, *words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    variables = {"KUBECTL_FLUID_PYTHON": sys.executable, "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    variables |= {"PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
    whole = [*command(how, tree), *map(str, words)]
    return subprocess.run(whole, env=variables, cwd=folder, capture_output=True, text=True, check=False)


def test_the_versions_differ(tree: Path, tmp_path: Path) -> None:
    """Else the tests below would say the same thing twice."""
    said = json.loads(started("archive", tree, "version", "-o", "json", folder=tmp_path).stdout)
    assert said["packages"]["kubernetes"] == "35.0.0"
    assert int(metadata.version("kubernetes").partition(".")[0]) > 35


CREDENTIALS: dict[str, tuple[dict[str, Any], str]] = {
    "token": ({"token": "abc"}, "Bearer abc"),
    "password": ({"username": "me", "password": "secret"}, "Basic bWU6c2VjcmV0"),
    "plugin": (
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin", "interactiveMode": "Never"}},
        "Bearer abc",
    ),
}
CREDENTIAL = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "abc"}}


@pytest.fixture
def server() -> Iterator[Guarded]:
    with Guarded() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Guarded(ThreadingHTTPServer):
    """An API server that has the objects of `world`, and gives them to who sends the right header."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.wanted = ""
        self.refused = 0
        self.objects = {
            f"/{PLURALS[it['kind']].format('default')}/{it['metadata']['name']}": it
            for it in yaml.safe_load_all(OBJECTS)
        }


class Handler(BaseHTTPRequestHandler):
    server: Guarded

    def do_GET(self) -> None:
        allowed = self.headers.get("Authorization") == self.server.wanted
        self.server.refused += not allowed
        found = self.server.objects.get(self.path.partition("?")[0])
        status = 401 if not allowed else 200 if found else 404
        failure = {"kind": "Status", "status": "Failure", "code": status, "reason": "NotFound", "details": {}}
        body = json.dumps(found if status == 200 else failure).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("kind", CREDENTIALS)
def test_the_cluster_of_a_kubeconfig_is_asked(how: str, kind: str, tree: Path, server: Guarded, tmp_path: Path) -> None:
    folder = write(tmp_path, job=JOB)
    plugin = folder / "plugin"
    plugin.write_text(f"#!/bin/sh\necho '{json.dumps(CREDENTIAL)}'\n")
    plugin.chmod(0o755)
    user, server.wanted = CREDENTIALS[kind]
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me", "namespace": "default"}}],
        "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
        "users": [{"name": "me", "user": user}],
    }
    (folder / "config").write_text(json.dumps(config))
    done = started(how, tree, "inject", "-f", "job.yaml", "--kubeconfig", "config", folder=folder)
    assert (done.returncode, server.refused) == (0, 0), done.stderr
    assert "fluid-fuse-jfs" in done.stdout
