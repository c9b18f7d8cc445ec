"""Cache folders as volumes (Fluid a826600a, pkg/ddc/juicefs/transform_volume.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kubectl_fluid.claims import Object
from kubectl_fluid.render.inputs import Component, Level
from kubectl_fluid.render.options import CACHE_DIR

NAME_PREFIX = "cache-dir-"


@dataclass(frozen=True, slots=True)
class Volumes:
    """Volumes of a Pod and the mounts of its container, in order."""

    volumes: tuple[Object, ...] = ()
    mounts: tuple[Object, ...] = ()

    def __add__(self, other: Volumes) -> Volumes:
        return Volumes(self.volumes + other.volumes, self.mounts + other.mounts)


def paths_of(options: Mapping[str, str]) -> list[str]:
    """The cache folders that a mount uses: JuiceFS separates them by colons, not by commas."""
    folders = options.get(CACHE_DIR, "")
    return folders.split(":") if folders else []


def cache_volumes(options: Mapping[str, str], level: Level | None, component: Component) -> Volumes:
    """A volume `cache-dir-<i>` for each cache folder where the user has not mounted a volume of their own.

    Folders of the first level are of its volume type, others (from `options`) are folders of the node.
    """
    taken = [mount.get("mountPath") for mount in component.volume_mounts]
    known = set(level.path.split(":")) if level else set()
    volumes, mounts = [], []
    for index, path in enumerate(paths_of(options)):
        if path in taken:
            continue
        name = f"{NAME_PREFIX}{index}"
        source = _level_source(path, level) if level and path in known else _host_path(path)
        volumes.append({"name": name, **source})
        mounts.append({"name": name, "mountPath": path})
    return Volumes(tuple(volumes), tuple(mounts))


def _level_source(path: str, level: Level) -> Object:
    if level.volume_type == "emptyDir":
        empty_dir = level.volume_source.get("emptyDir")
        return {"emptyDir": empty_dir if isinstance(empty_dir, dict) else {}}
    return _host_path(path)


def _host_path(path: str) -> Object:
    return {"hostPath": {"path": path, "type": "DirectoryOrCreate"}}
