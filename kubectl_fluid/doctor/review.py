"""Reviews: what the API server says of the person who asks. It answers these questions and keeps nothing."""

from __future__ import annotations

import json
from typing import Any

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Absent, Forbidden
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.doctor.reach import User
from kubectl_fluid.doctor.rights import Right
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]

ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_CREATED, _FORBIDDEN, _NOT_FOUND = 201, 403, 404


def allowed(api: Api, right: Right, namespace: str | None) -> bool:
    """Whether this user has a right, in a namespace or (None) in all. Raises ClusterError."""
    attributes = {"verb": right.verb, "group": right.group, "resource": right.resource}
    if right.namespaced and namespace is not None:
        attributes["namespace"] = namespace
    said = _ask(api, ACCESS, "authorization.k8s.io/v1", {"resourceAttributes": attributes})
    return said.get("allowed") is True


def who(api: Api) -> User:
    """As whom the server knows this user. Raises ClusterError, Absent before Kubernetes 1.28."""
    info = mapping(_ask(api, WHO, "authentication.k8s.io/v1", None).get("userInfo"))
    groups = info.get("groups")
    found = tuple(str(it) for it in groups) if isinstance(groups, list) else ()
    return User(str(info.get("username") or ""), tuple(it for it in found if it != "system:authenticated"))


def _ask(api: Api, path: str, version: str, spec: Object | None) -> Object:
    """The `status` of a review."""
    kind = "SelfSubjectAccessReview" if path == ACCESS else "SelfSubjectReview"
    question = {"apiVersion": version, "kind": kind, **({} if spec is None else {"spec": spec})}
    answer = api.write("POST", path, json.dumps(question).encode(), "application/json")
    if answer.status == _FORBIDDEN:
        raise Forbidden(api.shown, f"this user may not create a {kind}", "is the role system:basic-user still there?")
    if answer.status == _NOT_FOUND:
        raise Absent(api.shown, f"the API server knows no {kind}", "is it a Kubernetes API server?")
    if answer.status != _CREATED:
        raise ClusterError(api.shown, f"HTTP {answer.status} instead of a {kind}")
    try:
        return mapping(mapping(json.loads(answer.body)).get("status"))
    except (ValueError, RecursionError):
        raise ClusterError(api.shown, "its answer is not JSON", "is it a Kubernetes API server?") from None
