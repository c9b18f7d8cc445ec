"""The results of `kubectl fluid webhook bench` as tables and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kubectl_fluid.cli.errors import printable
from kubectl_fluid.manifests import dump
from kubectl_fluid.webhook.bench import Load, Measured

API_VERSION = "kubectl-fluid.io/v1alpha1"
KIND = "WebhookBenchmarkList"
PERCENTILES = (50, 90, 99)
HEADINGS = ("BODY", "BYTES", "CONNS", "REVIEWS/S", *(f"P{it} MS" for it in PERCENTILES), "MAX MS")
ANSWERS = ("BODY", "ANSWER", "COUNT")
GAP = "   "


@dataclass(frozen=True, slots=True)
class Row:
    """One body: what was sent, and what came of it."""

    body: str
    load: Load
    measured: Measured


def table(rows: Sequence[Row]) -> str:
    """Speed, and below it what the answers were."""
    return f"{_columns(HEADINGS, map(_speed, rows))}\n{_columns(ANSWERS, _answers(rows))}"


def _speed(row: Row) -> tuple[str, ...]:
    times = row.measured.latencies
    sent = (printable(row.body), str(row.load.template.size), str(row.load.connections), f"{row.measured.rate:.0f}")
    return (*sent, *(f"{times.percentile(it):.2f}" for it in PERCENTILES), f"{times.max:.2f}")


def _answers(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        outcomes, name = row.measured.outcomes, printable(row.body)
        for what, number in (("allowed with a patch", outcomes.patched), ("allowed unchanged", outcomes.unchanged)):
            if number:
                yield name, what, str(number)
        for word, counter in (("refused", outcomes.refused), ("error", outcomes.errors)):
            for key, number in counter.most_common():
                yield name, f"{word}: {key}", str(number)


def _columns(headings: tuple[str, ...], rows: Iterator[tuple[str, ...]] | map[tuple[str, ...]]) -> str:
    """As kubectl's; what is a number in all rows stands on the right."""
    lines = [headings, *rows]
    columns = list(zip(*lines, strict=True))
    widths = [max(map(len, column)) for column in columns]
    right = [all(cell.replace(".", "").isdigit() for cell in column[1:]) for column in columns]
    return "".join(
        GAP.join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, right, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )


def value_of(rows: Sequence[Row]) -> dict[str, Any]:
    """The same as an object of our own kind."""
    return {"apiVersion": API_VERSION, "kind": KIND, "items": [_item(row) for row in rows]}


def _item(row: Row) -> dict[str, Any]:
    measured, times, outcomes = row.measured, row.measured.latencies, row.measured.outcomes
    return {
        "body": row.body,
        "bytes": row.load.template.size,
        "connections": row.load.connections,
        "seconds": round(measured.seconds, 6),
        "reviews": outcomes.reviews,
        "reviewsPerSecond": round(measured.rate, 1),
        "milliseconds": {
            **{f"p{it}": times.percentile(it) for it in PERCENTILES},
            "max": round(times.max, 3),
        },
        "patched": outcomes.patched,
        "unchanged": outcomes.unchanged,
        "refused": dict(outcomes.refused),
        "errors": dict(outcomes.errors),
        "clientBusy": round(measured.busy, 3),
    }


FORMATS: dict[str, Callable[[Sequence[Row]], str]] = {
    "table": table,
    "json": lambda rows: dump.to_json(value_of(rows)) + "\n",
}
