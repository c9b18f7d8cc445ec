"""Joins sockets of two network namespaces. `python -I relay.py MODE LISTEN [TARGET]` runs until it is killed.

Sockets that are files know no network namespaces, so a pair of relays with such a file between them leads a TCP port of
one namespace into another. Places are `unix:PATH` and `tcp:HOST:PORT`.

`forward` connects each connection to TARGET. `connect` is a proxy for HTTP's CONNECT: the client names the target
itself, which is how an API server reaches a node's network through its egress selector (HTTPConnect over a Unix domain
socket).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
CHUNK = 65536


async def dial(place: str) -> Streams:
    """Connect to a place."""
    kind, _, rest = place.partition(":")
    if kind == "unix":
        return await asyncio.open_unix_connection(rest)
    host, _, port = rest.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def listen(place: str, handler: Handler) -> asyncio.Server:
    """Listen at a place."""
    kind, _, rest = place.partition(":")
    if kind == "unix":
        return await asyncio.start_unix_server(handler, rest)
    host, _, port = rest.rpartition(":")
    return await asyncio.start_server(handler, host, int(port))


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until they end."""
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.close()


async def join(one: Streams, other: Streams) -> None:
    """Carry bytes both ways until both have ended."""
    try:
        await asyncio.gather(pump(one[0], other[1]), pump(other[0], one[1]))
    finally:
        one[1].close()
        other[1].close()


def forwarding(target: str) -> Handler:
    """Handles connections by a connection to the target."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other = await dial(target)
        except OSError:
            writer.close()
            return
        await join((reader, writer), other)

    return handle


async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Handles a connection that begins with `CONNECT host:port`."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        other = await dial("tcp:" + head.split(None, 2)[1].decode())
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as problem:
        writer.write(f"HTTP/1.1 502 {type(problem).__name__}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()
        return
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await join((reader, writer), other)


async def main() -> None:
    """Listen until the end."""
    mode, place, *targets = sys.argv[1:]
    server = await listen(place, tunnel if mode == "connect" else forwarding(*targets))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
