"""Small pieces of CEL, put together by functions: no expression is written as one string.

Decision: CEL has no functions of its own, so what would be one is a Python function here that gives an expression.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Characters that a CEL string literal must not hold as they are.
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def text(value: str) -> str:
    """A string literal."""
    return "'" + "".join(_ESCAPES.get(character, character) for character in value) + "'"


def texts(values: Iterable[str]) -> str:
    """A list of string literals."""
    return "[" + ", ".join(map(text, values)) + "]"


def variable(name: str) -> str:
    """A variable of the policy."""
    return f"variables.{name}"


def both(*terms: str) -> str:
    """All of the terms hold."""
    return " && ".join(f"({term})" if "||" in term or "?" in term else term for term in terms)


def either(*terms: str) -> str:
    """One of the terms holds."""
    return " || ".join(f"({term})" if "&&" in term or "?" in term else term for term in terms)


def no(term: str) -> str:
    """The term does not hold."""
    return f"!({term})"


def choose(condition: str, then: str, otherwise: str) -> str:
    """`then` where the condition holds, else `otherwise`."""
    return f"({condition} ? {then} : {otherwise})"


def when(condition: str, operations: str) -> str:
    """The list where the condition holds, else an empty one."""
    return choose(condition, operations, "[]")


def joined(*lists: str) -> str:
    """One list of several."""
    return " + ".join(lists)


def member(holder: str, name: str, default: str) -> str:
    """A field, or what stands for it where it is absent."""
    return choose(f"has({holder}.{name})", f"{holder}.{name}", default)


def entry_is(holder: str, key: str, value: str) -> str:
    """A map's entry is there and has this value."""
    return f"({text(key)} in {holder} && {holder}[{text(key)}] == {text(value)})"


def operation(op: str, path: str, value: str = "") -> str:
    """A JSONPatch operation; path and value are expressions."""
    tail = f", value: {value}" if value else ""
    return f"JSONPatch{{op: {text(op)}, path: {path}{tail}}}"


def operations(*made: str) -> str:
    """A list of operations."""
    return "[" + ", ".join(made) + "]"


def path(*parts: str) -> str:
    """The path of an operation: literals begin with a slash, everything else is an expression of a string."""
    return " + ".join(text(part) if part.startswith("/") else part for part in parts)
