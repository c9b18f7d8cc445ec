"""Bytes that wait: in memory while they are few, in an unnamed temporary file once they are many."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

#: From this size on bytes go to a file. A few hundred documents of usual size fill it.
MEMORY = 1 << 18
CHUNK = 1 << 16


class Spool:
    """Bytes of any number, with bounded memory; only their end changes.

    The file has no name and goes when the spool does.
    """

    def __init__(self) -> None:
        self._file: BinaryIO = io.BytesIO()
        self._in_memory = True
        self.size = 0

    def write(self, data: bytes) -> None:
        """Append."""
        if self._in_memory and self.size + len(data) > MEMORY:
            self._move_to_disk()
        self._file.seek(self.size)
        self._file.write(data)
        self.size += len(data)

    def cut(self, number: int) -> None:
        """Take so many bytes away from the end."""
        self.size -= number

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on."""
        self._file.seek(start)
        return self._file.read(length)

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to `end` (not included) in pieces."""
        position, end = start, self.size if end is None else end
        while position < end:
            chunk = self.read(position, min(CHUNK, end - position))
            position += len(chunk)
            yield chunk

    def __del__(self) -> None:
        self._file.close()

    def _move_to_disk(self) -> None:
        import tempfile  # 5 ms that a small job need not pay

        held = self._file
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the spool
        held.seek(0)
        self._file.write(held.read())
        self._in_memory = False


class Replay:
    """A source that can be read only once (stdin, a pipe), made readable as often as wanted.

    Nothing is read before somebody asks for it, so a reader that stops at the first mistake stops the source too.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._spool = Spool()
        self._ended = False

    def open(self) -> BinaryIO:
        """A reader that begins at the first byte."""
        return _ReplayReader(self)

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on; b"" at the end."""
        if start >= self._spool.size and not self._ended:
            data = self._source.read(length)
            self._ended = not data
            self._spool.write(data)
            return data
        return self._spool.read(start, length)


class _ReplayReader(io.RawIOBase, BinaryIO):
    def __init__(self, replay: Replay) -> None:
        super().__init__()
        self._replay = replay
        self._position = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        data = self._replay.read(self._position, size)
        self._position += len(data)
        return data
