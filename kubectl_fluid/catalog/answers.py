"""What an API server's answer says about the object that was asked for. Raw JSON: unknown fields survive."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from kubectl_fluid.catalog.objects import CLUSTER_SCOPED, FLUID_GROUP, WANTED
from kubectl_fluid.catalog.resources import PLURALS, resource_of
from kubectl_fluid.cluster.errors import LOG_IN, ClusterError, Unreachable
from kubectl_fluid.cluster.request import Answer
from kubectl_fluid.manifests.limits import MAX_DEPTH
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]

_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_MAX_SENTENCE = 300
#: Ends hints; for verbs that have the option.
OR_OBJECTS = "; or give the objects with --objects"


class UnknownResource(Exception):
    """The server does not know Fluid's kind: its CRD is not installed."""


def object_in(answer: Answer, server: str, kind: str, namespace: str, name: str) -> Object | None:
    """The object, or None when it does not exist.

    Raises UnknownResource for a kind of Fluid's that the server does not know, and ClusterError for all other answers.
    `server` is how errors call it.
    """
    value = _json(answer.body)
    if answer.status == _OK:
        return _checked(value, server, kind, name)
    status = mapping(value) if mapping(value).get("kind") == "Status" else {}
    details = mapping(status.get("details"))
    if answer.status == _NOT_FOUND:
        if status.get("reason") == "NotFound" and details.get("name") == name:
            return None
        if WANTED[kind] == FLUID_GROUP:
            raise UnknownResource
        raise ClusterError(server, f"it knows no {resource_of(kind)}", "is it a Kubernetes API server?")
    if answer.status == _UNAUTHORIZED:
        raise Unreachable(server, "it does not accept the credentials of this kubeconfig", LOG_IN)
    if answer.status == _FORBIDDEN:
        _forbid(status, details, server, kind, namespace, name)
    said = " ".join(str(status.get("message") or "").split())[:_MAX_SENTENCE]
    raise ClusterError(server, f"HTTP {answer.status} instead of {resource_of(kind)} {name}" + (said and f": {said}"))


def _forbid(status: Object, details: Object, server: str, kind: str, namespace: str, name: str) -> NoReturn:
    if status.get("reason") != "Forbidden":
        raise ClusterError(server, "HTTP 403, but not from a Kubernetes API server", "is there a proxy in between?")
    if details.get("kind") not in (None, PLURALS[kind]):
        whom = f"{details.get('kind')} {details.get('name')}"
        raise ClusterError(server, f"this user may not impersonate {whom}", "see --as and --as-group")
    where = "" if kind in CLUSTER_SCOPED else f" -n {namespace}"
    wish = f"get {resource_of(kind)}{where}"
    raise ClusterError(
        server,
        f"this user may not get {resource_of(kind)} {f'{namespace}/' if where else ''}{name}",
        f"`kubectl auth can-i {wish}` must say yes{OR_OBJECTS}",
    )


def _checked(value: Any, server: str, kind: str, name: str) -> Object:
    found = mapping(value)
    metadata = mapping(found.get("metadata"))
    if found.get("kind") != kind or metadata.get("name") != name or _too_deep(found):
        raise ClusterError(
            server, f"its answer is not the {kind} {name} that was asked for", "is it a Kubernetes API server?"
        )
    return found


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        ]
        if not level:
            return False
    return True
