"""PersistentVolume and claim, names and labels, what the controller adds afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubectl_fluid import render
from kubectl_fluid.claims import Object
from tests.render import samples
from tests.render.samples import dataset, found, rendered, runtime

STORAGE = "pvc.fluid.io/resources.requests.storage"


def volume(result: render.Rendered) -> Any:
    return found(result, "PersistentVolume", "ns1-demo")


def claim(result: render.Rendered) -> Any:
    return found(result, "PersistentVolumeClaim", "demo")


def named(name: str, namespace: str, uid: str = "0000-uid") -> tuple[Object, Object]:
    subject, owner = dataset(uid=uid), runtime()
    for value in (subject, owner):
        value["metadata"].update(name=name, namespace=namespace)
    return subject, owner


def test_volume_and_claim_are_made_for_each_other() -> None:
    result = rendered()
    assert volume(result) == {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": "ns1-demo",
            "labels": {"fluid.io/s-ns1-demo": "true", "fluid.io/dataset-id": "ns1-demo"},
            "annotations": {"CreatedBy": "fluid"},
        },
        "spec": {
            "accessModes": ["ReadOnlyMany"],
            "capacity": {"storage": "100Pi"},
            "storageClassName": "fluid",
            "claimRef": {"namespace": "ns1", "name": "demo"},
            "csi": {
                "driver": "fuse.csi.fluid.io",
                "volumeHandle": "ns1-demo",
                "volumeAttributes": {
                    "fluid_path": "/runtime-mnt/juicefs/ns1/demo/juicefs-fuse",
                    "mount_type": "JuiceFS",
                    "runtime_namespace": "ns1",
                    "runtime_name": "demo",
                    "mount_pod_node_selector_key": "fluid.io/f-ns1-demo",
                },
            },
        },
    }
    assert claim(result)["spec"] == {
        "accessModes": ["ReadOnlyMany"],
        "resources": {"requests": {"storage": "100Pi"}},
        "storageClassName": "fluid",
        "volumeName": "ns1-demo",
    }
    assert claim(result)["metadata"]["labels"]["fuse.runtime.fluid.io/generation"] == "1"


@pytest.mark.parametrize(("asked", "size"), [("1024Gi", "1Ti"), ("500G", "500G"), ("lots", "100Pi"), ("", "100Pi")])
def test_a_dataset_can_ask_for_a_size(asked: str, size: str) -> None:
    result = rendered(dataset(annotations={STORAGE: asked}))
    assert volume(result)["spec"]["capacity"] == claim(result)["spec"]["resources"]["requests"] == {"storage": size}


def test_access_modes_are_the_datasets() -> None:
    modes = ["ReadWriteMany", "ReadOnlyMany"]
    result = rendered(dataset(accessModes=modes))
    assert volume(result)["spec"]["accessModes"] == claim(result)["spec"]["accessModes"] == modes


def test_a_node_selector_of_fuse_becomes_an_affinity_of_the_volume() -> None:
    result = rendered(runtime_object=runtime(fuse={"nodeSelector": {"zone": "a", "disk": "ssd"}}))
    assert volume(result)["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] == [
        {
            "matchExpressions": [
                {"key": "disk", "operator": "In", "values": ["ssd"]},
                {"key": "zone", "operator": "In", "values": ["a"]},
            ]
        }
    ]


def test_a_metadata_list_adds_labels_and_annotations() -> None:
    entries = [
        {"selector": {"kind": "PersistentVolume"}, "labels": {"fluid.io/node-publish-method": "symlink"}},
        {"selector": {"group": "", "kind": "PersistentVolumeClaim"}, "annotations": {"a": "1", "CreatedBy": "me"}},
        {"selector": {"group": "apps", "kind": "PersistentVolume"}, "labels": {"not": "ours"}},
        {},
    ]
    result = rendered(runtime_object=runtime({"data.fluid.io/metadataList": json.dumps(entries)}))
    assert volume(result)["spec"]["csi"]["volumeAttributes"]["node_publish_method"] == "symlink"
    assert "not" not in volume(result)["metadata"]["labels"]
    assert claim(result)["metadata"]["annotations"] == {"a": "1", "CreatedBy": "me"}


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '[{"labels": {"a": 1}}]', '[{"selector": "x"}]', "[" * 100_000])
def test_a_metadata_list_that_is_none_is_ignored(text: str) -> None:
    result = rendered(runtime_object=runtime({"data.fluid.io/metadataList": text}))
    assert volume(result) == volume(rendered())
    assert "MetadataList" in samples.codes(result)


def test_targets_that_are_not_waited_for_are_told_to_the_volume() -> None:
    key = "fluid.io/skip-check-mount-ready-target"
    result = rendered(runtime_object=runtime({key: "MountPod"}))
    assert volume(result)["spec"]["csi"]["volumeAttributes"][key] == "MountPod"


@pytest.mark.parametrize(
    ("length", "storage", "dataset_id"),
    [(51, "plain", "plain"), (52, "uid", "plain"), (62, "uid", "plain"), (63, "uid", "uid")],
)
def test_names_that_get_too_long_give_way_to_the_uid(length: int, storage: str, dataset_id: str) -> None:
    plain = f"{'n' * 20}-{'d' * (length - 21)}"
    subject, owner = named("d" * (length - 21), "n" * 20)
    result = render.render(subject, owner)
    labels = found(result, "PersistentVolume", plain)["metadata"]["labels"]
    names = {"plain": plain, "uid": "0000-uid"}
    assert labels == {f"fluid.io/s-{names[storage]}": "true", "fluid.io/dataset-id": names[dataset_id]}


def test_a_long_name_without_a_uid_stays_and_is_a_warning() -> None:
    subject, owner = named("d" * 40, "n" * 20, uid="")
    result = render.render(subject, owner)
    labels = found(result, "PersistentVolume", f"{'n' * 20}-{'d' * 40}")["metadata"]["labels"]
    assert f"fluid.io/s-{'n' * 20}-{'d' * 40}" in labels
    assert "LongName" in samples.codes(result)


def test_everything_is_owned_by_the_runtime_once_it_has_a_uid() -> None:
    owned = [it for it in rendered().objects if not it["kind"].startswith("PersistentVolume")]
    assert {json.dumps(it["metadata"]["ownerReferences"]) for it in owned} == {
        json.dumps(
            [
                {
                    "apiVersion": "data.fluid.io/v1alpha1",
                    "kind": "JuiceFSRuntime",
                    "name": "demo",
                    "uid": "uid-2",
                    "blockOwnerDeletion": False,
                    "controller": True,
                }
            ]
        )
    }
    owner = runtime()
    del owner["metadata"]["uid"]
    assert found(rendered(runtime_object=owner), "DaemonSet", "demo-fuse")["metadata"]["ownerReferences"] == []


def test_a_namespace_that_is_not_given_is_the_default_one() -> None:
    subject, owner = dataset(), runtime()
    del subject["metadata"]["namespace"], owner["metadata"]["namespace"]
    assert rendered(subject, owner).find("PersistentVolume", "default-demo") is not None


def test_placed_objects_have_their_namespace() -> None:
    result = rendered(runtime_object=runtime(replicas=3))
    assert "namespace" not in found(result, "DaemonSet", "demo-fuse")["metadata"]
    namespaces = {it["kind"]: it["metadata"].get("namespace") for it in result.placed()}
    assert namespaces.pop("PersistentVolume") is None
    assert set(namespaces.values()) == {"ns1"}


def test_placed_workers_are_as_their_controller_leaves_them() -> None:
    result = rendered(runtime_object=runtime(replicas=3))
    installed = found(result, "StatefulSet", "demo-worker")["spec"]
    placed = next(it for it in result.placed() if it["kind"] == "StatefulSet")["spec"]
    assert (installed["replicas"], placed["replicas"]) == (0, 3)
    assert "affinity" not in installed["template"]["spec"]
    assert placed["template"]["spec"]["affinity"] == result.worker_affinity


def test_exclusive_workers_keep_away_from_all_others() -> None:
    affinity = rendered(runtime_object=runtime(replicas=1)).worker_affinity
    assert affinity == {
        "nodeAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {
                    "weight": 100,
                    "preference": {
                        "matchExpressions": [{"key": "fluid.io/f-ns1-demo", "operator": "In", "values": ["true"]}]
                    },
                }
            ]
        },
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {
                    "labelSelector": {"matchExpressions": [{"key": "fluid.io/dataset", "operator": "Exists"}]},
                    "topologyKey": "kubernetes.io/hostname",
                }
            ]
        },
    }


def test_shared_workers_keep_away_from_exclusive_ones() -> None:
    terms = [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]
    subject = dataset(placement="Shared", nodeAffinity={"required": {"nodeSelectorTerms": terms}})
    affinity = rendered(subject, runtime(replicas=1)).worker_affinity
    assert affinity is not None
    node, pods = affinity["nodeAffinity"], affinity["podAntiAffinity"]
    assert node["requiredDuringSchedulingIgnoredDuringExecution"] == {"nodeSelectorTerms": terms}
    assert pods["preferredDuringSchedulingIgnoredDuringExecution"][0]["weight"] == 50
    required = pods["requiredDuringSchedulingIgnoredDuringExecution"][0]["labelSelector"]["matchExpressions"]
    assert required == [{"key": "fluid.io/dataset-placement", "operator": "In", "values": ["Exclusive"]}]


def test_without_workers_there_is_no_affinity() -> None:
    assert rendered().worker_affinity is None


def test_loaders_may_run_commands_in_workers() -> None:
    result = rendered()
    rules = found(result, "Role", "demo-loader")["rules"]
    assert [rule["resources"] for rule in rules] == [["pods/exec"], ["pods"]]
    assert found(result, "RoleBinding", "demo-loader")["subjects"][0]["name"] == "demo-loader"
    assert found(result, "ServiceAccount", "demo-loader")["metadata"]["namespace"] == "ns1"
