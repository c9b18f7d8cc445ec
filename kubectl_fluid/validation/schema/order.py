"""The order in which an API server reports: by field, as its code goes over an object."""

from __future__ import annotations

from kubectl_fluid.validation.finding import Pointer

_CONTAINER = (
    *("name", "image", "ports", "env", "envFrom", "volumeMounts", "volumeDevices", "imagePullPolicy", "resources"),
    *("resizePolicy", "securityContext", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe"),
)
_POD = (
    *("volumes", "resourceClaims", "containers", "initContainers", "ephemeralContainers", "resources"),
    *("restartPolicy", "dnsPolicy", "nodeSelector", "securityContext", "affinity", "dnsConfig", "readinessGates"),
    *("schedulingGates", "topologySpreadConstraints", "serviceAccountName", "nodeName", "activeDeadlineSeconds"),
)
#: Fields of a workload's spec come before those of a Pod's; no name is in both.
_SPEC = ("replicas", "minReadySeconds", "selector", "completionMode", "backoffLimit", "template", *_POD)
_RANKS: dict[str, dict[str, int]] = {
    parent: {name: rank for rank, name in enumerate(order)}
    for parent, order in {
        "": ("apiVersion", "kind", "metadata", "spec"),
        "spec": _SPEC,
        "template": ("metadata", "spec"),
        "containers": _CONTAINER,
        "initContainers": _CONTAINER,
        "ephemeralContainers": _CONTAINER,
        "volumeMounts": ("name", "mountPath"),
        "ports": ("name", "containerPort", "port"),
        "env": ("name", "value", "valueFrom"),
    }.items()
}


def rank(pointer: Pointer) -> tuple[int, ...]:
    """A key to sort by; what is not known to stand anywhere comes last, in the order in which it was found."""
    ranks, parent = [], ""
    for key in pointer:
        if isinstance(key, int):
            ranks.append(key)
            continue
        known = _RANKS.get(parent)
        if known is None:
            return tuple(ranks)
        ranks.append(known.get(key, len(known)))
        parent = key
    return tuple(ranks)
