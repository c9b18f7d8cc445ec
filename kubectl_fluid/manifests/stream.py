"""Cut a stream into documents, one at a time: memory is bounded by one document, whatever the length of the stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .errors import ManifestError
from .jsonscan import JSONScan

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
"""etcd takes objects up to 1.5 MiB; a `List` that dumps a namespace may well be larger than one object."""

_CHUNK = 64 * 1024
# A marker is a marker wherever it stands at the start of a line, inside block and quoted scalars too (YAML 1.2, 9.1.2).
_MARKER = re.compile(rb"(?<![^\r\n])(?:---|\.\.\.)(?=[ \t\r\n]|\Z)")
_DOT = ord(".")
_LINE_END = re.compile(rb"\r\n|\r(?!\Z)|\n")
_ONLY_PROLOGUE = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n?|\n)|%[^\r\n]*(?:\r\n?|\n))*\Z")


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One document as it stands in the source: `line` (1-based) is where `text` begins, `index` counts from 0."""

    source: str
    index: int
    line: int
    text: str


def split(stream: BinaryIO, source: str) -> Iterator[RawDocument]:
    """The documents of a YAML stream or of concatenated JSON values; the texts joined are the whole decoded source.

    A document begins at a line `---` (so what stands before the first such line is a document of its own, perhaps one
    of comments only) and ends after a line `...`. Raises ManifestError for what is not UTF-8 text, and for a document
    above MAX_DOCUMENT_BYTES as soon as that many bytes were read.
    """
    cutter = _Cutter(source)
    while chunk := stream.read(cutter.appetite()):
        yield from cutter.feed(chunk)
    yield from cutter.finish()


class _Cutter:
    def __init__(self, source: str) -> None:
        self.source = source
        self.buffer = bytearray()
        self.start = 0  # where the current document begins in the buffer
        self.scanned = 0  # no marker begins before this offset
        self.json = JSONScan()
        self.index = 0
        self.line = 1
        self.fresh = True  # nothing was read yet

    def appetite(self) -> int:
        """Bytes to read next: in proportion to what waits, so that looking again at a half-read string stays linear."""
        return min(max(_CHUNK, len(self.buffer) // 2), MAX_DOCUMENT_BYTES + 1 - len(self.buffer))

    def feed(self, chunk: bytes) -> Iterator[RawDocument]:
        if self.fresh:
            self._refuse_utf16(chunk)
            self.fresh = False
        if b"\0" in chunk:
            self.buffer += chunk
            raise self._binary()
        self.buffer += chunk
        yield from self._cut(final=False)
        del self.buffer[: self.start]
        self.scanned -= self.start
        self.json.shift(self.start)
        self.start = 0
        if len(self.buffer) > MAX_DOCUMENT_BYTES:
            raise self._too_large()

    def finish(self) -> Iterator[RawDocument]:
        yield from self._cut(final=True)
        if self.start < len(self.buffer):
            yield self._take(len(self.buffer))

    def _cut(self, *, final: bool) -> Iterator[RawDocument]:
        while True:
            border, found = self._next_marker(final=final)
            for end in self.json.borders(self.buffer, self.start, border):
                yield self._take(end)
            if not found:
                return
            if border > self.start:
                yield self._take(border)

    def _next_marker(self, *, final: bool) -> tuple[int, bool]:
        """Where the current document ends, and whether that is certain (else: the end of what was read so far)."""
        buffer = self.buffer
        while match := _MARKER.search(buffer, self.scanned):
            begin, end = match.span()
            ends_document = buffer[begin] == _DOT
            del match  # it locks the buffer
            if end == len(buffer) and not final:
                self.scanned = begin
                return len(buffer), False
            self.scanned = end
            if ends_document:
                border = self._line_end(end, final=final)
                if border is None:
                    self.scanned = begin
                    return len(buffer), False
                self.scanned = border
                return border, True
            if begin > self.start and not self._prologue(begin):
                return begin, True
        self.scanned = max(self.scanned, len(buffer) - 3, self.start)
        return len(buffer), False

    def _line_end(self, offset: int, *, final: bool) -> int | None:
        found = _LINE_END.search(self.buffer, offset)
        if found:
            return found.end()
        return len(self.buffer) if final else None

    def _prologue(self, end: int) -> bool:
        """Whether only directives (`%YAML 1.2`) and comments stand before: they belong to the `---` that follows."""
        return self.buffer.find(b"%", self.start, end) >= 0 and bool(
            _ONLY_PROLOGUE.match(bytes(self.buffer[self.start : end]))
        )

    def _take(self, end: int) -> RawDocument:
        data = self.buffer[self.start : end]
        if len(data) > MAX_DOCUMENT_BYTES:
            raise self._too_large()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._not_utf8(data, error.start) from None
        document = RawDocument(self.source, self.index, self.line, text)
        self.index += 1
        self.line += data.count(b"\n")
        self.start = end
        self.json.restart()
        return document

    def _error(self, message: str, line: int, hint: str = "") -> ManifestError:
        return ManifestError(message, source=self.source, line=line, hint=hint)

    def _refuse_utf16(self, chunk: bytes) -> None:
        if chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise self._error("the file is UTF-16, not UTF-8", 1, f"convert it: iconv -f UTF-16 -t UTF-8 {self.source}")

    def _binary(self) -> ManifestError:
        place = self.buffer.index(b"\0", self.start)
        line = self.line + self.buffer.count(b"\n", self.start, place)
        return self._error(
            "the file is not text: it holds a NUL byte",
            line,
            "give a YAML or JSON file in UTF-8 (not an archive, not UTF-16)",
        )

    def _not_utf8(self, data: bytearray, place: int) -> ManifestError:
        line = self.line + data.count(b"\n", 0, place)
        column = place - (data.rfind(b"\n", 0, place) + 1) + 1
        return self._error(
            f"the file is not UTF-8 text: byte 0x{data[place]:02x} at byte {column} of the line",
            line,
            "save the file as UTF-8",
        )

    def _too_large(self) -> ManifestError:
        return self._error(
            f"the document is larger than {MAX_DOCUMENT_BYTES // 1024 // 1024} MiB",
            self.line,
            "split it into smaller documents; the API server takes objects up to 1.5 MiB",
        )
