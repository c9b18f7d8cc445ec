"""Custom resources: what an API server prunes, defaults and refuses (../shared/notes/api-server-verdicts.md)."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from kubectl_fluid.validation.finding import Finding, Severity
from kubectl_fluid.validation.schema import Schemas, check, load
from kubectl_fluid.validation.schema.report import dotted

Object = dict[str, Any]


@cache
def schemas() -> Schemas:
    return load()


def dataset(**spec: Any) -> Object:
    return of_kind("Dataset", {"mounts": [{"mountPoint": "juicefs:///x"}], **spec})


def of_kind(kind: str, spec: Any, **more: Any) -> Object:
    return {"apiVersion": "data.fluid.io/v1alpha1", "kind": kind, "metadata": {"name": "a"}, "spec": spec, **more}


def runtime(**spec: Any) -> Object:
    return of_kind("JuiceFSRuntime", spec)


def found(value: Object) -> list[Finding]:
    return [it for it in check(value, schemas()) if it.code != "FL0016"]


def fields(value: Object) -> list[str]:
    return [dotted(it.pointer) for it in found(value)]


def test_a_correct_dataset_has_no_findings() -> None:
    assert found(dataset()) == []


def test_the_object_is_not_changed() -> None:
    value = runtime(master=None, tieredstore={"levels": [{"mediumtype": "MEM"}]})
    before = copy.deepcopy(value)
    assert found(value) == []
    assert value == before


def test_a_mapping_or_list_that_is_null_is_a_warning() -> None:
    """The API server takes them; whoever wrote them meant something else."""
    value = runtime(fuse={"options": None, "volumeMounts": None, "image": None}, worker=None)
    value["metadata"]["annotations"] = value["status"] = None
    warnings = [it for it in check(value, schemas()) if it.severity is Severity.WARNING]
    assert {(dotted(it.pointer), it.code) for it in warnings} == {
        ("spec.fuse.options", "FL0016"),
        ("spec.fuse.volumeMounts", "FL0016"),
        ("spec.worker", "FL0016"),
    }
    assert warnings == check(value, schemas())


def test_a_misspelt_field_is_told_what_it_was_meant_to_be() -> None:
    (finding,) = found(dataset(placment="Shared"))
    assert (finding.code, finding.pointer, finding.severity) == ("FL0003", ("spec", "placment"), Severity.ERROR)
    assert finding.hint == "did you mean `placement`?"


def test_a_field_in_the_wrong_place_is_told_where_it_belongs() -> None:
    (finding,) = found(dataset(mountPoint="x"))
    assert "`spec.mounts[].mountPoint`" in finding.hint


def test_a_required_field_is_not_missed_where_it_is_there_under_a_misspelt_name() -> None:
    assert fields(dataset(mounts=[{"mountpoint": "juicefs:///x"}])) == ["spec.mounts[0].mountpoint"]


def test_fields_below_a_value_of_the_wrong_type_are_unknown_and_the_type_is_reported_too() -> None:
    assert fields(dataset(mounts={"mountPoint": "juicefs:///x"})) == ["spec.mounts.mountPoint", "spec.mounts"]


@pytest.mark.parametrize(
    ("spec", "field", "code"),
    [
        ({"replicas": "1"}, "spec.replicas", "FL0004"),
        ({"replicas": 1.5}, "spec.replicas", "FL0004"),
        ({"replicas": 2**31}, "spec.replicas", "FL0010"),
        ({"replicas": -1}, "spec.replicas", "FL0014"),
        ({"replicas": 1.0}, "spec.replicas", "FL0014"),
        ({"runAs": {"uid": 2**63, "gid": 1, "user": "a", "group": "a"}}, "spec.runAs.uid", "FL0004"),
        ({"fuse": {"networkMode": "hostNetwork"}}, "spec.fuse.networkMode", "FL0006"),
        ({"worker": {"replicas": 0}}, "spec.worker.replicas", "FL0007"),
        ({"fuse": {"resources": {"limits": {"cpu": "1x"}}}}, "spec.fuse.resources.limits.cpu", "FL0012"),
        ({"fuse": {"resources": {"limits": {"cpu": 1.5}}}}, "spec.fuse.resources.limits.cpu", "FL0004"),
        ({"runAs": {"uid": 1, "gid": 1, "user": "a"}}, "spec.runAs.group", "FL0005"),
        ({"fuse": {"options": {"debug": True}}}, "spec.fuse.options.debug", "FL0004"),
        (
            {"fuse": {"resources": {"claims": [{"name": "a"}, {"name": "a"}]}}},
            "spec.fuse.resources.claims[1]",
            "FL0008",
        ),
    ],
)
def test_what_the_schema_refuses_is_found_at_its_place(spec: Object, field: str, code: str) -> None:
    (finding,) = found(runtime(**spec))
    assert (dotted(finding.pointer), finding.code) == (field, code)


@pytest.mark.parametrize(
    "spec",
    [
        {"replicas": 0},
        {"worker": {"replicas": 2.0}},
        {"fuse": {"resources": {"limits": {"cpu": 1, "memory": "5.", "x/y": "0.1Gi"}}}},
        {"fuse": None, "podMetadata": {"labels": {"a": None}}},
        {"worker": {"ports": [{"containerPort": 1}, {"containerPort": 1, "protocol": "UDP"}]}},
        {"tieredstore": {"levels": [{"mediumtype": "SSD", "volumeType": None}]}},
    ],
)
def test_what_an_api_server_takes_is_not_refused(spec: Object) -> None:
    assert found(runtime(**spec)) == []


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (dataset(mounts=[None]), "spec.mounts[0]"),
        (dataset(mounts=[{"mountPoint": None}]), "spec.mounts[0].mountPoint"),
        (dataset(bogus=None), "spec.bogus"),
        ({**dataset(), "kind": None}, "kind"),
    ],
)
def test_null_is_refused_in_lists_for_required_and_for_unknown_fields(value: Object, field: str) -> None:
    assert fields(value) == [field]


def test_status_is_dropped_except_for_its_unknown_fields() -> None:
    assert found(of_kind("Dataset", {}, status={})) == []
    assert found(of_kind("Dataset", {}, status={"conditions": 1})) == []
    assert fields(of_kind("Dataset", {}, status={"bogus": 1})) == ["status.bogus"]


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"name": "Bad_Name"}, "metadata.name"),
        ({}, "metadata.name"),
        ({"name": "a", "labels": {"bad key": "x"}}, "metadata.labels.bad key"),
        ({"name": "a", "labels": {"a": "bad value!"}}, "metadata.labels.a"),
        ({"name": "a", "labels": {"a": 1}}, "metadata.labels.a"),
        ({"name": "a", "annotations": {"bad key": "x"}}, "metadata.annotations.bad key"),
        (
            {"name": "a", "ownerReferences": [{"kind": "a", "name": "b", "uid": "c"}]},
            "metadata.ownerReferences[0].apiVersion",
        ),
        ({"name": "a", "creationTimestamp": "yesterday"}, "metadata.creationTimestamp"),
        ({"name": "a", "foo": 1}, "metadata.foo"),
        ({"name": "a", "namespace": "A"}, "metadata.namespace"),
        ({"generateName": "A-"}, "metadata.generateName"),
        ({"name": "a", "finalizers": ["a b"]}, "metadata.finalizers[0]"),
    ],
)
def test_metadata_has_rules_that_are_the_same_for_all_kinds(metadata: Object, field: str) -> None:
    assert fields({**dataset(), "metadata": metadata}) == [field]


@pytest.mark.parametrize(
    "metadata",
    [
        {"generateName": "a-"},
        {"name": "a", "labels": {"a": ""}, "annotations": {"A.B/C": ""}},
        {"name": "a", "creationTimestamp": None, "labels": None, "managedFields": []},
    ],
)
def test_metadata_that_an_api_server_takes_is_not_refused(metadata: Object) -> None:
    assert found({**dataset(), "metadata": metadata}) == []


def test_a_kind_without_a_schema_is_one_finding_with_the_nearest_name() -> None:
    (finding,) = found({**dataset(), "kind": "Datasets"})
    assert (finding.code, finding.pointer, finding.hint) == ("FL0002", ("kind",), "did you mean `Dataset`?")


def test_a_version_without_a_schema_is_one_finding_that_names_the_one_that_there_is() -> None:
    (finding,) = found({**dataset(), "apiVersion": "data.fluid.io/v1"})
    assert (finding.code, finding.pointer) == ("FL0002", ("apiVersion",))
    assert "data.fluid.io/v1alpha1" in finding.hint


@pytest.mark.parametrize("value", [[], None, "text", {}, {"kind": "Dataset"}, {"apiVersion": 1, "kind": "Dataset"}])
def test_what_is_no_object_at_all_is_one_finding(value: Any) -> None:
    assert [it.code for it in check(value, schemas())] == ["FL0001"]


def test_hostile_nesting_is_a_finding_and_no_crash() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert [it.code for it in found(dataset(accessModes=deep))] == ["FL0001"]


def process(*ports: Object) -> Object:
    container = {"name": "c", "ports": list(ports)}
    processor = {"job": {"podSpec": {"containers": [container]}}}
    return of_kind(
        "DataProcess", {"dataset": {"name": "a", "namespace": "b", "mountPath": "/c"}, "processor": processor}
    )


def test_defaults_count_where_items_of_a_list_are_told_apart() -> None:
    assert found(process({"containerPort": 1}, {"containerPort": 1, "protocol": "UDP"})) == []
    (finding,) = found(process({"containerPort": 1}, {"containerPort": 1, "protocol": "TCP"}))
    assert (finding.code, finding.pointer[-2:]) == ("FL0008", ("ports", 1))
