"""A size: vCPU and memory, exact."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

#: Decimals that people are shown; what is beyond them is rounded up.
_SHOWN = 1000


class SizingError(ValueError):
    """Something in a Pod cannot be counted; `pointer` is its place in the Pod."""

    def __init__(self, message: str, pointer: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.pointer = pointer


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """vCPU and GiB of memory. Ordered as ECI looks for specifications: fewer vCPU first, then less memory."""

    vcpu: Fraction
    memory: Fraction

    def __add__(self, other: Size) -> Size:
        return Size(self.vcpu + other.vcpu, self.memory + other.memory)

    def __str__(self) -> str:
        return f"{shown(self.vcpu)} vCPU {shown(self.memory)} GiB"

    def holds(self, other: Size) -> bool:
        """Whether there is room for the other in this one."""
        return self.vcpu >= other.vcpu and self.memory >= other.memory

    def at_least(self, other: Size) -> Size:
        """The larger of both in each of the two."""
        return Size(max(self.vcpu, other.vcpu), max(self.memory, other.memory))


NOTHING = Size(Fraction(0), Fraction(0))


def shown(number: Fraction) -> str:
    """The number with no more than three decimals, and none that are not needed."""
    thousandths = -(-number * _SHOWN // 1)
    whole, rest = divmod(thousandths, _SHOWN)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".")
