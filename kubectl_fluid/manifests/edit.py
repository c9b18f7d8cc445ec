"""Put a changed value into a document's text: what did not change stays byte for byte.

The text is edited as little as its style allows, then parsed again and compared. When that fails, ever larger parts are
written anew, at last the whole document: the text that comes out always has the value that was asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from . import blockedit, flowedit
from .draft import Cannot, Draft, Place
from .dump import Writer, flow, pretty
from .errors import ManifestError
from .layout import Layout, detect
from .nodes import Alias, Mapping, Node, Scalar, Sequence
from .parse import Document, parse
from .patch import same
from .stream import RawDocument

_CLIPPED = re.compile(
    r"[|>][0-9]?(?![-+0-9])"
)  # the header of a block scalar that keeps one line break if there is one
_ROOMS = (1000, 5, 3, 2)
"""How many levels are edited in place, from try to try, before the whole document is written anew."""


@dataclass(frozen=True)
class Rewritten:
    """`document` has the new value; `whole` says that all of it was written anew (its comments are gone)."""

    document: Document
    whole: bool = False

    @property
    def text(self) -> str:
        """The new text."""
        return self.document.raw.text


def rewrite(document: Document, new_value: Any) -> str:
    """The document's text with `new_value` in it; the very same text when the value is the same.

    Comments, order, quotes, indentation and line ends of what did not change stay; new parts look like what surrounds
    them. Raises ManifestError when the value cannot be written as a manifest (half of a surrogate pair, infinity).
    """
    return reconcile(document, new_value).text


def reconcile(document: Document, new_value: Any, *, known: tuple[Document, ...] = ()) -> Rewritten:
    """As `rewrite`, and says whether the whole document had to be written anew.

    `known` are documents that have `new_value`: if the text of one comes out, it need not be parsed again.
    """
    if same(document.value, new_value):
        return Rewritten(document)
    layout = detect(document)
    try:
        for room in _ROOMS:
            for variant in (_as_it_is, _closed):
                text = _edited(variant(document), new_value, layout, room)
                made = None if text is None else _parsed(document.raw, text, new_value, known)
                if made is not None:
                    return Rewritten(made)
        made = _parsed(document.raw, _whole(document, new_value, layout), new_value, known)
        if made is not None:
            return Rewritten(made, whole=True)
    except ValueError as error:
        raise document.error(f"the changed document cannot be written: {error}") from None
    raise document.error("the changed document cannot be written as YAML")


def _edited(document: Document | None, new: Any, layout: Layout, room: int) -> str | None:
    if document is None or document.root is None:
        return None
    root = document.root
    draft = Draft(document, layout, room, _visit)
    try:
        _visit(draft, root, new, _Root(draft, root))
        return draft.apply()
    except Cannot:
        return None


def _as_it_is(document: Document) -> Document | None:
    return document


def _closed(document: Document) -> Document | None:
    """The same document with a line break at its end, for a literal block that ends the text without one.

    In `run: |` the last line break is part of the string if there is one, so that nothing could be put behind it; the
    variant has `|-` instead. None when the document is not of this kind.
    """
    text = document.raw.text
    node = document.root
    while isinstance(node, (Mapping, Sequence)) and not node.flow and node.end == len(text):
        node = (node.values if isinstance(node, Mapping) else node.items)[-1]
    if not isinstance(node, Scalar) or node.style not in ("|", ">") or node.end < len(text):
        return None
    header = _CLIPPED.search(text, node.start)
    if not header:
        return None
    return parse(replace(document.raw, text=f"{text[: header.end()]}-{text[header.end() :]}"))


def _parsed(raw: RawDocument, text: str, value: Any, known: tuple[Document, ...]) -> Document | None:
    """The text as a document, if it has the value."""
    for document in known:
        if document.raw.text == text:
            return document
    try:
        document = parse(replace(raw, text=text))
    except ManifestError:
        return None
    return document if same(document.value, value) else None


def _visit(draft: Draft, node: Node, new: Any, place: Place) -> None:
    """Make one node hold the new value: by edits within it if they fit, else by replacing it."""
    if isinstance(node, Alias):
        _visit_alias(draft, node, new, place)
        return
    equal = node.value is new or same(node.value, new)
    if equal and not draft.aliases:
        return
    draft.now[id(node)] = new
    if _fits(draft, node, new):
        if not _edit_within(draft, node, new):
            place.replace(new)
    elif not equal and not _fill(draft, node, new):
        place.replace(new)


def _visit_alias(draft: Draft, node: Alias, new: Any, place: Place) -> None:
    """An alias stays while its anchor stays and will have the wanted value; else the value is written out."""
    try:
        if same(draft.current(node), new):
            return
    except Cannot:
        pass
    place.replace(new)


def _fits(draft: Draft, node: Node, new: Any) -> bool:
    """Whether the entries of a node can become those of the new value one by one."""
    if not new or not draft.room or type(new) is not type(node.value):
        return False
    return bool(node.keys if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else ())


def _edit_within(draft: Draft, node: Node, new: Any) -> bool:
    mark = len(draft.splices)
    draft.room -= 1
    try:
        _EDITORS[type(node)][node.flow](draft, node, new)  # type: ignore[union-attr]
    except Cannot:
        del draft.splices[mark:]
        return False
    finally:
        draft.room += 1
    return True


_EDITORS: dict[type, tuple[Any, Any]] = {
    Mapping: (blockedit.edit_mapping, flowedit.edit_mapping),
    Sequence: (blockedit.edit_sequence, flowedit.edit_sequence),
}


def _fill(draft: Draft, node: Node, new: Any) -> bool:
    """An empty collection of a JSON document takes entries on lines of their own, if the document has such lines."""
    layout = draft.layout
    if not layout.pretty or not new or type(new) is not type(node.value) or node.value:
        return False
    begin = draft.line_begin(node.start)
    line = draft.text[begin : node.start].removeprefix("\ufeff")
    margin = line[: len(line) - len(line.lstrip(" \t"))]
    draft.splice(node.start, node.end, pretty(new, layout.newline + margin, layout.pretty))
    return True


class _Root:
    """The whole content of a document."""

    def __init__(self, draft: Draft, root: Node) -> None:
        self.draft = draft
        self.root = root

    def replace(self, value: Any) -> None:
        """Replace the content; what stands around it stays."""
        draft, layout = self.draft, self.draft.layout
        if layout.json:
            text = (
                pretty(value, layout.newline, layout.pretty)
                if layout.pretty
                else flow(value, json=True, compact=layout.compact)
            )
        elif draft.column(self.root.start):
            raise Cannot
        else:
            text = draft.block(lambda writer: writer.document(value))
        draft.splice(self.root.start, self.root.end, text)


def _whole(document: Document, value: Any, layout: Layout) -> str:
    """The document written anew, between the markers that it had and the comments before its `---`."""
    text, newline = document.raw.text, layout.newline
    if document.json:
        content = (
            pretty(value, newline, layout.pretty) if layout.pretty else flow(value, json=True, compact=layout.compact)
        )
        return content + newline * text.endswith("\n")
    writer = Writer(layout.style)
    writer.document(value)
    lines = text.splitlines()
    if any(line.split(" ")[0].rstrip() == "---" for line in lines):
        writer.lines.insert(0, "---")
    if lines and lines[-1].rstrip().startswith("..."):
        writer.lines.append("...")
    return newline.join(writer.lines) + newline * (text.endswith("\n") or not text)
