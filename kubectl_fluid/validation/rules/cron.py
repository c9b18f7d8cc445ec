"""Schedules as the API server reads those of a CronJob (github.com/robfig/cron/v3, ParseStandard)."""

from __future__ import annotations

import re
from typing import NamedTuple

_DESCRIPTORS = frozenset(("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"))
_EVERY = re.compile(r"@every ([+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_RANGE = re.compile(r"(\*|\?|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:/(\d+))?")


class _Field(NamedTuple):
    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS),
)


def problem(schedule: str) -> str:
    """What is wrong with a schedule, "" when nothing is."""
    if schedule.startswith("@"):
        fine = schedule in _DESCRIPTORS or _EVERY.fullmatch(schedule)
        return "" if fine else f"unrecognized descriptor: {schedule}"
    parts = schedule.split()
    if parts and parts[0].startswith(("TZ=", "CRON_TZ=")):
        return "the time zone does not belong into the schedule"
    if len(parts) != len(_FIELDS):
        return f"expected exactly 5 fields, found {len(parts)}: [{schedule}]"
    for field, part in zip(_FIELDS, parts, strict=True):
        for piece in part.split(","):
            if not _fits(field, piece):
                return f"{piece!r} is no {field.name}"
    return ""


def _fits(field: _Field, piece: str) -> bool:
    match = _RANGE.fullmatch(piece)
    if match is None or match[2] in ("0", "00"):
        return False
    if match[1] in ("*", "?"):
        return True
    ends = [_value(field, end) for end in match[1].split("-")]
    inside = all(end is not None and field.lowest <= end <= field.highest for end in ends)
    return inside and (ends[0] or 0) <= (ends[-1] or 0)


def _value(field: _Field, text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text[:9])
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.lowest
    return None
