"""Taking back an injection that left no undo annotation: what is recognised, and what is left alone."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import MountCheck, Settings
from kubectl_fluid.injection.uninject import uninject
from tests.injection.build import (
    NATIVE,
    Object,
    by_name,
    claim,
    container,
    fluid,
    injected,
    mount,
    names,
    pod,
    settings,
    volume,
)


def recognised(pod: Object) -> Object:
    before = copy.deepcopy(pod)
    result = uninject(pod)
    assert pod == before
    assert [it.code for it in result.reasons] == ["Recognised"]
    return result.pod


def without_undo(using: Settings, original: Object, **metadata: str) -> Object:
    made = injected(original, using=using)
    made["metadata"] = copy.deepcopy(made["metadata"])
    made["metadata"]["annotations"].pop(keys.UNDO, None)
    made["metadata"].update(metadata)
    return made


FORMS = pytest.mark.parametrize(
    "using",
    [
        fluid(),
        fluid(sidecar_mode=NATIVE),
        fluid(platform="eci"),
        fluid(platform="unprivileged"),
        settings(),
        settings(platform="eci"),
        settings(mount_check=MountCheck.CONFIGMAP),
    ],
    ids=["fluid", "fluid native", "fluid eci", "fluid unprivileged", "default", "eci", "configmap"],
)


@FORMS
@pytest.mark.parametrize(
    ("labels", "annotations"),
    [
        pytest.param({}, {}, id="plain"),
        pytest.param({keys.APP_POST_START: "true", keys.CACHE_DIR: "true"}, {"a": "b"}, id="check and cache"),
        pytest.param(
            {},
            {"a": "b", keys.PREFETCH: "true", keys.PREFETCH_IMAGE: "p:1", keys.PREFETCH_ASYNC: "true"},
            id="prefetcher",
        ),
    ],
)
def test_a_pod_comes_back_as_it_was(using: Settings, labels: dict[str, str], annotations: dict[str, str]) -> None:
    original = pod(volume(), {"name": "tmp", "emptyDir": {}}, labels=labels, annotations=annotations)
    original["spec"]["initContainers"] = [container("prepare")]
    back = recognised(without_undo(using, original))
    back["metadata"] = {key: value for key, value in back["metadata"].items() if value != {}}
    assert back == original


@pytest.mark.parametrize("check", [MountCheck.INLINE, MountCheck.NONE])
def test_sub_paths_are_again_those_of_the_application(check: MountCheck) -> None:
    app = container("app", mount(subPath="images"), mount("data", "/b", subPathExpr="$(POD)"), mount("data", "/c"))
    original = pod(containers=[app])
    back = recognised(without_undo(settings(mount_check=check), original))
    assert back["spec"] == original["spec"]


def test_the_claim_is_known_by_the_datasets_label() -> None:
    original = pod(volume("ant", "a"), volume("zoo", "z"))
    made = injected(original, claim("ant"), claim("zoo"), using=fluid())
    back = recognised(made)
    assert [it["persistentVolumeClaim"]["claimName"] for it in back["spec"]["volumes"]] == ["ant", "zoo"]


def test_a_random_mount_point_is_known_too() -> None:
    back = recognised(injected(pod(annotations={keys.HOST_PATH_MODE: "random-suffix"}), using=fluid()))
    assert back["spec"]["volumes"] == [volume()]


def test_a_sub_path_of_a_reference_dataset_is_known_too() -> None:
    back = recognised(injected(pod(), claim(sub_path="path/a"), using=fluid()))
    assert back["spec"]["volumes"] == [volume()]


def test_containers_that_only_look_like_sidecars_stay() -> None:
    looks_alike = container("fluid-fuse-x", mount("tmp"))
    original = pod(volume(), {"name": "tmp", "emptyDir": {}}, containers=[container("app", mount()), looks_alike])
    assert by_name(recognised(injected(original, using=fluid())), "fluid-fuse-x") == looks_alike


def test_a_container_named_like_the_prefetcher_stays_where_none_was_added() -> None:
    original = pod(containers=[container("app", mount()), container("fluid-file-prefetcher")])
    assert names(recognised(injected(original, using=fluid()))["spec"]["containers"]) == [
        "app",
        "fluid-file-prefetcher",
    ]


def test_other_labels_annotations_and_hooks_stay() -> None:
    hooks = {"postStart": {"exec": {"command": ["echo"]}}}
    original = pod(
        labels={"team": "a", keys.APP_POST_START: "true"},
        annotations={"team": "b"},
        containers=[container("app", mount(), lifecycle=hooks)],
    )
    back = recognised(injected(original, using=fluid()))
    assert back["metadata"] == original["metadata"]
    assert by_name(back, "app")["lifecycle"] == hooks


def test_our_hook_goes_and_the_containers_other_hook_stays() -> None:
    hooks = {"preStop": {"exec": {"command": ["echo"]}}}
    asking = pod(labels={keys.APP_POST_START: "true"}, containers=[container("app", mount(), lifecycle=hooks)])
    for using in (fluid(), settings()):
        assert by_name(recognised(without_undo(using, asking)), "app")["lifecycle"] == hooks


def test_a_pod_that_was_not_injected_is_left_alone() -> None:
    result = uninject(pod())
    assert (result.outcome, [it.code for it in result.reasons]) == (Outcome.SKIPPED, ["NotInjected"])


@pytest.mark.parametrize(
    "pod",
    [
        {"metadata": {"labels": {keys.DONE: "true"}}, "spec": {"containers": 3}},
        {"metadata": {"labels": {keys.DONE: "true"}}, "spec": {"volumes": [{"name": "v", "hostPath": 3}]}},
        {"metadata": {"labels": {keys.DONE: "true"}}, "spec": {"volumes": [{"name": "v", "configMap": [1]}]}},
        {
            "metadata": {"labels": {keys.DONE: "true"}},
            "spec": {"containers": [{"name": "c", "lifecycle": {"postStart": {"exec": {"command": 3}}}}]},
        },
    ],
)
def test_a_pod_of_the_wrong_shape_is_refused(pod: Object) -> None:
    result = uninject(pod)
    assert (result.outcome, result.reasons[0].code) == (Outcome.REFUSED, "InvalidPod")


def test_an_injected_pod_without_anything_else_comes_back_empty() -> None:
    result = uninject({"metadata": {"labels": {keys.DONE: "true"}}})
    assert result.pod["metadata"] == {"labels": {}}


FORGED = [
    ([{"op": "replace", "path": "/spec/containers/0/image", "value": "evil"}], "spec.containers.app.image"),
    ([{"op": "add", "path": "/spec/hostPID", "value": True}], "spec.hostPID"),
    ([{"op": "replace", "path": "/metadata/name", "value": "other"}], "metadata.name"),
    ([{"op": "remove", "path": "/spec/containers/0"}], "spec.containers.app"),
    ([{"op": "add", "path": "/spec/containers/0", "value": container("evil")}], "spec.containers.evil"),
    ([{"op": "add", "path": "/metadata/labels/admin", "value": "true"}], "metadata.labels.admin"),
    ([{"op": "add", "path": "/spec/volumes/0", "value": {"name": "x", "hostPath": {"path": "/"}}}], "spec.volumes.x"),
    ([{"op": "add", "path": "/spec/affinity", "value": {}}], "spec.affinity"),
]


@pytest.mark.parametrize(("operations", "place"), FORGED, ids=[place for _, place in FORGED])
def test_an_undo_annotation_that_changes_more_than_an_injection_is_refused(operations: Any, place: str) -> None:
    taken = {"op": "remove", "path": "/metadata/annotations/kubectl-fluid.io~1undo"}
    made = pod(annotations={keys.UNDO: json.dumps([taken, *operations])})
    result = uninject(made)
    assert result.pod is made
    (reason,) = result.reasons
    assert reason.code == "BadUndo"
    assert f"would change {place}," in reason.message


def test_what_is_recognised_leaves_no_empty_mapping_or_list_behind() -> None:
    made = uninject(injected(pod(), using=fluid(sidecar_mode=NATIVE))).pod
    assert "annotations" not in made["metadata"]
    assert "initContainers" not in made["spec"]
