"""The operators of CEL that look at the values of both their sides."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from kubectl_fluid.policy.trial.errors import Unevaluable
from kubectl_fluid.policy.trial.functions import equal, within


def _same(*kinds: type) -> Callable[[Any, Any], None]:
    def check(one: Any, other: Any) -> None:
        for kind in kinds:
            if isinstance(one, kind) and isinstance(other, kind) and not isinstance(one, bool):
                return
        raise Unevaluable("no such overload")

    return check


_NUMBERS, _ADDED, _ORDERED = _same(int, float), _same(int, float, str, list), _same(int, float, str)


def _two(check: Callable[[Any, Any], None], function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(one: Any, other: Any) -> Any:
        check(one, other)
        return function(one, other)

    return run


def _index(holder: Any, key: Any) -> Any:
    if isinstance(holder, Mapping):
        if not isinstance(key, str) or key not in holder:
            raise Unevaluable(f"no such key: {key}")
        return holder[key]
    if not isinstance(holder, list) or not isinstance(key, int) or isinstance(key, bool):
        raise Unevaluable("no such overload: []")
    if not 0 <= key < len(holder):
        raise Unevaluable(f"index out of bounds: {key}")
    return holder[key]


def boolean(value: Any) -> bool:
    """The value, which has to be true or false. Raises Unevaluable."""
    if not isinstance(value, bool):
        raise Unevaluable("no such overload: a boolean is wanted")
    return value


#: Operator → its value; those that need not look at both sides are not here.
OPERATORS: dict[str, Callable[..., Any]] = {
    "==": equal,
    "!=": lambda one, other: not equal(one, other),
    "in": within,
    "[]": _index,
    "!": lambda value: not boolean(value),
    "+": _two(_ADDED, operator.add),
    "-": _two(_NUMBERS, operator.sub),
    "*": _two(_NUMBERS, operator.mul),
    "<": _two(_ORDERED, operator.lt),
    "<=": _two(_ORDERED, operator.le),
    ">": _two(_ORDERED, operator.gt),
    ">=": _two(_ORDERED, operator.ge),
    "negate": lambda value: -value,
}
