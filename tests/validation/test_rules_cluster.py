"""With a cluster behind the documents, what is not there is certain; without one it is only worth a note."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import Run
from tests.validation.examples import DATALOAD, DATASET, NFS, POD, RUNTIME, THIN, documents
from tests.validation.test_rules import found

Object = dict[str, Any]
READABLE = ("Dataset", "JuiceFSRuntime", "ThinRuntime", "ThinRuntimeProfile", "PersistentVolumeClaim")
REFERENCE = NFS.replace("192.0.2.1:/share", "dataset://other/data")


def severities(text: str, *objects: Object) -> dict[str, Severity]:
    """The findings of a stream before a cluster that holds these objects."""
    held = {(it["kind"], it["metadata"].get("namespace", ""), it["metadata"]["name"]): it for it in objects}

    def lookup(kind: str, namespace: str, name: str) -> Object | None:
        assert kind in READABLE
        return held.get((kind, "" if kind == "ThinRuntimeProfile" else namespace, name))

    return {it.code: it.severity for _, it in found(text, Run(lookup=lookup, readable=READABLE))}


def an_object(kind: str, name: str = "demo", namespace: str = "default", **more: Any) -> Object:
    head = {"apiVersion": "data.fluid.io/v1alpha1", "kind": kind, "metadata": {"name": name, "namespace": namespace}}
    return {**head, **more}


@pytest.mark.parametrize(
    ("text", "code", "severity", "held"),
    [
        pytest.param(RUNTIME, "FL0110", Severity.ERROR, an_object("Dataset"), id="dataset of a runtime"),
        pytest.param(DATASET, "FL0111", Severity.WARNING, an_object("JuiceFSRuntime"), id="runtime of a dataset"),
        pytest.param(REFERENCE, "FL0243", Severity.ERROR, an_object("Dataset", "data", "other"), id="mounted dataset"),
        pytest.param(
            documents(NFS, THIN),
            "FL0332",
            Severity.ERROR,
            an_object("ThinRuntimeProfile", "nfs", "", spec={"fuse": {"image": "a"}}),
            id="profile",
        ),
        pytest.param(DATALOAD, "FL0404", Severity.ERROR, an_object("Dataset"), id="dataset of an operation"),
        pytest.param(POD, "FL0520", Severity.ERROR, an_object("PersistentVolumeClaim"), id="claim of a Pod"),
    ],
)
def test_what_a_cluster_does_not_have_is_certain(text: str, code: str, severity: Severity, held: Object) -> None:
    assert severities(text)[code] is severity
    assert code not in severities(text, held)
    assert {it.code: it.severity for _, it in found(text)}[code] is Severity.INFO


def test_of_what_a_cluster_does_not_tell_nothing_is_said_and_all_else_is() -> None:
    def lookup(kind: str, namespace: str, name: str) -> Object | None:
        if kind == "PersistentVolumeClaim":
            raise ClusterError("cluster x", f"this user may not get {namespace}/{name}")
        return None

    run = Run(lookup=lookup, readable=READABLE)
    assert {it.code for _, it in found(documents(POD, RUNTIME, DATALOAD, POD), run)} == {"FL0110", "FL0404"}
    assert list(run.rules.untold) == ["cluster x: this user may not get default/demo"]


def test_a_dataset_that_is_bound_in_the_cluster_has_a_runtime_of_some_kind() -> None:
    bound = an_object("Dataset", status={"runtimes": [{"type": "cache"}]})
    assert "FL0111" not in severities(DATASET, bound)


def test_the_other_half_of_a_pair_comes_from_the_cluster() -> None:
    runtime = an_object("JuiceFSRuntime", spec={"replicas": 0})
    assert "FL0202" in severities(NFS, runtime)
    assert severities(DATALOAD, an_object("Dataset"), runtime)["FL0406"] is Severity.ERROR


def test_documents_come_before_the_cluster() -> None:
    wrong = an_object("Dataset", spec={"mounts": [{"mountPoint": "nfs://x"}]})
    assert severities(documents(DATASET, RUNTIME), wrong) == {"FL0252": Severity.INFO}
