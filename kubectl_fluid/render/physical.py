"""Which dataset a Dataset mounts, and that dataset's objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kubectl_fluid.claims import Name, Object
from kubectl_fluid.render.fields import Fields

SCHEME: Final = "dataset://"


@dataclass(frozen=True, slots=True)
class Target:
    """What a mount point `dataset://<namespace>/<name>/<sub path>` points at."""

    name: Name
    sub_path: str


@dataclass(frozen=True, slots=True)
class Physical:
    """The Dataset that is mounted: itself, its runtime's type (e.g. `juicefs`) and the objects of its runtime.

    `objects` come from `Rendered.placed` or from a cluster, each with its namespace.
    """

    dataset: Object
    runtime_type: str
    objects: tuple[Object, ...]

    def find(self, kind: str, name: str, namespace: str) -> Object | None:
        """One of the objects; `namespace` does not count for cluster-wide kinds."""
        for value in self.objects:
            fields = Fields(value, kind)
            metadata = fields.child("metadata")
            is_near = kind == "PersistentVolume" or metadata.text("namespace") == namespace
            if is_near and fields.text("kind") == kind and metadata.text("name") == name:
                return value
        return None


def target_of(dataset: Object) -> Target | None:
    """The dataset that a Dataset mounts, if it is one that mounts a dataset."""
    mounts = Fields(dataset, "Dataset").child("spec").children("mounts")
    return next(iter(targets(mount.text("mountPoint") for mount in mounts)), None)


def targets(mount_points: Iterable[str]) -> list[Target]:
    """The datasets among mount points."""
    found = []
    for mount_point in mount_points:
        if mount_point.startswith(SCHEME):
            namespace, slash, rest = mount_point.removeprefix(SCHEME).partition("/")
            name, _, sub_path = rest.partition("/")
            if slash:
                found.append(Target(Name(namespace, name), sub_path))
    return found
