"""Schedules of CronJobs (robfig/cron v3, standard parser)."""

from __future__ import annotations

import re

_MACROS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_MONTHS = {
    name: at
    for at, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_DAYS = {name: at for at, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 6, _DAYS),
)
_DURATION = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+")
_PARTS = 3


def schedule(text: str, *, zone_given: bool) -> str | None:
    """What is wrong with a schedule."""
    if "TZ=" in text:
        if zone_given:
            return "cannot use TZ or CRON_TZ in schedule when timeZone is set"
        return "cannot use TZ or CRON_TZ in schedule, use timeZone instead"
    if text.startswith("@"):
        every = text.removeprefix("@every ")
        known = text in _MACROS or (every != text and _DURATION.fullmatch(every))
        return None if known else f"unrecognized descriptor: {text}"
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return f"expected exactly {len(_FIELDS)} fields, found {len(fields)}"
    for field, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            if wrong := _range(part, low, high, words):
                return f"{name}: {wrong}"
    return None


def _range(part: str, low: int, high: int, words: dict[str, int]) -> str | None:
    span, *steps = part.split("/")
    ends = span.split("-")
    if len(steps) > 1 or len(ends) > _PARTS - 1:
        return f"`{part}` has too many parts"
    if ends[0] in ("*", "?"):
        first, last = low, high
    else:
        numbers = [_number(end, words) for end in ends]
        if None in numbers:
            return f"`{part}` is not a number"
        first, last = numbers[0] or 0, numbers[-1] or 0
        if steps and len(ends) == 1:
            last = high
    if steps and (not steps[0].isascii() or not steps[0].isdigit() or int(steps[0]) == 0):
        return f"`{part}`: the step must be a positive number"
    if first < low or last > high:
        return f"`{part}` is not between {low} and {high}"
    return f"`{part}` begins after its end" if first > last else None


def _number(text: str, words: dict[str, int]) -> int | None:
    if text.lower() in words:
        return words[text.lower()]
    return int(text) if text.isascii() and text.isdigit() else None
