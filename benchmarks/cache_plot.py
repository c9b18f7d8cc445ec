"""A bar chart as SVG: pairs of bars, cold and warm, with the spread of their runs."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from html import escape

WIDTH, ROW, LEFT, RIGHT, TOP = 640, 64, 90, 60, 40
COLD, WARM = "#b3562e", "#2e7bb3"


@dataclass(frozen=True, slots=True)
class Bars:
    """One row: its label, and the seconds of each run."""

    label: str
    cold: list[float]
    warm: list[float]


def draw(rows: list[Bars]) -> str:
    """The chart."""
    longest = max(second for row in rows for second in [*row.cold, *row.warm])
    scale = (WIDTH - LEFT - RIGHT) / longest
    height = TOP + ROW * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        _text(LEFT, 22, "seconds for one copy of 2,000 files, by the delay of an object: "),
        _text(LEFT + 400, 22, "cold", COLD),
        _text(LEFT + 440, 22, "warmed", WARM),
    ]
    for index, row in enumerate(rows):
        top = TOP + index * ROW
        parts.append(_text(10, top + 30, row.label))
        parts += _bar(top + 8, row.cold, COLD, scale)
        parts += _bar(top + 32, row.warm, WARM, scale)
    return "\n".join([*parts, "</svg>\n"])


def _bar(top: float, runs: list[float], colour: str, scale: float) -> list[str]:
    """A bar as long as the median, and a line from the fastest to the slowest run."""
    middle = statistics.median(runs)
    low, high = LEFT + min(runs) * scale, LEFT + max(runs) * scale
    return [
        f'<rect x="{LEFT}" y="{top}" width="{middle * scale:.1f}" height="18" fill="{colour}"/>',
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{top + 9}" y2="{top + 9}" stroke="black"/>',
        _text(high + 6, top + 14, f"{middle:.1f}"),
    ]


def _text(left: float, top: float, text: str, colour: str = "black") -> str:
    return f'<text x="{left:.1f}" y="{top:.1f}" fill="{colour}" font-size="13">{escape(text)}</text>'
