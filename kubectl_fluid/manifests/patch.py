"""JSON patches (RFC 6902) from one value to another, and the alignment of lists that they rest on."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Hashable
from typing import Any

from .pointer import escape

Object = dict[str, Any]
Token = tuple[Hashable, ...]

_ABSENT = object()
_IDENTITIES = ("mountPath", "devicePath", "name", "containerPort", "port", "key", "uid", "type", "topologyKey", "ip")
"""Fields that tell the elements of Kubernetes' lists apart; the mount path before the name, which mounts may share."""


def diff(old: Any, new: Any) -> list[Object]:
    """Operations (add, remove, replace) that turn `old` into `new` when applied in order; neither is changed.

    True, 1 and 1.0 are different values. Parts that are the same object in both cost nothing; values in the operations
    are those of `new`, not copies.
    """
    operations: list[Object] = []
    _walk(old, new, "", operations)
    return operations


def same(one: Any, other: Any) -> bool:
    """Equal in value and JSON type, all the way down."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is dict:
        if len(one) != len(other):
            return False
        for key, value in one.items():
            if key not in other or (value is not other[key] and not same(value, other[key])):
                return False
        return True
    if kind is list:
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def align(old: list[Any], new: list[Any]) -> list[tuple[int, int]]:
    """Pairs (index in old, index in new) of elements that are one element, changed or not; both indices rise.

    What is not in a pair was removed or added. Elements are told apart by the fields of _IDENTITIES; scalars and others
    by value.
    """
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and _alike(old[head], new[head]):
        head += 1
    tail = 0
    while tail < shorter - head and _alike(old[-1 - tail], new[-1 - tail]):
        tail += 1
    pairs = [(index, index) for index in range(head)]
    stop_old, stop_new = len(old) - tail, len(new) - tail
    if head < stop_old and head < stop_new:
        middle = _align_middle(old[head:stop_old], new[head:stop_new])
        pairs += [(head + left, head + right) for left, right in middle]
    pairs += [(stop_old + step, stop_new + step) for step in range(tail)]
    return pairs


def _walk(old: Any, new: Any, path: str, operations: list[Object]) -> None:
    if old is new:
        return
    kind = type(new)
    if kind is not type(old):
        operations.append({"op": "replace", "path": path, "value": new})
    elif kind is dict:
        _walk_mapping(old, new, path, operations)
    elif kind is list:
        _walk_list(old, new, path, operations)
    elif old != new:
        operations.append({"op": "replace", "path": path, "value": new})


def _walk_mapping(old: Object, new: Object, path: str, operations: list[Object]) -> None:
    operations += [{"op": "remove", "path": f"{path}/{escape(key)}"} for key in old if key not in new]
    for key, value in new.items():
        before = old.get(key, _ABSENT)
        if before is value:
            continue
        if before is _ABSENT:
            operations.append({"op": "add", "path": f"{path}/{escape(key)}", "value": value})
        else:
            _walk(before, value, f"{path}/{escape(key)}", operations)


def _walk_list(old: list[Any], new: list[Any], path: str, operations: list[Object]) -> None:
    """Removals from the end, then additions from the start, so that each index holds when its turn comes."""
    pairs = align(old, new)
    if len(pairs) < len(old):
        kept = {left for left, _ in pairs}
        gone = [index for index in range(len(old) - 1, -1, -1) if index not in kept]
        operations.extend({"op": "remove", "path": f"{path}/{index}"} for index in gone)
    if len(pairs) < len(new):
        known = {right for _, right in pairs}
        for index, value in enumerate(new):
            if index not in known:
                operations.append({"op": "add", "path": f"{path}/{index}", "value": value})
    for left, right in pairs:
        if old[left] is not new[right]:
            _walk(old[left], new[right], f"{path}/{right}", operations)


def _alike(one: Any, other: Any) -> bool:
    """Whether two elements in corresponding places are one element: cheap where they share an object or a name."""
    if one is other:
        return True
    if type(one) is dict and type(other) is dict:
        for field in _IDENTITIES:
            if field in one or field in other:
                mine, theirs = one.get(field), other.get(field)
                return mine is not None and type(mine) is type(theirs) and bool(mine == theirs)
    return same(one, other)


def _align_middle(old: list[Any], new: list[Any]) -> list[tuple[int, int]]:
    field = _identity(old, new)
    left_tokens, right_tokens = _tokens(old, field), _tokens(new, field)
    places = {token: index for index, token in enumerate(left_tokens)}
    matches = [(places[token], index) for index, token in enumerate(right_tokens) if token in places]
    pairs = _rising(matches)
    return pairs if field else _pair_gaps(pairs, len(old), len(new))


def _identity(old: list[Any], new: list[Any]) -> str:
    """The field that every element of both lists has, with values of its own in each; "" when there is none."""
    if not all(type(element) is dict for element in old) or not all(type(element) is dict for element in new):
        return ""
    return next((field for field in _IDENTITIES if _tells_apart(field, old) and _tells_apart(field, new)), "")


def _tells_apart(field: str, elements: list[Any]) -> bool:
    values = [element.get(field) for element in elements]
    return all(type(value) in (str, int) for value in values) and len(set(values)) == len(values)


def _tokens(elements: list[Any], field: str) -> list[Token]:
    """One token an element; equal elements are numbered, so that the second of a kind meets the second."""
    seen: dict[Token, int] = {}
    tokens: list[Token] = []
    for element in elements:
        token = _content(element[field] if field else element)
        number = seen[token] = seen.get(token, 0) + 1
        tokens.append((*token, number))
    return tokens


def _content(element: Any) -> Token:
    if type(element) in (dict, list):
        return ("tree", json.dumps(element, sort_keys=True, default=repr))
    return (type(element).__name__, element)


def _rising(matches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of matches (sorted by their right index) whose left index rises as well: n log n."""
    ends: list[int] = []  # smallest left index that ends a run of each length
    owners: list[int] = []
    before = [-1] * len(matches)
    for number, (left, _) in enumerate(matches):
        length = bisect_left(ends, left)
        if length:
            before[number] = owners[length - 1]
        ends[length : length + 1] = [left]
        owners[length : length + 1] = [number]
    run: list[tuple[int, int]] = []
    number = owners[-1] if owners else -1
    while number >= 0:
        run.append(matches[number])
        number = before[number]
    run.reverse()
    return run


def _pair_gaps(pairs: list[tuple[int, int]], old_length: int, new_length: int) -> list[tuple[int, int]]:
    """Elements without a name that stand in one gap are the same element, changed: `args: [a, b]` -> `[a, c]`."""
    result: list[tuple[int, int]] = []
    left = right = 0
    for next_left, next_right in [*pairs, (old_length, new_length)]:
        result += zip(range(left, next_left), range(right, next_right), strict=False)
        if next_left < old_length or next_right < new_length:
            result.append((next_left, next_right))
        left, right = next_left + 1, next_right + 1
    return result
