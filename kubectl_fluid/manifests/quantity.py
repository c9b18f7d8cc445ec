"""Kubernetes quantities, exactly: `1536Mi`, `0.5`, `1e3`, `100m`.

A quantity is a number and the way in which it was written, since Kubernetes writes it back the same way but in its
shortest form: `1024Mi` becomes `1Gi`, `0.5` becomes `500m`, `100000000` becomes `100M`. Kubernetes keeps no more than
nine decimals and rounds what is smaller away from zero, so a number of nano units holds every quantity exactly
(apimachinery v0.29, pkg/api/resource/quantity.go and suffix.go).

Two things are stricter here: a number without any digit (`Gi`, `.`) is wrong, which the schemas of all kinds say as
well, and a number with hundreds of digits or such an exponent is refused rather than computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import total_ordering

NANO = 10**9
#: The largest number of whole units that Kubernetes' programs can hold; larger binary ones are cut off to it.
LARGEST = 2**63 - 1
_LIMIT = 100
_KIBI = 1024
_EXA = 18
_LARGEST_BINARY = LARGEST * NANO

_PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
_FORMAT_WRONG = f"quantities must match the regular expression '{_PATTERN}'"
_SUFFIX_WRONG = "unable to parse quantity's suffix"
_TOO_LARGE = "quantity is larger than any machine"

_PARTS = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII)
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)", re.ASCII)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIXES = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIXES = {0: "", **{exponent: suffix for suffix, exponent in _BINARY.items()}}
_BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


class QuantityError(ValueError):
    """The text is not a quantity; the message is Kubernetes' own sentence."""


class Format(Enum):
    """How a quantity was written, and so how it is written back."""

    DECIMAL_SI = "DecimalSI"
    BINARY_SI = "BinarySI"
    DECIMAL_EXPONENT = "DecimalExponent"


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A number in nano units (10⁻⁹) with the format it was written in; compared by the number alone."""

    nano: int
    format: Format = Format.DECIMAL_SI

    def __eq__(self, other: object) -> bool:
        return self.nano == other.nano if isinstance(other, Quantity) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self.nano < other.nano if isinstance(other, Quantity) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.nano)

    def __bool__(self) -> bool:
        return self.nano != 0

    @property
    def value(self) -> int:
        """The number in whole units, rounded up (`Quantity.Value()`)."""
        return -(-self.nano // NANO)

    def __str__(self) -> str:
        """The shortest form, as `Quantity.String()` gives it."""
        if not self.nano:
            return "0"
        whole = self.nano % NANO == 0
        if self.format is Format.BINARY_SI and whole and abs(self.nano) >= _KIBI * NANO:
            number, exponent = _factor_out(self.nano // NANO, _KIBI, 10, max(_BINARY_SUFFIXES))
            return f"{number}{_BINARY_SUFFIXES[exponent]}"
        number, exponent = _factor_out(self.nano, 1000, 3, None)
        exponent -= 9
        if self.format is Format.DECIMAL_EXPONENT:
            return f"{number}e{exponent}" if exponent else str(number)
        if exponent > _EXA:
            number, exponent = number * 10 ** (exponent - _EXA), _EXA
        return f"{number}{_DECIMAL_SUFFIXES[exponent]}"


def parse(value: str | float, *, trim: bool = True) -> Quantity:
    """Read a quantity as it stands in JSON: a string or a number. Blanks around it count unless they are trimmed.

    Kubernetes trims what it reads from JSON (`UnmarshalJSON`), but not what it is given as text (`ParseQuantity`).
    Raises QuantityError with Kubernetes' own sentence.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise QuantityError(_FORMAT_WRONG)
    text = (value.strip() if trim else value) if isinstance(value, str) else _number_text(value)
    match = _PARTS.fullmatch(text)
    if match is None:
        raise QuantityError(_FORMAT_WRONG)
    sign, number, decimals, suffix = match[1], match[2], match[3] or "", match[4]
    if not number and not decimals:
        raise QuantityError(_FORMAT_WRONG)
    number, decimals = number.lstrip("0"), decimals.rstrip("0")
    if len(number) > _LIMIT or len(decimals) > _LIMIT:
        raise QuantityError(_TOO_LARGE)
    nano, written = _scale(int(number + decimals or "0"), len(decimals), suffix)
    return Quantity(-nano if sign == "-" else nano, written)


def canonical(value: str | float, *, trim: bool = True) -> str:
    """The shortest form of a quantity; raises QuantityError."""
    return str(parse(value, trim=trim))


def bytes_size(count: int) -> str:
    """A number of bytes as Fluid prints sizes, e.g. `40.00GiB` (Fluid a826600a, pkg/utils, BytesSize)."""
    size, unit = float(count), 0
    while size >= _KIBI and unit < len(_BYTE_UNITS) - 1:
        size, unit = size / _KIBI, unit + 1
    return f"{size:.2f}{_BYTE_UNITS[unit]}"


def _number_text(number: float) -> str:
    """The text of a JSON number."""
    if isinstance(number, int):
        if abs(number) >= 10**_LIMIT:
            raise QuantityError(_TOO_LARGE)
        return str(number)
    return repr(number)


def _scale(number: int, decimals: int, suffix: str) -> tuple[int, Format]:
    """`number` · 10^-`decimals` times what the suffix says, in nano units, and the format that it makes."""
    if (power := _BINARY.get(suffix)) is not None:
        nano = min(_divide_up((number << power) * NANO, 10**decimals), _LARGEST_BINARY)
        return nano, Format.DECIMAL_SI if 0 < nano < NANO else Format.BINARY_SI
    exponent, written = _DECIMAL.get(suffix), Format.DECIMAL_SI
    if exponent is None:
        match = _EXPONENT.fullmatch(suffix)
        if match is None:
            raise QuantityError(_SUFFIX_WRONG)
        if len(match[1]) > len(str(_LIMIT)) + 1 or abs(int(match[1])) > _LIMIT:
            raise QuantityError(_TOO_LARGE)
        exponent, written = int(match[1]), Format.DECIMAL_EXPONENT
    shift = exponent + 9 - decimals
    return (number * 10**shift if shift >= 0 else _divide_up(number, 10**-shift)), written


def _divide_up(number: int, divisor: int) -> int:
    return -(-number // divisor)


def _factor_out(number: int, base: int, step: int, largest: int | None) -> tuple[int, int]:
    """Divide `number` by `base` while nothing is lost; each time counts `step`, up to `largest`."""
    exponent = 0
    while number % base == 0 and (largest is None or exponent < largest):
        number, exponent = number // base, exponent + step
    return number, exponent
