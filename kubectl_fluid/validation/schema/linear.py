"""Patterns searched in time that grows with the length of the text only, as RE2 does; Python's `re` may take forever.

`^(a+)+$` takes Python twice as long for each further `a`. A pattern becomes a small program here, whose threads all
go over the text together (Pike's machine).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

#: Instructions that a program may have; RE2 has a limit of its own.
MAX_PROGRAM = 10_000
_QUANTIFIER = re.compile(r"(?:([*+?])|\{([0-9]{1,4})(,([0-9]{0,4}))?\})\??")
_FLAGS = re.compile(r"\(\?([is]+)\)")
_GROUP = re.compile(r"\((?:\?:|\?P<[A-Za-z_][A-Za-z0-9_]*>|(?!\?))")
#: One character: a class, an escape, or itself.
_ATOM = re.compile(r"\[\^?(?:\\.|[^\]\\])+\]|\\(?:x[0-9A-Fa-f]{2}|[^0-9])|[^\\\[\](){}*+?|]|[{}\]]", re.DOTALL)
_ASSERTIONS = {"^": "start", r"\A": "start", r"\Z": "end", r"\b": "border", r"\B": "inside"}
_WORD = re.compile(r"\w", re.ASCII)

Test = Callable[[str], bool]
#: What a thread does: test a character, go on in several places, or hold only at certain places. None: a match.
Step = Test | tuple[int, ...] | str | None


class UnknownSyntaxError(ValueError):
    """A pattern with something that is not looked at here."""


class Program:
    """A pattern, in Python's spelling, as a program. Raises UnknownSyntaxError."""

    def __init__(self, pattern: str) -> None:
        self._text, self._place, self._steps = pattern, 0, list[Step]()
        found = _FLAGS.match(pattern)
        self._flags = re.ASCII
        if found:
            self._place = found.end()
            for letter in found[1]:
                self._flags |= {"i": re.IGNORECASE, "s": re.DOTALL}[letter]
        self._alternatives()
        if self._place < len(pattern):
            raise UnknownSyntaxError(pattern)
        self._steps.append(None)

    def search(self, text: str) -> bool:
        """Whether the pattern is found in the text."""
        threads = set[int]()
        for place in range(len(text) + 1):
            reached = self._reached((*threads, 0), text, place)
            if len(self._steps) - 1 in reached:
                return True
            char = text[place : place + 1]
            steps = ((it, self._steps[it]) for it in reached)
            threads = {it + 1 for it, step in steps if callable(step) and char and step(char)}
        return False

    def _reached(self, threads: Iterable[int], text: str, place: int) -> set[int]:
        """Where the threads get to without taking a character."""
        waiting, reached = list(threads), set[int]()
        while waiting:
            at = waiting.pop()
            if at in reached:
                continue
            reached.add(at)
            step = self._steps[at]
            if isinstance(step, tuple):
                waiting += step
            elif isinstance(step, str) and _holds(step, text, place):
                waiting.append(at + 1)
        return reached

    def _alternatives(self) -> None:
        starts_at, ends = len(self._steps), list[int]()
        while True:
            self._sequence()
            if not self._take("|"):
                break
            self._insert(starts_at, (starts_at + 1, len(self._steps) + 2))
            ends.append(len(self._steps))
            self._add(())
            starts_at = len(self._steps)
        for end in ends:
            self._steps[end] = (len(self._steps),)

    def _sequence(self) -> None:
        while self._place < len(self._text) and self._text[self._place] not in "|)":
            begin = len(self._steps)
            self._piece()
            found = _QUANTIFIER.match(self._text, self._place)
            if found:
                self._place = found.end()
                self._repeat(begin, *_times(found))

    def _piece(self) -> None:
        group = _GROUP.match(self._text, self._place)
        if group:
            self._place = group.end()
            self._alternatives()
            if not self._take(")"):
                raise UnknownSyntaxError(self._text)
            return
        atom = _ATOM.match(self._text, self._place)
        if not atom:
            raise UnknownSyntaxError(self._text)
        self._place = atom.end()
        self._add(_ASSERTIONS[atom[0]] if atom[0] in _ASSERTIONS else _test(atom[0], self._flags))

    def _repeat(self, begin: int, least: int, most: int | None) -> None:
        """Write the piece from `begin` on as often as it is wanted."""
        piece = self._steps[begin:]
        del self._steps[begin:]
        for _ in range(least):
            self._copy(piece, begin)
        if most is None:
            start = len(self._steps)
            self._add((start + 1, start + len(piece) + 2))
            self._copy(piece, begin)
            self._add((start,))
            return
        behind = len(self._steps) + (most - least) * (len(piece) + 1)
        for _ in range(most - least):
            self._add((len(self._steps) + 1, behind))
            self._copy(piece, begin)

    def _copy(self, piece: list[Step], origin: int) -> None:
        """A piece again, whose jumps were written for `origin`."""
        by = len(self._steps) - origin
        for step in piece:
            self._add(tuple(it + by for it in step) if isinstance(step, tuple) else step)

    def _insert(self, place: int, step: tuple[int, ...]) -> None:
        """A step before others, whose jumps move with them."""
        behind = self._steps[place:]
        del self._steps[place:]
        self._add(step)
        self._copy(behind, place)

    def _add(self, step: Step) -> None:
        if len(self._steps) >= MAX_PROGRAM:
            raise UnknownSyntaxError(self._text)
        self._steps.append(step)

    def _take(self, char: str) -> bool:
        found = self._text.startswith(char, self._place)
        self._place += found
        return found


@cache
def _test(atom: str, flags: int) -> Test:
    matcher = re.compile(atom, flags)

    @cache
    def test(char: str) -> bool:
        return matcher.fullmatch(char) is not None

    return test


def _times(found: re.Match[str]) -> tuple[int, int | None]:
    """How often at least and at most."""
    if found[1]:
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[1]]
    least = int(found[2])
    if found[3] is None:
        return least, least
    most = int(found[4]) if found[4] else None
    return least, most if most is None else max(least, most)


def _holds(assertion: str, text: str, place: int) -> bool:
    if assertion == "start":
        return place == 0
    if assertion == "end":
        return place == len(text)
    before, after = text[place - 1 : place] if place else "", text[place : place + 1]
    return (bool(_WORD.match(before)) != bool(_WORD.match(after))) == (assertion == "border")
