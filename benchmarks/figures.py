"""What a benchmark gives: figures, each with the limit that it must keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Measure = Callable[[], Iterator["Figure"]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `limit` is the most (or with `at_least` the least) that it may be; without, it only informs."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def fine(self) -> bool:
        """Whether the limit is kept."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        said = f"{self.name:<58} {self.value:9.2f} {self.unit:<12}"
        if self.limit is None:
            return said.rstrip()
        return f"{said} ({'≥' if self.at_least else '≤'} {self.limit:g})  {'ok' if self.fine else 'LIMIT NOT KEPT'}"


def report(measures: Iterable[Measure]) -> bool:
    """Measure and print one figure after the other; whether all limits are kept."""
    fine = True
    for measure in measures:
        for figure in measure():
            print(figure, flush=True)
            fine = fine and figure.fine
    return fine
