"""Addresses and the configuration of DNS in a Pod's spec."""

from __future__ import annotations

import re

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.addresses import wrong_ip
from kubectl_fluid.validation.schema.core.at import At

_SEARCH = re.compile(r"_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*", re.ASCII)
_MAX_SERVERS, _MAX_SEARCHES, _MAX_SEARCH = 3, 32, 2048


def check_dns(spec: At) -> None:
    """`dnsConfig`, as `dnsPolicy` wants it."""
    at = spec.child("dnsConfig")
    if spec.text("dnsPolicy") == "None" and not at.get("nameservers"):
        if not spec.has("dnsConfig"):
            spec.required("dnsConfig", "with dnsPolicy: None")
        else:
            at.required("nameservers", "with dnsPolicy: None")
        return
    servers, searches = at.get("nameservers", []), at.get("searches", [])
    if len(servers) > _MAX_SERVERS:
        at.say("nameservers", f"must not have more than {_MAX_SERVERS}")
    for index, address in enumerate(servers):
        check_address(at.child("nameservers"), index, address)
    if len(searches) > _MAX_SEARCHES or len(" ".join(searches)) > _MAX_SEARCH:
        at.say("searches", f"must not have more than {_MAX_SEARCHES} paths or {_MAX_SEARCH} characters")
    for index, search in enumerate(searches):
        if not _is_domain(search, relaxed=at.on("RelaxedDNSSearchValidation")):
            at.say_item("searches", index, f'"{search}" is not a domain')
    for index, option in enumerate(at.items("options")):
        if not option.text("name"):
            at.say_item("options", index, "`name` is required", "FieldValueRequired")


def _is_domain(search: str, *, relaxed: bool) -> bool:
    name = search.removesuffix(".")
    if not relaxed:
        return names.dns_subdomain(name) is None
    return search == "." or (len(name) <= names.SUBDOMAIN_LENGTH and bool(_SEARCH.fullmatch(name)))


def check_address(at: At, key: str | int, text: str) -> None:
    """That the text of a member is an IP address."""
    if wrong := wrong_ip(text, strict=at.on("StrictIPCIDRValidation")):
        at.say(key, f'"{text}": {wrong}')
