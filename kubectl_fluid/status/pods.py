"""How a Pod uses datasets: mounted through a PersistentVolumeClaim, or by a sidecar that was put into it.

Which of the claims are those of datasets is not to be seen in a Pod; whoever knows the datasets sifts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Name
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.status.meta import labels, metadata, name_of
from kubectl_fluid.status.model import How, PodUse, Sidecar, Use, WorkerPod
from kubectl_fluid.status.values import count, text, time

Object = dict[str, Any]

#: Selector of Pods that still hold what they mount; those of Jobs that are over do not.
RUNNING = "status.phase!=Succeeded,status.phase!=Failed"
_OVER = ("Succeeded", "Failed")
_LISTS = (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses"))
_STATES = ("running", "waiting", "terminated")


def use(pod: Object) -> PodUse | None:
    """What a Pod uses: every claim that it mounts, and every dataset that a sidecar serves; None when nothing."""
    uses = tuple(_uses(pod))
    if not uses:
        return None
    status = mapping(pod.get("status"))
    phase = text(status.get("phase"))
    return PodUse(
        name=name_of(pod),
        phase=phase,
        node=text(mapping(pod.get("spec")).get("nodeName")),
        ready=is_ready(status),
        over=phase in _OVER,
        uses=uses,
        created=time(metadata(pod).get("creationTimestamp")),
    )


def _uses(pod: Object) -> Iterator[Use]:
    namespace = name_of(pod).namespace
    injected = _sidecars(pod)
    yield from injected
    served = {it.claim for it in injected}
    for volume in items(mapping(pod.get("spec")).get("volumes")):
        claim = text(mapping(volume.get("persistentVolumeClaim")).get("claimName"))
        if claim and claim not in served:
            served.add(claim)
            yield Use(Name(namespace, claim), claim, How.MOUNTED)


def _sidecars(pod: Object) -> list[Use]:
    """Injection labels the Pod with the dataset of each sidecar; its claim has the dataset's name."""
    about = labels(pod)
    if about.get(keys.DONE) != "true":
        return []
    found = []
    for key, dataset in about.items():
        if key.startswith(keys.DATASET_NAME_PREFIX) and dataset:
            container = key.removeprefix(keys.DATASET_NAME_PREFIX)
            namespace = about.get(keys.DATASET_NAMESPACE_PREFIX + container) or name_of(pod).namespace
            found.append(Use(Name(namespace, dataset), dataset, How.INJECTED, sidecar(pod, container)))
    return found


def sidecar(pod: Object, container: str) -> Sidecar | None:
    """A container of the Pod and what the kubelet says of it; None when there is none of that name."""
    for field, statuses in _LISTS:
        for it in items(mapping(pod.get("spec")).get(field)):
            if it.get("name") == container:
                said = _said(pod, statuses, container)
                state, reason = _state(said)
                return Sidecar(
                    container=container,
                    image=text(it.get("image")),
                    native=field == "initContainers",
                    ready=said["ready"] if isinstance(said.get("ready"), bool) else None,
                    restarts=count(said.get("restartCount")) or 0,
                    state=state,
                    reason=reason,
                )
    return None


def _said(pod: Object, statuses: str, container: str) -> Object:
    found = items(mapping(pod.get("status")).get(statuses))
    return next((it for it in found if it.get("name") == container), {})


def _state(said: Object) -> tuple[str, str]:
    """Which of its three states a container is in, and the reason given there."""
    state = mapping(said.get("state"))
    return next(((it, text(mapping(state[it]).get("reason"))) for it in _STATES if it in state), ("", ""))


def worker(pod: Object) -> WorkerPod:
    """A Pod of a cache."""
    status = mapping(pod.get("status"))
    statuses = items(status.get("containerStatuses"))
    states = [_state(it) for it in statuses]
    return WorkerPod(
        name=name_of(pod).name,
        node=text(mapping(pod.get("spec")).get("nodeName")),
        phase=text(status.get("phase")),
        ready=is_ready(status),
        restarts=sum(count(it.get("restartCount")) or 0 for it in statuses),
        reason=next((reason for state, reason in states if state != "running" and reason), "") or _unscheduled(status),
    )


def role(pod: Object) -> tuple[str, str]:
    """The runtime whose Pod this is, and its role, e.g. `juicefs-worker`; "" for other Pods.

    Fluid's charts label both (a826600a, charts/*/templates): `release` is the runtime's name.
    """
    about = labels(pod)
    return about.get("release", ""), about.get("role", "")


def is_ready(status: Object) -> bool:
    """Whether a Pod's condition Ready is true."""
    return any(it.get("type") == "Ready" and it.get("status") == "True" for it in items(status.get("conditions")))


def _unscheduled(status: Object) -> str:
    said = (it for it in items(status.get("conditions")) if it.get("type") == "PodScheduled")
    return next((text(it.get("reason")) for it in said if it.get("status") == "False"), "")
