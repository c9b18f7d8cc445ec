"""PyYAML's parser events to position nodes, with an explicit stack: no depth of brackets can exhaust Python's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from .events import event_parser
from .limits import MAX_ALIAS_WEIGHT, MAX_DEPTH, MAX_NODES
from .nodes import MERGE, Alias, Mapping, Node, Scalar, Sequence, resolve
from .scalars import COLLECTION_TAGS, NOT_FINITE, NotJSON, is_text, key_text, resolve_plain, resolve_tagged, show_tag

_BLOCK_STYLES = ("|", ">")


class Fail(Protocol):
    """Raises the ManifestError for an offset of the text."""

    def __call__(self, message: str, offset: int, hint: str = "") -> NoReturn:
        """Raise it."""


def _is_empty(text: str) -> bool:
    """Whether a text holds comments and markers only; libyaml does not take a lone `...`."""
    starts = [line.split(maxsplit=1)[0] for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    return all(start in ("---", "...") or start.startswith("#") for start in starts)


class Builder:
    """Use once: `Builder(text, fail).build()`."""

    def __init__(self, text: str, fail: Fail) -> None:
        self.text = text
        self.base = 1 if text.startswith("\ufeff") else 0  # libyaml does not count a byte order mark, so it gets none
        self.fail = fail
        self.root: Node | None = None
        self.stack: list[Mapping | Sequence] = []
        self.node: Mapping | Sequence | None = None  # the innermost open collection
        self.pending: Scalar | None = None  # the key whose value comes next
        self.anchors: dict[str, Scalar | Mapping | Sequence] = {}
        self.open: set[str] = set()
        self.count = 0
        self.weight = 0  # characters and nodes, with aliases written out
        self.alias_weight = 0
        self.aliases = False  # whether the document has any

    def build(self) -> Node | None:
        """The root node, or None for a document without content."""
        try:
            self._events()
        except MarkedYAMLError as error:
            if not _is_empty(self.text):
                self._complain(error)
        except (YAMLError, UnicodeError):
            self._unprintable()
        return self.root

    def _events(self) -> None:
        handlers: dict[type, Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open_mapping,
            SequenceStartEvent: self._open_sequence,
            MappingEndEvent: self._close_mapping,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }
        get_event = event_parser(self.text[self.base :] if self.base else self.text).get_event
        while True:
            event = get_event()
            kind = type(event)
            handler = handlers.get(kind)
            if handler is not None:
                handler(event)
            elif kind is StreamEndEvent:
                return

    def _document(self, event: Any) -> None:
        if self.root is not None:
            self.fail(
                "a second document begins here",
                event.start_mark.index + self.base,
                "begin a new document with '---' on a line of its own",
            )

    def _scalar(self, event: Any) -> None:
        start = event.start_mark.index + self.base
        text: str = event.value
        anchor: str | None = event.anchor
        tag: str | None = event.tag
        value: Any = text
        style = ""
        try:
            if tag is not None:
                value = resolve_tagged(tag, text)
                style = event.style or ""
            elif event.implicit[0]:
                value = resolve_plain(text)
                if text == "<<" and self._expects_key():
                    value = MERGE
            else:
                style = event.style
                if not text.isascii() and not is_text(text):  # PyYAML lets escapes of surrogates pass
                    self.fail("the string holds half of a surrogate pair, which is no character", start)
        except NotJSON as error:
            if tag is not None or text not in NOT_FINITE or not self._expects_key():
                self.fail(str(error), start, "put the value in quotes if a string is meant")
            value = NOT_FINITE[text]
        weight = len(text) + 1
        end = event.end_mark.index + self.base
        if style in _BLOCK_STYLES:
            end = self._block_end(start, end)
        node = Scalar(start, end, value, style, anchor, weight)
        self.weight += weight
        if anchor is not None:
            self._name(anchor, node)
            self.open.discard(anchor)
        self._attach(node, start)

    def _block_end(self, start: int, end: int) -> int:
        """Where a block scalar ends, without its last line break and the blank lines that are not part of it."""
        text = self.text
        if "+" in text[start : text.find("\n", start)]:
            return end - (text.endswith("\n", start, end) + text.endswith("\r\n", start, end))
        return start + len(text[start:end].rstrip("\r\n"))

    def _expects_key(self) -> bool:
        return self.pending is None and type(self.node) is Mapping

    def _attach(self, node: Node, start: int) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            self.fail(f"the document has more than {MAX_NODES:,} values", start)
        parent = self.node
        if parent is None:
            self.root = node
        elif isinstance(parent, Sequence):
            parent.items.append(node)
            parent.value.append(node.value)
        elif self.pending is None:
            self._key(parent, node, start)
        else:
            if self.pending.value is MERGE:
                parent.merges = True
            else:
                parent.value[self.pending.value] = node.value
            parent.values.append(node)
            self.pending = None

    def _key(self, parent: Mapping, node: Node, start: int) -> None:
        scalar = resolve(node)
        if type(scalar) is not Scalar:
            self.fail("a key must be a string", start, "use a plain key")
        value = scalar.value
        if type(value) is not str and value is not MERGE:
            try:
                value = key_text(value)
            except NotJSON as error:
                self.fail(str(error), start, "put the key in quotes")
        if value is not MERGE and value in parent.value:
            self.fail(f"the key '{value}' stands twice in one mapping", start, "remove one of the two")
        is_as_written = node is scalar and value is scalar.value
        key = scalar if is_as_written else Scalar(start, node.end, value, scalar.style, node.anchor, scalar.weight)
        self.pending = key
        parent.keys.append(key)

    def _open_mapping(self, event: Any) -> None:
        node = Mapping(event.start_mark.index + self.base, flow=event.flow_style, anchor=event.anchor)
        self._open(node, event, "map")

    def _open_sequence(self, event: Any) -> None:
        node = Sequence(event.start_mark.index + self.base, flow=event.flow_style, anchor=event.anchor)
        self._open(node, event, "seq")

    def _open(self, node: Mapping | Sequence, event: Any, kind: str) -> None:
        if len(self.stack) + 1 >= MAX_DEPTH:
            self.fail(f"the document is nested more than {MAX_DEPTH} levels deep", node.start)
        if event.tag is not None and event.tag not in COLLECTION_TAGS[kind]:
            self.fail(f"the tag {show_tag(event.tag)} has no meaning in a manifest", node.start, "remove the tag")
        if self._expects_key():
            self.fail("a key must be a string", node.start, "put text that holds braces, such as {{ … }}, in quotes")
        if node.anchor is not None:
            self._name(node.anchor, node)
        self._attach(node, node.start)
        node.weight = -self.weight
        self.weight += 1
        if self.node is not None:
            self.stack.append(self.node)
        self.node = node

    def _name(self, anchor: str, node: Scalar | Mapping | Sequence) -> None:
        self.anchors[anchor] = node
        self.open.add(anchor)

    def _close_mapping(self, event: Any) -> None:
        node = self.node
        if node.merges:  # type: ignore[union-attr]
            self._merge(node)  # type: ignore[arg-type]
        self._close(event)

    def _close(self, event: Any) -> None:
        node = self.node
        if node is None:  # the parser gives no end without a start
            return
        children: list[Node] = node.values if type(node) is Mapping else node.items  # type: ignore[union-attr]
        if node.flow:
            node.end = event.end_mark.index + self.base
        elif children:
            node.end = max(children[-1].end, node.keys[-1].end) if type(node) is Mapping else children[-1].end
        node.weight += self.weight
        node.height = 1 + max([child.height for child in children], default=0)
        if node.anchor is not None:
            self.open.discard(node.anchor)
        self.node = self.stack.pop() if self.stack else None

    def _alias(self, event: Any) -> None:
        start, name = event.start_mark.index + self.base, event.anchor
        target = self.anchors.get(name)
        if target is None:
            self.fail(f"the alias '*{name}' has no anchor '&{name}' before it", start)
        if name in self.open:
            self.fail(f"the anchor '&{name}' contains itself", start)
        if len(self.stack) + 1 + target.height > MAX_DEPTH:
            self.fail(f"the document is nested more than {MAX_DEPTH} levels deep through the alias '*{name}'", start)
        self.aliases = True
        self.alias_weight += target.weight
        self.weight += target.weight
        if self.alias_weight > MAX_ALIAS_WEIGHT:
            self.fail("the aliases of the document expand to too much", start, "write the values out, or fewer of them")
        self._attach(Alias(start, event.end_mark.index + self.base, target), start)

    def _merge(self, node: Mapping) -> None:
        """`<<` as go-yaml v2 does it: what a key or a merge sets, a later one in the text overrides."""
        merged: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key.value is MERGE:
                for source in self._merge_sources(value):
                    merged.update(source)
            else:
                merged[key.value] = value.value
        node.value.clear()
        node.value.update(merged)

    def _merge_sources(self, value: Node) -> list[dict[str, Any]]:
        inner = resolve(value)
        sources = [inner] if type(inner) is Mapping else []
        if isinstance(value, Sequence):  # the earlier of two has the last word; an alias of a list is not taken
            sources = [source for item in reversed(value.items) if isinstance(source := resolve(item), Mapping)]
        if len(sources) < (len(value.items) if isinstance(value, Sequence) else 1):
            self.fail("a merge key '<<' takes a mapping or a list of mappings", value.start)
        return [source.value for source in sources]

    def _complain(self, error: MarkedYAMLError) -> NoReturn:
        from .messages import json_fault, wording

        fault = json_fault(self.text[self.base :])
        if fault is not None:
            self.fail(fault.message, fault.offset + self.base, fault.hint)
        mark = error.problem_mark or error.context_mark
        place = mark.index + self.base if mark else 0
        said = wording(error.problem or error.context or "", self.text[place : place + 1])
        if said.at_context and error.context_mark:
            place = error.context_mark.index + self.base
        self.fail(said.message, place, said.hint)

    def _unprintable(self) -> NoReturn:
        from .messages import CONTROL

        found = CONTROL.search(self.text)
        if not found:
            self.fail("the text is not valid YAML", 0)
        self.fail(
            f"the text holds the control character U+{ord(found.group()):04X}",
            found.start(),
            "remove it, or write it as an escape in double quotes",
        )
