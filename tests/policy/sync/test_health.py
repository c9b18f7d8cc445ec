"""What a kubelet is told."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from kubectl_fluid.policy.sync.health import CLIENTS, PATIENCE, serving

HOST = "127.0.0.1"


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def port(faults: list[str]) -> Iterator[int]:
    with serving(0, lambda: "dead" not in faults, lambda: faults) as found:
        yield found


def get(port: int, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection(HOST, port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_all_is_well(port: int) -> None:
    assert get(port, "/healthz") == (200, "ok\n")
    assert get(port, "/readyz?verbose") == (200, "ok\n")


def test_what_is_wrong_is_said(port: int, faults: list[str]) -> None:
    faults += ["one", "two"]
    assert get(port, "/readyz") == (503, "one\ntwo\n")
    assert get(port, "/healthz")[0] == 200
    faults.append("dead")
    assert get(port, "/healthz")[0] == 503


def test_there_is_nothing_else(port: int) -> None:
    assert get(port, "/")[0] == 404


def test_clients_that_say_nothing_do_not_keep_it_from_answering_for_long(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(3 * CLIENTS):
            stack.enter_context(socket.create_connection((HOST, port)))
        end = time.monotonic() + 3 * PATIENCE
        while True:
            try:
                assert get(port, "/healthz") == (200, "ok\n")
                break
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < end
                time.sleep(0.1)


def test_a_port_that_is_taken_is_an_error(port: int) -> None:
    with pytest.raises(OSError, match="in use"), serving(port, lambda: True, list):
        pass
