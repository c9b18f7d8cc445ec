"""A Pod being changed: a copy on write, so that the caller's Pod never changes and untouched parts stay shared.

Sharing is what keeps planning and the diff cheap: a container's 2,000 environment variables are neither copied nor
compared, because both Pods hold the same list.
"""

from __future__ import annotations

from typing import Any

from kubectl_fluid.injection import shape
from kubectl_fluid.injection.shape import Path

Object = dict[str, Any]


class Draft:
    """The working copy of one Pod.

    `containers`, `init_containers` and `volumes` are lists of this draft's own; their containers are copies that
    may be changed at the first level, everything deeper is shared with the input. `labels` and `annotations` are
    copies. `pod()` gives the result. Raises Refusal (`InvalidPod`, with a pointer) on a Pod of the wrong shape.
    """

    def __init__(self, pod: Object) -> None:
        shape.pod(pod, ())
        self._source = pod
        self._metadata: Object = pod.get("metadata") or {}
        self.spec: Object = dict(pod.get("spec") or {})
        self.labels: dict[str, str] = dict(self._metadata.get("labels") or {})
        self.annotations: dict[str, str] = dict(self._metadata.get("annotations") or {})
        self.volumes: list[Object] = list(self.spec.get("volumes") or [])
        self.containers: list[Object] = [dict(item) for item in self.spec.get("containers") or []]
        self.init_containers: list[Object] = [dict(item) for item in self.spec.get("initContainers") or []]

    @property
    def name(self) -> str:
        """The Pod's name, "" for one that is named by its controller."""
        return str(self._metadata.get("name") or "")

    @property
    def generate_name(self) -> str:
        """`metadata.generateName`, "" when absent."""
        return str(self._metadata.get("generateName") or "")

    @property
    def namespace(self) -> str:
        """`metadata.namespace`, "" when absent."""
        return str(self._metadata.get("namespace") or "")

    def all_containers(self) -> list[Object]:
        """Containers, then init containers; the list is new, its members are the draft's."""
        return [*self.containers, *self.init_containers]

    def claim_names(self) -> list[str]:
        """Claim names of the volumes, in order, with repetitions."""
        return [
            volume["persistentVolumeClaim"]["claimName"]
            for volume in self.volumes
            if volume.get("persistentVolumeClaim")
        ]

    def volume_names(self) -> set[str]:
        """Names of all volumes."""
        return {volume["name"] for volume in self.volumes}

    def container_names(self) -> set[str]:
        """Names of all containers of both lists."""
        return {container["name"] for container in self.all_containers()}

    def pointer_to(self, field: str, name: str) -> Path:
        """Where the input's `spec.<field>` has the item of that name; `()` for one that it does not have."""
        for index, item in enumerate((self._source.get("spec") or {}).get(field) or []):
            if item["name"] == name:
                return ("spec", field, index)
        return ()

    def pod(self) -> Object:
        """The Pod as it stands now; members that did not change are the input's own objects."""
        metadata = dict(self._metadata)
        spec = self.spec
        _put(metadata, "labels", self.labels)
        _put(metadata, "annotations", self.annotations)
        _put(spec, "volumes", self.volumes)
        _put(spec, "containers", self.containers)
        _put(spec, "initContainers", self.init_containers)
        return {**self._source, "metadata": metadata, "spec": spec}


def _put(holder: Object, key: str, value: Any) -> None:
    """Sets a member unless it is empty and was absent or null before."""
    if value or holder.get(key):
        holder[key] = value


def mounts(container: Object) -> list[Object]:
    """The container's volumeMounts, [] when absent; not to be changed in place."""
    return container.get("volumeMounts") or []
