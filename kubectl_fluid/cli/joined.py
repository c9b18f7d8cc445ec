"""Documents of several places as one text, which kubectl can read where it could read each of them.

kubectl takes a stream that begins with `{` for JSON values one after the other, up to its end; everything else it
takes for YAML, in which JSON may stand too. So a text that begins with JSON and holds more than JSON begins with `---`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kubectl_fluid.cli.spool import Spool
from kubectl_fluid.manifests import dump

Object = dict[str, Any]

BOM = "\ufeff"
_LINE_ENDS = ("\n", "\r")
_JSON = re.compile(r"\s*\{")
#: Stand in the spool between two JSON values that follow each other, behind a line end and without one: no UTF-8 text
#: has these bytes. Only when everything is known it is known whether a `---` has to stand there.
_MARKS = {b"\xff": b"---\n", b"\xfe": b"\n---\n"}


class Joined:
    """Texts of documents behind each other, from the end of the spool on."""

    def __init__(self, spool: Spool, *, marks: bool = True) -> None:
        """`marks`: the spool is read by `chunks`, else as it is."""
        self.marks = marks
        self.last = ""  # the last text
        self._spool = spool
        self._fresh = self._gap = False  # whether the next text is another source's, or has lost its predecessor
        self._begins_with_json = self._last_is_json = False
        self._mixed = False  # whether anything follows that is not the next JSON value
        self._sources = 1
        self._marked = False

    @property
    def unreadable(self) -> bool:
        """Whether kubectl cannot read the text, because it could not read the source."""
        return self._mixed and self._begins_with_json and self._sources == 1

    @property
    def begins_with_json(self) -> bool:
        """Whether kubectl takes the text for JSON."""
        return self._begins_with_json

    def source(self) -> None:
        """What follows is of another source."""
        self._fresh = True

    def gap(self) -> None:
        """The document of the source that would stand here is left out."""
        self._gap = True

    def add(self, text: str) -> None:
        """A document."""
        fresh, self._fresh = self._fresh and bool(self.last), False
        gap, self._gap = self._gap and bool(self.last), False
        if fresh:
            self._sources += 1
            text = text.removeprefix(BOM)
        is_json = looks_like_json(text)
        follows_json = is_json and self._last_is_json and not fresh
        if not self.last:
            self._begins_with_json = is_json or bool(_JSON.match(text))
        elif follows_json:
            if self.marks:
                self._mark()
        else:
            self._mixed = True
            if fresh or gap:
                self._write(separator(self.last, text))
        self._write(text)
        self.last, self._last_is_json = text or self.last, is_json

    def add_extras(self, values: Sequence[Object]) -> None:
        """Objects that no source holds: JSON behind JSON, and the text ends with a line break if it did before."""
        json = self._last_is_json and self.marks
        for text in extra_texts(self.last, values, json=json):
            self._fresh = not json
            self.add(text)

    def cut(self) -> None:
        """Take the line break away that the text ends with."""
        if self.last.endswith("\n"):
            self._spool.cut(1)
            self.last = self.last[:-1]

    def chunks(self) -> Iterator[bytes]:
        """All of the spool. One source as it stands stays so, also where kubectl does not read it."""
        as_yaml = self._mixed and self._sources > 1
        if as_yaml and self._begins_with_json:
            yield b"---\n"
        for chunk in self._spool.chunks():
            if self._marked:
                for mark, meaning in _MARKS.items():
                    chunk = chunk.replace(mark, meaning if as_yaml else b"")  # noqa: PLW2901 - it is still the chunk
            yield chunk

    def _mark(self) -> None:
        first, second = _MARKS
        self._spool.write(first if self.last.endswith(_LINE_ENDS) else second)
        self._marked = True

    def _write(self, text: str) -> None:
        self._spool.write(text.encode())


def looks_like_json(text: str) -> bool:
    """Whether a document's text is one JSON object, or flow YAML of its shape, and nothing beside it."""
    return bool(_JSON.match(text)) and text.rstrip().endswith("}")


def extra_texts(last: str, values: Sequence[Object], *, json: bool) -> Iterator[str]:
    """Texts of objects that are added behind the text `last`, without separators.

    A text that does not end with a line break does not do so afterwards: thus the way back can tell.
    """
    bare = bool(last) and not last.endswith(_LINE_ENDS)
    for index, value in enumerate(values):
        ends = bare and index == len(values) - 1
        if json:
            text = dump.to_json(value, indent=4 if "\n" in last.strip() else None)
            yield ("\n" if bare and not index else "") + text + ("" if ends else "\n")
        elif ends:  # a block of text cannot be the last of a text without a last line break: data goes before metadata
            named = {key: part for key, part in value.items() if key != "metadata"}
            yield dump.to_yaml({**named, "metadata": value["metadata"]}).removesuffix("\n")
        else:
            yield dump.to_yaml(value)


def separator(last: str, text: str) -> str:
    """What has to stand between two documents that did not follow each other, so that they stay two."""
    newline = "" if last.endswith(_LINE_ENDS) else "\n"
    if text.startswith("---"):
        return newline
    return newline + ("...\n" if text.startswith("%") else "---\n")
