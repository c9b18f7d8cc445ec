"""Lines of a page that is as wide as a terminal of 80 columns, with marks in colour."""

from __future__ import annotations

import textwrap
from enum import Enum

from kubectl_fluid.cli.environment import Environment, paint
from kubectl_fluid.cli.errors import printable

WIDTH = 80


class Mark(Enum):
    """What a line begins with: glyph, its stand-in where the encoding has no such character, colour."""

    GOOD = ("✓", "+", "green")
    BAD = ("✗", "x", "red")
    NONE = ("-", "-", "dim")
    UNSURE = ("?", "?", "yellow")
    WARNING = ("!", "!", "yellow")


class Page:
    """Collects lines. What comes from a cluster is escaped here, and wrapped between words (which stay whole)."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._colours = environment.colours_on(environment.stdout_is_terminal)
        self._lines: list[str] = []

    def heading(self, title: str, more: str = "") -> None:
        """The first line of a part, behind an empty one."""
        if self._lines:
            self._lines.append("")
        first, *others = self._wrapped(f"{title}  {more}".rstrip(), "", " " * (len(title) + 2))
        self._lines += [self._painted(first[: len(title)], "bold") + first[len(title) :], *others]

    def item(self, mark: Mark, text: str) -> None:
        """A line behind a mark."""
        glyph, plain, colour = mark.value
        shown = glyph if self._environment.can_say(glyph) else plain
        first, *others = self._wrapped(text, f"  {shown} ", "    ")
        self._lines += [first.replace(shown, self._painted(shown, colour), 1), *others]

    def below(self, text: str, label: str = "") -> None:
        """A line below an item; `label` (hint) is coloured."""
        head = f"{label}: " if label else ""
        first, *others = self._wrapped(head + text, "      ", "        ")
        self._lines += [first.replace(head, self._painted(head[:-1], "cyan") + " ", 1) if head else first, *others]

    def text(self) -> str:
        """The page."""
        return "".join(f"{line}\n" for line in self._lines)

    def _painted(self, text: str, colour: str) -> str:
        return paint(text, colour) if self._colours else text

    @staticmethod
    def _wrapped(text: str, first: str, other: str) -> list[str]:
        return textwrap.wrap(
            printable(text),
            WIDTH,
            initial_indent=first,
            subsequent_indent=other,
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        ) or [first]
