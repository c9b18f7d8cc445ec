"""AdmissionReviews that were damaged: values of the wrong type, members gone or doubled, bytes that are no JSON."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Object = dict[str, Any]

#: Values that somebody's code may not expect.
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**400,
        1e308,
        "",
        " ",
        "\x00",
        "\ud800",
        "true",
        "a" * 300,
        "../../etc",
        "/",
        "~1",
    ),
    *([], {}, [[]], [{}], {"": {}}, ["x", 1, None], {"name": None}, [{"name": "data"}, {"name": "data"}]),
)


def mutants(review: Object, number: int, seed: int = 0) -> Iterator[bytes]:
    """So many bodies, always the same ones for a seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(number):
        value = copy.deepcopy(review)
        for _ in range(chance.randint(1, 4)):
            chance.choice(DAMAGES)(value, chance)
        body = json.dumps(value).encode()
        yield _bytes(body, chance) if chance.random() < 0.2 else body


def _bytes(body: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(body))
    return chance.choice(
        (
            body[:at],
            body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :],
            body[:at] + b"[" * chance.choice((10, 500, 5000)) + body[at:],
            body + body,
            b"\xef\xbb\xbf" + body,
        )
    )


def _holder(value: Any, chance: random.Random) -> Any:
    """A random mapping or list with something in it."""
    while True:
        children = [
            it for it in (value.values() if isinstance(value, dict) else value) if isinstance(it, (dict, list)) and it
        ]
        if not children or chance.random() < 0.15:
            return value
        value = chance.choice(children)


def _key(holder: Any, chance: random.Random) -> Any:
    return chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))


def _replace(value: Object, chance: random.Random) -> None:
    holder = _holder(value, chance)
    if holder:
        holder[_key(holder, chance)] = copy.deepcopy(chance.choice(ODD))


def _remove(value: Object, chance: random.Random) -> None:
    holder = _holder(value, chance)
    if holder:
        del holder[_key(holder, chance)]


def _double(value: Object, chance: random.Random) -> None:
    holder = _holder(value, chance)
    if isinstance(holder, list):
        holder += copy.deepcopy(holder) * chance.choice((1, 1, 1, 50))


def _nest(value: Object, chance: random.Random) -> None:
    holder = _holder(value, chance)
    if holder:
        key = _key(holder, chance)
        for _ in range(chance.choice((1, 5, 200))):
            holder[key] = chance.choice(([holder[key]], {"name": holder[key]}))


def _rename(value: Object, chance: random.Random) -> None:
    holder = _holder(value, chance)
    if isinstance(holder, dict) and holder:
        key = _key(holder, chance)
        holder[chance.choice(("", "a/b~c", key.upper(), key + "é", "name"))] = holder.pop(key)


DAMAGES: tuple[Callable[[Object, random.Random], None], ...] = (_replace, _replace, _remove, _double, _nest, _rename)
