"""What a person may name: kinds that make Pods, where the API server keeps them, and which kinds stand in between."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.cluster.listing import Resource
from kubectl_fluid.workloads.table import KINDS, TRAIN_JOB, Kind

#: kubectl's short names of core kinds.
_SHORT = {
    "po": "pods",
    "deploy": "deployments",
    "rs": "replicasets",
    "sts": "statefulsets",
    "ds": "daemonsets",
    "cj": "cronjobs",
    "rc": "replicationcontrollers",
}
_CLUSTER_SCOPED = ("ClusterTrainingRuntime", "ClusterWorkflowTemplate")
#: An older group of kinds that have moved; nobody asks for it.
_GONE = "extensions"

POD = Resource("Pod", "", "v1", "pods")
EVENTS = Resource("Event", "", "v1", "events")

_REPLICA_SET = Resource("ReplicaSet", "apps", "v1", "replicasets")
_JOB = Resource("Job", "batch", "v1", "jobs")
_RAY = Resource("RayCluster", "ray.io", "v1", "rayclusters")
#: Group and kind → what it makes first, which then makes the Pods.
BETWEEN = {
    ("apps", "Deployment"): _REPLICA_SET,
    ("batch", "CronJob"): _JOB,
    ("jobset.x-k8s.io", "JobSet"): _JOB,
    ("ray.io", "RayJob"): _RAY,
    ("ray.io", "RayService"): _RAY,
    ("batch.volcano.sh", "CronJob"): Resource("Job", "batch.volcano.sh", "v1alpha1", "jobs"),
    ("argoproj.io", "CronWorkflow"): Resource("Workflow", "argoproj.io", "v1alpha1", "workflows"),
}


def resources(word: str) -> list[Resource]:
    """What `job`, `jobs`, `Job`, `deploy` or `jobs.batch.volcano.sh` may mean, the likeliest first; [] for nothing."""
    name, _, group = _SHORT.get(word.lower(), word.lower()).partition(".")
    return [it for it in _all() if name in (it.plural, it.kind.lower()) and group in ("", it.group)]


def words() -> list[str]:
    """The kinds as they may be typed, for messages."""
    return sorted({it.kind.lower() for it in _all()})


def _all() -> Iterator[Resource]:
    for row in KINDS:
        for group in row.groups:
            if group != _GONE:
                yield from _of(row, group)
    group, kind = TRAIN_JOB
    yield Resource(kind, group, "v1alpha1", "trainjobs")


def _of(row: Kind, group: str) -> Iterator[Resource]:
    for version in row.versions.split(", "):
        namespaced = row.kind not in _CLUSTER_SCOPED
        yield Resource(row.kind, group, version, f"{row.kind.lower()}s", namespaced)
