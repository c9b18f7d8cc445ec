"""Patterns of schemas: RE2 in the API server (Go's `regexp`), Python's `re` here."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubectl_fluid.validation.schema.linear import Program

#: Go's names of characters, within brackets.
_NAMED = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CLASS = re.compile(r"\[:([a-z]+):\]")
_OPENING = re.compile(r"\[\^?\]?")
#: `\x{1F600}`, which Python writes otherwise.
_CODE = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_LAST_CODE = 0x10FFFF
#: A repeated group, or two repetitions: Python may try very many ways to share a text between them.
_RISKY = re.compile(r"\)(?:[*+]|\{[0-9]+,)|(?:[*+]|\{[0-9]+,).*(?:[*+]|\{[0-9]+,)", re.DOTALL)
#: Characters with which it is quick nevertheless.
_SHORT = 16


@dataclass(frozen=True)
class Expression:
    """A pattern as Python spells it. `risky`: Python may take very long to find that a long text does not fit."""

    compiled: re.Pattern[str]
    risky: bool

    def search(self, text: str) -> bool:
        """Whether the pattern is found in a text; True for a long one where that cannot be said in good time."""
        if not self.risky or len(text) <= _SHORT:
            return self.compiled.search(text) is not None
        program = _program(self.compiled.pattern)
        return program is None or program.search(text)


@cache
def _program(pattern: str) -> Program | None:
    from kubectl_fluid.validation.schema.linear import Program, UnknownSyntaxError

    try:
        return Program(pattern)
    except UnknownSyntaxError:
        return None


@cache
def expression(pattern: str) -> Expression | None:
    r"""The pattern as Python searches it; None for what Python cannot say (`\p{Greek}`): such a value is not judged."""
    text, place, in_class = "", 0, False
    while place < len(pattern):
        if pattern[place] == "\\":
            taken, said = _escape(pattern, place)
        elif in_class:
            taken, said = _within_class(pattern, place)
            in_class = pattern[place] != "]"
        else:
            taken, said = _outside(pattern, place)
            in_class = pattern[place] == "["
        if said is None:
            return None
        text += said
        place += taken
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of what a later Python may read in `[--a]`
            return Expression(re.compile(text, re.ASCII), _RISKY.search(text) is not None)
    except (re.error, OverflowError, RecursionError):
        return None


def _within_class(pattern: str, place: int) -> tuple[int, str | None]:
    """How many characters come next, and what they are in Python."""
    named = _CLASS.match(pattern, place)
    if named:
        return len(named[0]), _NAMED.get(named[1])
    return 1, r"\[" if pattern[place] == "[" else pattern[place]


def _outside(pattern: str, place: int) -> tuple[int, str | None]:
    opening = _OPENING.match(pattern, place)
    if opening:
        return len(opening[0]), opening[0].replace("]", r"\]")
    if pattern.startswith("(?<", place) and pattern[place + 3 : place + 4] not in ("=", "!"):
        return 3, "(?P<"
    return 1, r"\Z" if pattern[place] == "$" else pattern[place]


def _escape(pattern: str, place: int) -> tuple[int, str | None]:
    code = _CODE.match(pattern, place)
    if code:
        number = int(code[1], 16)
        return len(code[0]), re.escape(chr(number)) if number <= _LAST_CODE else None
    pair = pattern[place : place + 2]
    if pair == r"\Q":
        quoted, end, _ = pattern[place + 2 :].partition(r"\E")
        return 2 + len(quoted) + len(end), re.escape(quoted)
    return 2, None if pair in (r"\p", r"\P", r"\C") else {r"\z": r"\Z"}.get(pair, pair)
