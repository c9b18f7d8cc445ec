"""Comparing two schemas of one kind."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.doctor import bundle
from kubectl_fluid.doctor.shape import Difference, Kind, compare

Object = dict[str, Any]

TEXT: Object = {"type": "string"}


def of(**spec: Any) -> Object:
    """The schema of a kind whose spec has these fields."""
    return {"type": "object", "properties": {"kind": TEXT, "spec": {"type": "object", "properties": spec}}}


LIST = {"type": "array", "items": {"type": "object", "properties": {"name": TEXT}}}
MAP = {"type": "object", "additionalProperties": {"type": "object", "properties": {"name": TEXT}}}
ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        pytest.param(of(a=TEXT), of(a=TEXT), [], id="equal"),
        pytest.param(of(a=TEXT, b=TEXT), of(a=TEXT), [(Kind.LACKS, "spec.b")], id="one is missing"),
        pytest.param(of(a=TEXT), of(a=TEXT, b=TEXT), [(Kind.UNKNOWN, "spec.b")], id="one more"),
        pytest.param(of(a=TEXT), of(a={"type": "integer"}), [(Kind.TYPE, "spec.a")], id="another type"),
        pytest.param(of(a=LIST), of(), [(Kind.LACKS, "spec.a")], id="what is in a missing field is not listed"),
        pytest.param(
            of(a=LIST), of(a={"type": "array", "items": {"type": "object"}}), [(Kind.LACKS, "spec.a[].name")], id="list"
        ),
        pytest.param(
            of(a=MAP),
            of(a={"type": "object", "additionalProperties": {"type": "object"}}),
            [(Kind.LACKS, "spec.a.*.name")],
            id="mapping",
        ),
        pytest.param(of(a=LIST["items"]), of(a=ANYTHING), [], id="the cluster takes anything there"),
        pytest.param(of(a=TEXT), ANYTHING, [], id="the cluster takes anything at all"),
        pytest.param(of(a=ANYTHING), of(a=LIST["items"]), [], id="the bundle takes anything there"),
        pytest.param(of(a={"x-kubernetes-int-or-string": True}), of(a=TEXT), [(Kind.TYPE, "spec.a")], id="int or text"),
        pytest.param(
            of(a={"x-kubernetes-int-or-string": True}),
            of(a={"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, TEXT]}),
            [],
            id="two ways to say int or text",
        ),
        pytest.param(of(a=TEXT), {"properties": {"spec": "no mapping"}}, [(Kind.LACKS, "spec.a")], id="nonsense"),
        pytest.param(of(a=TEXT), {}, [(Kind.LACKS, "spec")], id="nothing at all"),
    ],
)
def test_each_field_that_differs_is_named(ours: Object, theirs: Object, found: list[tuple[Kind, str]]) -> None:
    assert [(it.kind, it.path) for it in compare(ours, theirs)] == found


def test_what_every_kind_has_is_not_compared() -> None:
    assert compare({"properties": {"metadata": {"type": "object"}}}, {"properties": {"apiVersion": TEXT}}) == []


def test_a_type_is_told_with_both_names() -> None:
    (found,) = compare(of(a=TEXT), of(a={"type": "integer"}))
    assert found.text() == "spec.a: it has another type there: string in the bundle, integer in the cluster"


def test_a_schema_that_is_its_own_child_comes_to_an_end() -> None:
    endless: Object = {"type": "object", "properties": {}}
    endless["properties"]["a"] = endless
    assert compare(endless, endless) == []


Place = tuple[tuple[str, ...], str]


def places(schema: Object, keys: tuple[str, ...] = (), path: str = "") -> list[Place]:
    """Every property below a schema: the keys that lead to it, and its path."""
    found: list[Place] = []
    for name, member in schema.get("properties", {}).items():
        if keys or name not in ("apiVersion", "kind", "metadata"):
            here = ((*keys, "properties", name), f"{path}.{name}" if path else name)
            found += [here, *places(member, *here)]
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(schema.get(key), dict):
            found += places(schema[key], (*keys, key), path + mark)
    return found


def at(schema: Object, keys: tuple[str, ...]) -> Object:
    for key in keys:
        schema = schema[key]
    return schema


@pytest.mark.parametrize("kind", bundle.schemas())
def test_each_bundled_schema_is_equal_to_itself(kind: str) -> None:
    assert compare(bundle.schemas()[kind], copy.deepcopy(bundle.schemas()[kind])) == []


@given(st.data())
def test_a_field_that_is_taken_out_anywhere_is_found_and_nothing_else(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(bundle.schemas())))
    ours = bundle.schemas()[kind]
    keys, path = data.draw(st.sampled_from(places(ours)))
    if any("x-kubernetes-preserve-unknown-fields" in at(ours, keys[:n]) for n in range(len(keys))):
        return
    theirs = copy.deepcopy(ours)
    del at(theirs, keys[:-1])[keys[-1]]
    assert compare(ours, theirs) == [Difference(Kind.LACKS, path)]
    assert compare(theirs, ours) == [Difference(Kind.UNKNOWN, path)]
