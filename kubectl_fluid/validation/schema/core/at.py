"""A value of an object, with its place, and what is reported of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kubectl_fluid.validation.schema.core.features import SINCE
from kubectl_fluid.validation.schema.names import Rule
from kubectl_fluid.validation.schema.report import Place, Problem, Report

MAX_INT32 = 2**31 - 1
_PORTS = 65535


@dataclass(frozen=True, slots=True)
class At:
    """An object (mapping) at a place. Members are asked by name; one that is absent has its type's zero value."""

    value: dict[str, Any]
    place: Place
    report: Report

    def on(self, feature: str) -> bool:
        """Whether the API server has a feature of `features.SINCE`."""
        return self.report.minor >= SINCE[feature]

    def get(self, key: str, default: Any = None) -> Any:
        """A member."""
        found = self.value.get(key)
        return default if found is None else found

    def text(self, key: str) -> str:
        """A member that is text, "" when it is absent."""
        return self.value.get(key) or ""

    def has(self, key: str) -> bool:
        """Whether a member is there (null is not)."""
        return self.value.get(key) is not None

    def child(self, key: str) -> At:
        """A member that is an object; an empty one when it is absent."""
        return At(self.value.get(key) or {}, (self.place, key), self.report)

    def items(self, key: str) -> Iterator[At]:
        """The objects of a list."""
        place = (self.place, key)
        for index, item in enumerate(self.value.get(key) or ()):
            yield At(item, (place, index), self.report)

    def say(self, key: str | int, message: str, reason: str = "FieldValueInvalid", code: str = "FL0020") -> None:
        """Report something about a member."""
        self.report.invalid.append(Problem(self.place, key, code, message, reason))

    def say_here(self, message: str, reason: str = "FieldValueInvalid", code: str = "FL0020") -> None:
        """Report something about the object itself."""
        parent, key = self.place or (None, "")
        self.report.invalid.append(Problem(parent, key, code, message, reason))

    def say_item(self, key: str, index: int | str, message: str, reason: str = "FieldValueInvalid") -> None:
        """Report something about a member of a member."""
        self.report.invalid.append(Problem((self.place, key), index, "FL0020", message, reason))

    def required(self, key: str, why: str = "") -> bool:
        """Report a member that is absent or empty; whether it is there."""
        if self.value.get(key):
            return True
        self.say(key, f"`{key}` is required{why and ': ' + why}", "FieldValueRequired", "FL0005")
        return False

    def forbidden(self, key: str, why: str) -> None:
        """Report a member that must not be there."""
        self.say(key, why, "FieldValueForbidden")

    def not_found(self, key: str | int, name: str, where: str) -> None:
        """Report a name of something that is not there."""
        self.say(key, f'"{name}" is not found: {where}', "FieldValueNotFound", "FL0021")

    def duplicate(self, key: str | int, value: Any) -> None:
        """Report a value that another item has already."""
        self.say(key, f'"{value}" is there already', "FieldValueDuplicate", "FL0008")

    def name(self, key: str, rule: Rule) -> None:
        """Check a name, unless it is absent or empty."""
        text = self.value.get(key)
        if text and (wrong := rule(text)):
            self.say(key, f'"{text}": {wrong}', code="FL0011")

    def not_negative(self, *keys: str) -> None:
        """Check numbers."""
        for key in keys:
            number = self.value.get(key)
            if number is not None and number < 0:
                self.say(key, f"{number}: must be greater than or equal to 0")

    def between(self, key: str, low: int, high: int) -> None:
        """Check a number that may be absent."""
        number = self.value.get(key)
        if number is not None and not low <= number <= high:
            self.say(key, f"{number}: must be between {low} and {high}")

    def port(self, key: str) -> None:
        """Check the number of a port."""
        self.between(key, 1, _PORTS)

    def first(self, keys: tuple[str, ...]) -> str | None:
        """The first of the members that is there."""
        return next((key for key in keys if self.value.get(key) is not None), None)

    def at_most_one(self, keys: tuple[str, ...], what: str) -> None:
        """Report those of the members that are there besides the first one."""
        first, *others = [key for key in keys if self.value.get(key) is not None] or [""]
        for key in others:
            self.forbidden(key, f"{what}, and `{first}` is there already")
