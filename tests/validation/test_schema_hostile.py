"""Files of schemas that somebody wrote carelessly, or to do harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, SchemaError

from kubectl_fluid.validation.schema import check, load
from kubectl_fluid.validation.schema.crd import definition
from kubectl_fluid.validation.schema.explain import names
from kubectl_fluid.validation.schema.files import fluid
from kubectl_fluid.validation.schema.locations import LocationError
from kubectl_fluid.validation.schema.values import in_json_schema
from kubectl_fluid.validation.schema.wellformed import well_formed

GVK = "x-kubernetes-group-version-kind"
IDENTITY = [{"group": "example.com", "version": "v1", "kind": "Widget"}]
WIDGET = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}


def crd(schema: Any, **version: Any) -> dict[str, Any]:
    described = {"name": "v1", "schema": {"openAPIV3Schema": {"type": "object", "properties": schema}}, **version}
    spec = {"group": "example.com", "names": {"kind": "Widget", "plural": "widgets"}, "versions": [described]}
    return {"kind": "CustomResourceDefinition", "spec": spec}


def codes(path: Path, content: Any, **members: Any) -> list[str]:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    schemas = load(locations=[path])
    for schema in schemas:
        names(schema)
    return [it.code for it in check({**WIDGET, **members}, schemas)]


def deep(levels: int) -> Any:
    schema: Any = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return {GVK: IDENTITY, "properties": {"a": schema}}


BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    + [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (BOMB, "more than 3,000,000 values"),
        ("a: &a {b: *a}", "nested more than 200 levels"),
        ("[" * 5000 + "]" * 5000, "depth|nested more than 200 levels"),
        (json.dumps(deep(150)), "nested more than 200 levels"),
        (json.dumps({"$defs": [1]}), "neither a CustomResourceDefinition"),
        (json.dumps({"kind": "List", "items": 3}), "neither a CustomResourceDefinition"),
        (json.dumps({"kind": "CustomResourceDefinition", "spec": {"versions": 3}}), "neither a CustomResource"),
        (
            json.dumps(
                {GVK: IDENTITY, "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}}
            ),
            "leads to itself",
        ),
        (json.dumps({GVK: IDENTITY, "properties": {"a": {"maxLength": "x"}}}), "wrong at properties.a.maxLength: "),
        ("? [a]\n: b", "YAML"),
    ],
)
def test_a_schema_that_does_harm_or_is_none_is_an_error_that_names_the_file(
    tmp_path: Path, content: str, why: str
) -> None:
    with pytest.raises(LocationError, match=f"^{tmp_path}/crd.yaml.*{why}"):
        codes(tmp_path / "crd.yaml", content)


def test_a_json_file_that_is_too_deep_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LocationError, match="nested more than 200 levels deep"):
        codes(tmp_path / "crd.json", '{"a":' * 100_000 + "1" + "}" * 100_000)


@pytest.mark.parametrize("scale", [4, {"specReplicasPath": 3}, None, []])
def test_a_scale_that_is_none_is_left_out(tmp_path: Path, scale: Any) -> None:
    content = crd({"spec": {"type": "object"}}, subresources={"scale": scale})
    assert codes(tmp_path / "crd.json", content, spec={}) == []


def test_names_and_keys_that_are_none_are_left_out(tmp_path: Path) -> None:
    a_list = {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": 3}
    content = {
        GVK: IDENTITY,
        "x-kubernetes-resource": {"names": {"plural": 3, "shortNames": 4}, "subresources": []},
        "properties": {"spec": a_list | {"items": {"type": "object"}}},
    }
    assert codes(tmp_path / "a.json", content, spec=[{}]) == []


def test_a_pattern_that_python_does_not_know_judges_nothing_on_any_level(tmp_path: Path) -> None:
    text = {"type": "string", "pattern": r"^\p{Greek}+$", "anyOf": [{"pattern": r"\pL"}, {"pattern": "("}]}
    assert codes(tmp_path / "crd.json", crd({"spec": text}), spec="x") == []


@pytest.mark.parametrize(
    ("value", "divisor", "found"),
    [
        (0.3, 0.1, []),
        (0.35, 0.1, ["FL0007"]),
        (4, 2, []),
        (5, 2, ["FL0007"]),
        (1e-11, 0.1, ["FL0007"]),
        (1e15, 0.1, ["FL0007"]),
        (0, 0.1, ["FL0007"]),
        (4, 2.5, []),
        (5, 2.5, ["FL0007"]),
        (2**63, 2, ["FL0007"]),
        (1, float("inf"), ["FL0007"]),
    ],
)
def test_a_multiple_is_taken_to_nine_digits(tmp_path: Path, value: float, divisor: float, found: list[str]) -> None:
    content = crd({"spec": {"type": "number", "multipleOf": divisor}})
    assert codes(tmp_path / "crd.json", content, spec=value) == found


def test_boolean_schemas_are_schemas(tmp_path: Path) -> None:
    spec = {"type": "object", "properties": {"a": True, "b": False, "c": {"type": "array", "items": True}}}
    content = {GVK: IDENTITY, "properties": {"spec": {"$ref": "#/$defs/spec"}}, "$defs": {"spec": spec}}
    path = tmp_path / "a.json"
    assert codes(path, content, spec={"a": 1, "c": [1, "x"]}) == []
    assert codes(path, content, spec={"b": 1}) == ["FL0007"]


@pytest.mark.parametrize("kind", ["Dataset", "CacheRuntimeClass"])
def test_what_is_said_quickly_of_a_good_schema_is_what_jsonschema_says(kind: str) -> None:
    found = next(it for it in fluid() if it.gvk.kind == kind)
    whole = definition(found)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert well_formed(whole)
    Draft202012Validator.check_schema(in_json_schema(whole))


@pytest.mark.parametrize(
    "schema",
    [
        3,
        {"type": "strin"},
        {"type": []},
        {"type": ["string", "string"]},
        {"required": "a"},
        {"required": ["a", "a"]},
        {"properties": []},
        {"properties": {"a": 1}},
        {"items": []},
        {"anyOf": []},
        {"maxLength": -1},
        {"multipleOf": 0},
        {"enum": 1},
        {"pattern": 1},
    ],
)
def test_what_jsonschema_refuses_is_not_said_to_be_good(schema: Any) -> None:
    assert not well_formed(schema)
    with pytest.raises(SchemaError):
        Draft202012Validator.check_schema(schema)
