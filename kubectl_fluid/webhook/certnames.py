"""Names in a certificate: what can be one, and which stay from one certificate to the next."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from kubectl_fluid.webhook.certs import CertsError, canonical

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_DNS = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*", re.ASCII)
_MAX_DNS = 253
_HINT = "give a DNS name or an IP address, such as localhost, webhook.example.com or 127.0.0.1"
#: What newcomers write, and what they should: the first that is found.
_NEARLY = (
    (re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.*"), "it is a URL", "give its host alone, without scheme, port and path"),
    (re.compile(r"\[.*"), "an address has no brackets here", "leave the brackets out, and the port"),
    (re.compile(r"[^:]*:\d{1,5}"), "there is a port in it", "leave the port out: a certificate is for all of them"),
    (re.compile(r".*[\s,].*"), "there is more than one name in it", "give --name once for each of them"),
    (re.compile(r"(.*\.)?\d+"), "it is no IP address, and no DNS name ends with a number", _HINT),
    (re.compile(r".*\.\Z"), "there is a dot at its end", "leave the dot out"),
    (re.compile(r"(?s:.*)[^\x00-\x7f](?s:.*)"), "it is not ASCII", "write it as DNS does, with xn--"),
)


def checked(name: str) -> str:
    """A name as certificates have it: an IP address in its short form, a DNS name in small letters.

    Raises CertsError, with a cure, for what no client would look for in a certificate.
    """
    what = f"--name {name}"
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return _dns(name, what)
    if getattr(address, "scope_id", None):
        raise CertsError(what, "an address in a certificate has no zone", "leave out % and what follows it")
    return str(address)


def _dns(name: str, what: str) -> str:
    for pattern, why, hint in _NEARLY:
        if pattern.fullmatch(name):
            raise CertsError(what, why, hint)
    if len(name) > _MAX_DNS:
        raise CertsError(what, f"{len(name)} characters are too many for a DNS name", f"{_MAX_DNS} is the limit")
    small = name.lower()
    if not _DNS.fullmatch(small):
        raise CertsError(what, "it is neither a DNS name nor an IP address", _HINT)
    return small


def earlier(wished: Iterable[str], had: frozenset[str]) -> tuple[str, ...]:
    """What the last certificate had and these names have not, in the order of the alphabet."""
    return tuple(sorted(had - set(map(canonical, wished))))
