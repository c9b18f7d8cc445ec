"""Who is called by webhook configurations that inject: a Service or a URL, and whom the API server trusts there."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from kubectl_fluid.explanation.hooks import Hook, Whose
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]

CONFIGURATION = "MutatingWebhookConfiguration"
_HTTPS = 443


class Service(NamedTuple):
    """A Service that a webhook names, and its port."""

    namespace: str
    name: str
    port: int


class Address(NamedTuple):
    """A host and port that TLS is spoken with."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """What entries of one configuration call. Neither `service` nor `address` where a URL makes no sense.

    `ca` is the decoded caBundle (b"" without one), None where it is not base64.
    """

    configuration: str
    whose: Whose
    service: Service | None
    address: Address | None
    ca: bytes | None

    @property
    def shown(self) -> str:
        """The place, for people."""
        if self.service is not None:
            return f"Service {self.service.namespace}/{self.service.name}"
        return f"https://{self.address.host}:{self.address.port}" if self.address else "(no place)"


def targets(hooks: Iterable[Hook]) -> tuple[Target, ...]:
    """Each once, of entries that are Fluid's or this program's."""
    injecting = (it for it in hooks if it.injects and it.kind == CONFIGURATION)
    return tuple(dict.fromkeys(_target(it) for it in injecting))


def _target(hook: Hook) -> Target:
    client = mapping(mapping(hook.criteria[0]).get("clientConfig"))
    service = mapping(client.get("service"))
    return Target(
        hook.configuration,
        hook.whose,
        _service(service) if service else None,
        None if service else _address(str(client.get("url") or "")),
        _decoded(client.get("caBundle")),
    )


def _service(value: Object) -> Service:
    port = value.get("port")
    return Service(
        str(value.get("namespace") or ""), str(value.get("name") or ""), port if isinstance(port, int) else _HTTPS
    )


def _address(url: str) -> Address | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError:
        return None
    return Address(parts.hostname, port) if parts.hostname and parts.scheme == "https" else None


def _decoded(text: Any) -> bytes | None:
    if text is None:
        return b""
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        return None
