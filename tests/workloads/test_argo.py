"""Argo templates: the Pod that is put together of them, and the way back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid import workloads
from tests.workloads.manifests import manifest, workflow_spec

Object = dict[str, Any]

CLAIM = {"name": "data", "persistentVolumeClaim": {"claimName": "demo"}}
MOUNTED = {"name": "data", "hostPath": {"path": "/runtime-mnt/juicefs/ml/demo"}}
MOUNT = {"name": "data", "mountPath": "/data"}
SHARED_MOUNT = {**MOUNT, "mountPropagation": "HostToContainer"}
SIDECAR = {"name": "fluid-fuse-demo", "image": "juicefs", "command": ["sh"]}


def workflow(*templates: Object, **spec: Any) -> Object:
    return manifest("argoproj.io/v1alpha1", "Workflow", {"volumes": [CLAIM], "templates": list(templates), **spec})


def container(**template: Any) -> Object:
    return {"name": "train", "container": {"image": "python", "volumeMounts": [MOUNT]}, **template}


def pod_of(value: Object) -> Object:
    (slot,) = workloads.slots(value)
    return slot.pod


def injected(pod: Object, *, native: bool = True) -> Object:
    """What an injection does to a Pod: a volume replaced and one added, a sidecar, propagation, an annotation."""
    result = copy.deepcopy(pod)
    result.setdefault("metadata", {}).setdefault("annotations", {})["undo"] = "[]"
    spec = result["spec"]
    spec["volumes"] = [MOUNTED if it["name"] == "data" else it for it in spec["volumes"]]
    spec["volumes"].append({"name": "fuse-device", "hostPath": {"path": "/dev/fuse"}})
    for one in spec["containers"]:
        one["volumeMounts"] = [SHARED_MOUNT if it == MOUNT else it for it in one.get("volumeMounts", [])]
    if native:
        spec["initContainers"] = [{**SIDECAR, "restartPolicy": "Always"}, *spec.get("initContainers", [])]
    else:
        spec["containers"].insert(0, SIDECAR)
    return result


def put(value: Object, new_pod: Object) -> Object:
    """The document with `new_pod` in its only slot; reading it again gives that Pod."""
    (slot,) = workloads.slots(value)
    result = slot.put(value, new_pod)
    assert pod_of(result) == new_pod
    assert slot.pod == pod_of(value), "the input must not change"
    (after,) = workloads.slots(result)
    assert after.put(result, slot.pod) == value, "the way back must give the first document"
    return result


def template_after(value: Object, new_pod: Object) -> Object:
    result: Object = put(value, new_pod)["spec"]["templates"][0]
    return result


def test_the_main_container_is_called_main() -> None:
    assert pod_of(workflow(container()))["spec"]["containers"] == [
        {"name": "main", "image": "python", "volumeMounts": [MOUNT]}
    ]


def test_a_container_keeps_its_own_name_in_the_template() -> None:
    value = workflow({"container": {"name": "custom", "image": "python", "volumeMounts": [MOUNT]}})
    assert pod_of(value)["spec"]["containers"][0]["name"] == "main"
    assert template_after(value, injected(pod_of(value)))["container"] == {
        "name": "custom",
        "image": "python",
        "volumeMounts": [SHARED_MOUNT],
    }


def test_metadata_of_the_template_wins_over_the_workflows() -> None:
    value = workflow(
        container(metadata={"labels": {"a": "template"}}),
        podMetadata={"labels": {"a": "workflow", "b": "workflow"}, "annotations": {"c": "workflow"}},
    )
    assert pod_of(value)["metadata"] == {
        "labels": {"a": "template", "b": "workflow"},
        "annotations": {"c": "workflow"},
    }


def test_a_template_without_any_metadata_gives_a_pod_without() -> None:
    assert "metadata" not in pod_of(workflow(container()))


def test_new_metadata_goes_to_the_template() -> None:
    value = workflow(container(), podMetadata={"annotations": {"c": "workflow"}})
    assert template_after(value, injected(pod_of(value)))["metadata"] == {"annotations": {"undo": "[]"}}


def test_a_volume_of_the_workflow_that_nothing_mounts_is_not_in_the_pod() -> None:
    assert pod_of(workflow(container(container={"image": "python"})))["spec"].get("volumes") is None


def test_a_volume_of_the_template_is_in_the_pod_mounted_or_not() -> None:
    own = {"name": "own", "emptyDir": {}}
    assert pod_of(workflow(container(volumes=[own])))["spec"]["volumes"] == [CLAIM, own]


def test_a_volume_of_the_template_wins_over_the_workflows_of_that_name() -> None:
    own = {"name": "data", "emptyDir": {}}
    assert pod_of(workflow(container(volumes=[own])))["spec"]["volumes"] == [own]


@pytest.mark.parametrize("field", ["initContainers", "sidecars"])
def test_a_volume_that_only_another_container_mounts_is_in_the_pod(field: str) -> None:
    value = workflow({"container": {"image": "python"}, field: [{"name": "x", "volumeMounts": [MOUNT]}]})
    assert pod_of(value)["spec"]["volumes"] == [CLAIM]


def test_replaced_and_new_volumes_go_to_the_template_and_the_workflow_keeps_its_own() -> None:
    value = workflow(container())
    result = put(value, injected(pod_of(value)))
    assert result["spec"]["volumes"] == [CLAIM]
    assert result["spec"]["templates"][0]["volumes"] == [
        MOUNTED,
        {"name": "fuse-device", "hostPath": {"path": "/dev/fuse"}},
    ]


def test_native_sidecars_go_in_front_of_the_templates_init_containers() -> None:
    value = workflow(container(initContainers=[{"name": "prepare", "mirrorVolumeMounts": True}]))
    assert template_after(value, injected(pod_of(value)))["initContainers"] == [
        {**SIDECAR, "restartPolicy": "Always"},
        {"name": "prepare", "mirrorVolumeMounts": True},
    ]


def test_legacy_sidecars_go_in_front_of_the_templates_sidecars() -> None:
    value = workflow(container(sidecars=[{"name": "log"}]))
    after = template_after(value, injected(pod_of(value), native=False))
    assert [one["name"] for one in after["sidecars"]] == ["fluid-fuse-demo", "log"]
    assert after["container"] == {"image": "python", "volumeMounts": [SHARED_MOUNT]}


def test_a_container_behind_the_main_one_is_a_sidecar_too() -> None:
    value = workflow(container())
    (slot,) = workloads.slots(value)
    new_pod = copy.deepcopy(slot.pod)
    new_pod["spec"]["containers"].append(SIDECAR)
    assert slot.put(value, new_pod)["spec"]["templates"][0]["sidecars"] == [SIDECAR]


def test_a_script_keeps_its_source() -> None:
    value = workflow({"script": {"image": "python", "source": "print(1)", "volumeMounts": [MOUNT]}})
    assert template_after(value, injected(pod_of(value)))["script"] == {
        "image": "python",
        "source": "print(1)",
        "volumeMounts": [SHARED_MOUNT],
    }


def pair(**one: Any) -> Object:
    containers = [{"name": "one", "image": "busybox", **one}, {"name": "main", "image": "busybox"}]
    return {"name": "pair", "containerSet": {"volumeMounts": [MOUNT], "containers": containers}}


def test_containers_of_a_set_have_the_sets_mounts() -> None:
    own = {"name": "tmp", "mountPath": "/scratch"}
    assert pod_of(workflow(pair(volumeMounts=[own])))["spec"]["containers"] == [
        {"name": "one", "image": "busybox", "volumeMounts": [own, MOUNT]},
        {"name": "main", "image": "busybox", "volumeMounts": [MOUNT]},
    ]


@pytest.mark.parametrize("native", [True, False], ids=["native", "legacy"])
def test_a_changed_mount_of_a_set_goes_back_to_the_set(native: bool) -> None:  # noqa: FBT001
    value = workflow(pair())
    after = template_after(value, injected(pod_of(value), native=native))
    assert after["containerSet"] == {**pair()["containerSet"], "volumeMounts": [SHARED_MOUNT]}


def test_a_new_mount_of_one_container_of_a_set_goes_to_that_one() -> None:
    value = workflow(pair())
    new_pod = copy.deepcopy(pod_of(value))
    scratch = {"name": "scratch", "mountPath": "/scratch"}
    new_pod["spec"]["containers"][1]["volumeMounts"].insert(0, scratch)
    after = template_after(value, new_pod)
    assert after["containerSet"]["containers"][1] == {"name": "main", "image": "busybox", "volumeMounts": [scratch]}
    assert after["containerSet"]["volumeMounts"] == [MOUNT]


def test_a_new_mount_of_all_containers_of_a_set_goes_to_the_set() -> None:
    value = workflow(pair(volumeMounts=[{"name": "own", "mountPath": "/own"}]))
    new_pod = copy.deepcopy(pod_of(value))
    script = {"name": "script", "mountPath": "/check.sh"}
    for one in new_pod["spec"]["containers"]:
        one["volumeMounts"].append(script)
    after = template_after(value, new_pod)
    assert after["containerSet"] == {
        **pair(volumeMounts=[{"name": "own", "mountPath": "/own"}])["containerSet"],
        "volumeMounts": [MOUNT, script],
    }


def test_containers_of_a_set_share_no_mount_that_a_patch_could_change_for_both() -> None:
    one, main = pod_of(workflow(pair()))["spec"]["containers"]
    assert one["volumeMounts"][0] == main["volumeMounts"][0]
    assert one["volumeMounts"][0] is not main["volumeMounts"][0]


def test_a_set_cannot_have_a_common_mount_that_differs() -> None:
    value = workflow(pair())
    (slot,) = workloads.slots(value)
    new_pod = copy.deepcopy(slot.pod)
    new_pod["spec"]["containers"][0]["volumeMounts"] = [SHARED_MOUNT]
    with pytest.raises(workloads.WorkloadError, match=r"no place for this change of spec\.containers") as error:
        slot.put(value, new_pod)
    assert error.value.pointer == ("spec", "templates", 0)


def test_template_defaults_lie_under_each_template() -> None:
    value = workflow(
        {"container": {"image": "python", "env": [{"name": "A", "value": "template"}]}},
        templateDefaults={
            "container": {
                "image": "busybox",
                "volumeMounts": [MOUNT],
                "env": [{"name": "A", "value": "default"}, {"name": "B", "value": "default"}],
            },
            "metadata": {"labels": {"step": "yes"}},
            "initContainers": [{"name": "prepare"}],
            "script": {"image": "unused"},
        },
    )
    assert pod_of(value) == {
        "metadata": {"labels": {"step": "yes"}},
        "spec": {
            "volumes": [CLAIM],
            "initContainers": [{"name": "prepare"}],
            "containers": [
                {
                    "name": "main",
                    "image": "python",
                    "volumeMounts": [MOUNT],
                    "env": [{"name": "A", "value": "template"}, {"name": "B", "value": "default"}],
                }
            ],
        },
    }


def test_template_defaults_are_not_repeated_in_the_template() -> None:
    defaults = {"container": {"image": "busybox", "volumeMounts": [MOUNT]}, "metadata": {"labels": {"step": "yes"}}}
    value = workflow({"name": "train", "container": {"command": ["true"]}}, templateDefaults=defaults)
    result = put(value, injected(pod_of(value)))
    assert result["spec"]["templateDefaults"] == defaults
    assert result["spec"]["templates"][0] == {
        "name": "train",
        "container": {"command": ["true"], "volumeMounts": [SHARED_MOUNT]},
        "metadata": {"annotations": {"undo": "[]"}},
        "volumes": [MOUNTED, {"name": "fuse-device", "hostPath": {"path": "/dev/fuse"}}],
        "initContainers": [{**SIDECAR, "restartPolicy": "Always"}],
    }


def test_a_sidecar_that_would_come_behind_a_default_init_container_is_refused() -> None:
    value = workflow(container(), templateDefaults={"initContainers": [{"name": "prepare"}]})
    (slot,) = workloads.slots(value)
    with pytest.raises(workloads.WorkloadError, match=r"no place for this change of spec\.initContainers"):
        slot.put(value, injected(slot.pod))


def test_a_default_volume_cannot_become_one_of_another_type() -> None:
    value = workflow(container(), volumes=None, templateDefaults={"volumes": [CLAIM]})
    (slot,) = workloads.slots(value)
    with pytest.raises(workloads.WorkloadError, match=r"no place for this change of spec\.volumes"):
        slot.put(value, injected(slot.pod))


def test_scheduling_fields_come_from_the_template_or_else_from_the_workflow() -> None:
    value = workflow(
        container(nodeSelector={"gpu": "yes"}, tolerations=[]),
        nodeSelector={"gpu": "no"},
        tolerations=[{"key": "gpu"}],
        podPriorityClassName="high",
        hostNetwork=True,
    )
    spec = pod_of(value)["spec"]
    assert spec["nodeSelector"] == {"gpu": "yes"}
    assert spec["tolerations"] == [{"key": "gpu"}]
    assert spec["priorityClassName"] == "high"
    assert spec["hostNetwork"] is True


def test_a_changed_affinity_goes_to_the_template() -> None:
    value = workflow(container(), affinity={"podAffinity": {}})
    new_pod = copy.deepcopy(pod_of(value))
    new_pod["spec"]["affinity"] = {"podAffinity": {}, "nodeAffinity": {}}
    result = put(value, new_pod)
    assert result["spec"]["affinity"] == {"podAffinity": {}}
    assert result["spec"]["templates"][0]["affinity"] == {"podAffinity": {}, "nodeAffinity": {}}


@pytest.mark.parametrize("field", ["hostPID", "shareProcessNamespace", "dnsPolicy"])
def test_a_pod_field_that_argo_has_no_place_for_is_refused(field: str) -> None:
    value = workflow(container())
    (slot,) = workloads.slots(value)
    new_pod = copy.deepcopy(slot.pod)
    new_pod["spec"][field] = "x"
    with pytest.raises(workloads.WorkloadError, match=f"no place for this change of spec.{field}"):
        slot.put(value, new_pod)


def test_pull_secrets_of_several_templates_come_together_in_the_spec() -> None:
    value = workflow(container(), container(), imagePullSecrets=[{"name": "mine"}])
    first, second = workloads.slots(value)

    def with_secret(pod: Object, name: str) -> Object:
        new_pod = copy.deepcopy(pod)
        new_pod["spec"]["imagePullSecrets"].append({"name": name})
        return new_pod

    result = second.put(first.put(value, with_secret(first.pod, "a")), with_secret(second.pod, "b"))
    assert result["spec"]["imagePullSecrets"] == [{"name": "mine"}, {"name": "a"}, {"name": "b"}]
    assert value["spec"]["imagePullSecrets"] == [{"name": "mine"}]


def test_all_templates_of_a_workflow_are_injected_and_undone() -> None:
    value = manifest("argoproj.io/v1alpha1", "Workflow", workflow_spec())
    result = value
    for slot in workloads.slots(value):
        result = slot.put(result, injected(slot.pod))
    assert [slot.pod for slot in workloads.slots(result)] == [injected(slot.pod) for slot in workloads.slots(value)]
    for after, before in zip(workloads.slots(result), workloads.slots(value), strict=True):
        result = after.put(result, before.pod)
    assert result == value


def test_templates_in_line_of_steps_and_tasks_are_slots() -> None:
    inline = {"inline": {"container": {"image": "python", "volumeMounts": [MOUNT]}}}
    value = workflow(
        {"name": "steps", "steps": [[{"name": "a", **inline}], [{"name": "b"}, {"name": "c", **inline}]]},
        {"name": "graph", "dag": {"tasks": [{"name": "d", **inline}]}},
    )
    assert [(slot.name, slot.pointer[2:]) for slot in workloads.slots(value)] == [
        ("workflow/demo template steps task a", (0, "steps", 0, 0, "inline")),
        ("workflow/demo template steps task c", (0, "steps", 1, 1, "inline")),
        ("workflow/demo template graph task d", (1, "dag", "tasks", 0, "inline")),
    ]
    last = workloads.slots(value)[-1]
    result = last.put(value, injected(last.pod))
    assert workloads.slots(result)[-1].pod == injected(last.pod)


@pytest.mark.parametrize(
    "template",
    [
        {"name": "x", "suspend": {}},
        {"name": "x", "resource": {"action": "create", "manifest": "kind: Job"}},
        {"name": "x", "http": {"url": "http://example.org"}},
        {"name": "x", "data": {"source": {}}},
        {"name": "x", "container": None},
        {"name": "x"},
    ],
)
def test_templates_without_a_container_are_no_slots(template: Object) -> None:
    assert workloads.slots(workflow(template)) == []


def test_argo_slots_say_which_versions_know_native_sidecars() -> None:
    (slot,) = workloads.slots(workflow(container()))
    assert "before 3.6" in slot.caveat


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        (("metadata", "labels", "a"), ("metadata", "labels", "a")),
        (("spec", "initContainers", 0, "name"), ("initContainers", 0, "name")),
        (("spec", "volumes", 0), ()),
    ],
)
def test_a_place_in_the_pod_has_a_place_in_the_template(pointer: Any, expected: Any) -> None:
    (slot,) = workloads.slots(workflow(container()))
    assert slot.locate(pointer) == ("spec", "templates", 0, *expected)
