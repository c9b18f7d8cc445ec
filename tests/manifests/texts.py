"""Random values, random texts that hold them, and random edits of values."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from kubectl_fluid.manifests.textscalar import is_literal, string

JSON = Any

WORDS = [
    "a",
    "name",
    "b c",
    "yes",
    "1",
    "0x1f",
    "12:30",
    "2001-01-01",
    "~",
    "",
    "é",
    "x: y",
    "# no",
    "-",
    "on",
    "😀",
    "null",
    "y",
]
TEXTS = (
    st.sampled_from(WORDS)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
    | st.sampled_from(
        [
            "one\ntwo",
            "one\ntwo\n",
            " lead\n",
            "a\n\nb\n",
            '#!/bin/sh\nset -e\n  echo "x: $1"\n',
            "tab\there",
            "it's",
            'say "hi"',
            "back\\slash",
        ]
    )
)
KEYS = st.sampled_from(
    ["name", "labels", "app.kubernetes.io/name", "args", "é", "on", "1", "x y", "a: b", "spec", "<<", "-"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
NAMED = st.fixed_dictionaries(
    {"name": st.sampled_from("abcdef")}, optional={"value": SCALARS, "labels": st.dictionaries(KEYS, TEXTS, max_size=2)}
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.lists(NAMED, max_size=4, unique_by=lambda item: str(item["name"]))
    ),
    max_leaves=16,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=5)


@dataclass
class Hand:
    """Somebody's way of writing YAML; `chance` decides the rest."""

    chance: random.Random
    newline: str
    step: int
    dash: int
    comments: bool
    flows: float
    ended: bool  # whether the last line has a line end

    def maybe(self, share: float) -> bool:
        """True in this share of cases."""
        return self.chance.random() < share

    def document(self, value: JSON) -> str:
        """A whole document of a mapping that is not empty."""
        lines: list[str] = []
        if self.comments and self.maybe(0.3):
            lines.append("# head")
        if self.maybe(0.3):
            lines.append("---")
        self.mapping(lines, value, "", "")
        text = self.newline.join(lines) + (self.newline if self.ended else "")
        return "\ufeff" + text if self.maybe(0.05) else text

    def mapping(self, lines: list[str], value: dict[str, JSON], pad: str, lead: str) -> None:
        """Entries in block style."""
        for name, inner in value.items():
            if lead == pad:
                self.remark(lines, pad)
            self.value(lines, inner, pad, f"{lead}{self.key(name)}:")
            lead = pad

    def sequence(self, lines: list[str], value: list[JSON], pad: str, lead: str) -> None:
        """Items in block style."""
        for inner in value:
            if lead == pad:
                self.remark(lines, pad)
            if type(inner) is dict and inner and not self.maybe(self.flows):
                wide = self.chance.choice([1, 1, 1, 3])
                self.mapping(lines, inner, pad + " " * (wide + 1), lead + "-" + " " * wide)
            elif type(inner) is list and inner and not self.maybe(self.flows):
                self.sequence(lines, inner, pad + "  ", lead + "- ")
            else:
                self.value(lines, inner, pad, lead + "-", flow=True)
            lead = pad

    def remark(self, lines: list[str], pad: str) -> None:
        """Sometimes a comment or a blank line."""
        if self.comments and self.maybe(0.15):
            lines.append(pad + "# remark: {x}")
        if self.comments and self.maybe(0.1):
            lines.append("")

    def value(self, lines: list[str], value: JSON, pad: str, lead: str, *, flow: bool = False) -> None:
        """What follows a key or a dash."""
        tail = "  # why" if self.comments and self.maybe(0.15) else ""
        if type(value) in (dict, list) and value and not flow and not self.maybe(self.flows):
            lines.append(lead + tail)
            if type(value) is dict:
                inner = pad + " " * self.step
                self.mapping(lines, value, inner, inner)
            else:
                inner = pad + " " * self.dash
                self.sequence(lines, value, inner, inner)
        elif type(value) is str and is_literal(value) and (self.ended or value[-1] != "\n") and self.maybe(0.8):
            lines.append(f"{lead} {'|' if value.endswith(chr(10)) else '|-'}{tail}")
            lines += [pad + " " * self.step + line if line else "" for line in value.removesuffix("\n").split("\n")]
        elif value is None and self.maybe(0.4):
            lines.append(lead + tail)
        else:
            lines.append(f"{lead}{self.chance.choice([' ', ' ', ' ', '   '])}{self.inline(value)}{tail}")

    def key(self, name: str) -> str:
        """A key, quoted if need be or just so."""
        return json.dumps(name) if self.maybe(0.1) and name.isascii() else string(name)

    def inline(self, value: JSON) -> str:
        """A value on one line."""
        if type(value) is dict:
            return (
                "{"
                + self.chance.choice([", ", ",", ",  "]).join(
                    f"{self.key(k)}: {self.inline(v)}" for k, v in value.items()
                )
                + "}"
            )
        if type(value) is list:
            return "[" + self.chance.choice([", ", ", ", " , "]).join(map(self.inline, value)) + "]"
        if type(value) is str:
            return json.dumps(value) if self.maybe(0.3) and value.isascii() and "\x7f" not in value else string(value)
        text = json.dumps(value)
        return (
            text.replace("e", ".0e") if type(value) is float and "." not in text else text
        )  # 1e+16 is no float in YAML 1.1


HANDS = st.builds(
    Hand,
    st.randoms(use_true_random=False),
    newline=st.sampled_from(["\n", "\n", "\r\n"]),
    step=st.sampled_from([2, 2, 4, 1, 3]),
    dash=st.sampled_from([0, 2, 4]),
    comments=st.booleans(),
    flows=st.sampled_from([0.0, 0.1, 0.4]),
    ended=st.sampled_from([True, True, True, False]),
)
JSON_STYLES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"indent": 2},
        {"indent": 4},
        {"indent": "\t"},
        {"separators": (",", ":")},
        {"indent": 2, "ensure_ascii": False},
    ]
)


def changed(value: JSON, chance: random.Random, extra: list[JSON]) -> JSON:
    """A copy with one change somewhere: added, removed, replaced, renamed."""
    if type(value) is dict and value and chance.random() < 0.8:
        name = chance.choice(list(value))
        if chance.random() < 0.6:
            return {key: changed(inner, chance, extra) if key == name else inner for key, inner in value.items()}
    elif type(value) is list and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        if chance.random() < 0.6:
            return [changed(inner, chance, extra) if index == place else inner for index, inner in enumerate(value)]
    if type(value) is dict:
        return _changed_mapping(dict(value), chance, extra)
    if type(value) is list:
        return _changed_list(list(value), chance, extra)
    return chance.choice(extra)


def _changed_mapping(value: dict[str, JSON], chance: random.Random, extra: list[JSON]) -> JSON:
    new = chance.choice(["zz", "new.key/x", "y"])
    what = chance.random()
    if what < 0.4 or not value:
        return added(value, chance, extra)
    name = chance.choice(list(value))
    if what < 0.6:
        return {
            new if key == name else key: chance.choice(extra) if key == name else inner for key, inner in value.items()
        }
    if what < 0.95:
        del value[name]
        return value
    return chance.choice(extra)


def _changed_list(value: list[JSON], chance: random.Random, extra: list[JSON]) -> JSON:
    what = chance.random()
    if what < 0.5 or not value:
        return added(value, chance, extra)
    place = chance.randrange(len(value))
    if what < 0.8:
        del value[place]
    elif what < 0.95:
        value[place] = chance.choice(extra)
    else:
        return chance.choice(extra)
    return value


def added(value: JSON, chance: random.Random, extra: list[JSON]) -> JSON:
    """A copy of a collection with one more entry."""
    if type(value) is list:
        place = chance.randrange(len(value) + 1)
        return [*value[:place], chance.choice(extra), *value[place:]]
    items = list(value.items())
    items.insert(
        chance.choice([0, len(items), len(items), chance.randrange(len(items) + 1)]), ("zz", chance.choice(extra))
    )
    return dict(items)


def grown(value: JSON, chance: random.Random, extra: list[JSON]) -> JSON:
    """A copy with one more entry in some collection that is not empty."""
    if type(value) is dict:
        inside = [key for key, inner in value.items() if type(inner) in (dict, list) and inner]
        if inside and chance.random() < 0.7:
            name = chance.choice(inside)
            return {key: grown(inner, chance, extra) if key == name else inner for key, inner in value.items()}
    elif type(value) is list:
        places = [index for index, inner in enumerate(value) if type(inner) in (dict, list) and inner]
        if places and chance.random() < 0.7:
            place = chance.choice(places)
            return [grown(inner, chance, extra) if index == place else inner for index, inner in enumerate(value)]
    return added(value, chance, extra)
