"""CEL as a tree: literals, names, fields, calls and the operators, each a small tuple of its own kind.

Grammar: https://github.com/google/cel-spec/blob/master/doc/langdef.md. What policies of this program have no use for
(bytes, doubles with exponents, optional fields) is not read: NotCel says so, and a test reads every expression.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from kubectl_fluid.policy.trial.errors import NotCel
from kubectl_fluid.policy.trial.tokens import Token, tokens


class Literal(NamedTuple):
    """A number, text, true, false or null."""

    value: Any


class Name(NamedTuple):
    """A variable."""

    name: str


class Field(NamedTuple):
    """`of.name`; with `test`, `has(of.name)`."""

    of: Node
    name: str
    test: bool = False


class Call(NamedTuple):
    """A function, an operator or a macro; `of` is what stands before the dot, None where nothing does."""

    name: str
    of: Node | None
    arguments: tuple[Node, ...]


class ListOf(NamedTuple):
    """`[a, b]`."""

    items: tuple[Node, ...]


class MapOf(NamedTuple):
    """`{a: b}`, and `Type{a: b}`, whose keys are literals."""

    entries: tuple[tuple[Node, Node], ...]


Node = Literal | Name | Field | Call | ListOf | MapOf

#: Operators with two sides, by how strongly they bind.
_BINARY = {
    "||": 1, "&&": 2,
    "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5,
}  # fmt: skip
_CONSTANTS = {"true": True, "false": False, "null": None}


@cache
def parse(source: str) -> Node:
    """The tree of an expression. Raises NotCel."""
    reader = _Reader(list(tokens(source)))
    node = reader.expression()
    reader.take("end")
    return node


class _Reader:
    """Reads from left to right; each method takes what it is called after."""

    def __init__(self, row: list[Token]) -> None:
        self._row = row
        self._place = 0

    @property
    def _next(self) -> Token:
        return self._row[self._place]

    def _is(self, sign: str) -> bool:
        if self._next != Token("name" if sign == "in" else "sign", sign):
            return False
        self._place += 1
        return True

    def take(self, kind: str, value: str | None = None) -> str:
        found = self._next
        if found.kind != kind or value not in (None, found.value):
            raise NotCel(f"{found.value or 'the end'!r} stands where {value or kind!r} should")
        self._place += 1
        return found.value

    def expression(self) -> Node:
        condition = self._binary(1)
        if not self._is("?"):
            return condition
        then = self._binary(1)
        self.take("sign", ":")
        return Call("?:", None, (condition, then, self.expression()))

    def _binary(self, least: int) -> Node:
        left = self._unary()
        while (strength := _BINARY.get(self._next.value, 0)) >= least and self._next.kind in ("sign", "name"):
            operator = self._next.value
            self._place += 1
            left = Call(operator, None, (left, self._binary(strength + 1)))
        return left

    def _unary(self) -> Node:
        for sign, name in (("!", "!"), ("-", "negate")):
            if self._is(sign):
                return Call(name, None, (self._unary(),))
        return self._members(self._primary())

    def _members(self, node: Node) -> Node:
        while True:
            if self._is("."):
                name = self.take("name")
                node = Call(name, node, self._list(")")) if self._is("(") else Field(node, name)
            elif self._is("["):
                node = Call("[]", None, (node, self.expression()))
                self.take("sign", "]")
            elif isinstance(node, Name | Field) and self._is("{"):
                node = self._struct()
            else:
                return node

    def _primary(self) -> Node:
        kind, value = self._next
        if kind in ("number", "text"):
            self._place += 1
            return Literal(value if kind == "text" else float(value) if "." in value else int(value))
        if kind == "name":
            self._place += 1
            if value in _CONSTANTS:
                return Literal(_CONSTANTS[value])
            return self._global(value) if self._is("(") else Name(value)
        if self._is("("):
            node = self.expression()
            self.take("sign", ")")
            return node
        if self._is("["):
            return ListOf(self._list("]"))
        self.take("sign", "{")
        return self._map()

    def _global(self, name: str) -> Node:
        arguments = self._list(")")
        if name != "has":
            return Call(name, None, arguments)
        if len(arguments) != 1 or not isinstance(arguments[0], Field):
            raise NotCel("has() takes a field")
        return arguments[0]._replace(test=True)

    def _list(self, end: str) -> tuple[Node, ...]:
        made: list[Node] = []
        while not self._is(end):
            made.append(self.expression())
            if not self._is(","):
                self.take("sign", end)
                break
        return tuple(made)

    def _map(self) -> Node:
        made = []
        while not self._is("}"):
            key = self.expression()
            self.take("sign", ":")
            made.append((key, self.expression()))
            if not self._is(","):
                self.take("sign", "}")
                break
        return MapOf(tuple(made))

    def _struct(self) -> Node:
        made: list[tuple[Node, Node]] = []
        while not self._is("}"):
            key = Literal(self.take("name"))
            self.take("sign", ":")
            made.append((key, self.expression()))
            if not self._is(","):
                self.take("sign", "}")
                break
        return MapOf(tuple(made))
