"""What a check found, as it goes: cheap while nothing is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubectl_fluid.validation.finding import Pointer

#: A place in a document: `(parent, key)`, None for the root. Its pointer is worked out only for what is reported.
Place = tuple[Any, "str | int"] | None


class Problem(NamedTuple):
    """A mistake at the member `key` of `place`; `known` are the fields that an unknown one may have been meant as."""

    place: Place
    key: str | int
    code: str
    message: str
    reason: str = "FieldValueInvalid"
    hint: str = ""
    known: tuple[str, ...] = ()

    @property
    def pointer(self) -> Pointer:
        """Where it is."""
        return pointer_of((self.place, self.key))


#: A minor of Kubernetes with all that newer ones have.
NEWEST = 999


@dataclass
class Report:
    """Problems by the stage at which an API server answers them.

    `decoding` ends a request before anything else is looked at, `unknown` (unknown fields) after it, then `invalid`.
    `emptied` are fields of custom resources that are null, which it takes for absent, `dropped` those of built-in kinds
    that it drops, each with its feature. `minor`: of built-in kinds, that of the Kubernetes whose rules are asked for.
    """

    decoding: list[Problem] = field(default_factory=list)
    unknown: list[Problem] = field(default_factory=list)
    invalid: list[Problem] = field(default_factory=list)
    emptied: list[Place] = field(default_factory=list)
    dropped: list[tuple[Place, str]] = field(default_factory=list)
    minor: int = NEWEST


ROOT = ""

#: How the sentence begins that says of a request that it goes beyond its limit.
BEYOND_LIMIT = "must be less than or equal to the limit of"


def pointer_of(place: Place) -> Pointer:
    """Member names and indices from the root."""
    names: list[str | int] = []
    while place is not None:
        place, key = place
        if place is not None or key != ROOT:
            names.append(key)
    return tuple(reversed(names))


def dotted(pointer: Pointer) -> str:
    """As the API server writes it: `spec.mounts[0].name`."""
    text = ""
    for key in pointer:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def kind_of(value: object) -> str:
    """What a value is, in JSON's words."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return "null" if value is None else names.get(type(value), type(value).__name__)
