"""Records of bytes one behind the other, in memory or, when they are many, in a temporary file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

#: What is kept in memory at most, and what is written and read at once.
IN_MEMORY = 1 << 18
_HEAD = 4


class Store:
    """Append-only; a record is found by the place that `add` gave.

    The file has no name and goes with the process. What was forked from this process may read at the same time, since
    the file's own position is not used where the system can do without (`os.pread`).
    """

    def __init__(self) -> None:
        self._tail = bytearray()
        self._written = 0
        self._file: IO[bytes] | None = None

    def add(self, data: bytes) -> int:
        """Keep a record; returns its place."""
        place = self._written + len(self._tail)
        self._tail += len(data).to_bytes(_HEAD, "big")
        self._tail += data
        if len(self._tail) > IN_MEMORY:
            self._write()
        return place

    def read(self, place: int) -> bytes:
        """The record at a place."""
        size = int.from_bytes(self._bytes(place, _HEAD), "big")
        return self._bytes(place + _HEAD, size)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Every record with its place, in their order."""
        return self.between(0, self.end)

    def between(self, place: int, end: int) -> Iterator[tuple[int, bytes]]:
        """The records from a place on that begin before `end`."""
        chunk, base = b"", place
        while place < min(end, self.end):
            at = place - base
            size = int.from_bytes(chunk[at : at + _HEAD], "big") if at + _HEAD <= len(chunk) else None
            if size is None or at + _HEAD + size > len(chunk):
                wanted = _HEAD if size is None else _HEAD + size
                chunk, base = self._bytes(place, max(wanted, IN_MEMORY // 8)), place
                continue
            yield place, chunk[at + _HEAD : at + _HEAD + size]
            place += _HEAD + size

    @property
    def end(self) -> int:
        """The place of the next record."""
        return self._written + len(self._tail)

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()

    def __del__(self) -> None:
        self.close()

    def _bytes(self, place: int, size: int) -> bytes:
        """At most so many bytes, from the file or from memory."""
        if place >= self._written:
            begin = place - self._written
            return bytes(self._tail[begin : begin + size])
        file = self._file
        if file is None:
            return b""
        size = min(size, self._written - place)
        if hasattr(os, "pread"):
            return os.pread(file.fileno(), size, place)
        file.seek(place)
        return file.read(size)

    def _write(self) -> None:
        if self._file is None:
            import tempfile  # 5 ms that a small job need not pay

            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the run
        self._file.seek(self._written)
        self._file.write(self._tail)
        self._file.flush()
        self._written += len(self._tail)
        self._tail.clear()
