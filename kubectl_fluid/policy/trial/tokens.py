"""CEL as a row of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_fluid.policy.trial.errors import NotCel

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<number>\d+\.\d+|\d+)
    |(?P<text>(?P<raw>[rR]?)(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))")
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Token(NamedTuple):
    """`kind` is number, text, name, sign or end; of a text, `value` is what it means."""

    kind: str
    value: str


def tokens(source: str) -> Iterator[Token]:
    """The tokens of an expression, with one of kind `end` behind the last. Raises NotCel."""
    place = 0
    while place < len(source):
        found = _TOKEN.match(source, place)
        if found is None:
            raise NotCel(f"there is no token at {source[place : place + 20]!r}")
        place, kind = found.end(), str(found.lastgroup)
        if kind == "text":
            inner = found["text"][len(found["raw"]) + 1 : -1]
            yield Token(kind, inner if found["raw"] else _ESCAPE.sub(_meant, inner))
        elif kind != "space":
            yield Token(kind, found[0])
    yield Token("end", "")


def _meant(found: re.Match[str]) -> str:
    *hexadecimal, octal, plain = found.groups()
    digits = next(filter(None, hexadecimal), None)
    if digits is not None:
        return chr(int(digits, 16))
    return chr(int(octal, 8)) if octal is not None else _PLAIN.get(plain, plain)
