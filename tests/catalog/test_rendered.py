"""Claims from manifests alone: what Fluid's controllers would make is rendered where it is missing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid import render
from kubectl_fluid.catalog.build import claim_of
from kubectl_fluid.catalog.objects import Get, ObjectStore, first_of
from kubectl_fluid.catalog.rendered import Rendering
from kubectl_fluid.claims import Claim, Dataset

Object = dict[str, Any]
FLUID = "data.fluid.io/v1alpha1"
SECRET = {"name": "metaurl", "valueFrom": {"secretKeyRef": {"name": "jfs-secret", "key": "metaurl"}}}


def dataset(name: str = "jfs", point: str = "juicefs:///demo", **more: Any) -> Object:
    mounts = [{"mountPoint": point, "name": "vol", "encryptOptions": [SECRET]}]
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": FLUID, "kind": "Dataset", "metadata": metadata, "spec": {"mounts": mounts}, **more}


def runtime(name: str = "jfs", kind: str = "JuiceFSRuntime", **spec: Any) -> Object:
    return {"apiVersion": FLUID, "kind": kind, "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def source(*objects: Object, **variables: str) -> Get:
    store = ObjectStore()
    for item in objects:
        store.add(item)
    environment = render.Environment.from_variables(variables)
    return Rendering(store.get, store.get, lambda: environment).get


def claim(get: Get, name: str = "jfs") -> Claim:
    found = claim_of(get, "default", name)
    assert found is not None
    return found


def resolved(found: Claim) -> Dataset:
    assert found.dataset is not None, found
    assert (found.broken, found.not_ready, found.no_sidecar) == (None, None, None)
    return found.dataset


def test_a_dataset_and_its_runtime_are_enough() -> None:
    found = resolved(claim(source(dataset(), runtime())))
    assert found.fluid_path == "/runtime-mnt/juicefs/default/jfs/juicefs-fuse"
    assert found.fuse is not None
    assert found.fuse.container["image"] == "juicedata/mount:ce-v1.3.0"


def test_variables_of_fluids_controllers_count() -> None:
    found = resolved(claim(source(dataset(), runtime(), MOUNT_ROOT="/mnt", JUICEFS_CE_IMAGE_ENV="my/mount:1")))
    assert found.fluid_path.startswith("/mnt/juicefs/")
    assert found.fuse is not None
    assert found.fuse.container["image"] == "my/mount:1"


def test_a_dataset_that_was_never_created_is_taken_as_bound() -> None:
    get = source(dataset(), runtime())
    status = (get("Dataset", "default", "jfs") or {})["status"]
    assert status["phase"] == "Bound"
    assert status["runtimes"][0]["type"] == "juicefs"


def test_a_dataset_whose_status_says_that_it_is_not_bound_is_believed() -> None:
    found = claim(source(dataset(status={"phase": "NotBound", "runtimes": []}), runtime()))
    assert found.not_ready is not None


@pytest.mark.parametrize(
    ("objects", "sentence", "cure"),
    [
        ((dataset(),), "dataset default/jfs has no runtime among these files", "JuiceFSRuntime or ThinRuntime"),
        ((runtime(),), "JuiceFSRuntime default/jfs has no Dataset among these files", "give its Dataset"),
        (
            (dataset(), runtime(kind="AlluxioRuntime")),
            "AlluxioRuntime default/jfs cannot be rendered",
            "give its DaemonSet, PersistentVolume and PersistentVolumeClaim with --objects",
        ),
        (
            (dataset(), runtime(), runtime(kind="ThinRuntime")),
            (
                "dataset default/jfs cannot be rendered: the dataset can't be bound to the runtime, because it's "
                "already bound to another runtime jfs"
            ),
            "keep one of JuiceFSRuntime and ThinRuntime default/jfs",
        ),
    ],
    ids=["no runtime", "no dataset", "another kind", "two runtimes"],
)
def test_a_claim_that_cannot_be_rendered_says_what_is_lacking(
    objects: tuple[Object, ...], sentence: str, cure: str
) -> None:
    problem = claim(source(*objects)).broken
    assert problem is not None
    assert (problem.code, problem.message) == ("CannotRender", sentence)
    assert cure in problem.hint


def test_files_that_hold_nothing_of_a_claims_name_have_no_claim() -> None:
    assert claim_of(source(dataset(), runtime()), "default", "other") is None
    assert claim_of(source(dataset(), runtime()), "other", "jfs") is None


def test_a_claim_of_the_cluster_is_used_where_the_files_lack_the_runtime() -> None:
    here, there = ObjectStore(), ObjectStore()
    here.add(dataset())
    pvc = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "jfs", "namespace": "default"}}
    there.add(pvc)
    get = Rendering(here.get, first_of(here.get, there.get), render.Environment).get
    assert get("PersistentVolumeClaim", "default", "jfs") is pvc


def test_what_stands_in_the_files_comes_before_what_is_rendered() -> None:
    get = source(dataset(), runtime())
    mine = copy.deepcopy(get("DaemonSet", "default", "jfs-fuse"))
    assert mine is not None
    mine["spec"]["template"]["spec"]["containers"][0]["image"] = "mine:1"
    found = resolved(claim(source(dataset(), runtime(), mine)))
    assert found.fuse is not None
    assert found.fuse.container["image"] == "mine:1"


def test_everything_that_fluid_would_refuse_is_said_at_once() -> None:
    bad = runtime(fuse={"volumeMounts": [{"name": "nope", "mountPath": "/x"}]}, worker={"options": {"metrics": "x"}})
    problem = claim(source(dataset(), bad)).broken
    assert problem is not None
    assert problem.code == "CannotRender"
    assert "invalid metrics port: x" in problem.message
    assert "failed to find the volume for volumeMount nope" in problem.message


def test_a_reference_dataset_needs_no_runtime_of_its_own() -> None:
    found = resolved(claim(source(dataset(), runtime(), dataset("ref", "dataset://default/jfs/part")), "ref"))
    assert (found.runtime_type, found.sub_path) == ("thin", "part")
    assert found.fluid_path == "/runtime-mnt/juicefs/default/jfs/juicefs-fuse"


def test_a_dataset_that_refers_to_itself_ends_with_a_problem() -> None:
    problem = claim(source(dataset("ref", "dataset://default/ref")), "ref").broken
    assert problem is not None
    assert problem.code == "CannotRender"
    assert "can only handle dataset only mounting one dataset" in problem.message


def test_an_alluxio_dataset_that_was_never_created_is_taken_as_bound_if_its_objects_are_there() -> None:
    get = source(dataset(), runtime(kind="AlluxioRuntime"))
    assert (get("Dataset", "default", "jfs") or {})["status"]["runtimes"][0]["type"] == "alluxio"


def test_a_cache_in_memory_is_told_of_a_reference_dataset_too() -> None:
    levels = [{"mediumtype": "MEM", "path": "/mnt/memory", "quota": "4Gi"}]
    get = source(dataset(), runtime(tieredstore={"levels": levels}), dataset("ref", "dataset://default/jfs"))
    assert [note.code for note in resolved(claim(get, "ref")).notes] == ["MemoryTier"]


@pytest.mark.parametrize(
    "spec", [3, None, {"mounts": 3}, {"mounts": [[]]}, {}], ids=["3", "null", "3-mounts", "list", "{}"]
)
def test_a_dataset_of_a_wrong_shape_ends_with_a_problem(spec: Any) -> None:
    value = dataset()
    value["spec"] = spec
    assert claim(source(value, runtime())).broken is not None


def test_the_files_own_objects_are_never_changed() -> None:
    objects = [dataset(), runtime()]
    before = copy.deepcopy(objects)
    resolved(claim(source(*objects)))
    assert objects == before
