"""Guards over Pods that go to ECI, sidecars included: what its documentation says that it refuses.

Alibaba Cloud, pages `limits` and `configure-a-security-context-for-a-pod-or-container`. The numbers are those that
`injection.limits` keeps.
"""

from __future__ import annotations

from collections.abc import Callable

from kubectl_fluid import keys
from kubectl_fluid.injection.advice import ECI_PORTS
from kubectl_fluid.injection.limits import ECI_CAPABILITIES, ECI_CONTAINERS, ECI_VOLUMES
from kubectl_fluid.policy.guards import cel
from kubectl_fluid.policy.guards.guard import Guard, Policy
from kubectl_fluid.policy.guards.view import OURS, Object, View, name_of
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.read import at, entries, number, text, texts


def on_eci(view: View) -> bool:
    """Whether the Pod goes to ECI: by what it says itself, or else by its namespace, if the scheduler places it."""
    given = view.labels
    return cel.MIRROR not in view.annotations and (
        given.get(keys.ECI) == "true"
        or given.get(keys.SIDECAR_TARGET) == "eci"
        or view.annotations.get(keys.PLATFORM) == "eci"
        or (keys.ECI not in given and view.namespace_labels.get(keys.ECI) == "true" and not _on_a_node(view))
    )


def _on_a_node(view: View) -> bool:
    owners = (text(it, "kind") for _, it in entries(view.pod, "metadata", "ownerReferences"))
    node = text(view.pod, "spec", "nodeName")
    return "DaemonSet" in owners or (node != "" and not node.startswith(cel.VIRTUAL_NODE))


_CONDITIONS = {"no-mirror-pod": cel.NO_MIRROR}
ECI = Policy("eci", Severity.ERROR, _CONDITIONS, on_eci, cel.ON_ECI)
ADVICE = Policy("eci-advice", Severity.WARNING, _CONDITIONS, on_eci, cel.ON_ECI)


def _host_path(view: View, _: str) -> list[str]:
    if keys.ECI_DATA_CACHE_BUCKET in view.annotations:
        return []
    return [name_of(it) for it in view.volumes if it.get("hostPath") is not None]


def _host_network(view: View, _: str) -> list[str]:
    return ["hostNetwork"] if at(view.pod, "spec", "hostNetwork") is True else []


def _containers(test: Callable[[Object], bool]) -> Callable[[View, str], list[str]]:
    """The names of the containers that the test is true for."""
    return lambda view, _: [name_of(it) for it in view.containers if test(it)]


def _more_than(limit: int, what: Callable[[View], list[Object]]) -> Callable[[View, str], list[str]]:
    """Their number, where it is above the limit."""
    return lambda view, _: [str(len(what(view)))] if len(what(view)) > limit else []


def _host_port(container: Object) -> bool:
    return any(number(port, "hostPort") for _, port in entries(container, "ports"))


def _capability(container: Object) -> bool:
    added = texts(container, "securityContext", "capabilities", "add")
    return any(it.removeprefix("CAP_") not in ECI_CAPABILITIES for it in added)


def _privileged(container: Object) -> bool:
    privileged = at(container, "securityContext", "privileged") is True
    return privileged and not name_of(container).startswith(OURS)


def _reserved(container: Object) -> bool:
    return any(number(port, "containerPort") in ECI_PORTS for _, port in entries(container, "ports"))


def _those(test: str) -> str:
    """CEL: the names of the containers that the test is true for."""
    return f"variables.containers.filter(c, {test}).map(c, c.name)"


def _number(of: str, limit: int) -> str:
    return f"variables.{of}.size() > {limit} ? [string(variables.{of}.size())] : []"


_OURS = " || ".join(f"c.name.startsWith({cel.quote(prefix)})" for prefix in OURS)
_BUCKET = cel.has(keys.ECI_DATA_CACHE_BUCKET, "annotations")

GUARDS = (
    Guard(
        "eci-host-path",
        ECI,
        "A Pod on ECI has a hostPath volume, and names no bucket of DataCaches",
        f"({_BUCKET}) ? [] : variables.volumes.filter(v, has(v.hostPath)).map(v, v.name)",
        _host_path,
        "volume {} is a hostPath, which ECI does not have",
        "use an emptyDir, a disk or NAS; sidecars of platform eci need none",
    ),
    Guard(
        "eci-host-network",
        ECI,
        "A Pod on ECI wants its node's network",
        "has(object.spec.hostNetwork) && object.spec.hostNetwork ? ['hostNetwork'] : []",
        _host_network,
        "{} is not available on ECI",
        "take it out",
    ),
    Guard(
        "eci-host-port",
        ECI,
        "A container on ECI takes a port of its node",
        _those("has(c.ports) && c.ports.exists(p, has(p.hostPort) && p.hostPort != 0)"),
        _containers(_host_port),
        "container {} takes a hostPort, and ECI has no node",
        "leave hostPort out",
    ),
    Guard(
        "eci-containers",
        ECI,
        f"A Pod on ECI has more than {ECI_CONTAINERS} containers, sidecars included",
        _number("containers", ECI_CONTAINERS),
        _more_than(ECI_CONTAINERS, lambda view: view.containers),
        f"the Pod has {{}} containers with its sidecars, ECI takes {ECI_CONTAINERS}",
        "use fewer, or several Pods",
    ),
    Guard(
        "eci-volumes",
        ECI,
        f"A Pod on ECI has more than {ECI_VOLUMES} volumes, those of sidecars included",
        _number("volumes", ECI_VOLUMES),
        _more_than(ECI_VOLUMES, lambda view: view.volumes),
        f"the Pod has {{}} volumes with those of its sidecars, ECI takes {ECI_VOLUMES}",
        "use fewer, or several Pods",
    ),
    Guard(
        "eci-capability",
        ECI,
        "A container on ECI adds a capability that ECI does not grant",
        _those(
            "has(c.securityContext) && has(c.securityContext.capabilities) && "
            "has(c.securityContext.capabilities.add) && c.securityContext.capabilities.add.exists(x, "
            f"!((x.startsWith('CAP_') ? x.substring(4) : x) in {cel.listed(sorted(ECI_CAPABILITIES))}))"
        ),
        _containers(_capability),
        "container {} adds a capability that ECI does not grant",
        "leave it out; SYS_ADMIN, for one, is never granted",
    ),
    Guard(
        "eci-privileged",
        ADVICE,
        "A container on ECI (sidecars aside) is privileged, which ECI grants by ticket only",
        _those(
            f"!({_OURS}) && has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged"
        ),
        _containers(_privileged),
        "container {} is privileged, which ECI grants on request only",
        "ask ECI for it by ticket",
    ),
    Guard(
        "eci-port",
        ADVICE,
        "A container on ECI listens on a port that ECI uses itself",
        _those(f"has(c.ports) && c.ports.exists(p, p.containerPort in {sorted(ECI_PORTS)})"),
        _containers(_reserved),
        f"container {{}} listens on one of the ports {', '.join(map(str, sorted(ECI_PORTS)))}, which ECI uses",
        "use another port",
    ),
)
