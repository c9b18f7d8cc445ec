"""The schema files: what they were made from, that nothing is missing, and the CRDs that are written from them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kubectl_fluid.validation.schema import Schema, check, files, load
from kubectl_fluid.validation.schema.crd import definition, schemas_of
from schemas import make_fluid

Object = dict[str, Any]

EVERY = sorted(path for name in ("data.fluid.io-*", "kubernetes-*") for path in files.folder().glob(f"{name}.json"))
FILES = sorted(path for path in files.folder().glob("*.json") if not path.name.endswith(".patch.json"))
LINE = re.compile(r"(?P<path>\S+): (?P<type>(?:\[\]|map\[string\])?[\w./-]+(?:\((?:int32|int64|date-time)\))?)")
CORE = {"Affinity", "Container", "PodSpec", "Volume", "EnvVar", "Toleration", "ResourceRequirements"}


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_each_file_says_what_it_was_made_from(path: Path) -> None:
    assert json.loads(path.read_bytes())["$comment"].startswith("Made by schemas/make_")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_whole_file_is_a_schema_of_draft_2020_12(path: Path) -> None:
    document = json.loads(path.read_bytes())
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(document)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_reference_leads_somewhere(path: Path) -> None:
    document = json.loads(path.read_bytes())
    wanted = set(re.findall(r'"\$ref": ?"#/\$defs/([^"]+)"', path.read_text()))
    assert wanted <= set(document["$defs"])


def test_the_file_of_fluids_kinds_is_what_the_generator_makes(shared: Callable[[str], Path]) -> None:
    made = make_fluid.text_of(make_fluid.document(shared("facts/crd-fields.txt").parent))
    assert made == make_fluid.TARGET.read_text()


def lines_of(schema: Object, path: str = "", *, required: bool = False) -> Iterator[tuple[str, str]]:
    """The fields of a schema in the notation of crd-fields.txt: (path, type)."""
    name, inner, suffix = type_of(schema)
    mark = "!" if required else ""
    if path:
        yield path + mark, name
    for field, member in inner.get("properties", {}).items():
        if path or field not in ("apiVersion", "kind", "metadata"):
            below = f"{path}{suffix}.{field}" if path else field
            yield from lines_of(member, below, required=field in inner.get("required", ()))


def type_of(schema: Object) -> tuple[str, Object, str]:
    """Type, the schema whose fields are listed, and what follows the path in theirs."""
    if "$ref" in schema:
        return "core/v1." + schema["$ref"].rpartition("/")[2], {}, ""
    if schema.get("x-kubernetes-int-or-string"):
        return "int-or-string", {}, ""
    kind = schema["type"]
    if kind == "array":
        name, inner, _ = type_of(schema["items"])
        return f"[]{name}", inner, "[]"
    if kind == "object" and isinstance(schema["additionalProperties"], dict):
        return f"map[string]{type_of(schema['additionalProperties'])[0]}", {}, ""
    return kind + (f"({schema['format']})" if "format" in schema else ""), schema if kind == "object" else {}, ""


def without_marks(path: str) -> str:
    """A path of the listing, where some parents are marked as required once more."""
    return path.replace("!.", ".")


def test_the_schemas_have_every_field_of_the_crds_and_no_other(shared: Callable[[str], Path]) -> None:
    schemas = {schema.root["x-kubernetes-resource"]["names"]["plural"]: schema for schema in files.fluid()}
    counted = 0
    for plural, lines in make_fluid.sections(shared("facts/crd-fields.txt").read_text()):
        matches = [LINE.match(line) for line in lines]
        listed = {(without_marks(it["path"]), it["type"]) for it in matches if it}
        assert listed == set(lines_of(schemas[plural].root))
        assert len(listed) == len(lines)
        counted += len(lines)
    assert len(schemas) == 14
    assert counted > 1400


def test_the_schemas_have_every_field_of_the_core_types(shared: Callable[[str], Path]) -> None:
    definitions = files.fluid()[0].definitions
    seen = set()
    for heading, lines in make_fluid.sections(shared("facts/core-types.txt").read_text()):
        name = heading.partition(" ")[0]
        matches = [LINE.match(line) for line in lines]
        listed = {(without_marks(it["path"]), it["type"]) for it in matches if it}
        assert listed == {(path.removeprefix("."), kind) for path, kind in lines_of(definitions[name])}
        seen.add(name)
    assert seen >= CORE


def test_constraints_of_the_listing_are_keywords_of_the_schema() -> None:
    words = make_fluid.constraints(' [enum=["a", "b\\"]"] default="a"] [minimum=1] [k8s-list-type="map"]')
    assert words == {"enum": ["a", 'b"]'], "default": "a", "minimum": 1, "x-kubernetes-list-type": "map"}


def test_what_the_generator_does_not_understand_is_an_error() -> None:
    with pytest.raises(ValueError, match="not understood"):
        make_fluid.schema_of("string [what is this]", "here")
    with pytest.raises(ValueError, match="not understood"):
        make_fluid.tree(["no colon"], "here")


def test_a_crd_that_is_read_again_gives_the_same_findings() -> None:
    """The way of a user with `--schema-location`: a CRD instead of our own file."""
    value = {
        "apiVersion": "data.fluid.io/v1alpha1",
        "kind": "JuiceFSRuntime",
        "metadata": {"name": "a"},
        "spec": {"replicas": "1", "tieredstore": {"levels": [{"mediumtype": "X", "quota": "1x"}]}, "foo": 1},
    }
    schemas = load()
    ours = schemas.for_object(value)
    assert ours is not None
    (again,) = schemas_of(definition(ours), "here")
    assert check(value, schemas, schema=again) == check(value, schemas)
    assert len(check(value, schemas)) == 4


def test_a_crd_is_structural() -> None:
    """No references, nothing about unknown fields, and no keyword that the API server would refuse."""
    for schema in files.fluid():
        text = json.dumps(definition(schema))
        assert "$ref" not in text
        assert '"additionalProperties": false' not in text
        assert '"const"' not in text


def test_a_built_in_kind_has_no_crd() -> None:
    schema = next(it for it in load() if it.builtin)
    bare = Schema(schema.gvk, {}, {}, "here")
    with pytest.raises(ValueError, match="not the schema of a custom resource"):
        definition(bare)
