"""Schedules of CronJobs, with the sentences of the API server.

`render` and `validate` both go by it. Kubernetes reads them with github.com/robfig/cron/v3 (`ParseStandard`), and keeps
time zones out of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DESCRIPTORS: Final = frozenset(("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"))
_EVERY: Final = "@every "
#: What Go reads as a duration (time.ParseDuration).
_DURATION: Final = re.compile(r"[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)", re.ASCII)
_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The numbers that a field may hold, and names for them, which count from the lowest."""

    lowest: int
    highest: int
    names: tuple[str, ...] = ()


_FIELDS: Final = (
    _Bounds(0, 59),
    _Bounds(0, 23),
    _Bounds(1, 31),
    _Bounds(1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    _Bounds(0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)


class ScheduleError(ValueError):
    """The schedule cannot be read; the message is cron's own."""


def check_schedule(text: str) -> None:
    """Raises ScheduleError for a schedule that the API server refuses."""
    if "TZ" in text:
        raise ScheduleError("cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
    if text.startswith("@"):
        _check_descriptor(text)
        return
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise ScheduleError(f"expected exactly 5 fields, found {len(parts)}: [{' '.join(parts)}]")
    for part, bounds in zip(parts, _FIELDS, strict=True):
        for piece in filter(None, part.split(",")):
            _check_range(piece, bounds)


def _check_descriptor(text: str) -> None:
    if text.startswith(_EVERY):
        duration = text.removeprefix(_EVERY)
        if not _DURATION.fullmatch(duration):
            wrong = "missing unit in" if _DURATION.fullmatch(f"{duration}s") else "invalid"
            raise ScheduleError(f'failed to parse duration {text}: time: {wrong} duration "{duration}"')
    elif text not in _DESCRIPTORS:
        raise ScheduleError(f"unrecognized descriptor: {text}")


def _check_range(text: str, bounds: _Bounds) -> None:
    """One piece between commas: `*`, `?`, a number or a name, two of them with a hyphen, each with a step or not."""
    span, *steps = text.split("/")
    ends = span.split("-")
    low, high = bounds.lowest, bounds.highest
    if ends[0] not in ("*", "?"):  # after which nothing is looked at
        low = _number(ends[0], bounds.names, bounds.lowest)
        if len(ends) > 2:  # noqa: PLR2004 - a range has two ends
            raise ScheduleError(f"too many hyphens: {text}")
        high = _number(ends[-1], bounds.names, bounds.lowest) if len(ends) > 1 or not steps else bounds.highest
    if len(steps) > 1:
        raise ScheduleError(f"too many slashes: {text}")
    if steps and _number(steps[0], (), 0) == 0:
        raise ScheduleError(f"step of range should be a positive number: {text}")
    if low < bounds.lowest:
        raise ScheduleError(f"beginning of range ({low}) below minimum ({bounds.lowest}): {text}")
    if high > bounds.highest:
        raise ScheduleError(f"end of range ({high}) above maximum ({bounds.highest}): {text}")
    if low > high:
        raise ScheduleError(f"beginning of range ({low}) beyond end of range ({high}): {text}")


def _number(text: str, names: tuple[str, ...], first: int) -> int:
    if text.lower() in names:
        return names.index(text.lower()) + first
    digits = text.removeprefix("+").removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(text) - len(digits) <= 1):
        raise ScheduleError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    if text.startswith("-") and digits.strip("0"):
        raise ScheduleError(f"negative number ({text}) not allowed: {text}")
    return int(digits.lstrip("0")[:_DIGITS] or "0")
