"""Where workers go, as their controller writes it into the StatefulSet (Fluid a826600a, pkg/ctrl/affinity.go)."""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.claims import Object
from kubectl_fluid.render.workloads import Release


def worker_affinity(release: Release) -> Object | None:
    """The affinity of workers; none as long as there are no workers to start."""
    if release.runtime.replicas <= 0:
        return None
    node: Object = {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {
                "weight": 100,
                "preference": _expressions(
                    {"key": release.chart.identity.fuse_label, "operator": "In", "values": ["true"]}
                ),
            }
        ]
    }
    if release.dataset.node_affinity:
        node["requiredDuringSchedulingIgnoredDuringExecution"] = release.dataset.node_affinity
    return {"nodeAffinity": node, "podAntiAffinity": _apart(release.dataset.placement)}


def _apart(placement: str) -> Object:
    any_dataset = _on_the_same_node({"key": keys.DATASET, "operator": "Exists"})
    if placement != "Shared":
        return {"requiredDuringSchedulingIgnoredDuringExecution": [any_dataset]}
    exclusive = {"key": keys.PLACEMENT, "operator": "In", "values": ["Exclusive"]}
    return {
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 50, "podAffinityTerm": any_dataset}],
        "requiredDuringSchedulingIgnoredDuringExecution": [_on_the_same_node(exclusive)],
    }


def _on_the_same_node(expression: Object) -> Object:
    return {"labelSelector": _expressions(expression), "topologyKey": "kubernetes.io/hostname"}


def _expressions(expression: Object) -> Object:
    return {"matchExpressions": [expression]}
