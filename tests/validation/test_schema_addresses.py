"""IP addresses and networks, and where they stand in Services and Pods."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.validation.schema import check, load
from kubectl_fluid.validation.schema.core.addresses import special_ip, wrong_cidr, wrong_ip
from tests.validation.featured import deployment, pod, service

Object = dict[str, Any]


@pytest.mark.parametrize("text", ["10.0.0.1", "::", "fe80::1", "2001:DB8:0:0::1", "0.0.0.1"])
def test_an_address_is_right(text: str) -> None:
    assert wrong_ip(text, strict=True) is None


@pytest.mark.parametrize("text", ["", "1.2.3", "10.0.0.256", "fe80::1%eth0", "1.2.3.4/8", "a", "٣.1.1.1", "1.2.3.-4"])
def test_what_is_no_address_is_refused_whatever_the_version(text: str) -> None:
    assert wrong_ip(text, strict=True) == wrong_ip(text, strict=False) == "must be a valid IP address"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("010.0.0.1", "must not have leading 0s"),
        ("10.00.0.1", "must not have leading 0s"),
        ("::ffff:1.2.3.4", "must not be an IPv4-mapped IPv6 address"),
    ],
)
def test_an_address_that_can_be_misread_is_refused_where_that_is_strict(text: str, wrong: str) -> None:
    assert wrong_ip(text, strict=False) is None
    assert wrong_ip(text, strict=True) == wrong


@pytest.mark.parametrize("text", ["10.0.0.0/8", "0.0.0.0/0", "2001:DB8::/32", "10.0.0.1/32"])
def test_a_network_is_right(text: str) -> None:
    assert wrong_cidr(text, strict=True) is None


@pytest.mark.parametrize("text", ["10.0.0.0", "10.0.0.0/33", "::/129", "a/8", "10.0.0.0/-1", "10.0.0.0/8/8", "/8"])
def test_what_is_no_network_is_refused_whatever_the_version(text: str) -> None:
    assert (
        wrong_cidr(text, strict=True)
        == wrong_cidr(text, strict=False)
        == "must be a valid CIDR value (e.g. 10.9.8.0/24)"
    )


@pytest.mark.parametrize("text", ["10.0.0.1/8", "010.0.0.0/8", "10.0.0.0/08", "::ffff:1.0.0.0/104"])
def test_a_network_that_can_be_misread_is_refused_where_that_is_strict(text: str) -> None:
    assert wrong_cidr(text, strict=False) is None
    assert wrong_cidr(text, strict=True)


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "::", "169.254.1.1", "fe80::1", "224.0.0.1", "ff02::1"])
def test_an_address_that_is_not_a_services_own_is_special(text: str) -> None:
    assert special_ip(text) is not None
    assert special_ip("10.0.0.1") is special_ip("no address") is None


def annotated(text: str, kind: str = "LoadBalancer") -> Object:
    value = service(f"type: {kind}")
    value["metadata"]["annotations"] = {"service.beta.kubernetes.io/load-balancer-source-ranges": text}
    return value


TAKEN = [
    service("type: LoadBalancer, loadBalancerSourceRanges: [' 10.0.0.0/8 ']"),
    annotated(" 10.0.0.0/8, 11.0.0.0/8 "),
    annotated(""),
    service("clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9]"),
    service("clusterIP: None, clusterIPs: [None]"),
    service("type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 31000"),
    service(name="1a"),
    # A Pod's account is that of serviceAccountName; a time that is negative counts as one second.
    pod("serviceAccountName: a, serviceAccount: b"),
    pod("terminationGracePeriodSeconds: -5"),
    deployment("serviceAccountName: a, serviceAccount: b, terminationGracePeriodSeconds: -1"),
    pod("dnsConfig: {searches: [a__b.example]}"),
]
#: With the place that is told.
WRONG: list[tuple[Object, tuple[str | int, ...]]] = [
    (service("type: LoadBalancer, loadBalancerSourceRanges: [x]"), ("spec", "loadBalancerSourceRanges", 0)),
    (
        annotated("10.0.0.0/8, x"),
        ("metadata", "annotations", "service.beta.kubernetes.io/load-balancer-source-ranges"),
    ),
    (
        annotated("10.0.0.0/8", "ClusterIP"),
        ("metadata", "annotations", "service.beta.kubernetes.io/load-balancer-source-ranges"),
    ),
    (service("externalIPs: [127.0.0.1]"), ("spec", "externalIPs", 0)),
    (service("clusterIP: 10.0.0.9, clusterIPs: [10.0.0.8]"), ("spec", "clusterIPs")),
    (service("clusterIPs: [10.0.0.8]"), ("spec", "clusterIPs")),
    (service("clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9, x]"), ("spec", "clusterIPs", 1)),
    (
        service("type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 99999"),
        ("spec", "healthCheckNodePort"),
    ),
    (service("ipFamilies: [IPv4, IPv4]"), ("spec", "ipFamilies", 1)),
    (service("ipFamilies: ['']"), ("spec", "ipFamilies", 0)),
    (service(name="a.b"), ("metadata", "name")),
    (pod("hostAliases: [{ip: 'fe80::1%eth0', hostnames: [a]}]"), ("spec", "hostAliases", 0, "ip")),
    (pod("dnsConfig: {searches: [a_.example]}"), ("spec", "dnsConfig", "searches", 0)),
    (
        pod(
            "terminationGracePeriodSeconds: -5, "
            "containers: [{name: c, image: i, lifecycle: {preStop: {sleep: {seconds: 3}}}}]"
        ),
        ("spec", "containers", 0, "lifecycle", "preStop", "sleep"),
    ),
]


@pytest.mark.parametrize("value", TAKEN)
def test_a_valid_manifest_passes(value: Object) -> None:
    assert check(value, load()) == []


@pytest.mark.parametrize(("value", "pointer"), WRONG)
def test_a_mistake_is_told_at_its_place(value: Object, pointer: tuple[str | int, ...]) -> None:
    assert [it.pointer for it in check(value, load())] == [pointer]
