"""Services."""

from __future__ import annotations

import ipaddress

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.metadata import check_labels

_NO_PORTS = ("ExternalName",)
_MAX_TIMEOUT = 86400
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")


def check_service(at: At) -> None:
    """A Service."""
    spec = at.child("spec")
    kind = spec.text("type") or "ClusterIP"
    headless = spec.text("clusterIP") == "None"
    if not spec.get("ports") and not headless and kind not in _NO_PORTS:
        spec.required("ports")
    if kind == "ExternalName":
        if spec.required("externalName"):
            spec.name("externalName", lambda text: names.dns_subdomain(text.removesuffix(".").lower()))
        if spec.text("clusterIP"):
            spec.forbidden("clusterIP", "may not be set for type ExternalName")
    if kind == "LoadBalancer" and headless:
        spec.say("clusterIP", "may not be None for a LoadBalancer")
    if kind == "NodePort" and headless:
        spec.say("clusterIP", "may not be None for a NodePort")
    check_labels(spec.value, spec.place, spec.report, "selector")
    _check_ports(spec, kind)
    _check_addresses(spec)
    _check_policies(spec, kind)


def _check_ports(spec: At, kind: str) -> None:
    several = len(spec.get("ports", ())) > 1
    seen, numbers, nodes = set[str](), set[tuple[str, int]](), set[tuple[str, int]]()
    for port in spec.items("ports"):
        name, number, protocol = port.text("name"), port.get("port", 0), port.text("protocol") or "TCP"
        if not name and several:
            port.required("name", "where there are several ports")
        port.name("name", names.dns_label)
        if name and name in seen:
            port.duplicate("name", name)
        seen.add(name)
        port.between("port", 1, 65535)
        port.name("appProtocol", names.qualified_name)
        if (protocol, number) in numbers:
            port.duplicate("port", f"{protocol} {number}")
        numbers.add((protocol, number))
        target = port.get("targetPort")
        if isinstance(target, str) and target:
            port.name("targetPort", names.port_name)
        elif isinstance(target, int) and target:
            port.between("targetPort", 1, 65535)
        node = port.get("nodePort", 0)
        if node and kind not in ("NodePort", "LoadBalancer"):
            port.forbidden("nodePort", f"may not be used when `type` is {kind}")
        elif node and (protocol, node) in nodes:
            port.duplicate("nodePort", node)
        nodes.add((protocol, node))


def _check_addresses(spec: At) -> None:
    for index, text in enumerate(spec.get("externalIPs", ())):
        try:
            ipaddress.ip_address(text)
        except ValueError:
            spec.say_item("externalIPs", index, f'"{text}": must be a valid IP address')
    text = spec.text("clusterIP")
    if text not in ("", "None"):
        try:
            ipaddress.ip_address(text)
        except ValueError:
            spec.say("clusterIP", f'"{text}": must be a valid IP address, empty or None')


def _check_policies(spec: At, kind: str) -> None:
    outside = kind in ("NodePort", "LoadBalancer")
    if spec.text("externalTrafficPolicy") and not outside and not spec.get("externalIPs"):
        spec.say("externalTrafficPolicy", "may only be set for externally-accessible Services")
    if spec.get("loadBalancerSourceRanges") and kind != "LoadBalancer":
        spec.forbidden("loadBalancerSourceRanges", "may only be used when `type` is LoadBalancer")
    if spec.text("sessionAffinity") == "ClientIP":  # otherwise its configuration is dropped
        spec.child("sessionAffinityConfig").child("clientIP").between("timeoutSeconds", 1, _MAX_TIMEOUT)
    for field in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
        if spec.has(field) and kind != "LoadBalancer":
            spec.forbidden(field, "may only be used when `type` is LoadBalancer")
    local = kind == "LoadBalancer" and spec.text("externalTrafficPolicy") == "Local"
    if spec.get("healthCheckNodePort", 0) and not local:
        spec.say("healthCheckNodePort", "may only be set for a LoadBalancer with externalTrafficPolicy: Local")
    if spec.has("trafficDistribution") and spec.text("trafficDistribution") not in _DISTRIBUTIONS:
        message = f"is not supported: use one of {', '.join(_DISTRIBUTIONS)}"
        spec.say("trafficDistribution", message, "FieldValueNotSupported", "FL0006")
