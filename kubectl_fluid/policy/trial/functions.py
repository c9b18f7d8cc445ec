"""The functions of CEL that policies of this program call, in Python.

Facts: cel-spec (standard functions), cel-go v0.26 ext/strings.go and ext/lists.go, Kubernetes 1.37
k8s.io/apiserver/pkg/cel/library (quantity, regex, jsonpatch).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from kubectl_fluid.manifests.pointer import escape
from kubectl_fluid.manifests.quantity import Quantity, QuantityError
from kubectl_fluid.manifests.quantity import parse as quantity_of
from kubectl_fluid.policy.trial.errors import NotCel, Unevaluable

#: What Go's strings.TrimSpace takes away.
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_BLANKS += "\u2028\u2029\u202f\u205f\u3000"
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_LOWER = {upper: lower for lower, upper in _UPPER.items()}


def equal(one: Any, other: Any) -> bool:
    """CEL's equality: numbers of any kind by value, true and 1 are different."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    return type(one) is type(other) and bool(one == other)


def within(item: Any, holder: Any) -> bool:
    """`item in holder`."""
    if isinstance(holder, dict):
        return isinstance(item, str) and item in holder
    if isinstance(item, str):  # ten times as fast, and a text is equal to texts alone
        return item in _a(list, holder)
    return any(equal(item, it) for it in _a(list, holder))


def _a(kind: type, value: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Unevaluable(f"no such overload: {kind.__name__} is wanted, {type(value).__name__} given")
    return value


def _size(value: Any) -> int:
    if not isinstance(value, str | list | dict):
        raise Unevaluable("no such overload: size")
    return len(value)


@cache
def pattern(text: str) -> re.Pattern[str]:
    r"""An expression of RE2 as Python searches it: `$` is the text's end, `\s` has no `\v`. Raises Unevaluable."""
    made, in_class, place = "", False, 0
    while place < len(text):
        char = text[place]
        if char == "\\":
            found = _RE2.match(text, place)
            place = found.end() if found else place + 2
            made += _escaped(found[0] if found else text[place - 2 : place], in_class=in_class)
            continue
        in_class = char == "[" or (in_class and char != "]")
        made += r"\Z" if char == "$" and not in_class else char
        place += 1
    try:
        return re.compile(_STARS.sub(".*", made), re.ASCII)
    except re.error:
        raise Unevaluable(f"{text!r} is no regular expression") from None


_RE2 = re.compile(r"\\x\{([0-9A-Fa-f]+)\}|\\[sSz]")
#: One star says what many do, and Python would try all ways of sharing a text among them.
_STARS = re.compile(r"(?:\.\*){2,}")


def _escaped(escaped: str, *, in_class: bool) -> str:
    if escaped.startswith("\\x{"):
        return f"\\U{int(escaped[3:-1], 16):08x}"
    known = {"\\s": r"\t\n\f\r ", "\\z": r"\Z"}
    if escaped == "\\S" and in_class:
        raise NotCel("\\S in a class")
    if escaped == "\\S":
        return r"[^\t\n\f\r ]"
    made = known.get(escaped, escaped)
    return f"[{made}]" if escaped == "\\s" and not in_class else made


def _part(value: list[Any] | str, start: Any, end: Any) -> Any:
    first, last = _a(int, start), _a(int, end)
    if not 0 <= first <= last <= len(value):
        raise Unevaluable(f"index out of range: {first}, {last}")
    return value[first:last]


def _flat(items: list[Any]) -> list[Any]:
    return [it for item in items for it in (item if isinstance(item, list) else [item])]


def _distinct(items: list[Any]) -> list[Any]:
    made: list[Any] = []
    for item in items:
        if not within(item, made):
            made.append(item)
    return made


def _sort(items: list[Any]) -> list[Any]:
    try:
        return sorted(items)
    except TypeError:
        raise Unevaluable("no such overload: sort") from None


def _joined(items: list[Any], between: str = "") -> str:
    return between.join(_a(str, item) for item in items)


def _split(text: str, between: str) -> list[str]:
    return text.split(between) if between else list(text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return json.dumps(value)
    if not isinstance(value, str | int):
        raise Unevaluable("no such overload: string")
    return str(value)


def _quantity(value: Any) -> Quantity:
    try:
        return quantity_of(_a(str, value), trim=False)
    except QuantityError as error:
        raise Unevaluable(str(error)) from None


def _is_quantity(value: Any) -> bool:
    try:
        _quantity(value)
    except Unevaluable:
        return False
    return True


def _compare(one: Quantity, other: Quantity) -> int:
    return (one > other) - (one < other)


#: What stands before the dot, and the function; its other arguments follow.
METHODS: dict[str, tuple[type | tuple[type, ...], Callable[..., Any]]] = {
    "compareTo": (Quantity, _compare),
    "contains": (str, lambda text, part: part in text),
    "distinct": (list, _distinct),
    "endsWith": (str, str.endswith),
    "flatten": (list, _flat),
    "isGreaterThan": (Quantity, lambda one, other: one > other),
    "isLessThan": (Quantity, lambda one, other: one < other),
    "join": (list, _joined),
    "lowerAscii": (str, lambda text: text.translate(_LOWER)),
    "matches": (str, lambda text, expression: pattern(expression).search(text) is not None),
    "replace": (str, str.replace),
    "reverse": (list, lambda items: items[::-1]),
    "size": ((str, list, dict), len),
    "slice": (list, _part),
    "sort": (list, _sort),
    "split": (str, _split),
    "startsWith": (str, str.startswith),
    "substring": (str, lambda text, start, end=None: _part(text, start, len(text) if end is None else end)),
    "trim": (str, lambda text: text.strip(_BLANKS)),
    "upperAscii": (str, lambda text: text.translate(_UPPER)),
}
#: Functions without anything before the dot; `jsonpatch` is the name of a library.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "dyn": lambda value: value,
    "isQuantity": _is_quantity,
    "jsonpatch.escapeKey": lambda key: escape(_a(str, key)),
    "quantity": _quantity,
    "size": _size,
    "string": _text,
}
