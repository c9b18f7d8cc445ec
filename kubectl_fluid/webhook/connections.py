"""Connections: bounded in number and in time until they say anything, and closed at the end without losing a request.

HTTP/1.1 has no word by which a server takes leave of a connection before it closes it, so that a request can cross with
the closing. What can be done is done: while the server drains, each answer says `Connection: close`; whoever was
accepted is answered; a connection is closed only when nothing came over it for a while, and nothing waits to be read.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import socket
import struct
import termios
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from kubectl_fluid.webhook import bounds
from kubectl_fluid.webhook.log import Log

#: What answers say of this server: no version, whoever asks.
SERVER = "kubectl-fluid"
#: Seconds. An API server closes connections that were idle for 90; being the first to close would cost it a request.
IDLE_TIMEOUT = 120.0
#: Seconds without a byte after which a connection has nothing to say; for a handshake, when the server ends; until the
#: last answers are written; between two looks.
QUIET, HANDSHAKE, LAST_BYTES, LOOK = 0.5, 2.0, 1.0, 0.01
#: Seconds from one look to the next after which this process was not let run, or was too busy to hear anything.
STALLED = 0.1
HEAD_TOO_LARGE = 431


@dataclass(frozen=True, slots=True)
class Limits:
    """`read_timeout` (seconds) is for the TLS handshake, for a first request's head, and for each body."""

    read_timeout: float = 10.0
    max_connections: int = 2048


class Connection(web.RequestHandler):
    """One connection: when something was last heard on it (monotonic), and whether a request is under way."""

    __slots__ = ("heard", "working")

    def __init__(self, *arguments: Any, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(*arguments, loop=loop, **options)
        self.heard, self.working = monotonic(), False

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client."""
        self.heard = monotonic()
        web.RequestHandler.data_received(self, data)  # each review comes through here, and super() has its price

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no HTTP; aiohttp's own quotes what came, and names the parser that broke on it."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        self.logger.error("%s: %s", message or status, exc)
        said = "this is no HTTP request that can be read"
        if isinstance(exc, LineTooLong):
            status, said = HEAD_TOO_LARGE, "the head of the request is too large"
        answer = text(status, said)
        answer.force_close()
        return answer


class Connections(web.Server):
    """aiohttp's server, for all connections of one kind."""

    def __init__(
        self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], limits: Limits, log: Log
    ) -> None:
        super().__init__(
            handler,
            logger=_logger(log),
            request_factory=self._request,
            access_log=None,
            keepalive_timeout=IDLE_TIMEOUT,
            lingering_time=2.0,
            auto_decompress=False,  # API servers do not compress, and bombs are made so
        )
        self._limits = limits
        #: Connections by id whose handshake is not done, and since when.
        self._coming: dict[int, float] = {}
        self._silent: dict[web.RequestHandler, asyncio.TimerHandle] = {}
        self._served: dict[web.RequestHandler, None] = {}

    def __call__(self) -> Connection:
        """A connection that has been accepted; its handshake comes first."""
        made = Connection(self, loop=self._loop, **self._kwargs)
        self._expire(made.heard)
        self._coming[id(made)] = made.heard
        return made

    def begin(self, connection: Connection) -> None:
        """This connection has sent a request, and is `working` until its handler has the answer."""
        connection.working = True
        if self._silent and (timer := self._silent.pop(connection, None)):
            timer.cancel()
        served = self._served
        served.pop(connection, None)
        served[connection] = None  # at the end: the one that was silent longest comes first

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """The handshake is done."""
        super().connection_made(handler, transport)
        if isinstance(handler, Connection):
            handler.heard = monotonic()  # its client may speak only now; under load a handshake takes its time
        self._coming.pop(id(handler), None)
        timer = self._loop.call_later(self._limits.read_timeout, self._give_up, handler)
        oldest = next(iter(self._silent or self._served), None)  # one that never asked anything goes first
        self._silent[handler] = timer
        if oldest and len(self._silent) + len(self._served) > self._limits.max_connections:
            self._give_up(oldest)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """It is closed."""
        self._forget(handler)
        super().connection_lost(handler, exc)

    async def finish(self, until: float) -> None:
        """Close each connection when it is quiet, and what is left at `until` (monotonic). No more may come.

        A process that got no processor for a while (a throttled container, a machine that was moved) finds requests
        that came long ago and that nobody has begun: that time counts neither as silence nor against `until`.
        """
        looked = since = monotonic()
        while True:
            now = monotonic()
            if now - looked > STALLED:
                until, since = until + now - looked, now
            looked = now
            if now >= until:
                break
            self._expire(now)
            for it in self.connections:
                if isinstance(it, Connection) and self._is_quiet(it, max(it.heard, since)):
                    self._give_up(it)
            if not self._coming and not self._open():
                break
            await asyncio.sleep(LOOK)
        self.pre_shutdown()
        await self.shutdown(LAST_BYTES)

    @staticmethod
    def _is_quiet(connection: Connection, since: float) -> bool:
        return not connection.working and monotonic() - since >= QUIET and not _pending(connection)

    def _open(self) -> bool:
        """Whether any connection can still ask, or waits for its answer."""
        return any(it.transport is not None for it in self.connections)

    def _expire(self, now: float) -> None:
        """Forget handshakes that take too long: most of them have failed, of which nobody tells."""
        while self._coming:
            first = next(iter(self._coming))
            if now - self._coming[first] < HANDSHAKE:
                break
            del self._coming[first]

    def _give_up(self, handler: web.RequestHandler) -> None:
        self._forget(handler)
        handler.force_close()

    def _forget(self, handler: web.RequestHandler) -> None:
        self._served.pop(handler, None)
        if timer := self._silent.pop(handler, None):
            timer.cancel()

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        # One byte more, so that a body of the limit itself is no question of counting.
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop, client_max_size=bounds.BODY + 1)


async def accept_rest(
    sockets: Iterable[socket.socket], connections: Connections, tls: dict[str, Any]
) -> list[asyncio.Future[Any]]:
    """Accept what the kernel has accepted already, and close these listening sockets: the handshakes under way."""
    loop = asyncio.get_running_loop()
    handshakes: list[asyncio.Future[Any]] = []
    for listening in sockets:
        listening.settimeout(0)
        with listening:
            while True:
                try:
                    accepted, _ = listening.accept()
                except OSError:
                    break
                accepted.settimeout(0)
                handshakes.append(asyncio.ensure_future(loop.connect_accepted_socket(connections, accepted, **tls)))
    return handshakes


def text(status: int, message: str, **headers: str) -> web.Response:
    """An answer in words."""
    return web.Response(status=status, text=message + "\n", headers={"Server": SERVER, **headers})


def _pending(connection: Connection) -> bool:
    """Whether bytes have come that nobody has read, or some of an answer still have to go."""
    transport = connection.transport
    if transport is None:
        return False
    raw = transport.get_extra_info("socket")
    try:
        unread: int = struct.unpack("i", fcntl.ioctl(raw.fileno(), termios.FIONREAD, b"\0\0\0\0"))[0]
    except (AttributeError, OSError, ValueError):
        return False  # it has been closed meanwhile
    return bool(unread or transport.get_write_buffer_size())


def _logger(log: Log) -> logging.Logger:
    """What aiohttp complains about: what clients did wrong, mostly, and with a traceback unless it is kept from it."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            log.debug(
                "http", what=record.getMessage(), **({"why": f"{type(error).__name__}: {error}"} if error else {})
            )

    logger = logging.Logger("kubectl_fluid.http")  # noqa: LOG001 - not one that others share
    logger.addHandler(Handler())
    return logger
