"""Each kind: where its Pod templates are found, and what is put back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid import workloads
from kubectl_fluid.workloads import reference, table
from kubectl_fluid.workloads.path import at
from tests.support import ROOT, Golden
from tests.workloads.manifests import EXAMPLES, POD, Example, manifest, template

Object = dict[str, Any]

each_kind = pytest.mark.parametrize("example", [pytest.param(example, id=example.id) for example in EXAMPLES])


def marked(pod: Object) -> Object:
    """The Pod with a label and an init container more, in a copy."""
    result = copy.deepcopy(pod)
    result.setdefault("metadata", {}).setdefault("labels", {})["seen"] = "yes"
    result["spec"].setdefault("initContainers", []).insert(0, {"name": "fuse", "restartPolicy": "Always"})
    return result


@each_kind
def test_slots_have_pointers_and_names(example: Example) -> None:
    assert [(slot.pointer, slot.name) for slot in workloads.slots(example.value)] == list(example.expected)


@each_kind
def test_slots_know_kind_and_namespace(example: Example) -> None:
    found = {(slot.kind, slot.namespace) for slot in workloads.slots(example.value)}
    assert found == {(example.value["kind"], "ml")}


@each_kind
def test_a_slots_pod_has_the_claim_and_a_container(example: Example) -> None:
    for slot in workloads.slots(example.value):
        assert slot.pod["spec"]["containers"][0]["name"]
        assert [it["persistentVolumeClaim"]["claimName"] for it in slot.pod["spec"]["volumes"]] == ["demo"]


@each_kind
def test_putting_back_what_was_found_changes_nothing(example: Example) -> None:
    for slot in workloads.slots(example.value):
        assert slot.put(example.value, slot.pod) is example.value
        assert slot.put(example.value, copy.deepcopy(slot.pod)) == example.value


@each_kind
def test_what_was_put_is_found_again_in_every_slot(example: Example) -> None:
    value = example.value
    wanted = []
    for slot in workloads.slots(example.value):
        wanted.append(marked(slot.pod))
        value = slot.put(value, wanted[-1])
    assert [slot.pod for slot in workloads.slots(value)] == wanted


@each_kind
def test_undoing_a_change_gives_the_first_document(example: Example) -> None:
    value = example.value
    before = workloads.slots(value)
    for slot in before:
        value = slot.put(value, marked(slot.pod))
    for slot, old in zip(workloads.slots(value), before, strict=True):
        value = slot.put(value, old.pod)
    assert value == example.value


@each_kind
def test_putting_never_changes_its_inputs(example: Example) -> None:
    before = copy.deepcopy(example.value)
    for slot in workloads.slots(example.value):
        new_pod = marked(slot.pod)
        pod_before = copy.deepcopy(new_pod)
        slot.put(example.value, new_pod)
        assert new_pod == pod_before
    assert example.value == before


@each_kind
def test_a_pointer_leads_to_the_template(example: Example) -> None:
    for slot in workloads.slots(example.value):
        if not slot.name.rpartition(" template ")[1]:  # Argo's Pods are put together: see test_argo
            assert at(example.value, slot.pointer) is slot.pod
            assert slot.locate(("spec", "volumes", 0)) == (*slot.pointer, "spec", "volumes", 0)


@each_kind
def test_the_kind_is_known(example: Example) -> None:
    assert workloads.known(example.value)
    assert workloads.refusal(example.value) is None


def test_every_kind_of_the_table_has_an_example() -> None:
    shown = {(example.value["apiVersion"].rpartition("/")[0], example.value["kind"]) for example in EXAMPLES}
    assert shown == set(table.BY_GROUP_AND_KIND)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(manifest("v1", "Service", {"template": template()}), id="core Service"),
        pytest.param(manifest("v1", "ConfigMap", {"template": template()}), id="no workload"),
        pytest.param(manifest("data.fluid.io/v1alpha1", "Dataset", {}), id="Dataset"),
        pytest.param({"kind": "Pod", "spec": {}}, id="no apiVersion"),
        pytest.param({"apiVersion": "v1", "kind": ["Pod"], "spec": {}}, id="kind of another type"),
        pytest.param({"apiVersion": 1, "kind": "Pod", "spec": {}}, id="apiVersion of another type"),
        pytest.param(None, id="empty document"),
        pytest.param([POD], id="a list without a kind"),
        pytest.param("Pod", id="text"),
    ],
)
def test_what_is_no_workload_has_no_slot(value: Any) -> None:
    assert workloads.slots(value) == []
    assert not workloads.known(value)
    assert workloads.refusal(value) is None


@pytest.mark.parametrize("spec", [{}, {"template": None}, {"template": {}}, {"template": {"spec": None}}, None])
def test_a_template_that_is_absent_is_no_slot(spec: Any) -> None:
    assert workloads.slots(manifest("batch/v1", "Job", spec)) == []


def test_a_pod_without_a_spec_is_no_slot() -> None:
    assert workloads.slots({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo"}}) == []


def test_a_template_without_metadata_is_a_slot() -> None:
    bare = {"spec": template()["spec"]}
    (slot,) = workloads.slots(manifest("batch/v1", "Job", {"template": bare}))
    assert slot.pod is bare


@pytest.mark.parametrize(
    ("value", "message", "pointer"),
    [
        (manifest("batch/v1", "Job", 3), "job/demo: spec must be a map, not a number", ("spec",)),
        (
            manifest("batch/v1", "Job", {"template": [1]}),
            "job/demo: spec.template must be a map, not a list",
            ("spec", "template"),
        ),
        (
            manifest("apps/v1", "Deployment", {"template": {"metadata": "x", "spec": {}}}),
            "deployment/demo: spec.template.metadata must be a map, not a string",
            ("spec", "template", "metadata"),
        ),
        (
            manifest("ray.io/v1", "RayCluster", {"workerGroupSpecs": {"template": {}}}),
            "raycluster/demo: spec.workerGroupSpecs must be a list, not a map",
            ("spec", "workerGroupSpecs"),
        ),
        (
            manifest("batch.volcano.sh/v1alpha1", "Job", {"tasks": [{"template": {}}, True]}),
            "job/demo: spec.tasks[1] must be a map, not a boolean",
            ("spec", "tasks", 1),
        ),
        (
            manifest("kubeflow.org/v1", "TFJob", {"tfReplicaSpecs": {"PS": "two"}}),
            "tfjob/demo: spec.tfReplicaSpecs.PS must be a map, not a string",
            ("spec", "tfReplicaSpecs", "PS"),
        ),
        (
            manifest("argoproj.io/v1alpha1", "Workflow", {"templates": [{"container": {}, "volumes": 3}]}),
            "workflow/demo: spec.templates[0].volumes must be a list, not a number",
            ("spec", "templates", 0, "volumes"),
        ),
        (
            manifest("argoproj.io/v1alpha1", "CronWorkflow", {"workflowSpec": {"podMetadata": {"labels": ["a"]}}}),
            "cronworkflow/demo: spec.workflowSpec.podMetadata.labels must be a map, not a list",
            ("spec", "workflowSpec", "podMetadata", "labels"),
        ),
    ],
)
def test_a_wrong_type_on_the_way_is_an_error_with_its_place(value: Any, message: str, pointer: Any) -> None:
    with pytest.raises(workloads.WorkloadError) as error:
        workloads.slots(value)
    assert str(error.value) == message
    assert error.value.pointer == pointer
    in_a_list = {"apiVersion": "v1", "kind": "List", "items": [POD, value]}
    with pytest.raises(workloads.WorkloadError) as error:
        workloads.slots(in_a_list)
    assert str(error.value) == message
    assert error.value.pointer == ("items", 1, *pointer)


def test_putting_into_a_document_of_another_shape_is_an_error() -> None:
    value = manifest("batch/v1", "Job", {"template": template()})
    (slot,) = workloads.slots(value)
    with pytest.raises(workloads.WorkloadError, match="changed its shape"):
        slot.put(manifest("batch/v1", "Job", {}), marked(slot.pod))


def test_worker_groups_without_a_name_are_told_by_their_index() -> None:
    value = manifest("ray.io/v1", "RayCluster", {"workerGroupSpecs": [{"template": template()}]})
    assert [slot.name for slot in workloads.slots(value)] == ["raycluster/demo worker group 0"]


def test_the_page_of_the_kinds_is_current(golden: Golden) -> None:
    golden(ROOT / "docs" / "workloads.md", reference.page())
