"""The containers of an existing Pod: which are sidecars, and what the kubelet reports of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.explanation.model import ContainerState, Event, Existing
from kubectl_fluid.injection import mountcheck, naming
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]

_FIELDS = (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses"))
_STATES = ("waiting", "running", "terminated")
#: What shows in a hook or a probe that it waits for the mount.
_CHECKS = (mountcheck.SIDECAR_SCRIPT, mountcheck.INLINE_SCRIPT, "/proc/self/mounts")


def existing(pod: Object, events: tuple[Event, ...] | None) -> Existing:
    """What an existing Pod says of itself."""
    metadata, spec, status = (mapping(pod.get(part)) for part in ("metadata", "spec", "status"))
    found = list(_states(pod))
    sidecars = tuple(it for it in found if it.dataset or it.name.startswith((naming.PREFIX, naming.INIT_PREFIX)))
    conditions = {str(it.get("type")): it for it in items(status.get("conditions"))}
    scheduled = conditions.get("PodScheduled", {})
    owner = next((it for it in items(metadata.get("ownerReferences")) if it.get("controller") is True), None)
    return Existing(
        name=_text(metadata.get("name")),
        phase=_text(status.get("phase")),
        reason=": ".join(filter(None, (_text(status.get("reason")), _text(status.get("message"))))),
        ready=conditions.get("Ready", {}).get("status") == "True",
        created=_text(metadata.get("creationTimestamp")),
        scheduled=_text(scheduled.get("message")) or _text(scheduled.get("reason"))
        if scheduled.get("status") == "False"
        else "",
        node=_text(spec.get("nodeName")),
        owner=f"{_text(owner.get('kind')).lower()}/{_text(owner.get('name'))}" if owner else "",
        injected=mapping(metadata.get("labels")).get(keys.DONE) == "true",
        restarts_always=spec.get("restartPolicy", "Always") == "Always",
        sidecars=sidecars,
        others=tuple(it for it in found if it not in sidecars),
        events=events,
    )


def _states(pod: Object) -> Iterator[ContainerState]:
    labels = mapping(mapping(pod.get("metadata")).get("labels"))
    for field, reported in _FIELDS:
        statuses = {_text(it.get("name")): it for it in items(mapping(pod.get("status")).get(reported))}
        for container in items(mapping(pod.get("spec")).get(field)):
            name = _text(container.get("name"))
            dataset = _text(labels.get(keys.DATASET_NAME_PREFIX + name))
            namespace = _text(labels.get(keys.DATASET_NAMESPACE_PREFIX + name))
            native = field == "initContainers" and container.get("restartPolicy") == "Always"
            served = f"{namespace}/{dataset}" if namespace and dataset else dataset
            yield _state(container, mapping(statuses.get(name)), native=native, dataset=served)


def _state(container: Object, status: Object, *, native: bool, dataset: str) -> ContainerState:
    now = mapping(status.get("state"))
    state = next((it for it in _STATES if it in now), "")
    details = mapping(now.get(state))
    last = mapping(mapping(status.get("lastState")).get("terminated"))
    restarts = status.get("restartCount")
    return ContainerState(
        name=_text(container.get("name")),
        native=native,
        dataset=dataset,
        image=_text(container.get("image")),
        state=state,
        reason=_text(details.get("reason")),
        message=_text(details.get("message")),
        ready=status.get("ready") is True,
        restarts=restarts if isinstance(restarts, int) and not isinstance(restarts, bool) else 0,
        last=f"{_text(last.get('reason')) or 'ended'} (exit code {last.get('exitCode')})" if last else "",
        ended_well=state == "terminated" and details.get("exitCode") == 0,
        mounted=_mounted(container, status, state) if dataset else None,
    )


def _mounted(container: Object, status: Object, state: str) -> bool | None:
    """Whether the file system is there: a hook or probe that waits for it has let the container become ready.

    The kubelet reports `started` only when the postStart hook is over. Without such a check nothing tells.
    """
    if state != "running":
        return False
    hook = mapping(container.get("lifecycle")).get("postStart")
    if _checks(container.get("readinessProbe")):
        return status.get("ready") is True
    return status.get("started") is True if _checks(hook) else None


def _checks(handler: Any) -> bool:
    command = mapping(mapping(handler).get("exec")).get("command")
    parts = command if isinstance(command, list) else []
    return any(check in str(part) for part in parts for check in _CHECKS)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
