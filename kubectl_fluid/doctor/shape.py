"""Two schemas of one kind compared, field by field: ours, and a cluster's."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, unique
from typing import Any, NamedTuple

from kubectl_fluid.shapes import mapping

Object = dict[str, Any]

PRESERVE = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING = "x-kubernetes-int-or-string"
#: Levels of a schema: the API server refuses far shallower ones.
_MAX_DEPTH = 64
#: Fields that every kind has, and that the API server itself describes.
_COMMON = ("apiVersion", "kind", "metadata")


@unique
class Kind(Enum):
    """How a field differs."""

    LACKS = "the cluster does not know it"
    UNKNOWN = "only the cluster knows it"
    TYPE = "it has another type there"


class Difference(NamedTuple):
    """`path` is like `spec.mounts[].options`; `types` are ours and theirs where these differ."""

    kind: Kind
    path: str
    types: tuple[str, str] = ("", "")

    def text(self) -> str:
        """For people."""
        more = f": {self.types[0]} in the bundle, {self.types[1]} in the cluster" if self.kind is Kind.TYPE else ""
        return f"{self.path}: {self.kind.value}{more}"


def compare(ours: Object, theirs: Object) -> list[Difference]:
    """What differs in two structural schemas of a kind; of a field that is missing, not what is in it."""
    mine, other = map(_own, (ours, theirs))
    return list(_below(mine, other, "", 0))


def _own(schema: Object) -> Object:
    """The root, with the fields that only this kind has."""
    fields = {key: value for key, value in mapping(schema.get("properties")).items() if key not in _COMMON}
    return {"properties": fields, PRESERVE: schema.get(PRESERVE)}


def _below(ours: Object, theirs: Object, path: str, depth: int) -> Iterator[Difference]:
    if depth > _MAX_DEPTH:
        return
    mine, other = _type(ours), _type(theirs)
    if mine and other and mine != other:
        yield Difference(Kind.TYPE, path, (mine, other))
        return
    left, right = mapping(ours.get("properties")), mapping(theirs.get("properties"))
    for name, schema in left.items():
        where = f"{path}.{name}" if path else name
        if name in right:
            yield from _below(mapping(schema), mapping(right[name]), where, depth + 1)
        elif not _takes_anything(theirs):
            yield Difference(Kind.LACKS, where)
    if not _takes_anything(ours):
        yield from (Difference(Kind.UNKNOWN, f"{path}.{it}" if path else it) for it in right if it not in left)
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        inner, others = ours.get(key), theirs.get(key)
        if isinstance(inner, dict) and isinstance(others, dict):
            yield from _below(inner, others, path + mark, depth + 1)


def _takes_anything(schema: Object) -> bool:
    return schema.get(PRESERVE) is True or isinstance(schema.get("additionalProperties"), dict)


def _type(schema: Object) -> str:
    """The type by name; nothing where the schema leaves it open."""
    if schema.get(INT_OR_STRING) is True:
        return "int-or-string"
    found = schema.get("type")
    return found if isinstance(found, str) else ""
