"""Reading fields of raw objects that nobody has checked yet.

A `Fields` is one JSON object with the path that leads to it. Its readers give a value of the type asked for; where the
object holds something else they note a problem with the path and give the empty value, so that one pass finds every
wrong field. `null` counts as absent, as it does for an API server. What comes back shares nothing with the object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kubectl_fluid.claims import Object, Problem

T = TypeVar("T")

_INT32 = 2**31

_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_KINDS: dict[type, str] = {str: "a string", dict: "a mapping", list: "a list", int: "an integer", bool: "a boolean"}


def go_bool(text: str) -> bool | None:
    """Go's strconv.ParseBool; None where that gives an error."""
    return True if text in _TRUE else False if text in _FALSE else None


def _shortened(number: int) -> str:
    """The number, or how many digits it has; Python refuses to write very long ones."""
    return str(number) if abs(number) < 10**30 else "a number of more than 30 digits"


def copied(value: Any) -> Any:
    """A copy of a JSON value that shares no mapping and no list with it."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


@dataclass(slots=True)  # not frozen: some hundred are made for each runtime, and that would take twice the time
class Fields:
    """One JSON object, the path to it (e.g. `Dataset.spec.mounts[0]`) and where problems are noted."""

    value: Object
    path: str
    problems: list[Problem] = field(default_factory=list)

    def child(self, key: str) -> Fields:
        """The object at `key`, empty where there is none."""
        return Fields(self._read(key, dict, {}), f"{self.path}.{key}", self.problems)

    def children(self, key: str) -> list[Fields]:
        """The objects of the list at `key`."""
        return [Fields(value, path, self.problems) for path, value in self._items(key, dict)]

    def text(self, key: str) -> str:
        """The string at `key`, or ""."""
        return self._read(key, str, "")

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings of the list at `key`."""
        return tuple(value for _, value in self._items(key, str))

    def flag(self, key: str) -> bool:
        """The boolean at `key`, or False."""
        return self._read(key, bool, default=False)

    def integer(self, key: str, default: int) -> int:
        """The integer at `key`, or `default`. All integers of Fluid's kinds are of 32 bits."""
        value = self._read(key, int, default)
        if -_INT32 <= value < _INT32:
            return value
        message = f"{self.path}.{key} does not fit into 32 bits: {_shortened(value)}"
        self.problems.append(Problem("OutOfRange", message, f"the largest one is {_INT32 - 1}"))
        return default

    def count(self, key: str) -> int:
        """The integer at `key`, which must not be negative, or 0."""
        value = self.integer(key, 0)
        if value < 0:
            message = f"{self.path}.{key}: Invalid value: {value}: should be a non-negative integer"
            self.problems.append(Problem("OutOfRange", message))
        return max(value, 0)

    def strings(self, key: str) -> dict[str, str]:
        """The mapping of strings to strings at `key`."""
        if self.value.get(key) is None:
            return {}
        at = self.child(key)
        return {name: at.text(name) for name, value in at.value.items() if value is not None}

    def mapping(self, key: str) -> Object:
        """A copy of the object at `key`, whatever it holds."""
        return dict(copied(self._read(key, dict, {})))

    def objects(self, key: str) -> tuple[Object, ...]:
        """Copies of the objects of the list at `key`, whatever they hold."""
        return tuple(copied(value) for _, value in self._items(key, dict))

    def named(self, key: str, *names: str) -> tuple[Object, ...]:
        """Copies of the objects of the list at `key`, which must hold strings at `names` (by default `name`)."""
        found = []
        for it in self.children(key):
            wanted = [name for name in names or ("name",) if not isinstance(it.value.get(name), str)]
            for name in wanted:
                self._wrong(f"{it.path}.{name}", str)
            if not wanted:
                found.append(copied(it.value))
        return tuple(found)

    def quantity(self, key: str) -> str:
        """The quantity at `key` as text, or "": a string or a number, not parsed."""
        value = self.value.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return repr(value)
        return self._read(key, str, "")

    def has(self, key: str) -> bool:
        """Whether there is something at `key`: neither null nor an empty string, list or mapping."""
        return self.value.get(key) not in (None, "", [], {})

    def _read(self, key: str, wanted: type[T], default: T) -> T:
        value = self.value.get(key)
        if value is None:
            return default
        if isinstance(value, wanted) and not (wanted is int and isinstance(value, bool)):
            return value
        self._wrong(f"{self.path}.{key}", wanted)
        return default

    def _items(self, key: str, wanted: type[T]) -> Iterator[tuple[str, T]]:
        values: list[Any] = self._read(key, list, [])
        for index, value in enumerate(values):
            path = f"{self.path}.{key}[{index}]"
            if isinstance(value, wanted):
                yield path, value
            else:
                self._wrong(path, wanted)

    def _wrong(self, path: str, wanted: type) -> None:
        self.problems.append(Problem("WrongType", f"{path} is not {_KINDS[wanted]}", "see the fields of this kind"))
