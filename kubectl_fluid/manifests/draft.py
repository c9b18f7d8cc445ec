"""The edits that are collected for one document, and what all of its editors share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .dump import Writer
from .gaps import Gap, mapping_gaps
from .layout import Layout, column
from .nodes import MERGE, Alias, Mapping, Node, Sequence
from .parse import Document
from .patch import same


class Cannot(Exception):
    """An edit does not fit the text here: what encloses it is written anew. Never leaves `edit`."""


class Place(Protocol):
    """Where a node stands: knows how to put another value there."""

    def replace(self, value: Any) -> None:
        """Replace the whole node by the value, as it would be written anew."""


class Draft:
    """Splices (start, end, new text) over the text of one document; nothing is changed before `apply`."""

    def __init__(
        self, document: Document, layout: Layout, room: int, visit: Callable[[Draft, Node, Any, Place], None]
    ) -> None:
        self.text = document.raw.text
        self.layout = layout
        self.aliases = document.aliases
        self.splices: list[tuple[int, int, str]] = []
        self.now: dict[int, Any] = {}  # id of a node that aliases may point at -> the value it will have
        self.visit = visit
        self.room = room  # levels below that may be edited in place

    def splice(self, start: int, end: int, text: str) -> None:
        """Replace text[start:end]."""
        self.splices.append((start, end, text))

    def insert(self, place: int, text: str) -> None:
        """Put text at a place, behind what was put there before."""
        self.splices.append((place, place, text))

    def apply(self) -> str:
        """The edited text; Cannot when edits overlap."""
        parts: list[str] = []
        position = 0
        for start, end, text in sorted(self.splices, key=_by_place):
            if start < position:
                raise Cannot
            parts += (self.text[position:start], text)
            position = end
        parts.append(self.text[position:])
        return "".join(parts)

    def column(self, offset: int) -> int:
        """The column of an offset, from 0."""
        return column(self.text, offset)

    def line_begin(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line break."""
        end = self.text.find("\n", offset)
        if end < 0:
            return len(self.text)
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end

    def block(self, write: Callable[[Writer], None]) -> str:
        """Block YAML that `write` makes, with the document's line ends and none at the end."""
        writer = Writer(self.layout.style)
        write(writer)
        return self.layout.newline.join(writer.lines)

    def current(self, node: Node) -> Any:
        """The value that the text of a node will have after the edits; Cannot when its anchor goes."""
        target = node.target if isinstance(node, Alias) else node
        if any(start <= target.start < end for start, end, _ in self.splices):
            raise Cannot
        return self.now.get(id(target), target.value)


def plan(draft: Draft, node: Mapping, new: dict[str, Any]) -> tuple[list[tuple[int, Any]], list[Gap]]:
    """Entries of a mapping that stay, as (index, key), and the gaps between them; merge keys always stay."""
    staying = [index for index, key in enumerate(node.keys) if key.value is MERGE or key.value in new]
    wanted = _not_merged(draft, node, new) if node.merges else list(new)
    return [(index, node.keys[index].value) for index in staying], mapping_gaps(node, staying, wanted)


def _not_merged(draft: Draft, node: Mapping, new: dict[str, Any]) -> list[str]:
    """The keys that have to stand in the mapping itself, because its merge keys do not bring their value."""
    inherited: dict[str, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key.value is MERGE:
            for source in reversed(value.items) if isinstance(value, Sequence) else (value,):
                inherited.update(draft.current(source))
    if not inherited.keys() <= new.keys():
        raise Cannot  # what a merge key brings cannot be taken away
    own = {key.value for key in node.keys}
    return [name for name in new if name in own or name not in inherited or not same(inherited[name], new[name])]


def _by_place(splice: tuple[int, int, str]) -> tuple[int, int]:
    return splice[:2]


def last_offset(node: Mapping, index: int) -> int:
    """Where an entry of a mapping ends."""
    return max(node.keys[index].end, node.values[index].end)
