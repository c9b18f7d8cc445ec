"""A Job whose Pods read a Dataset through a sidecar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kubectl_fluid import keys
from kubectl_fluid.scaffold import checks
from kubectl_fluid.scaffold.checks import ScaffoldError
from kubectl_fluid.scaffold.manifest import Manifest, Object, head

#: Platform: labels of the Pod template. They count on Pods only, not on the Job (Alibaba Cloud,
#: `schedule-pods-to-virtual-kubelet`, ACS quick start).
LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "default": {keys.INJECT: "true"},
    "eci": {keys.SIDECAR_TARGET: "eci", keys.ECI: "true"},
    "acs": {
        keys.SIDECAR_TARGET: "acs",
        keys.ACS: "true",
        keys.ACS_CLASS: "general-purpose",
        keys.ACS_QOS: "default",
    },
}
VOLUME: Final = "data"


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller wants, checked value by value; without a command the image's own is run."""

    name: str
    dataset: str
    image: str
    mount_path: str
    platform: str = "default"
    command: Sequence[str] = ()
    namespace: str | None = None


def mount_path(text: str) -> str:
    """Where the data stands in the container; raises ScaffoldError."""
    if not checks.mount_path(text).strip("/"):
        raise ScaffoldError("the data cannot take the place of the whole file system", "use a folder, e.g. /data")
    return text


def manifest(request: Request) -> Manifest:
    """The Job."""
    container: Object = {"name": request.name, "image": request.image}
    if request.command:
        container["command"] = list(request.command)
    container["volumeMounts"] = [{"name": VOLUME, "mountPath": request.mount_path}]
    template = {
        "metadata": {"labels": dict(LABELS[request.platform])},
        "spec": {
            "restartPolicy": "Never",
            "containers": [container],
            "volumes": [{"name": VOLUME, "persistentVolumeClaim": {"claimName": request.dataset}}],
        },
    }
    return Manifest({**head("batch/v1", "Job", request.name, request.namespace), "spec": {"template": template}})
