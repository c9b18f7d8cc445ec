"""Paths into documents: reading with checked types, and replacing one member in a copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_fluid.workloads.errors import Pointer, WorkloadError, wrong_type

Object = dict[str, Any]


def mapping(holder: Object, key: str, where: Pointer) -> Object | None:
    """The map at `holder[key]`, None when absent or null; `where` is the pointer of `holder`.

    Kubernetes takes an explicit null for an absent member. Anything else than a map raises WorkloadError.
    """
    value = holder.get(key)
    if value is None or isinstance(value, dict):
        return value
    raise wrong_type(value, dict, (*where, key))


def maps(holder: Object, key: str, where: Pointer) -> list[Object] | None:
    """The list of maps at `holder[key]`, None when absent or null; everything else raises WorkloadError."""
    value = holder.get(key)
    if value is None:
        return None
    if not isinstance(value, list):
        raise wrong_type(value, list, (*where, key))
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            raise wrong_type(item, dict, (*where, key, index))
    return value


def walk(value: Object, path: str) -> Iterator[tuple[Pointer, list[tuple[str | int, Any]]]]:
    """Each map that `path` leads to: its pointer, and for each repetition on the way the key or index and the member.

    A path is keys with dots between them; `key[*]` goes into each item of a list, `key{*}` into each value of a map.
    What is absent or null leads nowhere; what has the wrong type raises WorkloadError.
    """
    found: list[tuple[Pointer, Object, list[tuple[str | int, Any]]]] = [((), value, [])]
    for segment in path.split("."):
        found = [hit for pointer, holder, passed in found for hit in _step(holder, segment, pointer, passed)]
    return ((pointer, passed) for pointer, _, passed in found)


def _step(
    holder: Object, segment: str, where: Pointer, passed: list[tuple[str | int, Any]]
) -> Iterator[tuple[Pointer, Object, list[tuple[str | int, Any]]]]:
    key = segment[:-3] if segment.endswith(("[*]", "{*}")) else segment
    if segment.endswith("[*]"):
        for index, item in enumerate(maps(holder, key, where) or ()):
            yield (*where, key, index), item, [*passed, (index, item)]
        return
    member = mapping(holder, key, where)
    if member is None:
        return
    if segment == key:
        yield (*where, key), member, passed
        return
    for name in member:
        value = mapping(member, name, (*where, key))
        if value is not None:
            yield (*where, key, name), value, [*passed, (name, value)]


def at(value: Any, pointer: Pointer) -> Any:
    """The member that `pointer` leads to; WorkloadError when the document has none there."""
    for depth, part in enumerate(pointer):
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            raise WorkloadError("the document has changed its shape since it was read", pointer[: depth + 1]) from None
    return value


def replace(value: Any, pointer: Pointer, new: Any) -> Any:
    """A copy of the document with `new` at `pointer`; shares everything beside the way there with the original."""
    if not pointer:
        return new
    at(value, pointer)
    head, rest = pointer[0], pointer[1:]
    copy = value.copy()
    copy[head] = replace(value[head], rest, new)
    return copy
