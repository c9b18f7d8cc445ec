"""Strict JSON to position nodes, with an explicit stack.

libyaml cannot read all of JSON: surrogate pairs in escapes, keys above 1,024 characters, a tab after the last bracket.
What is not strict JSON is left to the YAML parser, which also words the error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]  # C code where there is any
from typing import Any, NoReturn

from .limits import LONGEST_NUMBER, MAX_DEPTH, MAX_NODES
from .nodes import Mapping, Scalar, Sequence
from .scalars import is_text

START = re.compile(r"\ufeff?(?:---(?=[ \t\r\n]))?[ \t\r\n]*(?=[{\[])")
_SPACE = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null")
_WORDS = {"true": True, "false": False, "null": None}
_INT64_MIN, _UINT64_MAX = -(2**63), 2**64 - 1  # larger ones become floats, as in YAML

Fail = Callable[[str, int], NoReturn]


class _NotStrictJSON(Exception):
    """For the caller in this module only."""


def read(text: str, fail: Fail) -> Mapping | Sequence | None:
    """The node tree of a JSON text that begins with `{` or `[`; None when it is no strict JSON.

    `fail(message, offset)` is called for what no parser could accept: limits, duplicate keys.
    """
    started = START.match(text)
    if not started:
        return None
    try:
        return _Reader(text, fail).read(started.end())
    except _NotStrictJSON:
        return None


class _Reader:
    def __init__(self, text: str, fail: Fail) -> None:
        self.text = text
        self.fail = fail
        self.count = 0

    def read(self, position: int) -> Mapping | Sequence:
        """One pass; `stack` holds the collections that are open around `node`."""
        text, space = self.text, _SPACE.match
        stack: list[Mapping | Sequence] = []
        node, position = self._open(position, stack)
        root = node
        while True:
            position = space(text, position).end()  # type: ignore[union-attr]
            first = text[position : position + 1]
            closing = "}" if type(node) is Mapping else "]"
            filled = node.value
            if first == closing:
                position += 1
                if not stack:
                    return self._finish(root, position)
                node = self._close(node, position, stack)
                continue
            if filled:
                if first != ",":
                    raise _NotStrictJSON
                position = space(text, position + 1).end()  # type: ignore[union-attr]
                first = text[position : position + 1]
            if type(node) is Mapping:
                position = self._key(node, position)
                first = text[position : position + 1]
            if first in ("{", "["):
                child, position = self._open(position, stack)
                self._attach(node, child)
                stack.append(node)
                node = child
            else:
                scalar = self._scalar(position)
                position = scalar.end
                self._attach(node, scalar)

    def _finish(self, root: Mapping | Sequence, end: int) -> Mapping | Sequence:
        root.end = end
        if _SPACE.match(self.text, end).end() != len(self.text):  # type: ignore[union-attr]
            raise _NotStrictJSON
        return root

    def _open(self, position: int, stack: list[Mapping | Sequence]) -> tuple[Mapping | Sequence, int]:
        if len(stack) + 1 >= MAX_DEPTH:
            self.fail(f"the document is nested more than {MAX_DEPTH} levels deep", position)
        self._tally(position)
        kind = Mapping if self.text[position] == "{" else Sequence
        return kind(position, flow=True), position + 1

    def _close(self, node: Mapping | Sequence, end: int, stack: list[Mapping | Sequence]) -> Mapping | Sequence:
        node.end = end
        return stack.pop()

    def _tally(self, position: int) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            self.fail(f"the document has more than {MAX_NODES:,} values", position)

    def _key(self, node: Mapping, position: int) -> int:
        if self.text[position : position + 1] != '"':
            raise _NotStrictJSON
        key = self._scalar(position)
        if key.value in node.value:
            self.fail(f"the key '{key.value}' stands twice in one mapping", position)
        node.keys.append(key)
        position = _SPACE.match(self.text, key.end).end()  # type: ignore[union-attr]
        if self.text[position : position + 1] != ":":
            raise _NotStrictJSON
        return _SPACE.match(self.text, position + 1).end()  # type: ignore[union-attr]

    def _attach(self, node: Mapping | Sequence, child: Mapping | Sequence | Scalar) -> None:
        if isinstance(node, Mapping):
            node.values.append(child)
            node.value[node.keys[-1].value] = child.value
        else:
            node.items.append(child)
            node.value.append(child.value)

    def _scalar(self, position: int) -> Scalar:
        self._tally(position)
        if self.text[position : position + 1] == '"':
            return self._string(position)
        found = _ATOM.match(self.text, position)
        if not found:
            raise _NotStrictJSON
        return Scalar(position, found.end(), self._atom(found, position), "", None, 0)

    def _string(self, position: int) -> Scalar:
        try:
            value, end = scanstring(self.text, position + 1)
        except ValueError:
            raise _NotStrictJSON from None
        if not value.isascii() and not is_text(value):
            self.fail("the string holds half of a surrogate pair, which is no character", position)
        return Scalar(position, end, value, '"', None, 0)

    def _atom(self, found: re.Match[str], position: int) -> Any:
        text = found.group()
        if text in _WORDS:
            return _WORDS[text]
        if len(text) > LONGEST_NUMBER:
            self.fail(f"the number has {len(text)} digits", position)
        if found.lastindex == 1 and _INT64_MIN <= (integer := int(text)) <= _UINT64_MAX:
            return integer
        number = float(text)
        if not math.isfinite(number):
            self.fail(f"the number {text} is larger than JSON readers can hold", position)
        return number
