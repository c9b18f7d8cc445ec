"""The objects that Fluid makes for one JuiceFS dataset, `default/jfs`, to be changed by a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubectl_fluid.catalog.build import claim_of
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.claims import Claim, Dataset, FuseTemplate

Object = dict[str, Any]

FLUID = "data.fluid.io/v1alpha1"
FLUID_PATH = "/runtime-mnt/juicefs/default/jfs/juicefs-fuse"


def named(kind: str, name: str, *, api: str = FLUID, namespace: str | None = "default", **more: Any) -> Object:
    metadata: Object = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api, "kind": kind, "metadata": metadata | more.pop("metadata", {}), **more}


def dataset(name: str = "jfs", *, runtime: str = "juicefs", phase: Any = "Bound", **more: Any) -> Object:
    status = {"phase": phase, "runtimes": [{"name": name, "namespace": "default", "type": runtime}]}
    return named("Dataset", name, metadata={"uid": f"uid-{name}"}, status=status | more.pop("status", {}), **more)


def claim(name: str = "jfs", labels: Mapping[str, Any] | None = None, **spec: Any) -> Object:
    labels = {"fluid.io/s-default-jfs": "true"} if labels is None else dict(labels)
    return named("PersistentVolumeClaim", name, api="v1", metadata={"labels": labels}, spec=spec)


def volume(name: str = "default-jfs", **attributes: Any) -> Object:
    all_of_them = {"fluid_path": FLUID_PATH, "mount_type": "JuiceFS", **attributes}
    csi = {"driver": "fuse.csi.fluid.io", "volumeAttributes": all_of_them}
    return named("PersistentVolume", name, api="v1", namespace=None, spec={"csi": csi})


def container(**more: Any) -> Object:
    mounts = [
        {"name": "juicefs-fuse-mount", "mountPath": "/runtime-mnt/juicefs/default/jfs"},
        {"name": "script", "mountPath": "/root/script"},
    ]
    return {"name": "juicefs-fuse", "image": "juicedata/mount:ce", "volumeMounts": mounts, **more}


VOLUMES: list[Object] = [
    {"name": "juicefs-fuse-mount", "hostPath": {"path": "/runtime-mnt/juicefs/default/jfs"}},
    {"name": "script", "configMap": {"name": "jfs-fuse-script"}},
    {"name": "nobody-mounts-it", "emptyDir": {}},
]


def daemon_set(name: str = "jfs-fuse", **pod: Any) -> Object:
    spec = {"containers": [container()], "volumes": VOLUMES, **pod}
    return named("DaemonSet", name, api="apps/v1", spec={"template": {"spec": spec}})


def objects(**instead: Object | None) -> list[Object]:
    """Everything that there is, with some of it replaced, or left out (None)."""
    there = {
        "dataset": dataset(),
        "runtime": named("JuiceFSRuntime", "jfs"),
        "claim": claim(volumeName="default-jfs"),
        "volume": volume(),
        "daemon_set": daemon_set(),
        **instead,
    }
    return [value for value in there.values() if value is not None]


def claim_from(values: Iterable[Object], name: str = "jfs") -> Claim | None:
    store = ObjectStore()
    for value in values:
        store.add(value)
    return claim_of(store.get, "default", name)


def claim_with(**instead: Object | None) -> Claim:
    made = claim_from(objects(**instead))
    assert made is not None
    return made


def dataset_with(**instead: Object | None) -> Dataset:
    made = claim_with(**instead)
    assert made.dataset is not None
    return made.dataset


def fuse_with(**instead: Object | None) -> FuseTemplate:
    made = dataset_with(**instead).fuse
    assert made is not None
    return made
