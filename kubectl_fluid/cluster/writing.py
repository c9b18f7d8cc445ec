"""Server-side apply and deletion: what this program writes to a cluster. Both may be repeated without harm.

Facts (Kubernetes 1.37, seen on a real API server): an apply that changes nothing leaves the object's resourceVersion
as it is; one that makes the object needs the rights `create` and `patch`; a field that the kind's schema does not
have is refused, also in a dry run.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlencode

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Resource, refuse
from kubectl_fluid.cluster.request import Answer, Api
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]

#: JSON is YAML too.
APPLY = "application/apply-patch+yaml"
_JSON = "application/json"
_OK, _CREATED, _ACCEPTED, _FORBIDDEN, _NOT_FOUND, _CONFLICT = 200, 201, 202, 403, 404, 409
#: What the server says of an object rather than of its user: 500 is what a field that no schema has is answered with.
_ABOUT_THE_OBJECT = (400, 413, 422, 500)
#: How often an apply is tried that meets another one of the same object.
_ATTEMPTS = 4
_MAX_SENTENCE = 500


class Refused(ClusterError):
    """The server does not take this object, from nobody: its schema or an admission policy says no."""


class Applied(NamedTuple):
    """The object as it is now, and whether it is a new one."""

    value: Object
    created: bool


class Seen(NamedTuple):
    """Which object, and in which of its versions."""

    uid: str
    version: str


def apply(api: Api, resource: Resource, value: Object, *, manager: str, dry_run: bool = False) -> Applied:
    """Server-side apply: the fields of `value` become what it says and `manager`'s, whoever had them; others stay.

    Raises Refused; Forbidden, Absent, Unreachable and ClusterError as `listing.fetch` does.
    """
    metadata = value["metadata"]
    query = {"fieldManager": manager, "force": "true", "fieldValidation": "Strict"}
    if dry_run:
        query["dryRun"] = "All"
    path = f"{resource.path(metadata['namespace'], metadata['name'])}?{urlencode(query)}"
    body = json.dumps(value).encode()
    for _ in range(_ATTEMPTS):
        answer = api.write("PATCH", path, body, APPLY)
        if answer.status != _CONFLICT:
            break
    if answer.status not in (_OK, _CREATED):
        _refuse(answer, api, resource, "patch", metadata["namespace"])
    return Applied(_object(answer), created=answer.status == _CREATED)


def delete(api: Api, resource: Resource, namespace: str, name: str, seen: Seen, *, dry_run: bool = False) -> bool:
    """Delete the object as it was seen; False where it is gone, or is another one by now. Raises as `apply` does."""
    options: Object = {"apiVersion": "v1", "kind": "DeleteOptions"}
    options["preconditions"] = {"uid": seen.uid, "resourceVersion": seen.version}
    if dry_run:  # in the path it would not count: with a body, that is all the server reads
        options["dryRun"] = ["All"]
    answer = api.write("DELETE", resource.path(namespace, name), json.dumps(options).encode(), _JSON)
    gone = answer.status == _NOT_FOUND and _details(answer).get("name") == name
    if gone or answer.status == _CONFLICT:
        return False
    if answer.status not in (_OK, _ACCEPTED):
        _refuse(answer, api, resource, "delete", namespace)
    return True


def _refuse(answer: Answer, api: Api, resource: Resource, verb: str, namespace: str) -> NoReturn:
    """A 403 is about the user only where it is RBAC's; admission policies and ending namespaces give it too."""
    status = _object(answer)
    said = " ".join(str(status.get("message") or "").split())[:_MAX_SENTENCE]
    rights = answer.status == _FORBIDDEN and f" cannot {verb} resource " not in said and " cannot create " not in said
    no_namespace = answer.status == _NOT_FOUND and _details(answer).get("kind") == "namespaces"
    if said and (rights or no_namespace or answer.status in _ABOUT_THE_OBJECT):
        raise Refused(api.shown, f"it does not take this {resource.kind}: {said}")
    if answer.status == _FORBIDDEN and " cannot create " in said:
        verb = "create"
    refuse(answer, api.shown, resource, verb, namespace)


def _details(answer: Answer) -> Object:
    return mapping(_object(answer).get("details"))


def _object(answer: Answer) -> Object:
    try:
        return mapping(json.loads(answer.body))
    except (ValueError, RecursionError):
        return {}
