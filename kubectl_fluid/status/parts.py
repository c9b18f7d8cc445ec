"""Which lists a report is made from, and what is kept of each object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.claims import Name
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Resource
from kubectl_fluid.shapes import mapping
from kubectl_fluid.status import pods
from kubectl_fluid.status.case import ClaimState
from kubectl_fluid.status.kinds import CLAIMS, DATASETS, OPERATIONS, PODS, RUNTIMES
from kubectl_fluid.status.meta import labels, metadata, name_of
from kubectl_fluid.status.model import Operation, PodUse, Runtime, WorkerPod
from kubectl_fluid.status.operations import operation
from kubectl_fluid.status.runtimes import runtime
from kubectl_fluid.status.values import text

Object = dict[str, Any]


class Part(NamedTuple):
    """One list: `take` gives what is kept of an object, None for an object of no use."""

    resource: Resource
    take: Callable[[Object], Any]
    labels: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which Datasets: of a namespace (None: of all), of these names (none: all), with these labels.

    `detail` asks for worker Pods, Pods that have ended, and events as well.
    """

    namespace: str | None
    names: tuple[str, ...] = ()
    labels: str = ""
    detail: bool = False

    def takes(self, name: Name) -> bool:
        """Whether a Dataset is wanted, by its name."""
        return not self.names or name.name in self.names


class Worker(NamedTuple):
    """A Pod of a runtime's cache."""

    runtime: Name
    pod: WorkerPod


@dataclass(frozen=True, slots=True)
class PodParts:
    """What one Pod is: a user of datasets, a worker, or both."""

    use: PodUse | None
    worker: Worker | None


@dataclass(slots=True)
class Lists:
    """What was read, kind by kind; an error stands for a list that could not be."""

    datasets: list[Object] | ClusterError
    runtimes: dict[str, list[Runtime] | ClusterError] = field(default_factory=dict)
    operations: dict[str, list[tuple[tuple[Name, ...], Operation]] | ClusterError] = field(default_factory=dict)
    claims: list[tuple[Name, ClaimState]] | ClusterError = field(default_factory=list)
    pods: list[PodParts] | ClusterError = field(default_factory=list)

    @classmethod
    def of(cls, found: dict[str, Any]) -> Lists:
        """From the results of `parts`, by kind."""
        return cls(
            datasets=found[DATASETS.kind],
            runtimes={it.resource.kind: found[it.resource.kind] for it in RUNTIMES.values()},
            operations={it.kind: found[it.kind] for it in OPERATIONS},
            claims=found[CLAIMS.kind],
            pods=found[PODS.kind],
        )


def parts(wanted: Wanted) -> dict[str, Part]:
    """The lists by kind. One name alone is left to the server to look for."""
    named = f"metadata.name={wanted.names[0]}" if len(wanted.names) == 1 else ""
    chosen = [
        Part(DATASETS, partial(_dataset, wanted), labels=wanted.labels, fields=named),
        *(Part(it.resource, partial(runtime, kind=it), fields=named) for it in RUNTIMES.values()),
        *(Part(it, operation) for it in OPERATIONS),
        Part(CLAIMS, claim, fields=named),
        Part(PODS, pod, fields="" if wanted.detail else pods.RUNNING),
    ]
    return {it.resource.kind: it for it in chosen}


def _dataset(wanted: Wanted, value: Object) -> Object | None:
    return value if wanted.takes(name_of(value)) else None


def claim(value: Object) -> tuple[Name, ClaimState]:
    """A PersistentVolumeClaim. Fluid's have a label whose key begins so (a826600a, pkg/utils/dataset/volume)."""
    ours = any(key.startswith(keys.STORAGE_PREFIX) for key in labels(value))
    volume = text(mapping(value.get("spec")).get("volumeName"))
    return name_of(value), ClaimState(text(mapping(value.get("status")).get("phase")), volume, ours)


def pod(value: Object) -> PodParts | None:
    """A Pod, if it uses claims or works for a cache."""
    release, role = pods.role(value)
    worker = None
    if role.endswith("-worker") and release:
        worker = Worker(Name(name_of(value).namespace, release), pods.worker(value))
    use = pods.use(value)
    return PodParts(use, worker) if use is not None or worker is not None else None


def key(value: Object) -> tuple[str, str, str]:
    """What tells an object from all others of its kind: a new one of the same name is another one."""
    return (*name_of(value), text(metadata(value).get("uid")))
