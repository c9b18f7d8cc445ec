"""The FUSE client of a dataset: its PersistentVolume's attributes and its DaemonSet's container."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.catalog.objects import Get
from kubectl_fluid.catalog.runtimes import RUNTIMES
from kubectl_fluid.claims import Dataset, FuseTemplate, Problem
from kubectl_fluid.shapes import items, mapping, without_empties

Object = dict[str, Any]


def attach(get: Get, pvc: Object | None, dataset: Dataset) -> Dataset | Problem:
    """The dataset with mount point and FUSE template filled in, or why no sidecar can be made of it.

    `pvc` is the dataset's own claim, the one that has its name.
    """
    if pvc is None:
        hint = "Fluid makes it when the Dataset is bound"
        return Problem("VolumeNotFound", f"PersistentVolumeClaim {dataset.name} of its dataset does not exist", hint)
    attributes = _attributes(get, pvc, dataset)
    if isinstance(attributes, Problem):
        return attributes
    template = _template(get, dataset)
    if isinstance(template, Problem):
        return template
    path, kind, sub_path = attributes
    return dataset._replace(fuse=template, fluid_path=path, mount_type=kind, sub_path=sub_path)


def _attributes(get: Get, pvc: Object, dataset: Dataset) -> tuple[str, str, str] | Problem:
    """`fluid_path`, `mount_type` and `fluid_sub_path` (no slash around it) of the dataset's volume."""
    name = mapping(pvc.get("spec")).get("volumeName") or f"{dataset.name.namespace}-{dataset.name.name}"
    volume = get("PersistentVolume", "", str(name))
    if volume is None:
        hint = "Fluid makes it when the Dataset is bound; `kubectl get pv` shows whether it was deleted"
        return Problem("VolumeNotFound", f"PersistentVolume {name} of dataset {dataset.name} does not exist", hint)
    attributes = mapping(mapping(mapping(volume.get("spec")).get("csi")).get("volumeAttributes"))
    path, kind = attributes.get("fluid_path"), attributes.get("mount_type")
    sub_path = str(attributes.get("fluid_sub_path") or "").strip("/")
    if not isinstance(path, str) or not path.startswith("/") or not isinstance(kind, str) or not kind:
        return Problem(
            "BadVolume", f"PersistentVolume {name} says no fluid_path and mount_type", "was it made by Fluid?"
        )
    if ".." in (*path.split("/"), *sub_path.split("/")):
        return Problem("BadVolume", f"PersistentVolume {name} has a path with '..' in it", "mend its volumeAttributes")
    return path, kind, sub_path


def _template(get: Get, dataset: Dataset) -> FuseTemplate | Problem:
    name = dataset.name.name + RUNTIMES[dataset.runtime_type].fuse
    daemon_set = get("DaemonSet", dataset.name.namespace, name)
    if daemon_set is None:
        hint = f"Fluid's runtime controller makes it: kubectl get ds -n {dataset.name.namespace}"
        return Problem("FuseNotFound", f"FUSE DaemonSet {dataset.name.namespace}/{name} does not exist", hint)
    spec = without_empties(mapping(mapping(mapping(daemon_set.get("spec")).get("template")).get("spec")))
    containers, volumes = items(spec.get("containers")), items(spec.get("volumes"))
    fault = _fault(containers, volumes)
    if fault:
        return Problem(
            "BadFuse", f"FUSE DaemonSet {dataset.name.namespace}/{name}: {fault}", "compare it with its chart"
        )
    container = containers[0]
    mounted = {mount["name"] for mount in container.get("volumeMounts") or []}
    secrets = tuple(str(item["name"]) for item in items(spec.get("imagePullSecrets")) if item.get("name"))
    return FuseTemplate(container, tuple(v for v in volumes if v["name"] in mounted), secrets)


def _fault(containers: list[Object], volumes: list[Object]) -> str:
    """What is wrong with the shape of a Pod template that injection relies on; "" for nothing."""
    if not containers:
        return "it has no container"
    container = containers[0]
    mounts, ports, env = (container.get(key) or [] for key in ("volumeMounts", "ports", "env"))
    for what, value in (("volumeMounts", mounts), ("ports", ports), ("env", env)):
        if not isinstance(value, list) or len(items(value)) != len(value):
            return f"{what} is not a list of mappings"
    for key in ("lifecycle", "securityContext"):
        if not isinstance(container.get(key) or {}, dict):
            return f"{key} is not a mapping"
    capabilities = mapping(container.get("securityContext")).get("capabilities") or {}
    if not isinstance(capabilities, dict) or not isinstance(capabilities.get("add") or [], list):
        return "securityContext.capabilities is not what it should be"
    names = [*(m.get("name") for m in mounts), *(m.get("mountPath") for m in mounts), *(v.get("name") for v in volumes)]
    if not all(isinstance(name, str) and name for name in names):
        return "a volume or mount has no name"
    if not all(isinstance(it.get("name"), str) and it["name"] for it in env):
        return "a variable has no name"
    return _fault_of_volumes(volumes, mounts)


def _fault_of_volumes(volumes: list[Object], mounts: list[Object]) -> str:
    for volume in volumes:
        if not all(isinstance(source, dict) for key, source in volume.items() if key != "name"):
            return f"volume {volume['name']} is not of a shape that a volume has"
        host_path = volume.get("hostPath")
        if host_path is not None and not isinstance(mapping(host_path).get("path"), str):
            return f"volume {volume['name']} has no path"
        claim = volume.get("persistentVolumeClaim")
        if claim is not None and not isinstance(mapping(claim).get("claimName"), str):
            return f"volume {volume['name']} has no claimName"
    there = {volume["name"] for volume in volumes}
    for mount in mounts:
        if mount["name"] not in there:
            return f"it mounts a volume {mount['name']} that it does not have"
    return ""
