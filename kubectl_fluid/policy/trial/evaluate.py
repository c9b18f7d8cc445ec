"""The value of an expression.

Values are those of JSON, and quantities. Types are not checked before: what has none of the API server's types for an
operator or a field has no value (Unevaluable), as if its type had been known too late.

An API server counts what an expression costs, and refuses an object for which it is too much. Its prices are not known
here; calls are counted, so that no file keeps this program busy for long (`Budget`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kubectl_fluid.policy.trial.errors import NotCel, Unevaluable
from kubectl_fluid.policy.trial.functions import FUNCTIONS, METHODS
from kubectl_fluid.policy.trial.operators import OPERATORS, boolean
from kubectl_fluid.policy.trial.syntax import Call, Field, ListOf, Literal, MapOf, Name, Node, parse

Scope = Mapping[str, Any]


#: Where a scope keeps its budget; no variable has such a name.
BUDGET = " budget"


class Budget:
    """How many more calls the expressions of a scope may make.

    The policies make 51,000 for 100 containers with 100 mounts each, which an API server takes, and 114,000 for 150
    with 150, which it does not (1.37.2). What is refused here is far beyond, what is not may still be refused there.
    """

    def __init__(self, calls: int = 500_000) -> None:
        self._left = calls

    def spend(self) -> None:
        """One call. Raises Unevaluable when there is none left."""
        self._left -= 1
        if self._left < 0:
            raise Unevaluable("the object is too large: this takes more than an API server would allow")


def evaluate(source: str, scope: Scope) -> Any:
    """The value of an expression; `scope` holds its variables. Raises Unevaluable, and NotCel for our own mistakes."""
    return _value(parse(source), scope)


class Lazy(Mapping[str, Any]):
    """A policy's variables: each is evaluated when it is asked for, and once."""

    def __init__(self, expressions: Mapping[str, str], scope: Scope) -> None:
        self._expressions = expressions
        self._scope = {**scope, "variables": self}
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = evaluate(self._expressions[name], self._scope)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._expressions)

    def __len__(self) -> int:
        return len(self._expressions)

    @property
    def scope(self) -> Scope:
        """Where expressions that use these variables are evaluated."""
        return self._scope


def _value(node: Node, scope: Scope) -> Any:
    match node:
        case Literal(value):
            return value
        case Name(name):
            if name not in scope:
                raise NotCel(f"undeclared reference to {name!r}")
            return scope[name]
        case Field():
            return _field(node, scope)
        case ListOf(items):
            return [_value(item, scope) for item in items]
        case MapOf(entries):
            return {_value(key, scope): _value(value, scope) for key, value in entries}
    return _call(node, scope)


def _field(node: Field, scope: Scope) -> Any:
    holder = _value(node.of, scope)
    if not isinstance(holder, Mapping):
        raise Unevaluable(f"no such key: {node.name}")
    if node.test:
        return node.name in holder
    if node.name not in holder:
        raise Unevaluable(f"no such key: {node.name}")
    return holder[node.name]


def _call(node: Call, scope: Scope) -> Any:
    if BUDGET in scope:
        scope[BUDGET].spend()
    if node.of is None:
        if node.name in LOGIC:
            return LOGIC[node.name](node.arguments, scope)
        arguments = [_value(it, scope) for it in node.arguments]
        if node.name in OPERATORS:
            return OPERATORS[node.name](*arguments)
        return _run(node.name, FUNCTIONS, arguments)
    if node.name in MACROS and node.arguments and isinstance(node.arguments[0], Name):
        return MACROS[node.name](_value(node.of, scope), node.arguments, scope)
    arguments = [_value(it, scope) for it in node.arguments]
    if isinstance(node.of, Name) and (name := f"{node.of.name}.{node.name}") in FUNCTIONS:
        return _run(name, FUNCTIONS, arguments)
    if node.name not in METHODS:
        raise NotCel(f"there is no function {node.name}")
    kind, function = METHODS[node.name]
    holder = _value(node.of, scope)
    if not isinstance(holder, kind):
        raise Unevaluable(f"no such overload: {node.name}")
    return _run(node.name, {node.name: function}, [holder, *arguments])


def _run(name: str, functions: Mapping[str, Callable[..., Any]], arguments: list[Any]) -> Any:
    if name not in functions:
        raise NotCel(f"there is no function {name}")
    try:
        return functions[name](*arguments)
    except TypeError:
        raise Unevaluable(f"no such overload: {name}") from None


# --- logic, which does not look at what it does not need -------------------------------------------------------------


def _settled(parts: Iterable[Callable[[], Any]], *, by: bool) -> bool:
    """The first part that is `by` settles it, also where another one has no value."""
    failed: Unevaluable | None = None
    for part in parts:
        try:
            if boolean(part()) is by:
                return by
        except Unevaluable as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return not by


def _sides(arguments: tuple[Node, ...], scope: Scope) -> Iterator[Callable[[], Any]]:
    return ((lambda it=it: _value(it, scope)) for it in arguments)  # type: ignore[misc]


def _choice(arguments: tuple[Node, ...], scope: Scope) -> Any:
    condition, then, otherwise = arguments
    return _value(then if boolean(_value(condition, scope)) else otherwise, scope)


#: Operator → its value, by its sides as they are written.
LOGIC: dict[str, Callable[[tuple[Node, ...], Scope], Any]] = {
    "||": lambda arguments, scope: _settled(_sides(arguments, scope), by=True),
    "&&": lambda arguments, scope: _settled(_sides(arguments, scope), by=False),
    "?:": _choice,
}


# --- macros --------------------------------------------------------------------------------------------------------

_Arguments = tuple[Node, ...]


def _each(holder: Any, arguments: _Arguments, scope: Scope) -> Iterator[Scope]:
    """The scope of each item, or of a map's keys."""
    if not isinstance(holder, list | Mapping):
        raise Unevaluable("no such overload: a list or map is wanted")
    name = _named(arguments[0])
    return ({**scope, name: item} for item in holder)


def _named(node: Node) -> str:
    if not isinstance(node, Name):
        raise NotCel("a macro's first argument is a name")
    return node.name


def _tests(holder: Any, arguments: _Arguments, scope: Scope) -> Iterator[Callable[[], Any]]:
    return (
        (lambda inner=inner: _value(arguments[1], inner))  # type: ignore[misc]
        for inner in _each(holder, arguments, scope)
    )


def _exists_one(holder: Any, arguments: _Arguments, scope: Scope) -> bool:
    return sum(boolean(_value(arguments[1], inner)) for inner in _each(holder, arguments, scope)) == 1


def _filter(holder: Any, arguments: _Arguments, scope: Scope) -> list[Any]:
    name = _named(arguments[0])
    scopes = _each(holder, arguments, scope)
    return [inner[name] for inner in scopes if boolean(_value(arguments[1], inner))]


def _map(holder: Any, arguments: _Arguments, scope: Scope) -> list[Any]:
    *condition, made = arguments[1:]
    return [
        _value(made, inner)
        for inner in _each(holder, arguments, scope)
        if all(boolean(_value(it, inner)) for it in condition)
    ]


def _transform(holder: Any, arguments: _Arguments, scope: Scope) -> list[Any]:
    """`transformList(key, value, condition?, made)`; the keys of a list are its indices."""
    if not isinstance(holder, list | Mapping):
        raise Unevaluable("no such overload: a list or map is wanted")
    pairs = holder.items() if isinstance(holder, Mapping) else enumerate(holder)
    key, value = _named(arguments[0]), _named(arguments[1])
    *condition, made = arguments[2:]
    scopes = ({**scope, key: one, value: other} for one, other in pairs)
    return [_value(made, inner) for inner in scopes if all(boolean(_value(it, inner)) for it in condition)]


#: Macro → its value, by what stands before the dot.
MACROS: dict[str, Callable[[Any, _Arguments, Scope], Any]] = {
    "all": lambda *given: _settled(_tests(*given), by=False),
    "exists": lambda *given: _settled(_tests(*given), by=True),
    "exists_one": _exists_one,
    "filter": _filter,
    "map": _map,
    "transformList": _transform,
}
