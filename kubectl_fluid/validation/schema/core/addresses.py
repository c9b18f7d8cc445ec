"""IP addresses and networks (apimachinery v0.37, pkg/util/validation/ip.go); each rule says what is wrong with a text.

`strict` is the feature StrictIPCIDRValidation: without it, leading zeros are read as decimal numbers, an IPv4 address
may be written as an IPv6 one, and a network may have bits behind its prefix.
"""

from __future__ import annotations

import ipaddress
import re

_ZEROS = re.compile(r"(^|\.)0+(?=[0-9])", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)
_MAPPED = "must not be an IPv4-mapped IPv6 address"
#: Ranges in which no address of a Service may be.
_SPECIAL = {
    "unspecified": ("0.0.0.0/32", "::/128"),
    "in the loopback range": ("127.0.0.0/8", "::1/128"),
    "in the link-local range": ("169.254.0.0/16", "fe80::/10"),
    "in the link-local multicast range": ("224.0.0.0/24", "ff02::/16"),
}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _read(text: str) -> Address | None:
    plain = text if ":" in text else _ZEROS.sub(r"\1", text)
    try:
        return None if "%" in text else ipaddress.ip_address(plain)
    except ValueError:
        return None


def _is_mapped(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None


def wrong_ip(text: str, *, strict: bool) -> str | None:
    """An address."""
    address = _read(text)
    if address is None:
        return "must be a valid IP address"
    if strict and ":" not in text and _ZEROS.search(text):
        return "must not have leading 0s"
    return _MAPPED if strict and _is_mapped(address) else None


def special_ip(text: str) -> str | None:
    """An address, which is none of this machine or network alone."""
    address = _read(text)
    for what, ranges in _SPECIAL.items():
        if address is not None and any(address in ipaddress.ip_network(it) for it in ranges):
            return f"may not be {what}"
    return None


def wrong_cidr(text: str, *, strict: bool) -> str | None:
    """A network: an address and the length of its prefix."""
    start, _, length = text.partition("/")
    address = _read(start)
    if address is None or not _LENGTH.fullmatch(length) or int(length) > address.max_prefixlen:
        return "must be a valid CIDR value (e.g. 10.9.8.0/24)"
    if not strict:
        return None
    if wrong := wrong_ip(start, strict=True):
        return wrong
    if length.startswith("0") and length != "0":
        return "must not have leading 0s"
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    return None if network.network_address == address else "must not have bits set beyond the prefix length"
