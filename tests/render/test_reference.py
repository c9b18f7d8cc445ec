"""A Dataset that mounts another Dataset."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubectl_fluid import render
from kubectl_fluid.claims import Object
from kubectl_fluid.render.physical import target_of
from tests.render.samples import codes, dataset, found, messages, mount, runtime

ROOT = "dataset://ns1/demo"


def reference(*mount_points: str, name: str = "ref", namespace: str = "team", **spec: Any) -> Object:
    subject = dataset(*({"mountPoint": point, "name": f"m{index}"} for index, point in enumerate(mount_points)), **spec)
    subject["metadata"].update(name=name, namespace=namespace, uid="uid-ref")
    return subject


def physical(subject: Object | None = None, **runtime_spec: Any) -> render.Physical:
    subject = subject or dataset(accessModes=["ReadWriteMany"])
    return render.Physical(subject, "juicefs", render.render(subject, runtime(**runtime_spec)).placed())


def referred(*mount_points: str, mounted: render.Physical | None = None, **spec: Any) -> render.Rendered:
    return render.render(reference(*(mount_points or (ROOT,)), **spec), None, physical=mounted or physical())


def test_the_fuse_daemon_set_is_copied_where_it_can_never_run() -> None:
    mounted = physical(fuse={"nodeSelector": {"zone": "a"}})
    copy = found(referred(mounted=mounted), "DaemonSet", "ref-fuse")
    original = mounted.find("DaemonSet", "demo-fuse", "ns1")
    assert original is not None
    assert copy["metadata"]["namespace"] == "team"
    assert copy["metadata"]["ownerReferences"] == [
        {"apiVersion": "data.fluid.io/v1alpha1", "kind": "Dataset", "name": "ref", "uid": "uid-ref"}
    ]
    pods = [it["spec"]["template"]["spec"] for it in (copy, original)]
    assert pods[0]["nodeSelector"] == {**pods[1]["nodeSelector"], "fluid.io/fuse-balloon": "true"}
    assert pods[0]["containers"] == pods[1]["containers"]


def test_the_script_is_copied_under_its_own_name() -> None:
    copy = found(referred(), "ConfigMap", "demo-fuse-script")
    assert copy["metadata"]["namespace"] == "team"
    assert copy["data"] == physical().find("ConfigMap", "demo-fuse-script", "ns1")["data"]  # type: ignore[index]


def test_the_volume_leads_into_the_mounted_folder() -> None:
    result = referred(f"{ROOT}/a/b")
    volume = found(result, "PersistentVolume", "team-ref")
    attributes = volume["spec"]["csi"]["volumeAttributes"]
    assert attributes["fluid_sub_path"] == "a/b"
    assert attributes["fluid_path"] == "/runtime-mnt/juicefs/ns1/demo/juicefs-fuse"
    assert attributes["runtime_namespace"] == "ns1"
    assert volume["spec"]["claimRef"] == {"namespace": "team", "name": "ref"}
    assert volume["metadata"]["labels"] == {"fluid.io/s-team-ref": "true", "fluid.io/dataset-id": "team-ref"}
    assert volume["metadata"]["annotations"] == {"CreatedBy": "fluid"}


@pytest.mark.parametrize("point", [ROOT, f"{ROOT}/"])
def test_without_a_folder_there_is_no_sub_path(point: str) -> None:
    volume = found(referred(point), "PersistentVolume", "team-ref")
    assert "fluid_sub_path" not in volume["spec"]["csi"]["volumeAttributes"]


def test_the_claim_says_what_it_refers_to() -> None:
    claim = found(referred(), "PersistentVolumeClaim", "ref")
    assert claim["metadata"]["labels"] == {
        "fluid.io/s-team-ref": "true",
        "fluid.io/dataset-id": "team-ref",
        "fluid.io/dataset.referring-name": "demo",
        "fluid.io/dataset.referring-namespace": "ns1",
    }
    assert claim["spec"]["volumeName"] == "team-ref"
    assert claim["spec"]["resources"] == {"requests": {"storage": "100Pi"}}


@pytest.mark.parametrize(
    ("own", "of_physical", "modes"),
    [
        (None, ["ReadWriteMany"], ["ReadOnlyMany"]),
        (["ReadWriteMany"], ["ReadWriteMany"], ["ReadWriteMany"]),
        (["ReadWriteMany"], ["ReadOnlyMany"], ["ReadOnlyMany"]),
    ],
)
def test_a_reference_may_do_no_more_than_what_it_mounts(own: Any, of_physical: list[str], modes: list[str]) -> None:
    result = referred(mounted=physical(dataset(accessModes=of_physical)), accessModes=own)
    assert found(result, "PersistentVolume", "team-ref")["spec"]["accessModes"] == modes
    assert found(result, "PersistentVolumeClaim", "ref")["spec"]["accessModes"] == modes


def test_what_is_mounted_is_not_changed() -> None:
    mounted, untouched = physical(), physical()
    referred(f"{ROOT}/a", mounted=mounted)
    assert mounted == untouched


def test_secrets_that_must_be_there_are_named() -> None:
    mounted = physical(dataset(mount("metaurl"), accessModes=["ReadWriteMany"]))
    result = referred(mounted=mounted)
    assert [it.message for it in result.warnings] == ["Secrets are not copied: jfs-secret must exist in namespace team"]
    near = render.render(reference(ROOT, namespace="ns1"), None, physical=mounted)
    assert codes(near) == []


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        pytest.param(
            lambda: referred(ROOT, "juicefs:///x"),
            "the dataset is not validated, since it has 1 dataset mounts but also contains other types of mounts",
            id="other mounts",
        ),
        pytest.param(
            lambda: referred(ROOT, "dataset://a/b"),
            "the dataset is not validated, since it has 2 dataset mounts which only expects 1",
            id="two references",
        ),
        pytest.param(
            lambda: render.render(reference(ROOT), runtime(), physical=physical()),
            "dataset mounting another dataset can only use thin runtime",
            id="a JuiceFSRuntime",
        ),
        pytest.param(
            lambda: render.render(reference(ROOT), None),
            "failed to create reference dataset due to: there is no Dataset ns1/demo",
            id="nothing to mount",
        ),
        pytest.param(
            lambda: referred("dataset://ns1/other", mounted=physical()),
            "the Dataset given is ns1/demo, not ns1/other",
            id="another dataset",
        ),
        pytest.param(
            lambda: referred(
                mounted=replace(physical(), dataset={**dataset({"mountPoint": "dataset://x/y", "name": "n"})})
            ),
            "ThinRuntime with no profile name can only handle dataset only mounting one dataset",
            id="a reference to a reference",
        ),
        pytest.param(lambda: referred(f"{ROOT}/a/../.."), "the sub path a/../.. leads out of ns1/demo", id="way out"),
        pytest.param(
            lambda: referred(mounted=replace(physical(), runtime_type="vineyard")),
            "fail to get configmap for runtime type: vineyard",
            id="type without a client",
        ),
    ],
)
def test_a_reference_is_refused(result: Any, sentence: str) -> None:
    assert messages(result())[:1] == [sentence]


def test_a_dataset_that_is_not_bound_cannot_be_mounted() -> None:
    result = referred(mounted=replace(physical(), objects=()))
    assert [problem.code for problem in result.errors] == ["NotBound", "NotBound", "NotBound", "NoConfigMap"]
    assert messages(result)[0].startswith("mounting dataset is not bound to a runtime yet")


def test_objects_that_are_not_as_fluid_makes_them_are_refused() -> None:
    broken = tuple({**it, "spec": []} if it["kind"] == "PersistentVolume" else it for it in physical().objects)
    assert messages(referred(mounted=replace(physical(), objects=broken))) == [
        "PersistentVolume ns1-demo of ns1/demo has no spec.csi.volumeAttributes"
    ]


@pytest.mark.parametrize(
    ("point", "target"),
    [
        (ROOT, ("ns1/demo", "")),
        (f"{ROOT}/a/b", ("ns1/demo", "a/b")),
        ("dataset://only", None),
        ("juicefs:///a", None),
    ],
)
def test_the_target_of_a_mount_point(point: str, target: tuple[str, str] | None) -> None:
    found_target = target_of(reference(point))
    assert (found_target and (str(found_target.name), found_target.sub_path)) == target


def test_a_dataset_of_thin_runtime_can_be_mounted_too() -> None:
    subject = dataset({"mountPoint": "nfs://h/x", "name": "n"}, accessModes=["ReadWriteMany"])
    objects = render.render(subject, runtime(kind="ThinRuntime", fuse={"image": "i"})).placed()
    result = referred(mounted=render.Physical(subject, "thin", objects))
    assert [it["kind"] for it in result.objects].count("ConfigMap") == 1
    assert result.find("ConfigMap", "demo-fuse-conf") is not None


def test_a_reference_to_a_reference_is_refused_with_nothing_but_fluids_sentence() -> None:
    mounted = render.Physical(reference(ROOT, name="demo", namespace="ns1"), "thin", ())
    assert messages(referred(mounted=mounted)) == [
        "ThinRuntime with no profile name can only handle dataset only mounting one dataset"
    ]
