"""A Dataset's figures as cells of a table: no spaces, `<none>` for nothing, `<unknown>` for what is not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from kubectl_fluid.cli.errors import printable
from kubectl_fluid.manifests.quantity import bytes_size
from kubectl_fluid.status.model import Component, DatasetStatus, Operation, Verdict

NONE, UNKNOWN = "<none>", "<unknown>"
COLOURS = {
    Verdict.HEALTHY: "green",
    Verdict.PROGRESSING: "cyan",
    Verdict.DEGRADED: "yellow",
    Verdict.FAILED: "red",
    Verdict.UNKNOWN: "yellow",
}
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


class Column(NamedTuple):
    """`rank`: the order in which columns are left out where a terminal is too narrow, the highest first; 0: never."""

    title: str
    cell: Callable[[DatasetStatus, datetime], str]
    rank: int = 0
    wide: bool = False


def word(text: str, otherwise: str = NONE) -> str:
    """Text of a stranger as one word."""
    return printable("-".join(text.split())) or otherwise


def age(since: datetime | None, now: datetime) -> str:
    """As kubectl writes it: two units below a certain age, one above."""
    return UNKNOWN if since is None else duration(now - since)


def duration(span: timedelta) -> str:
    """`45s`, `3m20s`, `2h5m`, `3d4h`, `2y30d` (apimachinery, util/duration: HumanDuration)."""
    seconds = max(int(span.total_seconds()), 0)
    for limit, unit, name, small, small_name in (
        (2 * _MINUTE, 1, "s", 0, ""),
        (10 * _MINUTE, _MINUTE, "m", 1, "s"),
        (3 * _HOUR, _MINUTE, "m", 0, ""),
        (8 * _HOUR, _HOUR, "h", _MINUTE, "m"),
        (2 * _DAY, _HOUR, "h", 0, ""),
        (8 * _DAY, _DAY, "d", _HOUR, "h"),
        (2 * _YEAR, _DAY, "d", 0, ""),
        (8 * _YEAR, _YEAR, "y", _DAY, "d"),
    ):
        if seconds < limit:
            whole, rest = divmod(seconds, unit)
            parts = rest // small if small else 0
            return f"{whole}{name}" + (f"{parts}{small_name}" if parts else "")
    return f"{seconds // _YEAR}y"


def number(value: int | None) -> str:
    """A count."""
    return UNKNOWN if value is None else str(value)


def sized(value: int | None) -> str:
    """A number of bytes as Fluid writes it."""
    return UNKNOWN if value is None else bytes_size(value)


def percent(ratio: float | None) -> str:
    """A ratio."""
    return UNKNOWN if ratio is None else f"{ratio * 100:.1f}%"


def of(part: Component) -> str:
    """`2/3`: ready of desired."""
    known = part.ready is not None or part.desired is not None
    return f"{_digit(part.ready)}/{_digit(part.desired)}" if known else UNKNOWN


def _digit(value: int | None) -> str:
    return "?" if value is None else str(value)


def _cached(row: DatasetStatus) -> str:
    """`1.00GiB/40.00GiB`, with `-` for the one of both that is not known."""
    cached, capacity = row.cache.cached, row.cache.capacity
    if cached is None and capacity is None:
        return UNKNOWN
    return "/".join("-" if it is None else bytes_size(it) for it in (cached, capacity))


def _runtime(row: DatasetStatus) -> str:
    if row.runtime is None:
        return UNKNOWN if row.health.code == "RuntimeUnreadable" else NONE
    return word(row.runtime.type)


def _component(row: DatasetStatus, which: str) -> str:
    return of(getattr(row.runtime, which)) if row.runtime is not None else _runtime(row)


def _files(row: DatasetStatus) -> str:
    return "<calculating>" if row.ufs_calculating and row.files is None else number(row.files)


def _ufs(row: DatasetStatus) -> str:
    return "<calculating>" if row.ufs_calculating and row.ufs is None else sized(row.ufs)


def operation(it: Operation) -> str:
    """`DataLoad:Executing`."""
    return f"{it.kind}:{word(it.phase, 'New')}"


def _operations(row: DatasetStatus) -> str:
    """The first one that runs, else the newest, and how many more there are."""
    if row.operations is None:
        return UNKNOWN
    if not row.operations:
        return NONE
    more = len(row.operations) - 1
    return operation(row.operations[0]) + (f"+{more}" if more else "")


def _pods(row: DatasetStatus) -> str:
    return UNKNOWN if row.pods is None else str(sum(not pod.over for pod in row.pods))


def _worker_text(row: DatasetStatus, field: str) -> str:
    return word(getattr(row.runtime.workers, field)) if row.runtime is not None else NONE


def columns(*, namespace: bool, wide: bool) -> Sequence[Column]:
    """The columns of a table."""
    return [it for it in COLUMNS if (wide or not it.wide) and (namespace or it.title != "NAMESPACE")]


COLUMNS = (
    Column("NAMESPACE", lambda row, _: word(row.name.namespace)),
    Column("NAME", lambda row, _: word(row.name.name)),
    Column("HEALTH", lambda row, _: row.health.verdict.value),
    Column("REASON", lambda row, _: row.health.code, wide=True),
    Column("PHASE", lambda row, _: word(row.phase), 8),
    Column("RUNTIME", lambda row, _: _runtime(row), 6),
    Column("WORKERS", lambda row, _: _component(row, "workers"), 1),
    Column("WORKER-PHASE", lambda row, _: _worker_text(row, "phase"), wide=True),
    Column("WORKER-REASON", lambda row, _: _worker_text(row, "reason"), wide=True),
    Column("FUSE", lambda row, _: _component(row, "fuse"), wide=True),
    Column("CACHED", lambda row, _: _cached(row), 4),
    Column("CACHED%", lambda row, _: percent(row.cache.ratio), 5),
    Column("HIT%", lambda row, _: percent(row.cache.hit_ratio), wide=True),
    Column("LOCAL-HIT%", lambda row, _: percent(row.cache.local_hit_ratio), wide=True),
    Column("REMOTE-HIT%", lambda row, _: percent(row.cache.remote_hit_ratio), wide=True),
    Column("FILES", lambda row, _: _files(row), 10),
    Column("UFS-SIZE", lambda row, _: _ufs(row), 9),
    Column("OPERATIONS", lambda row, _: _operations(row), 7),
    Column("PODS", lambda row, _: _pods(row), 2),
    Column("AGE", lambda row, now: age(row.created, now), 3),
)
