"""The cluster is asked when the input and `--objects` do not answer; here it is a server of this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from tests.cli.running import Ran, run
from tests.cli.world import JOB, OBJECTS, PLAIN, write

PLURALS = {
    "Dataset": "apis/data.fluid.io/v1alpha1/namespaces/{}/datasets",
    "JuiceFSRuntime": "apis/data.fluid.io/v1alpha1/namespaces/{}/juicefsruntimes",
    "PersistentVolume": "api/v1/persistentvolumes",
    "PersistentVolumeClaim": "api/v1/namespaces/{}/persistentvolumeclaims",
    "DaemonSet": "apis/apps/v1/namespaces/{}/daemonsets",
}


class Server:
    """An API server that knows how to get objects, and remembers what it was asked."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.status = 200
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, self.headers.get("Impersonate-User")))
                found = server.objects.get(self.path.partition("?")[0])
                status = server.status if server.status != 200 else 200 if found else 404
                reasons = {404: "NotFound", 403: "Forbidden", 500: "InternalError"}
                failure = {"kind": "Status", "status": "Failure", "code": status, "message": "no"}
                failure |= {
                    "reason": reasons.get(status),
                    "details": {"name": self.path.rpartition("/")[2], "kind": "x"},
                }
                body = json.dumps(found if status == 200 else failure).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True

    def hold(self, text: str, namespace: str) -> None:
        """Take objects; those with a namespace go to that one."""
        for value in yaml.safe_load_all(text.replace("default", namespace)):
            path = PLURALS[value["kind"]].format(namespace)
            self.objects[f"/{path}/{value['metadata']['name']}"] = value


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, job=JOB, plain=PLAIN)


def kubeconfig(folder: Path, port: int, namespace: str = "team") -> Path:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": namespace}}],
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {}}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


def inject(folder: Path, server: Server, *arguments: str) -> Ran:
    return run("inject", "--kubeconfig", kubeconfig(folder, server.http.server_port), *arguments)


def test_claims_come_from_the_cluster_in_the_namespace_of_the_context(folder: Path, server: Server) -> None:
    server.hold(OBJECTS, "team")
    ran = inject(folder, server, "job.yaml")
    assert (ran.status, ran.err.splitlines()[-1]) == (0, "1 injected")
    assert "fluid-fuse-jfs" in ran.out


def test_the_namespace_of_the_command_line_counts_more(folder: Path, server: Server) -> None:
    server.hold(OBJECTS, "other")
    assert inject(folder, server, "-n", "other", "job.yaml").status == 0


def test_nobody_is_asked_when_nothing_asks_for_injection(folder: Path, server: Server) -> None:
    assert inject(folder, server, "plain.yaml").status == 0
    assert server.asked == []


def test_nobody_is_asked_when_the_files_answer(folder: Path, server: Server) -> None:
    (folder / "objects.yaml").write_text(OBJECTS.replace("default", "team"))
    assert inject(folder, server, "--objects", "objects.yaml", "job.yaml").status == 0
    assert server.asked == []


def test_local_forbids_to_ask(folder: Path, server: Server) -> None:
    ran = inject(folder, server, "--local", "job.yaml")
    assert (ran.status, server.asked) == (1, [])
    assert "default/jfs does not exist" in ran.err


def test_requests_are_made_as_somebody_else(folder: Path, server: Server) -> None:
    server.hold(OBJECTS, "team")
    assert inject(folder, server, "--as", "jane", "job.yaml").status == 0
    assert {user for _, user in server.asked} == {"jane"}


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_cluster_that_does_not_answer_is_exit_code_4(folder: Path, server: Server, status: int) -> None:
    server.status = status
    ran = inject(folder, server, "--keep-going", "job.yaml")
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err


def test_a_cluster_that_is_not_there_is_exit_code_4(folder: Path, server: Server) -> None:
    server.http.server_close()
    ran = inject(folder, server, "job.yaml")
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.startswith("error: ")


def test_without_any_cluster_the_hint_is_to_give_objects(folder: Path) -> None:
    ran = run("inject", folder / "job.yaml", variables={"HOME": str(folder)})
    assert (ran.status, ran.out) == (4, "")
    assert "--objects" in ran.err.splitlines()[-1]


def test_reviews_ask_the_cluster_too(folder: Path, server: Server) -> None:
    server.hold(OBJECTS, "team")
    pod = yaml.safe_load(JOB)["spec"]["template"]
    review = {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {"uid": "u", "namespace": "team", "object": pod},
    }
    config = kubeconfig(folder, server.http.server_port)
    ran = run("review", "--kubeconfig", config, "-f", "-", stdin=json.dumps(review))
    assert (ran.status, "patch" in json.loads(ran.out)["response"]) == (0, True)


@pytest.mark.timeout(30)
def test_a_real_process_uses_the_kubeconfig_of_its_environment(folder: Path, server: Server) -> None:
    server.hold(OBJECTS, "team")
    done = subprocess.run(
        [sys.executable, "-m", "kubectl_fluid", "inject", "job.yaml"],
        env={**os.environ, "KUBECONFIG": str(kubeconfig(folder, server.http.server_port))},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, "fluid-fuse-jfs" in done.stdout) == (0, True), done.stderr


def test_without_any_cluster_the_given_objects_are_all_there_is(tmp_path: Path) -> None:
    job = JOB.replace("claimName: jfs", "claimName: nowhere")
    folder = write(tmp_path, job=job)
    variables = {"HOME": str(tmp_path), "KUBECONFIG": ""}
    done = run("inject", folder / "job.yaml", "--objects", folder / "objects.yaml", variables=variables)
    assert done.status == 1
    assert "nowhere does not exist" in done.err
