"""JSON values one behind the other, in memory or, when they are many, in a temporary file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import IO, Any

#: What is kept in memory.
IN_MEMORY = 4 * 1024 * 1024
_HEAD = 4


class Store:
    """Append-only; a value is found by the place that `add` gave."""

    def __init__(self) -> None:
        self._file: IO[bytes] = io.BytesIO()
        self._end = 0

    def add(self, value: Any) -> int:
        """Keep a value; returns its place."""
        data = json.dumps(value, separators=(",", ":")).encode()
        if self._end + len(data) > IN_MEMORY and isinstance(self._file, io.BytesIO):
            self._file = _on_disk(self._file)
        place = self._end
        self._file.seek(place)
        self._file.write(len(data).to_bytes(_HEAD, "big") + data)
        self._end += _HEAD + len(data)
        return place

    def read(self, place: int) -> tuple[Any, int]:
        """The value at a place, and the place of the next one."""
        self._file.seek(place)
        size = int.from_bytes(self._file.read(_HEAD), "big")
        return json.loads(self._file.read(size)), place + _HEAD + size

    def __iter__(self) -> Iterator[Any]:
        place = 0
        while place < self._end:
            value, place = self.read(place)
            yield value

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def _on_disk(memory: io.BytesIO) -> IO[bytes]:
    import tempfile

    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the run
    file.write(memory.getvalue())
    return file
