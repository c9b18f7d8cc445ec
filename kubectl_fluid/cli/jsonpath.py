r"""kubectl's JSONPath templates, the part of them that people type: `{.items[*].metadata.name}`.

Known: fields (`.a`, `['a.b']`), indices and slices (`[0]`, `[-1]`, `[1:3]`), `[*]` and `.*`, `..name`, filters with one
comparison (`[?(@.phase=="Bound")]`, `[?(@.x)]`), `{range}` and `{end}`, text (`{"\n"}`) and text around braces. No
library speaks this dialect: those on the package index have JSONPath proper (RFC 9535), without templates.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Step = Callable[[Any], Iterator[Any]]

_MAX_LENGTH = 10_000
_TOKEN = re.compile(
    r"""\.\.(?P<deep>[\w-]+)
      | \.?\[(?P<bracket>(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\]'"])*)\]
      | \.(?P<field>\*|(?:[\w/-]|\\.)+)
      | \.(?=$)""",
    re.VERBOSE,
)
_SLICE = re.compile(r"(-?\d{1,9})?:(-?\d{1,9})?(?::(\d{1,9}))?", re.ASCII)
_INDEX = re.compile(r"-?\d{1,9}", re.ASCII)
_FILTER = re.compile(r"\?\(\s*@(?P<path>[^\s=!<>]*)\s*(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<value>.+?))?\s*\)")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class PathError(ValueError):
    """The template cannot be read; the message says where."""


class _Range(NamedTuple):
    path: tuple[Step, ...]
    body: list[Any]


def find(path: str, value: Any) -> list[Any]:
    """What a path without a template's text finds, e.g. `.metadata.name` or `{.metadata.name}`. Raises PathError."""
    bare = path.strip()
    if bare.startswith("{") and bare.endswith("}"):
        bare = bare[1:-1].strip()
    return list(_walk(_path(bare if bare[:1] in (".", "[", "$", "@") else f".{bare}"), value))


def render(template: str, value: Any) -> str:
    """The template with what it finds; several results of one path are joined by a space. Raises PathError."""
    if len(template) > _MAX_LENGTH:
        raise PathError("it is longer than any that a person types")
    parts = list(_split(template))
    body = _block(parts, inside=False)
    return "".join(_expand(body, value, value))


def _split(template: str) -> Iterator[tuple[bool, str]]:
    """Text, and what stands in braces; a brace in quotes is text."""
    position = 0
    for match in re.finditer(r"\{((?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^}'\"])*)\}", template):
        yield from ((False, text) for text in [template[position : match.start()]] if text)
        yield True, match[1].strip()
        position = match.end()
    rest = template[position:]
    if "{" in rest:
        raise PathError(f"a brace is not closed: {rest}")
    yield from ((False, text) for text in [rest] if text)


def _block(parts: list[tuple[bool, str]], *, inside: bool) -> list[Any]:
    body: list[Any] = []
    while parts:
        braced, text = parts.pop(0)
        if not braced:
            body.append(text)
        elif text == "end":
            if not inside:
                raise PathError("{end} without {range}")
            return body
        elif text.startswith("range "):
            body.append(_Range(_path(text.removeprefix("range ").strip()), _block(parts, inside=True)))
        elif _QUOTED.fullmatch(text):
            body.append(_unquoted(text))
        else:
            body.append(_path(text))
    if inside:
        raise PathError("{range} without {end}")
    return body


def _expand(body: list[Any], root: Any, current: Any) -> Iterator[str]:
    for it in body:
        if isinstance(it, str):
            yield it
        elif isinstance(it, _Range):
            for found in _walk(it.path, current):
                yield from _expand(it.body, root, found)
        else:
            yield " ".join(map(_text, _walk(it, current)))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _walk(steps: tuple[Step, ...], value: Any) -> Iterator[Any]:
    if not steps:
        yield value
        return
    for found in steps[0](value):
        yield from _walk(steps[1:], found)


def _path(text: str) -> tuple[Step, ...]:
    rest = text.removeprefix("$").removeprefix("@")
    steps, position = [], 0
    while position < len(rest):
        match = _TOKEN.match(rest, position)
        if match is None:
            raise PathError(f"{text!r} is no path at {rest[position : position + 20]!r}")
        if match["deep"]:
            steps.append(_deep(match["deep"]))
        elif match["bracket"] is not None:
            steps.append(_bracket(match["bracket"].strip()))
        elif match["field"]:
            field = re.sub(r"\\(.)", r"\1", match["field"])
            steps.append(_all if match["field"] == "*" else _member(field))
        position = match.end()
    return tuple(steps)


def _bracket(text: str) -> Step:
    if text == "*":
        return _all
    if _INDEX.fullmatch(text):
        return _index(int(text))
    if match := _SLICE.fullmatch(text):
        start, stop, step = (int(it) if it else None for it in match.groups())
        return lambda value: iter(value[start : stop : step or 1] if isinstance(value, list) else ())
    if _QUOTED.fullmatch(text):
        return _member(_unquoted(text))
    if match := _FILTER.fullmatch(text):
        return _filter(match["path"], match["op"], match["value"])
    raise PathError(f"[{text}] is none of [0], [1:2], [*], ['name'] and [?(@.name==\"value\")]")


def _all(value: Any) -> Iterator[Any]:
    yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _member(name: str) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, dict) and name in value:
            yield value[name]

    return step


def _index(number: int) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list) and -len(value) <= number < len(value):
            yield value[number]

    return step


def _deep(name: str) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, dict) and name in value:
            yield value[name]
        for member in _all(value):
            yield from step(member)

    return step


def _filter(path: str, compare: str | None, literal: str | None) -> Step:
    steps = _path(path)
    wanted = _literal(literal) if literal is not None else None

    def holds(item: Any) -> bool:
        found = list(_walk(steps, item))
        if compare is None:
            return bool(found)
        try:
            return any(_COMPARE[compare](it, wanted) for it in found)
        except TypeError:  # text beside a number
            return False

    return lambda value: (it for it in _all(value) if holds(it))


def _literal(text: str) -> Any:
    if _QUOTED.fullmatch(text):
        return _unquoted(text)
    try:
        return json.loads(text)
    except ValueError:
        raise PathError(f"{text} is no number, no text in quotes and no boolean") from None


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text[1:-1])
