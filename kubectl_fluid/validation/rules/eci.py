"""What ECI documents that it refuses (Alibaba Cloud, pages `limits` and `configure-a-security-context-…`)."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid import keys
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import podview
from kubectl_fluid.validation.rules.read import Object, at, entries, number, texts
from kubectl_fluid.validation.rules.rule import WORKLOAD, Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject
from kubectl_fluid.workloads import Slot

#: Ports that ECI asks to avoid.
RESERVED = (111, 998, 10250, 10255)
CAPABILITIES = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "KILL", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE"),
        *("NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "SYS_CHROOT", "SYS_PTRACE", "SYS_RAWIO"),
    )
)
_MOST = 20


def _pods(subject: Subject) -> Iterator[Slot]:
    return (slot for slot in subject.slots if podview.on_eci(slot.pod))


def _node(subject: Subject) -> Iterator[Hit]:
    """What only a node has: folders, network, ports."""
    for slot in _pods(subject):
        if keys.ECI_DATA_CACHE_BUCKET not in podview.pod_annotations(slot.pod):
            for index, volume in entries(slot.pod, "spec", "volumes"):
                if volume.get("hostPath") is not None:
                    message = f"volume {volume.get('name')} is a hostPath, which ECI does not have"
                    yield Hit("FL0530", slot.locate(("spec", "volumes", index, "hostPath")), message)
        if at(slot.pod, "spec", "hostNetwork") is True:
            yield Hit("FL0531", slot.locate(("spec", "hostNetwork")), "hostNetwork is not available on ECI")
        for pointer, container in podview.containers(slot.pod):
            for index, port in entries(container, "ports"):
                place = slot.locate((*pointer, "ports", index))
                if port.get("hostPort"):
                    message = f"port {port['hostPort']} of the node: ECI has no node"
                    yield Hit("FL0531", (*place, "hostPort"), message)
                if number(port, "containerPort") in RESERVED:
                    yield Hit("FL0532", (*place, "containerPort"), f"ECI uses port {port['containerPort']} itself")


def _capabilities(subject: Subject) -> Iterator[Hit]:
    for slot in _pods(subject):
        for pointer, container in podview.containers(slot.pod):
            path = ("securityContext", "capabilities", "add")
            refused = sorted({it.removeprefix("CAP_") for it in texts(container, *path)} - CAPABILITIES)
            if refused:
                message = f"container {container.get('name')} adds capability {', '.join(refused)}"
                yield Hit("FL0533", slot.locate((*pointer, *path)), message)


def _numbers(subject: Subject) -> Iterator[Hit]:
    for slot in _pods(subject):
        counts: dict[str, list[tuple[int, Object]]] = {
            "containers": [*entries(slot.pod, "spec", "containers"), *entries(slot.pod, "spec", "initContainers")],
            "volumes": entries(slot.pod, "spec", "volumes"),
        }
        for what, found in counts.items():
            if len(found) > _MOST:
                message = f"the Pod has {len(found)} {what} before any sidecar, ECI takes {_MOST}"
                yield Hit("FL0534", slot.locate(("spec", what)), message)


_ERROR, _POD = Severity.ERROR, (WORKLOAD,)
_ELSEWHERE = (
    f"!has(object.metadata.labels) || !('{keys.ECI}' in object.metadata.labels || '{keys.SIDECAR_TARGET}' in "
    "object.metadata.labels) || "
)

RULES = (
    Rule(
        "FL0530",
        _ERROR,
        "A Pod on ECI has a hostPath volume",
        "ECI has no folders of a node; the one exception are paths of DataCaches.",
        "use an emptyDir, a disk or NAS",
        _POD,
        _node,
        cel=f"{_ELSEWHERE}!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))",
        reason="FieldValueForbidden",
    ),
    Rule(
        "FL0531",
        _ERROR,
        "A Pod on ECI wants its node's network",
        "Each Pod is a machine of its own there.",
        "leave hostNetwork and hostPort out",
        _POD,
        _node,
        cel=f"{_ELSEWHERE}!has(object.spec.hostNetwork) || !object.spec.hostNetwork",
        reason="FieldValueForbidden",
    ),
    Rule(
        "FL0532",
        Severity.WARNING,
        "A container on ECI listens on a port that ECI uses itself",
        f"ECI asks to avoid {', '.join(map(str, RESERVED))}.",
        "use another port",
        _POD,
        _node,
        cel=f"{_ELSEWHERE}object.spec.containers.all(c, !has(c.ports) || c.ports.all(p, !(p.containerPort in [111, "
        "998, 10250, 10255])))",
        reason="FieldValueForbidden",
    ),
    Rule(
        "FL0533",
        _ERROR,
        "A container on ECI adds a capability that ECI does not grant",
        "SYS_ADMIN, for one, is not among those that can be added.",
        "leave it out: a privileged container (by ticket) needs no capability added",
        _POD,
        _capabilities,
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0534",
        _ERROR,
        "A Pod on ECI has more containers or volumes than ECI takes",
        "20 of each, sidecars and their volumes included.",
        "use fewer, or several Pods",
        _POD,
        _numbers,
        cel=f"{_ELSEWHERE}(object.spec.containers.size() + (has(object.spec.initContainers) ? "
        "object.spec.initContainers.size() : 0) <= 20 && (!has(object.spec.volumes) || "
        "object.spec.volumes.size() <= 20))",
        reason="FieldValueTooMany",
    ),
)
