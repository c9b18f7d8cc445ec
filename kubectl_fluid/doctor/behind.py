"""What stands behind a webhook's Service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import collect, read
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.doctor.kinds import SERVICES, SLICES
from kubectl_fluid.doctor.model import Check, Verdict, clipped, counted, unread
from kubectl_fluid.doctor.targets import Service, Target
from kubectl_fluid.explanation.hooks import Whose
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]

_NAME = "webhook-service"
_DOWN = "Pods that ask for their sidecar are refused or go without it"


class Behind(NamedTuple):
    """Whether the Service is there and has that port; how many of its addresses are ready. `external`: another name."""

    exists: bool
    has_port: bool
    ready: int
    known: int
    external: str = ""


def look(api: Api, service: Service) -> Behind:
    """Read the Service and its EndpointSlices. Raises ClusterError."""
    value = read(api, SERVICES, service.namespace, service.name)
    if value is None:
        return Behind(exists=False, has_port=False, ready=0, known=0)
    spec = mapping(value.get("spec"))
    external = str(spec.get("externalName") or "") if spec.get("type") == "ExternalName" else ""
    has_port = any(it.get("port") == service.port for it in items(spec.get("ports")))
    labels = f"kubernetes.io/service-name={service.name}"
    slices, _ = collect(api, SLICES, service.namespace, lambda it: it, labels=labels)
    return Behind(True, has_port, *_counted(slices), external)  # noqa: FBT003 - a NamedTuple in its order


def _counted(slices: Iterable[Object]) -> tuple[int, int]:
    """Ready and all addresses; one that says nothing of itself is ready (discovery.k8s.io/v1)."""
    ready, known = set[str](), set[str]()
    for endpoint in (it for each in slices for it in items(each.get("endpoints"))):
        addresses = endpoint.get("addresses")
        found = {str(it) for it in addresses} if isinstance(addresses, list) else set()
        known |= found
        if mapping(endpoint.get("conditions")).get("ready") is not False:
            ready |= found
    return len(ready), len(known)


def check(target: Target, found: Behind | ClusterError) -> Check:
    """`webhook-service` of one target that has a Service."""
    if isinstance(found, ClusterError):
        return unread(_NAME, found, target.configuration)
    service = target.service or Service("", "", 0)
    shown, where = clipped(target.shown), clipped(service.namespace)
    pods = f"`kubectl -n {where} get deployment,pods,endpointslices`"
    if not found.exists:
        hint = "delete the configuration if the webhook is gone" + (
            ", or install it: `kubectl fluid webhook manifest`" if target.whose is Whose.OURS else ""
        )
        return _failed(target, f"{shown} does not exist: {_DOWN}", hint)
    if not found.has_port and not found.external:
        hint = f"`kubectl -n {where} get service {clipped(service.name)}` lists its ports"
        return _failed(target, f"{shown} has no port {service.port}: {_DOWN}", hint)
    if found.external:
        said = f"{shown} stands for {clipped(found.external)}, outside of the cluster"
        return Check(_NAME, Verdict.OK, said, subject=target.configuration)
    if not found.ready:
        many = counted(found.known, "Pod is", "Pods are")
        said = f"no ready Pod is behind {shown}" + (f" ({many} not ready)" if found.known else "")
        return _failed(target, f"{said}: {_DOWN}", pods)
    ready = counted(found.ready, "ready address", "ready addresses")
    if found.ready < found.known:
        said = f"{shown} has {ready} of {found.known}"
        return Check(_NAME, Verdict.WARNING, said, pods, target.configuration)
    if found.ready == 1 and target.whose is Whose.FLUID:
        said = f"{shown} has 1 ready address, which is how many Fluid's chart starts: while it restarts nobody answers"
        return Check(_NAME, Verdict.OK, said, subject=target.configuration)
    if found.ready == 1:
        said = f"{shown} has one ready address only: while it restarts nobody answers"
        return Check(_NAME, Verdict.WARNING, said, "run two replicas", target.configuration)
    return Check(_NAME, Verdict.OK, f"{shown} has {ready}", subject=target.configuration)


def _failed(target: Target, said: str, hint: str) -> Check:
    return Check(_NAME, Verdict.FAILED, said, hint, target.configuration)
