"""Tables of pages that are made from the program: each stands behind a mark `<!-- table: NAME -->`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_MARKED = re.compile(r"(<!-- table: ([\w-]+) -->\n)((?:\|[^\n]*\n)*)")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown, a line each row."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def filled(page: str, tables: Mapping[str, str]) -> str:
    """The page with these tables behind their marks; KeyError where it marks one that is not made."""
    return _MARKED.sub(lambda it: it[1] + tables[it[2]], page)


def marked(page: str) -> list[str]:
    """The names of the tables that a page has a place for."""
    return [it[1] for it in _MARKED.findall(page)]
