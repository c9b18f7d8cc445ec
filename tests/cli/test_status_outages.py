"""`kubectl fluid status` where the server hangs or talks nonsense: it ends in time, and on Ctrl-C."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.catalog.apiserver import ApiServer, Reply, kubeconfig, serving, status
from tests.cli.running import run

DATASETS = "/apis/data.fluid.io/v1alpha1/namespaces/default/datasets?limit=500"


@dataclass(frozen=True, slots=True)
class Hanging:
    """A server that takes connections and never answers."""

    kubeconfig: str
    listener: socket.socket

    @contextmanager
    def asked(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """The program, once it has asked the server something."""
        command = [sys.executable, "-m", "kubectl_fluid", *arguments, "--kubeconfig", self.kubeconfig]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            with self.listener.accept()[0] as connection:
                connection.recv(1)
                yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Hanging]:
    with socket.create_server(("127.0.0.1", 0)) as it:
        it.settimeout(30)
        yield Hanging(kubeconfig(tmp_path, f"http://127.0.0.1:{it.getsockname()[1]}"), it)


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as it:
        yield it


def listed(*values: object) -> Reply:
    return Reply(body=json.dumps({"metadata": {}, "items": values}).encode())


@pytest.mark.parametrize("arguments", [["status"], ["status", "--wait"], ["status", "-w"], ["explain", "pod/x"]])
def test_ctrl_c_is_heard_while_a_server_hangs(hanging: Hanging, arguments: list[str]) -> None:
    with hanging.asked(*arguments) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=15)
    assert (process.returncode, out, err) == (130, b"", b"error: interrupted\n")


def test_an_impatient_person_gets_no_traceback(hanging: Hanging) -> None:
    with hanging.asked("status") as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.readline() == b"error: interrupted\n"
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.002)
        _, err = process.communicate(timeout=15)
    assert (process.returncode, err) == (130, b"")


def test_the_time_of_wait_is_over_although_the_server_hangs(hanging: Hanging) -> None:
    begun = time.monotonic()
    done = run("status", "x", "--wait", "--timeout=500ms", "--kubeconfig", hanging.kubeconfig)
    assert time.monotonic() - begun < 15
    assert (done.status, done.out) == (124, "")
    assert "--wait=healthy: 0.5 s are over: cluster http://127.0.0.1:" in done.err
    assert done.err.endswith(" has not answered\nhint: does `kubectl version` reach it?\n")


def test_what_is_no_list_is_not_taken_for_an_empty_one(server: ApiServer, tmp_path: Path) -> None:
    server.say(DATASETS, Reply(body=b'{"items": 5}'))
    done = run("status", "--kubeconfig", kubeconfig(tmp_path, server.url))
    assert (done.status, done.out) == (4, "")
    assert "its answer is no list of datasets.data.fluid.io" in done.err


def test_a_selector_that_is_none_is_a_mistake_of_usage(server: ApiServer, tmp_path: Path) -> None:
    refusal = status(400, "BadRequest", None, "found '', expected: identifier after ','")
    server.say(f"{DATASETS}&labelSelector=a%3Db%2C", refusal)
    done = run("status", "-l", "a=b,", "--kubeconfig", kubeconfig(tmp_path, server.url))
    assert (done.status, done.out) == (2, "")
    assert "error: kubectl fluid status: -l a=b,: found '', expected: identifier after ','\n" in done.err


def test_a_field_to_sort_by_that_is_not_there_is_told(server: ApiServer, tmp_path: Path) -> None:
    server.say(DATASETS, listed({"metadata": {"namespace": "default", "name": "x"}}))
    arguments = ("status", "--kubeconfig", kubeconfig(tmp_path, server.url), "-o", "name", "--sort-by")
    assert "--sort-by .nope: no Dataset has this field; see -o json" in run(*arguments, ".nope").err
    assert "--sort-by" not in run(*arguments, ".cache.cachedBytes").err
