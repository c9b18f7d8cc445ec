"""Lists, names in reports, kinds that are refused, labels at the wrong place."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid import workloads
from kubectl_fluid.workloads.find import MAX_LIST_DEPTH
from tests.workloads.manifests import POD, manifest, template

Object = dict[str, Any]
INJECT = "serverless.fluid.io/inject"


def in_list(*items: Any, kind: str = "List", version: str = "v1") -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {}, "items": list(items)}


def job(labels: Any = None, template_labels: Any = None) -> Object:
    value = manifest("batch/v1", "Job", {"template": template()})
    value["metadata"]["labels"] = labels
    value["spec"]["template"]["metadata"] = {"labels": template_labels}
    return value


def test_items_of_a_list_have_slots_with_the_lists_pointers() -> None:
    value = in_list(POD, manifest("v1", "ConfigMap", {}), job())
    assert [(slot.pointer, slot.name) for slot in workloads.slots(value)] == [
        (("items", 0), "pod/demo"),
        (("items", 2, "spec", "template"), "job/demo"),
    ]


def test_items_of_a_list_are_put_back_in_place() -> None:
    value = in_list(POD, job())
    first, second = workloads.slots(value)
    new = second.put(first.put(value, {**first.pod, "x": 1}), {**second.pod, "y": 2})
    assert new["items"][0] == {**POD, "x": 1}
    assert new["items"][1]["spec"]["template"] == {**second.pod, "y": 2}
    assert "x" not in POD


def test_lists_in_lists_are_followed() -> None:
    (slot,) = workloads.slots(in_list(in_list(POD)))
    assert slot.pointer == ("items", 0, "items", 0)


def test_lists_in_lists_have_a_bound() -> None:
    value = POD
    for _ in range(MAX_LIST_DEPTH):
        value = in_list(value)
    assert len(workloads.slots(value)) == 1
    with pytest.raises(workloads.WorkloadError, match="more than 4 deep") as error:
        workloads.slots(in_list(value))
    assert error.value.pointer == ("items", 0) * MAX_LIST_DEPTH


def test_items_of_a_typed_list_may_lack_their_kind() -> None:
    bare = {"metadata": {"name": "web", "namespace": "ml"}, "spec": {"template": template()}}
    value = in_list(bare, kind="DeploymentList", version="apps/v1")
    (slot,) = workloads.slots(value)
    assert (slot.name, slot.kind, slot.namespace) == ("deployment/web", "Deployment", "ml")
    assert slot.put(value, {**slot.pod, "x": 1})["items"][0]["spec"]["template"]["x"] == 1
    assert "kind" not in slot.put(value, {**slot.pod, "x": 1})["items"][0]


def test_items_that_are_no_objects_have_no_slot() -> None:
    assert workloads.slots(in_list(None, 3, "x", [POD])) == []


def test_a_list_whose_items_are_no_list_is_an_error() -> None:
    with pytest.raises(workloads.WorkloadError, match="items must be a list, not a map") as error:
        workloads.slots({"apiVersion": "v1", "kind": "List", "items": {}})
    assert error.value.pointer == ("items",)


def test_a_kind_that_only_sounds_like_a_list_is_an_object() -> None:
    value = {"apiVersion": "example.org/v1", "kind": "AllowList", "items": "a, b"}
    assert list(workloads.objects(value)) == [((), value)]


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"name": "demo"}, "job/demo"),
        ({"generateName": "demo-"}, "job/demo-*"),
        ({"name": ["demo"]}, "job/(no name)"),
        ({}, "job/(no name)"),
        (3, "job/(no name)"),
    ],
)
def test_an_object_is_called_by_kind_and_name(metadata: Any, name: str) -> None:
    assert workloads.label({"kind": "Job", "metadata": metadata}) == name


@pytest.mark.parametrize("value", [None, [], {"kind": 3}, "x"])
def test_what_has_no_kind_is_called_an_object(value: Any) -> None:
    assert workloads.label(value) == "object/(no name)"


def train_job(**spec: Any) -> Object:
    return manifest("trainer.kubeflow.org/v1alpha1", "TrainJob", spec)


def test_a_train_job_says_what_to_inject_instead() -> None:
    value = train_job(runtimeRef={"kind": "TrainingRuntime", "name": "torch"})
    assert workloads.slots(value) == []
    assert workloads.known(value)
    assert workloads.refusal(value) == (
        "trainjob/demo has no Pod template and cannot add containers to one: "
        "inject the TrainingRuntime torch, or label its Pod template and let the webhook inject"
    )


def test_a_train_jobs_runtime_is_cluster_wide_unless_said() -> None:
    assert "the ClusterTrainingRuntime torch" in str(workloads.refusal(train_job(runtimeRef={"name": "torch"})))


@pytest.mark.parametrize(
    ("kind", "path"), [("Workflow", ()), ("CronWorkflow", ("workflowSpec",))], ids=["Workflow", "CronWorkflow"]
)
def test_a_workflow_of_a_template_says_what_to_inject_instead(kind: str, path: tuple[str, ...]) -> None:
    spec: Object = {"workflowTemplateRef": {"name": "train", "clusterScope": True}}
    for key in path:
        spec = {key: spec}
    assert workloads.refusal(manifest("argoproj.io/v1alpha1", kind, spec)) == (
        f"{kind.lower()}/demo has no templates of its own: inject the ClusterWorkflowTemplate train"
    )


def test_a_refused_item_of_a_list_is_told() -> None:
    assert str(workloads.refusal(in_list(POD, train_job()))).startswith("trainjob/demo has no Pod template")


def test_a_label_on_the_workload_alone_is_misplaced() -> None:
    (found,) = workloads.misplaced(job(labels={INJECT: "true", "app": "demo"}), {INJECT})
    assert (found.key, found.pointer, found.template) == (INJECT, ("metadata", "labels", INJECT), "job/demo")


def test_a_label_on_both_is_not_misplaced() -> None:
    assert workloads.misplaced(job(labels={INJECT: "true"}, template_labels={INJECT: "true"}), {INJECT}) == []


def test_a_label_on_a_pod_is_in_its_place() -> None:
    value = {**POD, "metadata": {"name": "demo", "labels": {INJECT: "true"}}}
    assert workloads.misplaced(value, {INJECT}) == []


def test_a_label_on_the_job_template_of_a_cron_job_is_misplaced() -> None:
    inner = {"metadata": {"labels": {INJECT: "true"}}, "spec": {"template": {"spec": template()["spec"]}}}
    (found,) = workloads.misplaced(manifest("batch/v1", "CronJob", {"jobTemplate": inner}), {INJECT})
    assert found.pointer == ("spec", "jobTemplate", "metadata", "labels", INJECT)


def test_a_label_that_one_of_several_templates_has_is_meant_for_that_one() -> None:
    groups: list[Object] = [{"groupName": name, "template": template()} for name in ("cpu", "gpu")]
    groups[0]["template"]["metadata"]["labels"] = {}
    value = manifest("ray.io/v1", "RayCluster", {"workerGroupSpecs": groups})
    value["metadata"]["labels"] = {INJECT: "true"}
    assert workloads.misplaced(value, {INJECT}) == []
    groups[1]["template"]["metadata"]["labels"] = {}
    assert [found.template for found in workloads.misplaced(value, {INJECT})] == ["raycluster/demo worker group cpu"]


def test_an_annotation_is_looked_for_like_a_label() -> None:
    value = manifest("batch/v1", "Job", {"template": {"spec": {}}})
    value["metadata"]["annotations"] = {INJECT: "true"}
    assert [found.pointer for found in workloads.misplaced(value, {INJECT})] == [("metadata", "annotations", INJECT)]


def test_labels_of_another_shape_are_no_labels() -> None:
    assert workloads.misplaced(job(labels=[INJECT], template_labels=3), {INJECT}) == []


def test_a_misplaced_label_in_a_list_has_the_lists_pointer() -> None:
    (found,) = workloads.misplaced(in_list(POD, job(labels={INJECT: "true"})), {INJECT})
    assert found.pointer == ("items", 1, "metadata", "labels", INJECT)


def test_a_pod_field_beside_the_template_is_lost() -> None:
    value = job()
    value["spec"]["terminationGracePeriodSeconds"] = 0
    (found,) = workloads.lost_fields(value)
    assert (found.pointer, found.template) == (("spec", "terminationGracePeriodSeconds"), "job/demo")


def test_a_pod_field_that_the_template_has_as_well_is_not_lost() -> None:
    value = job()
    value["spec"]["nodeSelector"] = {}
    value["spec"]["template"]["spec"]["nodeSelector"] = {}
    assert workloads.lost_fields(value) == []


def test_fields_of_a_pod_are_where_they_belong() -> None:
    assert workloads.lost_fields({**POD, "spec": {**POD["spec"], "restartPolicy": "Never"}}) == []
