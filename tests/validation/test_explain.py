"""What is said of fields: from the schemas, and from the tables of `render`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from kubectl_fluid.render.effects import EFFECTS, Effect
from kubectl_fluid.render.ignored import DATA_LOAD, JUICEFS, THIN, Ignored
from kubectl_fluid.validation.schema import Schemas, load
from kubectl_fluid.validation.schema.explain import Field, UnknownPath, continuations, explain


@cache
def schemas() -> Schemas:
    return load()


def told(name: str) -> Field:
    return explain(schemas(), name)


def fields(name: str, depth: int) -> Iterator[tuple[str, Field]]:
    """A field and those below it."""
    found = told(name)
    yield name, found
    for child in found.children if depth else ():
        yield from fields(f"{name}.{child.name}", depth - 1)


def test_type_values_and_whether_it_is_required_come_from_the_schema() -> None:
    found = told("JuiceFSRuntime.spec.tieredstore.levels.mediumtype")
    assert (found.kind, found.api_version, found.path) == (
        "JuiceFSRuntime",
        "data.fluid.io/v1alpha1",
        "spec.tieredstore.levels[].mediumtype",
    )
    assert (found.type, found.required, found.enum) == ("string", True, ("MEM", "SSD", "HDD"))


def test_a_default_is_told() -> None:
    assert told("JuiceFSRuntime.spec.tieredstore.levels.volumeType").default == "hostPath"
    assert told("Dataset.spec.mounts").default is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Dataset.spec.mounts", "[]object"),
        ("Dataset.spec.mounts.options", "map[string]string"),
        ("Dataset.spec.mounts.options.a.b/c", "string"),
        ("JuiceFSRuntime.spec.replicas", "integer"),
        ("JuiceFSRuntime.spec.tieredstore.levels.quota", "integer or string"),
        ("Dataset.metadata.labels", "map[string]string"),
        ("Pod.spec.containers.resources.limits.cpu", "number or string"),
        ("Pod.spec.containers.command", "[]string"),
        ("Pod.spec.containers.livenessProbe.httpGet.port", "integer or string"),
    ],
)
def test_types_are_told_in_words(name: str, kind: str) -> None:
    assert told(name).type == kind


def test_limits_are_told() -> None:
    assert dict(told("Dataset.spec.mounts").limits) == {"min. items": 1}
    assert dict(told("Dataset.spec.mounts.mountPoint").limits) == {"min. length": 5}
    assert told("JuiceFSRuntime.spec.tieredstore.levels.quota").pattern.startswith("^(")


@pytest.mark.parametrize("name", ["JuiceFSRuntime", "juicefsruntime", "juicefsruntimes", "juicefs", "JUICEFSRUNTIME"])
def test_a_kind_has_several_names(name: str) -> None:
    assert told(name).kind == "JuiceFSRuntime"


@pytest.mark.parametrize("name", ["dataset.spec.mounts[0].name", "dataset.spec.mounts[].name"])
def test_an_index_may_be_written(name: str) -> None:
    assert told(name) == told("dataset.spec.mounts.name")


@pytest.mark.parametrize(
    ("name", "where", "hint"),
    [
        ("datset", "schema", "did you mean `Dataset`?"),
        ("xyz", "schema", "`kubectl fluid schema` lists the kinds"),
        ("dataset.spec.mount", "Dataset.spec", "did you mean `mounts`?"),
        (
            "dataset.spec.mountPoint",
            "Dataset.spec",
            "`mountPoint` is a field of another place: `spec.mounts[].mountPoint`",
        ),
        ("dataset.spec.mounts.shred.x", "Dataset.spec.mounts[]", "did you mean `shared`?"),
        ("dataset.spec.dataRestoreLocation.x", "Dataset.spec.dataRestoreLocation", "it has these: nodeName, path"),
        ("dataset.metadata.nam", "Dataset.metadata", "did you mean `name`?"),
        ("dataset.spec.placement.x", "Dataset.spec.placement", ""),
        ("dataset.", "Dataset", "it has these: apiVersion, kind, metadata, spec, status"),
    ],
)
def test_a_wrong_path_is_met_with_what_may_have_been_meant(name: str, where: str, hint: str) -> None:
    with pytest.raises(UnknownPath) as raised:
        told(name)
    assert (raised.value.where, raised.value.hint) == (where, hint)


def path_of(path: str) -> str:
    """The field of a row of a table; annotations are those of metadata."""
    return "metadata.annotations" if path.startswith("annotation") else re.sub(r"\[[^]]*\]", "", path)


@pytest.mark.parametrize("row", EFFECTS, ids=lambda row: f"{row.kind}.{row.path}")
def test_every_effect_that_render_knows_is_told_at_its_field(row: Effect) -> None:
    effects = told(f"{row.kind}.{path_of(row.path)}").effects
    assert any(row.effect.replace("see below", "see docs/juicefs.md") in it for it in effects), effects


@pytest.mark.parametrize(
    "row", list(dict.fromkeys([*JUICEFS, *DATA_LOAD, *THIN])), ids=lambda row: f"{row.kind}.{row.path}"
)
def test_every_field_that_render_ignores_is_said_to_have_no_effect(row: Ignored) -> None:
    effects = told(f"{row.kind}.{path_of(row.path)}").effects
    assert any("no effect" in it and row.instead in it for it in effects), effects


def test_what_is_below_an_ignored_field_has_no_effect_either() -> None:
    assert told("juicefs.spec.master.replicas").effects == (
        "JuiceFS: spec.master has no effect: JuiceFS has no master",
    )


def test_the_fields_below_say_whether_they_are_ignored_and_with_which_runtime() -> None:
    spec = {it.name: it.remark for it in told("JuiceFSRuntime.spec").children}
    assert (spec["master"], spec["fuse"]) == ("no effect with JuiceFS", "")
    assert {it.name: it.remark for it in told("ThinRuntime.spec").children}["runAs"] == "no effect with ThinRuntime"


def test_nothing_is_remarked_on_kinds_of_others() -> None:
    assert [name for name, it in fields("Job", 3) if it.effects] == []


@pytest.mark.parametrize("kind", sorted({it.gvk.kind for it in load()}))
def test_every_field_that_is_listed_can_be_explained(kind: str) -> None:
    for name, it in fields(kind, 3):
        for child in it.children:
            below = told(f"{name}.{child.name}")
            assert (below.type, below.required) == (child.type, child.required)


def test_paths_are_continued_by_one_part() -> None:
    assert list(continuations(schemas(), "datas")) == ["Dataset"]
    assert list(continuations(schemas(), "dataset.spec.shared")) == [
        "dataset.spec.sharedEncryptOptions",
        "dataset.spec.sharedOptions",
    ]
    assert list(continuations(schemas(), "nothing.x")) == []
