"""Edits in flow style and in JSON: entries come and go with their commas."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .draft import Cannot, Draft, last_offset, plan
from .dump import flow, pretty
from .gaps import Gap, list_gaps
from .nodes import MERGE, Mapping, Node, Sequence
from .patch import align
from .textscalar import json_scalar, string

_COMMA = re.compile(r",[ \t\r\n]*\Z")
_COLON = re.compile(r":[ \t]*\Z")
_OPEN = re.compile(r"(?:[&!]\S*[ \t\r\n]+)*([{\[])")


def edit_mapping(draft: Draft, node: Mapping, new: dict[str, Any]) -> None:
    """Turn the text of a flow mapping that is not empty into that of `new`, which is not empty either."""
    kept, gaps = plan(draft, node, new)
    spans = [(key.start, last_offset(node, index)) for index, key in enumerate(node.keys)]
    writer = FlowWriter(draft, node, spans)
    colon = writer.colon(node)
    entries = _Entries(draft, writer, lambda name: f"{writer.key(name)}{colon}{writer.value(new[name])}")
    entries.fill(gaps[0])
    for (index, name), gap in zip(kept, gaps[1:], strict=True):
        if name is not MERGE:
            draft.visit(draft, node.values[index], new[name], _Member(draft, writer, node, index))
        entries.fill(gap)


def edit_sequence(draft: Draft, node: Sequence, new: list[Any]) -> None:
    """The same for a flow list."""
    pairs = align(node.value, new)
    gaps = list_gaps(pairs, len(node.items), len(new))
    writer = FlowWriter(draft, node, [(item.start, item.end) for item in node.items])
    entries = _Entries(draft, writer, lambda index: writer.value(new[index]))
    entries.fill(gaps[0])
    for (left, right), gap in zip(pairs, gaps[1:], strict=True):
        draft.visit(draft, node.items[left], new[right], _Part(draft, writer, node.items[left]))
        entries.fill(gap)


class FlowWriter:
    """Writes new parts of one flow collection the way its entries are written."""

    def __init__(self, draft: Draft, node: Mapping | Sequence, spans: list[tuple[int, int]]) -> None:
        layout, text = draft.layout, draft.text
        opened = _OPEN.match(text, node.start)
        if not opened:
            raise Cannot  # a mapping of one pair without braces: [a: b]
        self.text = text
        self.spans = spans
        self.json = layout.json or (isinstance(node, Mapping) and node.keys[0].style == '"')
        self.compact = layout.compact
        inside = text[opened.end() : spans[0][0]]
        self.comma = "," + inside if "\n" in inside and not inside.strip() else "," if self.compact else ", "
        if len(spans) > 1 and _COMMA.match(between := text[spans[0][1] : spans[1][0]]):
            self.comma = between
        self.step = layout.pretty if "\n" in self.comma else ""
        self.break_ = layout.newline + self.comma[self.comma.rfind("\n") + 1 :]

    def colon(self, node: Mapping) -> str:
        """What stands between a key and its value."""
        between = self.text[node.keys[0].end : node.values[0].start]
        return between if self.json and _COLON.match(between) else ": "

    def key(self, name: str) -> str:
        """A key without its colon."""
        return json_scalar(name) if self.json else string(name)

    def value(self, value: Any) -> str:
        """A value; over several lines where its siblings stand on lines of their own in a JSON document."""
        if self.step:
            return pretty(value, self.break_, self.step)
        return flow(value, json=self.json, compact=self.compact)


class _Entries:
    """The entries of one flow collection; `fill` carries out what a gap says."""

    def __init__(self, draft: Draft, writer: FlowWriter, write: Callable[[Any], str]) -> None:
        self.draft = draft
        self.spans = writer.spans
        self.comma = writer.comma
        self.write = write

    def fill(self, gap: Gap) -> None:
        """Replace in place as far as one entry goes and another comes, then remove or insert the rest."""
        draft, before = self.draft, gap.before
        for old, new in zip(gap.removed, gap.added, strict=False):
            draft.splice(*self.spans[old], self.write(new))
            before = old
        both = min(len(gap.removed), len(gap.added))
        removed, added = gap.removed[both:], gap.added[both:]
        if removed and before is not None:
            draft.splice(self.spans[before][1], self.spans[removed[-1]][1], "")
        elif removed and gap.after is not None:
            draft.splice(self.spans[removed[0]][0], self.spans[gap.after][0], "")
        elif added and before is not None:
            draft.insert(self.spans[before][1], "".join([self.comma + self.write(new) for new in added]))
        elif added and gap.after is not None:
            draft.insert(self.spans[gap.after][0], "".join([self.write(new) + self.comma for new in added]))
        elif removed or added:
            raise Cannot


class _Part:
    """An item of a flow list."""

    def __init__(self, draft: Draft, writer: FlowWriter, old: Node) -> None:
        self.draft = draft
        self.writer = writer
        self.old = old

    def replace(self, value: Any) -> None:
        """Replace the item."""
        self.draft.splice(self.old.start, self.old.end, self.writer.value(value))


class _Member:
    """The value of an entry of a flow mapping; it may be missing, even with its colon."""

    def __init__(self, draft: Draft, writer: FlowWriter, node: Mapping, index: int) -> None:
        self.draft = draft
        self.writer = writer
        self.key = node.keys[index]
        self.old = node.values[index]

    def replace(self, value: Any) -> None:
        """Replace the value."""
        draft, old, text = self.draft, self.old, self.writer.value(value)
        if old.start < old.end:
            draft.splice(old.start, old.end, text)
            return
        between = draft.text[self.key.end : old.start]
        lead = "" if between.endswith((" ", "\n", "\t")) else " " if ":" in between else ": "
        draft.insert(max(self.key.end, old.start), lead + text)
