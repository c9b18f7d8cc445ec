"""`version` says what runs here, what it goes by, and what a cluster has."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from kubectl_fluid import __version__
from kubectl_fluid.validation.schema.files import kubernetes_minors
from tests.cli.running import run, start


def told(*words: str | Path, **variables: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("version", "-o", "json", *words, variables=variables).out)
    return found


def program(folder: Path, says: str) -> Path:
    folder.mkdir()
    path = folder / "kubectl-fluid"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def test_it_names_itself_its_schemas_and_its_python() -> None:
    found = told()
    assert found["version"] == __version__
    assert found["schemas"]["fluid"] == "a826600a"
    assert found["schemas"]["kubernetes"] == [f"1.{it}" for it in kubernetes_minors()]
    assert found["python"] == {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
    }
    assert "server" not in found


def test_a_line_for_each_fact_is_for_people() -> None:
    ran = run("version", variables={"PATH": ""})
    assert (ran.status, ran.err) == (0, "")
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == [
        *("kubectl-fluid", "path", "schemas", "python", "packages", "on PATH")
    ]
    assert ran.out.splitlines()[0].split() == ["kubectl-fluid:", __version__]
    assert "no kubectl-fluid: kubectl does not know this plugin" in ran.out


def test_the_path_is_the_file_that_was_started() -> None:
    ran = start("version", "-o", "json")
    assert Path(json.loads(ran.out)["path"]).parts[-2:] == ("kubectl_fluid", "__main__.py")


def test_other_programs_of_its_name_are_shown_in_the_order_of_path(tmp_path: Path) -> None:
    first, second = program(tmp_path / "a", "kubectl-fluid 0.0.1"), program(tmp_path / "b", "\x1b[31mred")
    path = os.pathsep.join(str(it.parent) for it in (first, second))
    assert [(it["path"], it["thisProgram"], it["says"]) for it in told(PATH=path)["onPath"]] == [
        (str(first), False, "kubectl-fluid 0.0.1"),
        (str(second), False, "\x1b[31mred"),
    ]
    lines = run("version", variables={"PATH": path}).out.splitlines()
    assert lines[-2].endswith(f"{first} (kubectl-fluid 0.0.1)")
    assert lines[-1].endswith(rf"{second} (\x1b[31mred, hidden by the first)")


class Handler(BaseHTTPRequestHandler):
    answers: dict[str, tuple[int, Any]]

    def do_GET(self) -> None:
        missing = {"kind": "Status", "reason": "NotFound", "code": 404}
        status, value = self.answers.get(self.path.partition("?")[0], (404, missing))
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def deployment(image: str) -> dict[str, Any]:
    return {
        "metadata": {"name": "x", "namespace": "fluid-system", "labels": {"control-plane": "dataset-controller"}},
        "spec": {"template": {"spec": {"containers": [{"image": image}]}}},
    }


def listing(*items: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "DeploymentList", "metadata": {"resourceVersion": "1"}, "items": list(items)}


DEPLOYMENTS = "/apis/apps/v1/deployments"
FORBIDDEN = (403, {"kind": "Status", "reason": "Forbidden", "code": 403, "details": {"kind": "deployments"}})


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Iterator[Path]:
    """Of a server that answers what stands in `Handler.answers`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Handler.answers = {"/version": (200, {"gitVersion": "v1.33.2"})}
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        path = tmp_path / "kubeconfig"
        config = {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
            "users": [{"name": "u", "user": {}}],
        }
        path.write_text(json.dumps(config))
        yield path
        server.shutdown()


def test_a_server_tells_its_version_and_that_of_its_fluid(kubeconfig: Path) -> None:
    Handler.answers[DEPLOYMENTS] = (200, listing(deployment("registry:5000/dataset-controller:v1.0.8")))
    ran = run("version", "--server", "--kubeconfig", kubeconfig)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines()[-2].endswith(", Kubernetes v1.33.2")
    assert ran.out.splitlines()[-1].split() == ["server's", "Fluid:", "v1.0.8"]
    assert told("--server", "--kubeconfig", kubeconfig)["server"]["fluid"] == ["v1.0.8"]


def test_a_server_without_fluid_is_no_error(kubeconfig: Path) -> None:
    Handler.answers[DEPLOYMENTS] = (200, listing())
    ran = run("version", "--server", "--kubeconfig", kubeconfig)
    assert (ran.status, ran.out.splitlines()[-1].split(maxsplit=2)[2]) == (0, "not installed")


def test_what_may_not_be_read_is_said_and_is_exit_code_4(kubeconfig: Path) -> None:
    Handler.answers |= {DEPLOYMENTS: FORBIDDEN, "/apis/apps/v1/namespaces/fluid-system/deployments": FORBIDDEN}
    ran = run("version", "--server", "--kubeconfig", kubeconfig)
    assert ran.status == 4
    assert ran.out.splitlines()[0].split() == ["kubectl-fluid:", __version__]
    assert ran.out.splitlines()[-2].endswith("Kubernetes v1.33.2")
    assert "deployments" in ran.out.splitlines()[-1]


def test_a_server_that_does_not_answer_is_exit_code_4(tmp_path: Path) -> None:
    ran = run("version", "--server", "--kubeconfig", tmp_path / "none")
    assert ran.status == 4
    assert ran.out.splitlines()[-1].startswith("server:")
