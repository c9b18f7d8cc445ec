"""Schemas of other kinds, from files and folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.validation.schema import check, load
from kubectl_fluid.validation.schema.load import UnknownMinor
from kubectl_fluid.validation.schema.locations import LocationError
from kubectl_fluid.validation.schema.report import dotted

WIDGET = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, minimum: 1, exclusiveMinimum: true}
              colour: {type: string, nullable: true}
              either:
                type: object
                properties: {a: {type: string}, b: {type: string}}
                oneOf: [{required: [a]}, {required: [b]}]
              anything: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""


def fields(spec: Any, *places: Path) -> list[str]:
    return [dotted(it.pointer) for it in check({**WIDGET, "spec": spec}, load(locations=places))]


@pytest.fixture
def crd(tmp_path: Path) -> Path:
    path = tmp_path / "crds.yaml"
    path.write_text("kind: Other\n---\n" + CRD)
    return path


def test_without_its_schema_a_kind_is_unknown() -> None:
    (finding,) = check(WIDGET, load())
    assert finding.code == "FL0002"


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"size": 2, "colour": None, "anything": {"x": {"y": None}}}, []),
        ({"either": {"a": "x"}}, []),
        ({"either": {"a": "x", "b": "y"}}, ["spec.either"]),
        ({"size": 1}, ["spec.size"]),
        ({"seize": 1}, ["spec.seize"]),
    ],
)
def test_a_crd_gives_its_kind_a_schema(crd: Path, spec: Any, found: list[str]) -> None:
    assert fields(spec, crd) == found


def test_a_folder_is_searched_and_its_other_files_are_left_alone(crd: Path) -> None:
    (crd.parent / "notes.json").write_text("{}")
    (crd.parent / "notes.txt").write_text("%")
    assert fields({"size": 1}, crd.parent) == ["spec.size"]


@pytest.mark.parametrize("name", ["example.com/widget_v1.json", "widget-example.com-v1.json"])
def test_a_json_schema_is_known_by_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"type": "object", "properties": {"spec": {"type": "object", "properties": {}}}}))
    assert fields({"size": 1}, path) == ["spec.size"]


def test_a_json_schema_is_known_by_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "any.json"
    gvk = {"group": "example.com", "version": "v1", "kind": "Widget"}
    schema = {"properties": {"spec": {"type": ["integer", "null"]}}, "x-kubernetes-group-version-kind": [gvk]}
    path.write_text(json.dumps(schema))
    assert fields("x", path) == ["spec"]
    assert fields(1, path) == fields(None, path) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [(": : :", "not valid YAML"), ("a: 1", "neither a CustomResourceDefinition nor"), ("\xff", "not UTF-8 text")],
)
def test_a_file_that_is_of_no_use_is_an_error_that_names_it(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "crd.yaml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(LocationError, match=f"crd.yaml.*: .*{why}"):
        load(locations=[path])


def test_a_place_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LocationError, match="no such file or folder"):
        load(locations=[tmp_path / "missing"])


def test_a_version_of_kubernetes_without_schemas_is_an_error_that_names_those_that_there_are() -> None:
    with pytest.raises(UnknownMinor, match=r"no schemas of Kubernetes 1\.3: there are those of 1\.\d+"):
        load(kubernetes_minor=3)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"properties": {"spec": {"$ref": "#/$defs/nothing"}}}, "#/\\$defs/nothing leads nowhere"),
        ({"properties": {"spec": {"type": "strin"}}}, "'strin' is not valid"),
        ({"properties": {"spec": {"required": "a"}}}, "'a' is not of type 'array'"),
    ],
)
def test_a_schema_that_is_none_is_an_error(tmp_path: Path, schema: Any, why: str) -> None:
    path = tmp_path / "widget-example.com-v1.json"
    path.write_text(json.dumps(schema))
    with pytest.raises(LocationError, match=f"widget-example.com-v1.json: the schema of .* is wrong.*: .*{why}"):
        load(locations=[path])


def test_a_schema_may_refer_to_itself(tmp_path: Path) -> None:
    path = tmp_path / "widget-example.com-v1.json"
    tree = {"type": "object", "properties": {"below": {"$ref": "#/$defs/tree", "description": "more"}}}
    path.write_text(json.dumps({"properties": {"spec": {"$ref": "#/$defs/tree"}}, "$defs": {"tree": tree}}))
    assert fields({"below": {"below": {}}}, path) == []
    assert fields({"below": {"below": 1}}, path) == ["spec.below.below"]
