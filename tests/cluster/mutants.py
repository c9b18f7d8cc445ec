"""Mutants of manifests: the same seed gives the same ones."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from kubectl_fluid.validation.schema import Schema

Object = dict[str, Any]
Path = tuple[str | int, ...]
#: A place in a document, the schema of what is there, and its value.
Node = tuple[Path, Object, Any]

WRONG: list[Any] = ["x", 1, 1.5, True, None, {}, [], {"a": "b"}, ["a"], -1, "", [{}], [None]]
QUANTITIES: list[Any] = [
    *("0x10", "10Gib", "", "1 Gi", "1,5", "10GB", "1Gi ", "-1", "+1", "5.", "0.1Gi", "1E3", ".5", "Gi", "100%"),
    *(-1, 1.5, True, [], 99999999999999999999, None),
]
INTEGERS: list[Any] = [-1, 0, 1.0, 1.5, 1e30, 2**31 - 1, 2**31, -(2**31) - 1, 2**63, True, "1", 65536]
METADATA: list[Object] = [
    {"labels": {"a": 1}},
    {"labels": {"bad key": "x"}},
    {"labels": {"a": "bad value!"}},
    {"labels": ["a"]},
    {"labels": None},
    {"annotations": {"A.B/C": "x"}},
    {"annotations": {"bad key": "x"}},
    {"name": "Bad_Name"},
    {"name": "a" * 64},
    {"ownerReferences": [{}]},
    {"creationTimestamp": "yesterday"},
    {"creationTimestamp": None},
    {"finalizers": ["x"]},
    {"foo": 1},
]


class Mutator:
    """Makes mutants of objects of kinds with schemas."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - nothing secret
        self._ways: tuple[Callable[[Object, Schema, list[Node]], None], ...] = (
            *(self._add, self._add, self._unknown, self._wrong, self._null, self._misspell, self._move, self._empty),
            *(self._remove, self._quantity, self._integer, self._item, self._twice, self._metadata, self._wrap),
        )

    def mutant(self, value: Object, schema: Schema) -> Object:
        """The object with one to three changes."""
        made = copy.deepcopy(value)
        changes = self._random.choice((1, 1, 1, 2, 3))
        while changes:
            nodes = [it for it in _nodes(schema, schema.root, made) if it[0][:1] not in (("apiVersion",), ("kind",))]
            way = self._random.choice(self._ways)
            try:
                way(made, schema, [it for it in nodes if it[0] and it[0][0] != "metadata"])
            except (IndexError, KeyError, TypeError):
                continue  # there is nothing that could be changed in this way
            changes -= 1
        return made

    def _pick(self, nodes: list[Node], wanted: Callable[[Object, Any], bool] = lambda _, __: True) -> Node:
        return self._random.choice([it for it in nodes if wanted(it[1], it[2])])

    def _add(self, value: Object, schema: Schema, nodes: list[Node]) -> None:
        path, of, there = self._pick(nodes, lambda it, value: isinstance(value, dict) and bool(it.get("properties")))
        name = self._random.choice([it for it in of["properties"] if it not in there and it != "status"])
        _put(value, (*path, name), self._generate(schema, of["properties"][name], 1))

    def _unknown(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        path, *_rest = self._pick(nodes, lambda _, value: isinstance(value, dict))
        name = self._random.choice(("foo", "spec", "options"))
        _put(value, (*path, name), copy.deepcopy(self._random.choice(WRONG)))

    def _wrong(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        _put(value, self._pick(nodes)[0], copy.deepcopy(self._random.choice(WRONG)))

    def _null(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        _put(value, self._pick(nodes)[0], None)

    def _misspell(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        path, _of, there = self._random.choice([it for it in nodes if isinstance(it[0][-1], str)])
        name = str(path[-1])
        _remove(value, path)
        _put(value, (*path[:-1], self._random.choice((name + "s", name[:-1] or "x", name.capitalize()))), there)

    def _move(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        path, _of, there = self._random.choice([it for it in nodes if len(it[0]) > 1 and isinstance(it[0][-1], str)])
        _remove(value, path)
        upper = path[:-2] if isinstance(path[-2], str) else path[:-3]
        _put(value, (*upper, path[-1]), there)

    def _empty(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        path, _of, there = self._pick(nodes, lambda _, value: isinstance(value, dict | list | str))
        _put(value, path, type(there)())

    def _remove(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        _remove(value, self._pick(nodes)[0])

    def _quantity(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        path, *_rest = self._pick(
            nodes, lambda it, _: it.get("format") == "quantity" or "x-kubernetes-int-or-string" in it
        )
        _put(value, path, copy.deepcopy(self._random.choice(QUANTITIES)))

    def _integer(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        path, *_rest = self._pick(nodes, lambda it, _: it.get("type") == "integer")
        _put(value, path, self._random.choice(INTEGERS))

    def _item(self, _: Object, __: Schema, nodes: list[Node]) -> None:
        self._pick(nodes, lambda _, value: isinstance(value, list))[2].append(self._random.choice(({}, None, "", 1)))

    def _twice(self, _: Object, __: Schema, nodes: list[Node]) -> None:
        items = self._pick(nodes, lambda _, value: isinstance(value, list))[2]
        items.append(copy.deepcopy(items[0]))

    def _metadata(self, value: Object, _: Schema, __: list[Node]) -> None:
        value["metadata"].update(copy.deepcopy(self._random.choice(METADATA)))

    def _wrap(self, value: Object, _: Schema, nodes: list[Node]) -> None:
        path, _of, there = self._pick(nodes, lambda _, value: isinstance(value, dict | list) and bool(value))
        _put(value, path, there[0] if isinstance(there, list) else [there])

    def _generate(self, schema: Schema, of: Object, depth: int) -> Any:
        of = schema.resolved(of)
        match of.get("type"):
            case "object" if isinstance(of.get("additionalProperties"), dict):
                key = self._random.choice(("k", "cpu", "memory", "a.b/c"))
                return {key: self._generate(schema, of["additionalProperties"], depth + 1)}
            case "object":
                chosen = [
                    name
                    for name in of.get("properties", {})
                    if name in of.get("required", ())
                    or (name != "status" and depth < 4 and self._random.random() < 0.2)
                ]
                return {name: self._generate(schema, of["properties"][name], depth + 1) for name in chosen}
            case "array":
                return [self._generate(schema, of["items"], depth) for _ in range(self._random.choice((0, 1, 1, 2)))]
        return self._scalar(of)

    def _scalar(self, of: Object) -> Any:
        if "enum" in of:
            return self._random.choice(of["enum"])
        if of.get("format") in ("quantity", "int-or-string") or "x-kubernetes-int-or-string" in of:
            return self._random.choice(("1", 1, 8080))
        if of.get("format") == "date-time":
            return "2026-01-01T00:00:00Z"
        kinds: dict[Any, tuple[Any, ...]] = {"integer": (0, 1, 3, 420), "boolean": (True, False), "number": (1.5,)}
        return self._random.choice(kinds.get(of.get("type"), ("a", "data-1", "/mnt/x", "x.y", "true")))


def _nodes(schema: Schema, of: Object, value: Any, path: Path = ()) -> Iterator[Node]:
    of = schema.resolved(of)
    yield path, of, value
    more = of.get("additionalProperties")
    more = more if isinstance(more, dict) else {}
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _nodes(schema, of.get("properties", {}).get(name, more), member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nodes(schema, of.get("items", {}), item, (*path, index))


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _put(value: Any, path: Path, new: Any) -> None:
    _at(value, path[:-1])[path[-1]] = new


def _remove(value: Any, path: Path) -> None:
    del _at(value, path[:-1])[path[-1]]
