"""Writing a value as YAML in a random style, and noting where each key and item of it came to stand.

A writer of its own, so that what the program's reader says of places is held against something that does not know it.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

Pointer = tuple[str | int, ...]
Place = tuple[int, int]

#: Values that can be written without quotes.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII)
_NOT_TEXT = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_COMMENTS = ("plain", "größer: {nicht} 'zu'", "名前: [値", "spec: 🙂 -", 'a "quote', "- item: &not *an")
_LINES = ("first: line", "Straße 🙂", "# no comment", "  deeper", "- none", "--- no marker")


class Prose(str):
    """Text whose content does not matter: the writer may spread other text over several lines instead."""

    __slots__ = ()


class Scattered:
    """The text so far; `places` has the place of each key (of its first character) and of each list item."""

    def __init__(self, random: Random, newline: str, *, strict_json: bool) -> None:
        self.random = random
        self.newline = newline
        self.strict_json = strict_json
        self.places: dict[Pointer, Place] = {}
        self._parts: list[str] = []
        self._line, self._column = 1, 1
        self._anchors: dict[int, str] = {}

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)

    def write(self, text: str) -> None:
        """Add text; its `\\n` become the newline of this stream."""
        lines = text.split("\n")
        if len(lines) > 1:
            self._line += len(lines) - 1
            self._column = 1
        self._column += len(lines[-1])
        self._parts.append(text.replace("\n", self.newline))

    def document(self, value: Any) -> None:
        """Write a whole document (without `---`), whose places are noted; those of others are forgotten."""
        self.places.clear()
        self._anchors.clear()
        if self.strict_json or self._chance(0.15):
            self._flow(value, (), 1)
            self.write("\n")
        else:
            self._mapping(value, (), 0, first=False)

    def comments(self, indent: int) -> None:
        """Some lines of comments, or none."""
        while not self.strict_json and self._chance(0.2):
            self.write(self.random.choice(("", f"{'':{indent}}# {self.random.choice(_COMMENTS)}")) + "\n")

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _note(self, pointer: Pointer) -> None:
        self.places[pointer] = (self._line, self._column)

    def _end(self) -> None:
        self.write(f" # {self.random.choice(_COMMENTS)}\n" if self._chance(0.2) else "\n")

    def _mapping(self, value: dict[str, Any], pointer: Pointer, indent: int, *, first: bool) -> None:
        """A block mapping; `first`: its first key stands behind what is written already."""
        for number, (key, item) in enumerate(value.items()):
            if number or not first:
                self.comments(indent)
                self.write(" " * indent)
            self._note((*pointer, key))
            self.write(self._key(key) + ":" + " " * (1 if self._chance(0.1) else 0))
            self._value(item, (*pointer, key), indent)

    def _value(self, value: Any, pointer: Pointer, indent: int) -> None:
        """What follows a key in block style, with the end of the line."""
        if self._alias(value, " "):
            self._end()
        elif not isinstance(value, dict | list) or not value or self._chance(0.25):
            self.write(" ")
            self._anchor(value)
            if isinstance(value, Prose) and self._chance(0.5):
                self._block_text(indent)
                return
            self._flow(value, pointer, indent + 1)
            self._end()
        else:
            self._anchor(value, " ")
            self._end()
            if isinstance(value, dict):
                self._mapping(value, pointer, indent + self.random.randint(1, 5), first=False)
            else:
                self._list(value, pointer, indent + self.random.choice((0, 2)))

    def _list(self, value: list[Any], pointer: Pointer, indent: int) -> None:
        for number, item in enumerate(value):
            self.comments(indent)
            gap = self.random.randint(1, 3)
            self.write(f"{'':{indent}}-{'':{gap}}")
            self._note((*pointer, number))
            if isinstance(item, dict) and item and self._chance(0.7):
                self._mapping(item, (*pointer, number), indent + 1 + gap, first=True)
            else:
                self._flow(item, (*pointer, number), indent + 1)
                self._end()

    def _block_text(self, indent: int) -> None:
        self.write(self.random.choice(("|", "|-", ">", ">+", "|2")) + "\n")
        for number in range(self.random.randint(1, 4)):
            line = self.random.choice(_LINES)
            self.write(f"{'':{indent + 2}}{line.strip() if number == 0 else line}\n")

    def _flow(self, value: Any, pointer: Pointer, indent: int) -> None:
        """A value in flow style, without the end of the line."""
        if isinstance(value, dict):
            self._between("{", "}", [(key, item) for key, item in value.items()], pointer, indent)
        elif isinstance(value, list):
            self._between("[", "]", list(enumerate(value)), pointer, indent)
        elif isinstance(value, Prose) and not self.strict_json and self._chance(0.5):
            self.write(f'"one {value}\n{"":{indent + 1}}two 🙂\n\n{"":{indent}}three"')
        else:
            self.write(self._scalar(value))

    def _between(self, opening: str, closing: str, items: list[tuple[Any, Any]], pointer: Pointer, indent: int) -> None:
        self.write(opening)
        for number, (key, item) in enumerate(items):
            self.write("," if number else "")
            self._gap(indent)
            self._note((*pointer, key))
            if opening == "{":
                self.write(self._key(key) + ": ")
            if opening == "[" or not self._alias(item, ""):
                if opening == "{":
                    self._anchor(item)
                self._flow(item, (*pointer, key), indent + 1)
        self._gap(indent)
        self.write(closing)

    def _gap(self, indent: int) -> None:
        if self._chance(0.3):
            comment = "" if self.strict_json or self._chance(0.6) else f" # {self.random.choice(_COMMENTS)}"
            self.write(f"{comment}\n{'':{indent}}")
        elif self._chance(0.5):
            self.write(" ")

    def _anchor(self, value: Any, before: str = "") -> None:
        """An anchor, which a second use of the same dict refers to, or nobody."""
        if not self.strict_json and self._chance(1 if isinstance(value, Shared) else 0.1):
            name = f"a{len(self._anchors)}"
            self._anchors[id(value) if isinstance(value, Shared) else -len(self._anchors) - 1] = name
            self.write(f"{before}&{name}{'' if before else ' '}")

    def _alias(self, value: Any, before: str) -> bool:
        """Whether the value was written before, so that an alias stands for it now."""
        if not isinstance(value, Shared) or id(value) not in self._anchors:
            return False
        self.write(f"{before}*{self._anchors[id(value)]} ")
        return True

    def _key(self, key: str) -> str:
        return self._scalar(key)

    def _scalar(self, value: Any) -> str:
        if not isinstance(value, str) or self.strict_json:
            # YAML, which has these documents where something stands around them, does not know pairs of surrogates.
            escape = self._chance(0.3) and all(character <= "\uffff" for character in str(value))
            return json.dumps(value, ensure_ascii=escape)
        if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT and self._chance(0.6):
            return str(value)
        if self._chance(0.5) and "'" not in value:
            return f"'{value}'"
        return json.dumps(value, ensure_ascii=False)


class Shared(dict[str, Any]):
    """A mapping that stands at several places of a document: an anchor and aliases."""
