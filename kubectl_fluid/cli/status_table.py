"""The table of `kubectl fluid status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from kubectl_fluid.cli.environment import paint
from kubectl_fluid.cli.status_cells import COLOURS, Column, columns
from kubectl_fluid.status.model import DatasetStatus, Verdict

GAP = "   "
#: What stands for the middle of a name, and how little of a name, with that, is of any use.
_CUT, _LEAST = "...", 9
_VERDICTS = {it.value: it for it in Verdict}


class Look(NamedTuple):
    """How a table is to be: `width` is the terminal's (None: any), `least` what columns have at least."""

    namespace: bool = False
    wide: bool = False
    headers: bool = True
    colours: bool = False
    width: int | None = None
    least: Mapping[str, int] = {}


class Table(NamedTuple):
    """Lines without line ends, the titles of columns that had no room, and the widths of the others."""

    lines: list[str]
    left_out: list[str]
    widths: Mapping[str, int] = {}


def table(rows: Sequence[DatasetStatus], look: Look, now: datetime) -> Table:
    """Columns as kubectl's; nothing where there are no rows."""
    if not rows:
        return Table([], [])
    shown = list(columns(namespace=look.namespace, wide=look.wide))
    cells = {it.title: [it.title, *(it.cell(row, now) for row in rows)] for it in shown}
    if look.width is not None:
        _shorten(cells, look.width)
    left_out = _fit(shown, cells, look.width)
    widths = {it.title: max(look.least.get(it.title, 0), *map(len, cells[it.title])) for it in shown}
    first = 0 if look.headers else 1
    lines = [_line([(it.title, cells[it.title][n]) for it in shown], widths, look) for n in range(first, len(rows) + 1)]
    return Table(lines, left_out, widths)


def _shorten(cells: dict[str, list[str]], width: int) -> None:
    """Take the middle out of names that leave no room for HEALTH."""
    room = width - max(map(len, cells["HEALTH"])) - len(GAP)
    if "NAMESPACE" in cells:
        cells["NAMESPACE"] = [_within(it, room // 2) for it in cells["NAMESPACE"]]
        room -= max(map(len, cells["NAMESPACE"])) + len(GAP)
    cells["NAME"] = [_within(it, room) for it in cells["NAME"]]


def _within(text: str, width: int) -> str:
    """The text, or its start and its end."""
    kept = max(width, _LEAST) - len(_CUT)
    return text if len(text) <= kept + len(_CUT) else text[: (kept + 1) // 2] + _CUT + text[-(kept // 2) :]


def _fit(shown: list[Column], cells: dict[str, list[str]], width: int | None) -> list[str]:
    """Keep in `shown` what fits, in the order of ranks; the titles of the others."""
    everything = list(shown)
    shown[:] = [it for it in everything if not it.rank]
    for column in sorted((it for it in everything if it.rank), key=lambda it: it.rank):
        more = [it for it in everything if it in shown or it is column]
        if width is None or _width(more, cells) <= width:
            shown[:] = more
    return [it.title for it in everything if it not in shown]


def _width(shown: list[Column], cells: dict[str, list[str]]) -> int:
    return sum(max(map(len, cells[it.title])) for it in shown) + len(GAP) * (len(shown) - 1)


def _line(row: list[tuple[str, str]], widths: dict[str, int], look: Look) -> str:
    padded = [cell.ljust(widths[title]) for title, cell in row]
    padded[-1] = row[-1][1]
    if look.colours:
        padded = [_painted(title, cell, it) for (title, cell), it in zip(row, padded, strict=True)]
    return GAP.join(padded).rstrip()


def _painted(title: str, cell: str, padded: str) -> str:
    verdict = _VERDICTS.get(cell) if title == "HEALTH" else None
    return paint(cell, COLOURS[verdict]) + padded[len(cell) :] if verdict else padded
