"""`kubectl fluid schema`: what it prints."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import Ran, run

FIELD = """\
kind:     JuiceFSRuntime
version:  data.fluid.io/v1alpha1
field:    spec.tieredstore.levels[].volumeType
type:     string
required: no
values:   hostPath, emptyDir
default:  hostPath
JuiceFS:  `hostPath` (default) or `emptyDir`
JuiceFS:  spec.tieredstore.levels[1:] has no effect: only the first level is used, but for mediumtype: that of the \
last one counts
"""


def test_a_field_is_explained() -> None:
    ran = run("schema", "juicefsruntime.spec.tieredstore.levels.volumeType")
    assert ran == Ran(0, FIELD, "")


def test_the_fields_below_are_a_table() -> None:
    lines = run("schema", "dataset.spec.mounts").out.splitlines()
    table = [line.split(maxsplit=2) for line in lines[lines.index("fields:") + 1 :]]
    assert ["mountPoint", "string", "required"] in table
    assert ["path", "string", "no effect with JuiceFS"] in table


def test_without_a_name_the_kinds_are_listed_those_of_fluid_first() -> None:
    ran = run("schema")
    rows = [line.split() for line in ran.out.splitlines()]
    assert ran.status == 0
    assert [row[1] for row in rows[:14]] == ["data.fluid.io/v1alpha1"] * 14
    assert ["Dataset", "data.fluid.io/v1alpha1", "datasets,dataset"] in rows
    assert ["Job", "batch/v1", "jobs"] in rows


def test_a_wrong_path_is_a_usage_error_with_a_proposal() -> None:
    ran = run("schema", "juicefsruntime.spec.fuze")
    assert ran == Ran(2, "", "error: JuiceFSRuntime.spec: there is no field `fuze`\nhint: did you mean `fuse`?\n")


def test_a_name_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in run("schema", "dataset.\x1b[31mx").err


def test_json_says_the_same() -> None:
    answer = json.loads(run("schema", "juicefs.spec.tieredstore.levels.mediumtype", "-o", "json").out)
    assert (answer["kind"], answer["apiVersion"]) == ("JuiceFSRuntime", "data.fluid.io/v1alpha1")
    assert (answer["type"], answer["required"], answer["enum"]) == ("string", True, ["MEM", "SSD", "HDD"])
    kinds = json.loads(run("schema", "-o", "json").out)
    assert {"kind": "Dataset", "apiVersion": "data.fluid.io/v1alpha1", "names": "datasets,dataset"} in kinds


def test_kinds_of_other_places_are_explained(tmp_path: Path) -> None:
    spec = {"type": "object", "properties": {"size": {"type": "integer", "default": 0}}}
    version = {"name": "v1", "served": True, "storage": True}
    version |= {"schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}
    names = {"kind": "Widget", "plural": "widgets"}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version]},
    }
    (tmp_path / "crd.json").write_text(json.dumps(crd))
    ran = run("schema", "widgets.spec.size", "--schema-location", tmp_path)
    assert "type:     integer\n" in ran.out
    assert "default:  0\n" in ran.out
    assert run("schema", "widgets", "--schema-location", tmp_path / "none").status == 2


def test_paths_are_completed() -> None:
    assert run("__complete", "--", "schema", "dataset.spec.pl").out.splitlines() == ["dataset.spec.placement", ":4"]
