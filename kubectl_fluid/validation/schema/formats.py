"""Formats of strings that API servers check (kube-openapi v0.37, pkg/validation/strfmt; apimachinery, meta/v1 Time)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable

_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})([.,]\d+)?(Z|[+-](\d{2}):(\d{2}))", re.ASCII)
_LOOSE_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})([Tt ](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_UUID = re.compile(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _is_day(year: int, month: int, day: int) -> bool:
    if not 1 <= month <= len(_DAYS):
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)  # noqa: PLR2004 - the calendar
    return 1 <= day <= _DAYS[month - 1] + leap


def is_time(text: str) -> bool:
    """Whether Go reads it as RFC 3339, as it does for `metadata.creationTimestamp` and its like."""
    match = _TIME.fullmatch(text)
    if not match:
        return False
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    east = (int(match[9] or 0), int(match[10] or 0))
    return _is_day(year, month, day) and hour < 24 and max(minute, second) < 60 and east <= (24, 60)  # noqa: PLR2004


def _is_date_time(text: str) -> bool:
    match = _LOOSE_TIME.fullmatch(text)
    if not match:
        return False
    clock = [int(part or 0) for part in match.groups()[4:7]]
    return _is_day(int(match[1]), int(match[2]), int(match[3])) and clock[0] < 24 and max(clock[1:]) < 60  # noqa: PLR2004


def _is_date(text: str) -> bool:
    return bool(_DATE.fullmatch(text)) and _is_day(int(text[:4]), int(text[5:7]), int(text[8:]))


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def is_base64(text: str) -> bool:
    """Whether Go decodes it: the standard alphabet with padding; line ends do not count."""
    try:
        base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


#: Formats by name; what is not here is not checked, as API servers ignore formats that they do not know.
FORMATS: dict[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": _is_date_time,
    "datetime": _is_date_time,
    "uuid": lambda text: bool(_UUID.fullmatch(text)),
    "ipv4": lambda text: _is_address(text, 4),
    "ipv6": lambda text: _is_address(text, 6),
    "cidr": _is_network,
    "byte": is_base64,
}


#: The suffixes, as each of those patterns has them.
_QUANTITY = "[KMGTPE]i)|[numkMGTPE]"


def is_quantity_pattern(pattern: str) -> bool:
    """Whether it is the pattern by which CRDs describe a quantity."""
    return _QUANTITY in pattern and "," not in pattern


def is_quantities_pattern(pattern: str) -> bool:
    """Whether it is the one by which Fluid's CRDs describe several, joined by commas."""
    return _QUANTITY in pattern and ",)+" in pattern
