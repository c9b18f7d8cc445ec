"""An object store that is far away: a proxy before a near one. `python -I store.py PORT TARGET CONTROL`.

It relays HTTP/1.1 and understands as much of a request as it needs to find the next one: its head and its
Content-Length. Only objects wait and are counted, i.e. GETs of keys with
`/chunks/`, where JuiceFS keeps a file's contents; listings and JuiceFS's own marks pass.

CONTROL is a Unix domain socket: a line of JSON `{"delay": SECONDS}` or `{}` is answered by `{"gets": N, "bytes": N}`
since the start.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNK = 65536


class Store:
    """The proxy's state."""

    def __init__(self, target: str) -> None:
        self._host, _, port = target.rpartition(":")
        self._port = int(port)
        self.delay = 0.0
        self.gets = 0
        self.bytes = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection."""
        try:
            near_reader, near_writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.close()
            return
        answers = asyncio.ensure_future(self._answers(near_reader, writer))
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET ") and b"/chunks/" in head.split(b"\r\n", 1)[0]:
                    self.gets += 1
                    await asyncio.sleep(self.delay)
                near_writer.write(head)
                await self._body(head, reader, near_writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            near_writer.close()
            answers.cancel()
            writer.close()

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One order."""
        order = json.loads(await reader.readline())
        self.delay = float(order.get("delay", self.delay))
        writer.write(json.dumps({"gets": self.gets, "bytes": self.bytes}).encode() + b"\n")
        await writer.drain()
        writer.close()

    @staticmethod
    async def _body(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = _LENGTH.search(head)
        left = int(length[1]) if length else 0
        while left:
            data = await reader.read(min(left, CHUNK))
            if not data:
                raise asyncio.IncompleteReadError(b"", left)
            writer.write(data)
            await writer.drain()
            left -= len(data)
        await writer.drain()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                self.bytes += len(data)
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except OSError:
            writer.close()


async def main() -> None:
    """Listen until the end."""
    port, target, control = sys.argv[1:]
    store = Store(target)
    await asyncio.start_unix_server(store.control, control)
    server = await asyncio.start_server(store.handle, "0.0.0.0", int(port))  # noqa: S104 - in a network of its own
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
