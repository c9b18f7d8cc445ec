"""The end of a server under load: every request that was sent is answered."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import ssl
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

from kubectl_fluid.webhook.connections import QUIET
from tests.catalog import world
from tests.webhook import serving
from tests.webhook.serving import review
from tests.webhook.test_serve_command import Process, said, started
from tests.webhook.test_server import ended, raw

CLIENTS = 300
CROSSED = "crossed with the closing of a connection that had been idle"
BODY = json.dumps(review()).encode()
REQUEST = b"POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(BODY),
    BODY,
)


class Load:
    """Clients with connections that are kept: `counts` is what became of their requests and connections."""

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self.counts: Counter[str] = Counter()
        self._port, self._tls = port, tls

    async def client(self, pause: float) -> None:
        """Ask, until nobody listens any more."""
        chance = random.Random(pause)  # noqa: S311 - no secret
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port, ssl=self._tls)
            except OSError as error:
                self.counts["refused" if isinstance(error, ConnectionRefusedError) else "cut before any request"] += 1
                return
            self.counts["connections"] += 1
            await self._talk(reader, writer, pause, chance)
            writer.close()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pause: float, chance: random.Random
    ) -> None:
        heard = time.monotonic()
        while not reader.at_eof():
            idle = time.monotonic() - heard
            try:
                writer.write(REQUEST)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                body = await reader.readexactly(length)
            except (OSError, asyncio.IncompleteReadError) as error:
                # A client learns of a closing after it has happened: HTTP/1.1 cannot do without. Go's asks anew then.
                self.counts[CROSSED if idle >= QUIET else f"unanswered: {error!r}"] += 1
                return
            assert head.startswith(b"HTTP/1.1 200 ")
            assert json.loads(body)["response"]["allowed"] is True
            heard = time.monotonic()
            self.counts["answered"] += 1
            if b"\r\nconnection: close" in head.lower():
                self.counts["answered, the last of its connection"] += 1
                return
            await asyncio.sleep(pause * chance.random())


async def load(it: Process, seconds: float, stalls: int = 0) -> Counter[str]:
    """So many seconds of load, then SIGTERM; ends when all clients have found the door shut.

    `stalls` is how often the server gets no processor meanwhile, each time for longer than a silence has to be.
    """
    tls = ssl.create_default_context(cafile=str(it.folder / "ca.crt"))
    driven = Load(it.port, tls)
    # Some ask again at once, some are idle for longer than the server takes to end.
    pauses = [0.0, 0.01, 0.1, 0.3, 3.0]
    clients = [asyncio.ensure_future(driven.client(pauses[it % len(pauses)])) for it in range(CLIENTS)]
    await asyncio.sleep(seconds)
    it.running.send_signal(signal.SIGTERM)
    for _ in range(stalls):
        it.running.send_signal(signal.SIGSTOP)
        await asyncio.sleep(1.2 * QUIET)
        it.running.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.01)
    await asyncio.gather(*clients)
    return driven.counts


@pytest.mark.timeout(60)
@pytest.mark.parametrize("stalls", [0, 5])
def test_no_request_is_lost_when_it_ends_under_load(tmp_path: Path, stalls: int) -> None:
    objects = tmp_path / "objects.yaml"
    objects.write_text(yaml.safe_dump_all(world.objects()))
    with started(tmp_path, "--local", "--objects", str(objects), "--drain", "0.5", "--read-timeout", "30") as it:
        counts = asyncio.run(load(it, 3.0, stalls))
        assert it.running.wait(20) == 0
    assert [key for key in counts if key.startswith("unanswered")] == [], counts
    assert counts[CROSSED] <= CLIENTS // 50, counts
    assert counts["connections"] > CLIENTS, counts
    assert counts["answered"] > 2 * CLIENTS, counts
    assert counts["answered, the last of its connection"] > CLIENTS // 2, counts


def test_what_comes_over_an_idle_connection_after_the_last_one_was_accepted_is_answered(tmp_path: Path) -> None:
    objects = tmp_path / "objects.yaml"
    objects.write_text(yaml.safe_dump_all(world.objects()))
    with started(tmp_path, "--local", "--objects", str(objects), "--drain", "0") as it:
        connections = [it.connect() for _ in range(3)]
        for connection in connections:
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"ok\n"
        it.running.send_signal(signal.SIGTERM)
        said(it.running, "draining")
        time.sleep(0.2)
        for connection in connections:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            assert (answer.read(), answer.headers["Connection"]) == (b"ok\n", "close")
            connection.close()
        assert it.running.wait(8) == 0


def test_a_handshake_that_takes_long_is_no_silence(tmp_path: Path) -> None:
    with (
        serving.serving(tmp_path, finish=8.0) as served,
        socket.create_connection(("127.0.0.1", served.port), timeout=8) as plain,
    ):
        served.thread.loop.call_soon_threadsafe(served.webhook.stop)
        time.sleep(1.5 * QUIET)
        with served.tls().wrap_socket(plain, server_hostname="127.0.0.1") as slow:
            time.sleep(0.4 * QUIET)
            slow.sendall(REQUEST)
            assert slow.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_connections_that_stay_silent_do_not_keep_it_from_ending(tmp_path: Path) -> None:
    with serving.serving(tmp_path, finish=8.0) as served, raw(served) as silent, raw(served) as slow:
        slow.sendall(b"POST /mutate HTTP/1.1\r\nHost: x\r\n")
        kept = served.connect()
        kept.request("GET", "/healthz")
        assert kept.getresponse().read() == b"ok\n"
        began = time.monotonic()
        served.thread.loop.call_soon_threadsafe(served.webhook.stop)
        assert ended(silent) == b""
        assert ended(slow) == b""
        assert kept.sock.recv(1) == b""
        assert time.monotonic() - began < 4
        kept.close()
