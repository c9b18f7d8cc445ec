"""A user's own volumes in the Pods of workers and FUSE (Fluid a826600a, pkg/ddc/juicefs/transform_volume.go)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.render.cachedirs import Volumes
from kubectl_fluid.render.inputs import Runtime


def fuse_volumes(volumes: Iterable[Object], mounts: Iterable[Object], errors: list[Problem]) -> Volumes:
    """The volumes that `mounts` name, each once."""
    return _mounted(volumes, mounts, (), "failed to find the volume for volumeMount {}", errors)


def worker_volumes(runtime: Runtime, errors: list[Problem]) -> Volumes:
    """The volumes that the worker mounts; what it mounts of volumeClaimTemplates comes with the StatefulSet."""
    templates = template_names(runtime)
    mounted = [name_of(mount) for mount in runtime.worker.volume_mounts]
    for name in templates:
        if name in map(name_of, runtime.volumes):
            message = (
                f"worker volume name {name} is ambiguous because it is defined in both volumes and volumeClaimTemplates"
            )
            errors.append(Problem("AmbiguousVolume", message, "rename one of them"))
        elif name not in mounted:
            message = f"volumeClaimTemplate {name} must be mounted by worker volumeMounts"
            errors.append(Problem("UnmountedTemplate", message, "add it to worker.volumeMounts"))
    sentence = "failed to find volume or volumeClaimTemplate for worker volumeMount {}"
    return _mounted(runtime.volumes, runtime.worker.volume_mounts, templates, sentence, errors)


def template_names(runtime: Runtime) -> list[str]:
    """The names of spec.volumeClaimTemplates."""
    return [name_of(template.get("metadata")) for template in runtime.volume_claim_templates]


def name_of(value: Any) -> str:
    """The name of a volume, mount or metadata, "" where there is none."""
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


def _mounted(
    volumes: Iterable[Object], mounts: Iterable[Object], elsewhere: Iterable[str], sentence: str, errors: list[Problem]
) -> Volumes:
    by_name: dict[str, Object] = {}
    for volume in volumes:
        by_name.setdefault(name_of(volume), volume)
    found: dict[str, Object] = {}
    wanted = tuple(mounts)
    for mount in wanted:
        name = name_of(mount)
        if name in by_name:
            found.setdefault(name, by_name[name])
        elif name not in elsewhere:
            hint = f"define a volume {name} in spec.volumes"
            errors.append(Problem("MissingVolume", sentence.format(name), hint))
    return Volumes(tuple(found.values()), wanted)
