"""HTTP/1.1 as far as a load test needs it: one request after the other on a connection that stays open.

A client that can do more costs more than the server that it measures.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

#: Bytes of an answer's head and of its body; a patch that an API server takes is smaller.
_MAX_HEAD, _MAX_ANSWER = 64 * 1024, 16 * 1024 * 1024
_END = b"\r\n\r\n"
_DIGITS = frozenset(b"0123456789")


class Answer(NamedTuple):
    """Status and body; whether the connection is good for another request."""

    status: int
    body: bytes
    stays: bool


class Failed(Exception):
    """A request without an answer that could be read; `str()` says why, in a few words of ours."""


class Target(NamedTuple):
    """Where requests go. `address` is what `host` was resolved to; `path` includes the query."""

    host: str
    port: int
    path: str
    address: str = ""

    @property
    def authority(self) -> str:
        """Host and port, as in a URL."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def head(self) -> bytes:
        """The head of each request, up to the number of bytes that follow it."""
        lines = (
            f"POST {self.path} HTTP/1.1",
            f"Host: {self.authority}",
            "Content-Type: application/json",
            "Accept: application/json",
            "User-Agent: kubectl-fluid-webhook-bench",
            "Content-Length: ",
        )
        return "\r\n".join(lines).encode("ascii")


def target(url: str) -> Target:
    """Where a URL leads. Raises ValueError, whose sentence says what is wrong with the URL."""
    if not (url.isascii() and url.isprintable() and " " not in url):
        raise ValueError("it has characters that no URL has")
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise ValueError("it does not begin with https://; API servers speak to webhooks by TLS only")
    if parts.username is not None or parts.fragment:
        raise ValueError("a user or a fragment has no meaning here")
    if not parts.hostname:
        raise ValueError("it names no host")
    path = (parts.path or "/mutate") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, 443 if parts.port is None else parts.port, path)


def parse(data: bytearray) -> Answer | None:
    """The answer that these bytes are; None while some of it is still to come. Raises Failed for what is no answer."""
    at = data.find(_END)
    if at < 0:
        if len(data) > _MAX_HEAD:
            raise Failed("no HTTP answer")
        return None
    first, *lines = bytes(data[:at]).split(b"\r\n")
    words = first.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not _is_number(words[1], 3):  # noqa: PLR2004 - words
        raise Failed("no HTTP answer")
    fields = {name.strip().lower(): value.strip().lower() for name, _, value in (it.partition(b":") for it in lines)}
    stays = fields.get(b"connection") != b"close" and words[0] != b"HTTP/1.0"
    start = at + len(_END)
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        body = _unchunked(data, start)
    else:
        length = fields.get(b"content-length", b"")
        if not _is_number(length, 8):
            raise Failed("an answer without length")
        body = bytes(data[start : start + int(length)]) if len(data) - start >= int(length) else None
    if body is None:
        if len(data) > _MAX_ANSWER:
            raise Failed("an answer without end")
        return None
    return Answer(int(words[1]), body, stays)


def _unchunked(data: bytearray, at: int) -> bytes | None:
    """The body that comes in chunks from here on (RFC 9112, 7.1); None while some of it is still to come."""
    if not data.endswith(_END):
        return None
    parts: list[bytes] = []
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        try:
            size = int(bytes(data[at:end]).partition(b";")[0], 16)
        except ValueError:
            raise Failed("no HTTP answer") from None
        if size < 0:
            raise Failed("no HTTP answer")
        if size == 0:
            return b"".join(parts)
        start = end + 2
        if len(data) < start + size + 2:
            return None
        parts.append(bytes(data[start : start + size]))
        at = start + size + 2


def _is_number(text: bytes, digits: int) -> bool:
    return 0 < len(text) <= digits and _DIGITS.issuperset(text)


class Connection(asyncio.Protocol):
    """One connection. `patience` (seconds) is for its handshake and for each answer."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._data = bytearray()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, to: Target, tls: ssl.SSLContext, patience: float) -> Connection:
        """Connect. Raises OSError (ssl.SSLError among them) and asyncio.TimeoutError."""
        loop = asyncio.get_running_loop()
        connecting = loop.create_connection(
            lambda: cls(patience), to.address or to.host, to.port, ssl=tls, server_hostname=to.host
        )
        _, made = await asyncio.wait_for(connecting, patience)
        return made

    def close(self) -> None:
        """Close it at once."""
        if self._transport is not None:
            self._transport.abort()

    async def ask(self, request: bytes) -> Answer:
        """Send a request, and wait for its answer. Raises Failed; the connection is closed then."""
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing():
            raise Failed("the connection was closed")
        self._waiting = loop.create_future()
        timer = loop.call_later(self._patience, self._end, Failed(f"no answer within {self._patience:g} s"))
        try:
            self._transport.write(request)
            return await self._waiting
        finally:
            timer.cancel()
            self._waiting = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._data += data
        try:
            answer = parse(self._data)
        except Failed as error:
            self._end(error)
            return
        if answer is None:
            return
        self._data.clear()
        if self._waiting is None:
            self.close()  # nobody asked
        elif not self._waiting.done():
            if not answer.stays:
                self.close()
            self._waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._end(Failed("the connection was closed"))

    def _end(self, why: Failed) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(why)
        self.close()
