"""`kubectl fluid webhook serve` as a process: its start, its end, and what is wrong with a command line."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.catalog import apiserver, world
from tests.cli.running import run
from tests.cluster.certificates import Authority
from tests.webhook import fakeapi
from tests.webhook.serving import JSON, pod, review, write_certificate


@dataclass
class Process:
    """A server. `lines` are those of its log so far (JSON)."""

    running: subprocess.Popen[bytes]
    folder: Path
    port: int

    def connect(self) -> http.client.HTTPSConnection:
        tls = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=tls, timeout=8)

    def get(self, path: str) -> int:
        with contextlib.closing(self.connect()) as connection:
            connection.request("GET", path)
            return connection.getresponse().status


@contextlib.contextmanager
def started(folder: Path, *arguments: str, **variables: str) -> Iterator[Process]:
    write_certificate(folder, Authority())
    command = [sys.executable, "-m", "kubectl_fluid", "webhook", "serve", "--host", "127.0.0.1", "--port", "0"]
    command += ["--cert-dir", str(folder), "--log-format", "json", *arguments]
    environment = {**os.environ, "HOME": "/nonexistent", **variables}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as running:
        try:
            yield Process(running, folder, int(said(running, "listening")["port"]))
        finally:
            running.kill()
            assert running.stderr is not None
            running.stderr.close()


def said(running: subprocess.Popen[bytes], message: str) -> dict[str, Any]:
    """The next log line with this message."""
    assert running.stderr is not None
    for line in running.stderr:
        value: dict[str, Any] = json.loads(line)
        if value["message"] == message:
            return value
    raise AssertionError(f"it ended with {running.wait()} before it said {message}")


@pytest.fixture
def objects(tmp_path: Path) -> str:
    path = tmp_path / "objects.yaml"
    path.write_text(yaml.safe_dump_all(world.objects()))
    return str(path)


def ask(connection: http.client.HTTPSConnection, body: Any) -> Any:
    connection.request("POST", "/mutate", json.dumps(body), JSON)
    answer = connection.getresponse()
    assert answer.status == 200
    return json.loads(answer.read())["response"]


def test_sigterm_ends_it_with_0_when_all_is_answered(tmp_path: Path, objects: str) -> None:
    with started(tmp_path, "--local", "--objects", objects, "--drain", "0.5") as it:
        assert it.get("/readyz") == 200
        connection = it.connect()
        assert ask(connection, review())["allowed"] is True
        body = json.dumps(review()).encode()
        slow = it.connect()
        slow.putrequest("POST", "/mutate")
        for name, value in {**JSON, "Content-Length": str(len(body))}.items():
            slow.putheader(name, value)
        slow.endheaders()
        slow.send(body[:10])
        it.running.send_signal(signal.SIGTERM)
        said(it.running, "draining")
        assert it.get("/readyz") == 503
        assert it.get("/healthz") == 200
        connection.request("POST", "/mutate", json.dumps(review()), JSON)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        answer.read()
        time.sleep(0.6)
        slow.send(body[10:])
        assert json.loads(slow.getresponse().read())["response"]["allowed"] is True
        slow.close()
        connection.close()
        assert it.running.wait(8) == 0


def test_ctrl_c_ends_it_too(tmp_path: Path, objects: str) -> None:
    with started(tmp_path, "--local", "--objects", objects, "--drain", "0") as it:
        it.running.send_signal(signal.SIGINT)
        assert it.running.wait(8) == 0


def test_it_follows_the_cluster_of_a_kubeconfig(tmp_path: Path) -> None:
    with fakeapi.faking(*world.objects()) as api:
        kubeconfig = apiserver.kubeconfig(tmp_path, api.url)
        with started(tmp_path, "--kubeconfig", kubeconfig, "--drain", "0") as it:
            said(it.running, "ready")
            with contextlib.closing(it.connect()) as connection:
                assert ask(connection, review())["allowed"] is True


def test_fluids_variables_count(tmp_path: Path, objects: str) -> None:
    local = ("--local", "--objects", objects)
    labelled = pod()
    labelled["metadata"]["labels"] = {"custom/platform": "unprivileged"}
    with (
        started(tmp_path, *local, KEY_SERVERLESS_PLATFORM="custom/platform", DISABLE_INJECTION="false") as it,
        contextlib.closing(it.connect()) as connection,
    ):
        assert ask(connection, review(labelled))["auditAnnotations"]["outcome"] == "injected"
    with started(tmp_path, *local, DISABLE_INJECTION="true") as it, contextlib.closing(it.connect()) as connection:
        assert ask(connection, review())["auditAnnotations"]["reason"] == "InjectionDisabled"


@pytest.mark.parametrize("option", ["--port", "--metrics-port"])
def test_a_port_that_is_taken_is_said(tmp_path: Path, objects: str, option: str) -> None:
    with started(tmp_path, "--local", "--objects", objects) as it:
        serve = ("webhook", "serve", "--cert-dir", tmp_path, "--local", "--host", "127.0.0.1")
        ran = run(*serve, *(() if option == "--port" else ("--port", "0")), option, str(it.port))
    assert ran.status == 1
    assert ran.err.splitlines()[-2:] == [
        f"error: webhook serve: port {it.port} is in use",
        f"hint: end what listens there, or choose another one with {option}",
    ]


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("nowhere.invalid", "nowhere.invalid is no address and no known host name"),
        ("127.0.0.1.2", "127.0.0.1.2 is no address and no known host name"),
        ("a..b", "a..b is no address and no known host name"),
        ("x" * 300, " is no address and no known host name"),
        ("\x1b[2J", "\\x1b[2J is no address and no known host name"),
        ("203.0.113.9", "this machine does not have the address 203.0.113.9"),
    ],
    ids=["no name", "too many numbers", "an empty label", "long", "a control character", "another machine's"],
)
def test_a_host_that_cannot_be_listened_on_is_said(tmp_path: Path, host: str, why: str) -> None:
    write_certificate(tmp_path, Authority())
    ran = run("webhook", "serve", "--cert-dir", tmp_path, "--local", "--host", host, "--port", "0")
    assert ran.status == 1
    assert ran.err.splitlines()[-2].endswith(why)
    assert ran.err.splitlines()[-1].startswith("hint: ")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        pytest.param([], 2, "give --cert-dir, or --tls-cert-file", id="no certificate"),
        pytest.param(["--tls-cert-file", "x"], 2, "go together", id="no key"),
        pytest.param(["--cert-dir", "x", "--tls-cert", "x", "--tls-key", "x"], 2, "give --cert-dir, or", id="both"),
        pytest.param(["--cert-dir", "/nonexistent/certs"], 1, "no such file", id="no files"),
        pytest.param(["--cert-dir", "x", "--objects", "x"], 2, "--objects goes with --local", id="objects"),
        pytest.param(["--cert-dir", "x", "--port", "70000"], 2, "70000", id="a port that there is not"),
    ],
)
def test_a_wrong_command_line_is_told_what_is_wrong(arguments: list[str], status: int, words: str) -> None:
    ran = run("webhook", "serve", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert words in ran.err
    assert ran.err.startswith("error: ")


def test_without_a_cluster_it_says_how_to_name_one(tmp_path: Path) -> None:
    write_certificate(tmp_path, Authority())
    ran = run("webhook", "serve", "--cert-dir", tmp_path)
    assert ran.status == 4
    assert "--local --objects" in ran.err


def test_help_of_the_group_names_its_verbs() -> None:
    ran = run("webhook", "--help")
    assert ran.status == 0
    assert "serve" in ran.out
    assert run("webhook", "serve", "--help").out.count("--drain") == 1
