"""Services."""

from __future__ import annotations

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.addresses import special_ip, wrong_cidr, wrong_ip
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.metadata import check_labels

_NO_PORTS = ("ExternalName",)
_MAX_TIMEOUT = 86400
_FAMILIES = 2
_STRICT = "StrictIPCIDRValidation"
_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
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
    if kind not in _NO_PORTS:
        _check_cluster_ips(spec)
        _check_families(spec)
    _check_policies(spec, kind)
    _check_ranges(at, kind)


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
    strict = spec.on(_STRICT)
    for index, text in enumerate(spec.get("externalIPs", ())):
        if wrong := wrong_ip(text, strict=strict) or special_ip(text):
            spec.say_item("externalIPs", index, f'"{text}": {wrong}')
    text = spec.text("clusterIP")
    if text not in ("", "None") and (wrong := wrong_ip(text, strict=strict)):
        spec.say("clusterIP", f'"{text}": {wrong}, empty or None')


def _check_families(spec: At) -> None:
    families = spec.get("ipFamilies", [])
    for index, family in enumerate(families):
        if not family:
            spec.say_item("ipFamilies", index, '"" is not supported: use IPv4 or IPv6', "FieldValueNotSupported")
        elif family in families[:index]:
            spec.say_item("ipFamilies", index, f'"{family}" is there already', "FieldValueDuplicate")


def _check_cluster_ips(spec: At) -> None:
    """`clusterIPs`, which are made of `clusterIP` where they are not given."""
    one, several = spec.text("clusterIP"), spec.get("clusterIPs", [])
    if several and several[0] != one:
        message = f"the first value must be clusterIP, {one}" if one else "must be empty when clusterIP is not given"
        spec.say("clusterIPs", message)
    for index, text in enumerate(several[1:], 1):
        if wrong := wrong_ip(text, strict=spec.on(_STRICT)):
            spec.say_item("clusterIPs", index, f'"{text}": {wrong}')
    if len(several) > _FAMILIES:
        spec.say("clusterIPs", f"may only hold up to {_FAMILIES} values")


def _check_ranges(at: At, kind: str) -> None:
    """The networks from which a load balancer may be reached: in the spec, else in an annotation."""
    spec, annotations = at.child("spec"), at.child("metadata").child("annotations")
    strict = spec.on(_STRICT)
    ranges = spec.get("loadBalancerSourceRanges", [])
    for index, text in enumerate(ranges):
        if wrong := wrong_cidr(text.strip(), strict=strict):
            spec.say_item("loadBalancerSourceRanges", index, f'"{text}": {wrong}')
    if ranges or not annotations.has(_RANGES):
        return
    if kind != "LoadBalancer":
        annotations.forbidden(_RANGES, "may only be used when `type` is LoadBalancer")
    for text in filter(None, annotations.text(_RANGES).strip().split(",")):
        if wrong := wrong_cidr(text.strip(), strict=strict):
            annotations.say(_RANGES, f'"{text}": {wrong}')


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
    elif spec.get("healthCheckNodePort", 0):
        spec.port("healthCheckNodePort")
    known = _DISTRIBUTIONS if spec.on("PreferSameTrafficDistribution") else _DISTRIBUTIONS[:1]
    if spec.has("trafficDistribution") and spec.text("trafficDistribution") not in known:
        message = f"is not supported: use one of {', '.join(known)}"
        spec.say("trafficDistribution", message, "FieldValueNotSupported", "FL0006")
