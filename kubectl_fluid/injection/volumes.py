"""The application's side: dataset volumes become what the sidecar mounts into, and their mounts follow."""

from __future__ import annotations

import posixpath
from typing import Any, NamedTuple

from kubectl_fluid.claims import Claim, Dataset
from kubectl_fluid.injection.draft import Draft, mounts
from kubectl_fluid.injection.platforms import Platform
from kubectl_fluid.injection.reason import Refusal
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.injection.sidecar import random_suffix, unique_folder

Object = dict[str, Any]

HOST_TO_CONTAINER = "HostToContainer"


class Use(NamedTuple):
    """Where a claim's volumes are mounted; `volume` is the (first) volume that holds its data now."""

    in_containers: bool
    in_init_containers: bool
    volume: str


def take_over(
    draft: Draft, claim: Claim, dataset: Dataset, platform: Platform, settings: Settings, *, inner: str = ""
) -> Use:
    """Changes every volume of this claim, and the mounts of those volumes, and tells who uses them.

    `inner` is where in a shared emptyDir the file system is.
    """
    names = [volume["name"] for volume in draft.volumes if _claim_of(volume) == claim.name.name]
    source = {"emptyDir": {}} if platform.shares_by_empty_dir else _host_path(draft, dataset, settings)
    read_only = frozenset[str]() if settings.fluid else _read_only(draft, claim)
    sub_path = posixpath.join(inner, dataset.sub_path).rstrip("/") if platform.shares_by_empty_dir else ""
    draft.volumes = [
        _with_source(volume, source) if _claim_of(volume) == claim.name.name else volume for volume in draft.volumes
    ]
    gives_way = platform.shares_by_empty_dir and len(names) > 1
    if gives_way:
        # One FUSE client fills one emptyDir: the claim's further volumes give way to the first.
        draft.volumes = [volume for volume in draft.volumes if volume["name"] not in names[1:]]
    change = _Change(frozenset(names), read_only, names[0] if gives_way else "", sub_path)
    in_containers = change.apply(draft.containers)
    in_init_containers = change.apply(draft.init_containers)
    return Use(in_containers, in_init_containers, names[0])


def _read_only(draft: Draft, claim: Claim) -> frozenset[str]:
    """Names of the volumes that were declared read-only; Fluid forgets that when it changes the volume's source."""
    return frozenset(
        volume["name"]
        for volume in draft.volumes
        if _claim_of(volume) == claim.name.name and volume["persistentVolumeClaim"].get("readOnly") is True
    )


def _claim_of(volume: Object) -> str | None:
    source = volume.get("persistentVolumeClaim")
    return source["claimName"] if source else None


def _with_source(volume: Object, source: Object) -> Object:
    """The volume with another source in the place of its claim, so that text keeps its order of keys."""
    (kind, value), *_ = source.items()
    return {
        (kind if key == "persistentVolumeClaim" else key): (value if key == "persistentVolumeClaim" else member)
        for key, member in volume.items()
    }


def _host_path(draft: Draft, dataset: Dataset, settings: Settings) -> Object:
    path = dataset.fluid_path
    if random_suffix(draft):
        folder, last = posixpath.split(path)
        if folder in ("", "/") and not path.startswith("/"):
            raise Refusal("BadMountPath", f"fluid_path {path} of dataset {dataset.name} is not an absolute path")
        path = posixpath.normpath(f"/{folder}/{unique_folder(draft, settings)}/{last}".replace("//", "/"))
    if dataset.sub_path:
        path = posixpath.normpath(f"{path}/{dataset.sub_path}")
    return {"hostPath": {"path": path}}


class _Change(NamedTuple):
    """What happens to the mounts of a claim's volumes."""

    names: frozenset[str]
    read_only: frozenset[str]
    new_name: str
    sub_path: str

    def apply(self, containers: list[Object]) -> bool:
        """Changes the mounts in these containers; True if there was one."""
        used = False
        for container in containers:
            old = mounts(container)
            if any(mount["name"] in self.names for mount in old):
                container["volumeMounts"] = [
                    self._mount(mount) if mount["name"] in self.names else mount for mount in old
                ]
                used = True
        return used

    def _mount(self, mount: Object) -> Object:
        changed = {**mount, "mountPropagation": HOST_TO_CONTAINER}
        if self.new_name:
            changed["name"] = self.new_name
        if mount["name"] in self.read_only:
            changed["readOnly"] = True
        if self.sub_path:
            key = "subPathExpr" if mount.get("subPathExpr") else "subPath"
            changed[key] = posixpath.join(self.sub_path, mount.get(key) or "").rstrip("/")
        return changed
