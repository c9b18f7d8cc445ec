"""A report as an object of this program's own kind (schemas/kubectl-fluid.io-v1alpha1-status.json).

Numbers are numbers: bytes, ratios from 0 to 1. null is what is not known, [] what is known to be empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kubectl_fluid.status.model import (
    Component,
    Condition,
    DatasetStatus,
    Event,
    Operation,
    PodUse,
    Report,
    Runtime,
    Sidecar,
    Unlisted,
)

API_VERSION = "kubectl-fluid.io/v1alpha1"
KIND = "DatasetStatus"

Object = dict[str, Any]


def report_value(report: Report) -> Object:
    """The list."""
    return {
        "apiVersion": API_VERSION,
        "kind": f"{KIND}List",
        "items": [item(it) for it in report.datasets],
        "unlisted": [_unlisted(it) for it in report.unlisted],
    }


def single_value(dataset: DatasetStatus, unlisted: Sequence[Unlisted]) -> Object:
    """One Dataset, as kubectl gives one object where one was named."""
    return {**item(dataset), "unlisted": [_unlisted(it) for it in unlisted]}


def item(it: DatasetStatus) -> Object:
    """One Dataset."""
    metadata: Object = {"namespace": it.name.namespace, "name": it.name.name, "creationTimestamp": _time(it.created)}
    if it.deleting is not None:
        metadata["deletionTimestamp"] = _time(it.deleting)
    if it.labels:
        metadata["labels"] = dict(it.labels)
    value: Object = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": metadata,
        "health": {
            "verdict": it.health.verdict.value,
            "code": it.health.code,
            "message": it.health.message,
            "cure": it.health.cure,
        },
        "phase": it.phase,
        "mounts": list(it.mounts),
        "runtime": _runtime(it.runtime) if it.runtime else None,
        "cache": {
            "cachedBytes": it.cache.cached,
            "capacityBytes": it.cache.capacity,
            "cachedRatio": it.cache.ratio,
            "hitRatio": it.cache.hit_ratio,
            "localHitRatio": it.cache.local_hit_ratio,
            "remoteHitRatio": it.cache.remote_hit_ratio,
            "throughputRatio": it.cache.throughput_ratio,
        },
        "ufs": {"sizeBytes": it.ufs, "files": it.files, "calculating": it.ufs_calculating},
        "referencedBy": [str(name) for name in it.referred_by],
        "conditions": [_condition(condition) for condition in it.conditions],
        "operations": None if it.operations is None else [_operation(each) for each in it.operations],
        "pods": None if it.pods is None else [_pod(each, it) for each in it.pods],
    }
    if it.refers_to is not None:
        value["refersTo"] = str(it.refers_to)
    if it.events is not None:
        value["events"] = [_event(each) for each in it.events]
    return value


def _runtime(it: Runtime) -> Object:
    workers = _component(it.workers)
    if it.pods is not None:
        workers["pods"] = [pod._asdict() for pod in it.pods]
    return {
        "type": it.type,
        "kind": it.kind,
        "namespace": it.name.namespace,
        "name": it.name.name,
        "found": it.found,
        "deleting": it.deleting,
        "replicas": it.replicas,
        "masters": _component(it.masters),
        "workers": workers,
        "fuse": _component(it.fuse),
        "conditions": [_condition(condition) for condition in it.conditions],
    }


def _component(it: Component) -> Object:
    return {"phase": it.phase, "reason": it.reason, "ready": it.ready, "desired": it.desired}


def _condition(it: Condition) -> Object:
    return {
        "type": it.type,
        "status": it.status,
        "reason": it.reason,
        "message": it.message,
        "lastTransitionTime": _time(it.changed),
    }


def _operation(it: Operation) -> Object:
    return {
        "kind": it.kind,
        "namespace": it.name.namespace,
        "name": it.name.name,
        "phase": it.phase,
        "running": it.running,
        "waiting": it.waiting,
        "duration": it.duration,
        "policy": it.policy,
        "paths": list(it.paths),
        "message": it.message,
        "creationTimestamp": _time(it.created),
    }


def _pod(it: PodUse, dataset: DatasetStatus) -> Object:
    """A Pod, and how it uses this Dataset."""
    use = next(each for each in it.uses if each.dataset == dataset.name)
    return {
        "namespace": it.name.namespace,
        "name": it.name.name,
        "phase": it.phase,
        "node": it.node,
        "ready": it.ready,
        "use": use.how.value,
        "claim": use.claim,
        "sidecar": _sidecar(use.sidecar) if use.sidecar else None,
        "creationTimestamp": _time(it.created),
    }


def _sidecar(it: Sidecar) -> Object:
    return it._asdict()


def _event(it: Event) -> Object:
    return {
        "type": it.type,
        "reason": it.reason,
        "message": it.message,
        "about": it.about,
        "count": it.count,
        "lastSeen": _time(it.seen),
    }


def _unlisted(it: Unlisted) -> Object:
    return it._asdict()


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
