"""One document's text to its value and its position nodes."""

from __future__ import annotations

from collections.abc import Sequence as Parts
from typing import Any, NoReturn

from . import jsonread
from .build import Builder
from .errors import ManifestError
from .nodes import Alias, Mapping, Node, Sequence, resolve
from .stream import RawDocument

__all__ = ["Document", "parse"]

#: Keys of a mapping that are looked through one by one.
_FEW = 64


class Document:
    """A parsed document: `raw`, `value` (plain data; None when empty) and `root` (its nodes; None when empty).

    `json`: the text is strict JSON. `aliases`: the text has some. `value` shares its objects with the nodes (and where
    aliases stand, within itself): nobody may change it.
    """

    __slots__ = ("_counted", "_indexes", "aliases", "json", "raw", "root", "value")

    def __init__(self, raw: RawDocument, root: Node | None, *, json: bool = False, aliases: bool = False) -> None:
        self.raw = raw
        self.root = root
        self.json = json
        self.aliases = aliases
        self.value: Any = None if root is None else root.value
        self._counted = (0, 0)  # an offset, and the lines before it
        self._indexes: dict[int, dict[Any, int]] = {}  # of large mappings: where each key stands

    def at(self, parts: Parts[str | int]) -> tuple[int, int]:
        """1-based (line, column) of the key or list item that the parts lead to, or of the nearest parent."""
        node = self.root
        offset = 0 if node is None else node.start
        for part in parts:
            found = self._child(node, part)
            if found is None:
                break
            offset, node = found
        return self._line(offset), _column(self.raw.text, offset)

    def _child(self, node: Node | None, part: str | int) -> tuple[int, Node] | None:
        inner = None if node is None else resolve(node)
        if type(inner) is not Mapping:
            return None if inner is None else _item(inner, part)
        if len(inner.keys) <= _FEW:
            return _member(inner, str(part))
        index = self._indexes.get(id(inner))
        if index is None:
            index = self._indexes[id(inner)] = {key.value: place for place, key in reversed([*enumerate(inner.keys)])}
        found = index.get(str(part))
        if found is None:
            return _member(inner, str(part)) if inner.merges else None
        return inner.keys[found].start, inner.values[found]

    def _line(self, offset: int) -> int:
        """The line of an offset. Places that are asked for from top to bottom cost one pass over the text together."""
        start, lines = self._counted if offset >= self._counted[0] else (0, 0)
        lines += self.raw.text.count("\n", start, offset)
        self._counted = (offset, lines)
        return self.raw.line + lines

    def error(self, message: str, parts: Parts[str | int] = (), hint: str = "") -> ManifestError:
        """An error (to raise) about the place that the parts lead to."""
        line, column = self.at(parts)
        return ManifestError(message, source=self.raw.source, line=line, column=column, hint=hint)


def parse(raw: RawDocument) -> Document:
    """Parse one document. Raises ManifestError, with line and column, for everything that is wrong with it."""

    def fail(message: str, offset: int, hint: str = "") -> NoReturn:
        line, column = position(raw, offset)
        raise ManifestError(message, source=raw.source, line=line, column=column, hint=hint)

    found = jsonread.read(raw.text, fail)
    if found is not None:
        return Document(raw, found, json=True)
    builder = Builder(raw.text, fail)
    root = builder.build()
    return Document(raw, root, aliases=builder.aliases)


def position(raw: RawDocument, offset: int) -> tuple[int, int]:
    """1-based line and column in the source of an offset into the document's text."""
    return raw.line + raw.text.count("\n", 0, offset), _column(raw.text, offset)


def _column(text: str, offset: int) -> int:
    begin = text.rfind("\n", 0, offset) + 1
    column = offset - begin + 1
    if begin == 0 and text.startswith("\ufeff") and column > 1:
        column -= 1  # a byte order mark takes no room on the screen
    return column


def _item(node: Node, part: str | int) -> tuple[int, Node] | None:
    if type(node) is Sequence:
        try:
            index = int(part)
        except ValueError:
            return None
        if 0 <= index < len(node.items):
            return node.items[index].start, node.items[index]
    return None


def _member(node: Mapping, name: str) -> tuple[int, Node] | None:
    for key, value in zip(node.keys, node.values, strict=True):
        if key.value == name:
            return key.start, value
    if node.merges:
        for key, value in zip(node.keys, node.values, strict=True):
            if type(key.value) is not str and type(value) in (Alias, Mapping) and name in value.value:
                return key.start, value
    return None
