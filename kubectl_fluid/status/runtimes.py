"""A runtime object as the part of a report."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.shapes import mapping
from kubectl_fluid.status.cache import cache
from kubectl_fluid.status.kinds import RuntimeKind
from kubectl_fluid.status.meta import conditions, metadata, name_of
from kubectl_fluid.status.model import Component, Runtime
from kubectl_fluid.status.values import count, text

Object = dict[str, Any]

#: What the status of a RuntimeStatus calls each component: its phase, and then its numbers.
_MASTER, _WORKER, _FUSE = "Master", "Worker", "Fuse"


def runtime(value: Object, kind: RuntimeKind) -> Runtime:
    """A runtime that exists."""
    status = mapping(value.get("status"))
    component = _by_component if kind.by_component else _by_name
    return Runtime(
        type=kind.type,
        kind=kind.resource.kind,
        name=name_of(value),
        found=True,
        status_missing=not status,
        deleting=bool(metadata(value).get("deletionTimestamp")),
        replicas=count(mapping(value.get("spec")).get("replicas")),
        masters=component(status, _MASTER),
        workers=component(status, _WORKER),
        fuse=component(status, _FUSE),
        conditions=conditions(status),
        cache=cache(status.get("cacheStates")),
    )


def _by_name(status: Object, what: str) -> Component:
    """RuntimeStatus (api/v1alpha1/status.go): `workerPhase`, `workerNumberReady`, `desiredWorkerNumberScheduled`."""
    lower = what.lower()
    return Component(
        phase=text(status.get(f"{lower}Phase")),
        reason=text(status.get(f"{lower}Reason")),
        ready=count(status.get(f"{lower}NumberReady")),
        desired=count(status.get(f"desired{what}NumberScheduled")),
    )


def _by_component(status: Object, what: str) -> Component:
    """CacheRuntimeStatus: a mapping for each of master, worker and client."""
    part = mapping(status.get("client" if what == _FUSE else what.lower()))
    return Component(
        phase=text(part.get("phase")),
        reason=text(part.get("reason")),
        ready=count(part.get("readyReplicas")),
        desired=count(part.get("desiredReplicas")),
    )
