"""Objects of Fluid's kinds that nobody wrote: pieces of the rules' examples, exchanged, dropped and changed."""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import RawDocument
from tests.validation.examples_all import EXAMPLES

Object = dict[str, Any]
Path = tuple[str | int, ...]

#: Written at places where something of the type stands.
STRINGS = (
    "",
    "x",
    "1",
    "true",
    "0",
    "/a",
    "a b",
    "Memory",
    "juicefs:///",
    "dataset://a/b",
    "pvc://a",
    "1Gi",
    "-1",
    "*",
)
NUMBERS = (0, 1, -1, 2, 1000)
NAMESPACE = "default"


def seeds() -> dict[str, list[Object]]:
    """Kind → the objects of all examples, in namespace default where they name none."""
    found: dict[str, list[Object]] = defaultdict(list)
    for text in (text for it in EXAMPLES for text in (it.passing, it.failing)):
        for part in text.split("---\n"):
            value = parse(RawDocument("x", 0, 1, part)).value
            if isinstance(value, dict) and str(value.get("apiVersion")).startswith("data.fluid.io/"):
                found[value["kind"]].append({**value, "metadata": {"namespace": NAMESPACE, **value["metadata"]}})
    return found


def mutants(kind_seeds: list[Object], number: int, random_: random.Random) -> Iterator[Object]:
    """That many objects of one kind, each some steps away from an example."""
    places: dict[Path, list[Any]] = defaultdict(list)
    for seed in kind_seeds:
        for path, value in walk(seed):
            places[general(path)].append(value)
    for _ in range(number):
        value = copy.deepcopy(random_.choice(kind_seeds))
        for _ in range(random_.choice((1, 1, 2, 3))):
            _step(value, places, random_)
        yield value


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything below the spec (or what stands in its place), and the name."""
    members = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, member in members:
        here = (*path, key)
        if here[0] not in ("apiVersion", "kind", "status") and (here[0] != "metadata" or len(here) == 1):
            yield here, member
            yield from walk(member, here)


def general(path: Path) -> Path:
    """The path without places in lists."""
    return tuple(0 if isinstance(part, int) else part for part in path)


def _step(value: Object, places: dict[Path, list[Any]], random_: random.Random) -> None:
    found = [(path, member) for path, member in walk(value) if path != ("metadata",)]
    if not found:
        return
    path, member = random_.choice(found)
    holder: Any = value
    for part in path[:-1]:
        holder = holder[part]
    action = random_.random()
    if action < 0.3:
        del holder[path[-1]]
    elif action < 0.6:
        holder[path[-1]] = copy.deepcopy(random_.choice(places[general(path)]))
    elif action < 0.8 and isinstance(holder, dict):
        known = sorted({it[-1] for it in places if it[:-1] == general(path[:-1]) and isinstance(it[-1], str)})
        key = random_.choice(known)
        sibling = (*general(path[:-1]), key)
        holder[key] = copy.deepcopy(random_.choice(places[sibling]))
    elif isinstance(member, bool):
        holder[path[-1]] = not member
    elif isinstance(member, int):
        holder[path[-1]] = random_.choice(NUMBERS)
    elif isinstance(member, str):
        holder[path[-1]] = random_.choice(STRINGS)
    elif isinstance(member, list) and member:
        member.append(copy.deepcopy(random_.choice(member)))
