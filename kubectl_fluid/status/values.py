"""The display strings in Fluid's statuses as numbers, and times.

A string that nobody could measure is blank, `N/A` or `[Calculating]`: that is None, not 0 (Fluid a826600a,
pkg/utils/humanize.go and pkg/common/dataset.go).
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

CALCULATING = "[Calculating]"
_UNITS = "BKMGTPE"
_SIZE = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,9})?)\s?(?:([KMGTPE])(i)?B?|B)?", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)\s?%", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,19}", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def size(text: Any) -> int | None:
    """Bytes of `40.00GiB`, `1GB` or `12`; None for what is no size."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text if text >= 0 else None
    match = _SIZE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return None
    number, unit, binary = match.groups()
    base = 1024 if binary else 1000
    return round(float(number) * base ** _UNITS.index(unit)) if unit else round(float(number))


def ratio(text: Any) -> float | None:
    """0.125 for `12.5%`; None for what is no percentage."""
    match = _PERCENT.fullmatch(text.strip()) if isinstance(text, str) else None
    return round(float(match[1]) / 100, 12) if match else None


def count(value: Any) -> int | None:
    """A number of things, given as a number or as text; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    return int(value) if isinstance(value, str) and _COUNT.fullmatch(value) else None


def text(value: Any) -> str:
    """The value if it is text, else ""."""
    return value if isinstance(value, str) else ""


def time(value: Any) -> datetime | None:
    """RFC 3339 as Kubernetes writes it, in UTC; None for anything else."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    moment, fraction, zone = match.groups()
    try:
        zoned = f"{moment}.{(fraction or '0')[:6]:0<6}{'+00:00' if zone in 'Zz' else zone}"
        return datetime.fromisoformat(zoned).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
