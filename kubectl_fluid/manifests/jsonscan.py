"""Concatenated JSON values, as `jq` writes them: where one ends and the next begins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:---)?[ \t\r\n]*")
_JSON_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]"]', re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*")
_QUOTE = ord('"')
_DEEPER = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}


class JSONScan:
    """Finds where one JSON value ends and the next begins, in text that may not be complete yet."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new document begins."""
        self.position = -1  # where to go on; -1: the first character was not seen yet
        self.depth = 0
        self.off = False

    def shift(self, removed: int) -> None:
        """Bytes were removed from the front of the buffer."""
        if self.position >= 0:
            self.position -= removed

    def borders(self, buffer: bytearray, start: int, end: int) -> Iterator[int]:
        """Offsets at which a further value begins. The consumer calls restart() by taking the document."""
        while not self.off:
            if self.position < 0:
                self._begin(buffer, start, end)
                if self.position < 0 or self.off:
                    return
            after = self._value_end(buffer, end)
            if after is None:
                return
            following = _end(_SPACE, buffer, after, end)
            if following == end:
                return  # nothing more, or nothing more yet
            if buffer[following] in b"{[" and _is_json(buffer[start:after]):
                yield following
                start = following
            else:
                self.off = True

    def _begin(self, buffer: bytearray, start: int, end: int) -> None:
        first = _end(_JSON_START, buffer, start, end)
        if first < end:
            self.off = buffer[first] not in b"{["
            self.position = first

    def _value_end(self, buffer: bytearray, end: int) -> int | None:
        if self.depth < 0:
            return self.position
        place, depth = self.position, self.depth
        for token in _JSON_TOKEN.finditer(buffer, place, end):
            first = buffer[token.start()]
            if first == _QUOTE:
                if token.end() - token.start() == 1:
                    place = token.start()  # a string that is not closed yet
                    break
            else:
                depth += _DEEPER[first]
            place = token.end()
            if depth == 0:
                self.position, self.depth = place, -1
                return place
        self.position, self.depth = place, depth
        return None


def _end(pattern: re.Pattern[bytes], buffer: bytearray, start: int, end: int) -> int:
    found = pattern.match(buffer, start, end)
    return found.end() if found else start


def _is_json(data: bytearray) -> bool:
    """Flow YAML (`{a: '} {'}`) may look like two values: only real JSON is cut."""
    try:
        json.loads(data.removeprefix(b"\xef\xbb\xbf").removeprefix(b"---").decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return True
