"""Edits in block style: whole lines come and go."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .draft import Cannot, Draft, last_offset, plan
from .dump import Writer
from .gaps import Gap, list_gaps
from .nodes import MERGE, Mapping, Node, Scalar, Sequence
from .patch import align

Span = tuple[int, int]
Write = Callable[[Writer, Any, str, str], None]  # writer, new entry, pad, lead

_COLON = re.compile(r"[ \t]*:(?=[ \t\r\n]|\Z)")
_TO_DASH = re.compile(r"(?:[ \t\r\n]|#[^\n]*|[&!]\S*)*-(?=[ \t\r\n]|\Z)")
_ENTRY_LEAD = re.compile(r"\ufeff?[ ]*(?:-[ ]+)*\Z")
_COMMENT = re.compile(r"[ \t]*#")


def edit_mapping(draft: Draft, node: Mapping, new: dict[str, Any]) -> None:
    """Turn the text of a block mapping that is not empty into that of `new`, which is not empty either."""
    kept, gaps = plan(draft, node, new)
    entries = _Entries(
        draft, _mapping_spans(draft, node), lambda writer, name, pad, lead: writer.entry(name, new[name], pad, lead)
    )
    entries.fill(gaps[0])
    for (index, name), gap in zip(kept, gaps[1:], strict=True):
        if name is not MERGE:
            draft.visit(draft, node.values[index], new[name], _Member(draft, node, index))
        entries.fill(gap)


def edit_sequence(draft: Draft, node: Sequence, new: list[Any]) -> None:
    """The same for a block list."""
    pairs = align(node.value, new)
    gaps = list_gaps(pairs, len(node.items), len(new))
    spans = _sequence_spans(draft, node)
    entries = _Entries(draft, spans, lambda writer, index, pad, lead: writer.item(new[index], pad, lead))
    entries.fill(gaps[0])
    for (left, right), gap in zip(pairs, gaps[1:], strict=True):
        draft.visit(draft, node.items[left], new[right], _Item(draft, spans[left][0], node.items[left]))
        entries.fill(gap)


class _Entries:
    """The entries of one block collection; `fill` carries out what a gap says."""

    def __init__(self, draft: Draft, spans: list[Span], write: Write) -> None:
        self.draft = draft
        self.spans = spans
        self.write = write
        self.pad = " " * draft.column(spans[0][0])

    def fill(self, gap: Gap) -> None:
        """Replace in place as far as one entry goes and another comes, then remove or insert the rest."""
        if not gap.removed and not gap.added:
            return
        draft, before = self.draft, gap.before
        for old, new in zip(gap.removed, gap.added, strict=False):
            start, end = self.spans[old]
            draft.splice(start, draft.line_end(end), self._text([new], ""))
            before = old
        both = min(len(gap.removed), len(gap.added))
        if gap.removed[both:]:
            self._remove(gap.removed[both:], gap.after)
        elif gap.added[both:]:
            self._insert(gap.added[both:], before, gap.after)

    def _text(self, new: list[Any], lead: str) -> str:
        def write(writer: Writer) -> None:
            first = lead
            for entry in new:
                self.write(writer, entry, self.pad, first)
                first = self.pad

        return self.draft.block(write)

    def _insert(self, new: list[Any], before: int | None, after: int | None) -> None:
        draft, newline = self.draft, self.draft.layout.newline
        if before is not None:
            draft.insert(draft.line_end(self.spans[before][1]), newline + self._text(new, self.pad))
            return
        if after is None:
            raise Cannot
        start = self.spans[after][0]
        if not self._own_line(start):
            draft.insert(start, self._text(new, "") + newline + self.pad)
            return
        top = self._above_comments(draft.line_begin(start))
        if top:
            draft.insert(self._end_of_line_before(top), newline + self._text(new, self.pad))
        else:
            draft.insert(start, self._text(new, "") + newline + self.pad)

    def _remove(self, old: list[int], after: int | None) -> None:
        draft = self.draft
        first = self.spans[old[0]][0]
        if not self._own_line(first):  # the first entry behind a dash: the next one takes its place
            if after is None or draft.text[draft.line_end(self.spans[old[-1]][1]) : self.spans[after][0]].strip():
                raise Cannot
            draft.splice(first, self.spans[after][0], "")
            return
        on_top = not draft.line_begin(first)  # no line break stands before: the one behind goes
        for index in old:
            start, end = self.spans[index]
            begin = draft.line_begin(start)
            if on_top:
                draft.splice(begin or start, draft.text.find("\n", end) + 1 or len(draft.text), "")
            else:
                draft.splice(self._end_of_line_before(begin), draft.line_end(end), "")

    def _own_line(self, start: int) -> bool:
        return not self.draft.text[self.draft.line_begin(start) : start].strip(" \ufeff")

    def _end_of_line_before(self, begin: int) -> int:
        return begin - 2 if self.draft.text.startswith("\r\n", begin - 2) else begin - 1

    def _above_comments(self, begin: int) -> int:
        """Comments directly above an entry belong to it (not those at the left margin, which may head the document)."""
        while self.pad and begin:
            above = self.draft.line_begin(begin - 1)
            if not _COMMENT.match(self.draft.text, above):
                break
            begin = above
        return begin


def _mapping_spans(draft: Draft, node: Mapping) -> list[Span]:
    first = node.keys[0].start
    if not _ENTRY_LEAD.match(draft.text, draft.line_begin(first), first):
        raise Cannot  # an explicit key ("? key"), or a tag before it
    return [(key.start, last_offset(node, index)) for index, key in enumerate(node.keys)]


def _sequence_spans(draft: Draft, node: Sequence) -> list[Span]:
    spans: list[Span] = []
    place = node.start
    for item in node.items:
        found = _TO_DASH.match(draft.text, place)
        if not found:
            raise Cannot
        place = max(item.end, found.end())
        spans.append((found.end() - 1, place))
    return spans


class _Member:
    """The value of an entry of a block mapping."""

    def __init__(self, draft: Draft, node: Mapping, index: int) -> None:
        self.draft = draft
        self.key = node.keys[index]
        self.old = node.values[index]

    def replace(self, value: Any) -> None:
        """Replace what stands on the key's line there, and the lines below it by lines; that line's comment stays."""
        draft, old = self.draft, self.old
        found = _COLON.match(draft.text, self.key.end)
        if not found:
            raise Cannot
        colon = found.end()
        pad = " " * draft.column(self.key.start)
        first, *rest = draft.block(lambda writer: writer.value(value, pad)).split(draft.layout.newline)
        below = draft.layout.newline.join(["", *rest])
        if type(old) is not Scalar and value is None:
            first = ""  # an empty value was most likely what stood there before
        if isinstance(old, (Mapping, Sequence)) and "\n" in draft.text[colon : old.start]:
            if first:
                draft.insert(colon, first)
            draft.splice(draft.line_end(colon), draft.line_end(old.end), below)
            return
        if old.start >= old.end:
            draft.insert(colon, first)
        elif first:
            draft.splice(old.start, old.end, first[1:])
        else:
            draft.splice(colon, old.end, "")
        if rest:
            draft.insert(draft.line_end(max(colon, old.end)), below)


class _Item:
    """An item of a block list; `dash` is where its dash stands."""

    def __init__(self, draft: Draft, dash: int, old: Node) -> None:
        self.draft = draft
        self.dash = dash
        self.old = old

    def replace(self, value: Any) -> None:
        """A scalar is replaced where it stands, anything else with its dash."""
        draft, old = self.draft, self.old
        pad = " " * draft.column(self.dash)
        text = draft.block(lambda writer: writer.item(value, pad, ""))
        if "\n" in text or not isinstance(old, Scalar):
            draft.splice(self.dash, draft.line_end(max(old.end, self.dash + 1)), text)
        elif old.start >= old.end:
            draft.insert(self.dash + 1, text[1:])
        else:
            draft.splice(old.start, old.end, text[2:])
