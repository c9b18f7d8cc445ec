"""All objects of one kind, page by page, as raw JSON; and one object. What cannot be read says why, by type."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, TypeVar
from urllib.parse import quote, urlencode

from kubectl_fluid.cluster.errors import LOG_IN, ClusterError, Unreachable
from kubectl_fluid.cluster.request import Answer, AnswerTooLarge, Api
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]
T = TypeVar("T")

#: Objects of one page, as kubectl's `--chunk-size`. 500 Pods take 4 MB; a page that is larger than
#: `request.MAX_ANSWER` is asked for again with half as many.
PAGE = 500
_OK, _BAD, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _GONE = 200, 400, 401, 403, 404, 410
_BUSY = (429, 503)
_UNWELL = "the server is not well: try again, or see its logs"
_WHO = "is it a Kubernetes API server?"
_MAX_SENTENCE = 300
_RESTARTS = 3


class Forbidden(ClusterError):
    """This user may not read that."""


class Absent(ClusterError):
    """The server does not know the kind: its CRD is not installed, or the server is too old."""


class Misasked(ClusterError):
    """The question makes no sense to the server (400): a selector that is none, mostly."""


class Expired(ClusterError):
    """The server has forgotten the version from which the list or watch was to go on (410 Gone)."""


class Resource(NamedTuple):
    """A kind and where the API server keeps it. `group` is "" for the core group."""

    kind: str
    group: str
    version: str
    plural: str
    namespaced: bool = True

    @property
    def full(self) -> str:
        """As kubectl takes it: `datasets.data.fluid.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The path of the collection (of a namespace, or of all), or of one object.

        Namespace and name come from a person or an object: each stays one segment, whatever is in it.
        """
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{_segment(namespace)}" if self.namespaced and namespace is not None else ""
        return f"{root}{scope}/{self.plural}" + (f"/{_segment(name)}" if name is not None else "")


@dataclass(frozen=True, slots=True)
class Listing:
    """The objects, each with its `apiVersion` and `kind`, and the version from which a watch goes on."""

    items: tuple[Object, ...]
    version: str


def fetch(api: Api, resource: Resource, namespace: str | None, *, labels: str = "", fields: str = "") -> Listing:
    """All objects of a kind in a namespace, or in all where it is None; `labels` and `fields` are selectors.

    Raises Forbidden, Absent, Unreachable, and ClusterError for any other failure. A list whose pages expire midway is
    begun anew.
    """
    found, version = collect(api, resource, namespace, lambda item: item, labels=labels, fields=fields)
    return Listing(tuple(found), version)


def collect(
    api: Api,
    resource: Resource,
    namespace: str | None,
    take: Callable[[Object], T | None],
    *,
    labels: str = "",
    fields: str = "",
) -> tuple[list[T], str]:
    """As `fetch`, but keeps only what `take` makes of each object, page by page; None is left out.

    Twenty thousand Pods would fill a gigabyte.
    """
    for _ in range(_RESTARTS):
        try:
            return _pages(api, resource, namespace, take, labels, fields)
        except Expired:
            continue
    return _pages(api, resource, namespace, take, labels, fields)


def read(api: Api, resource: Resource, namespace: str | None, name: str) -> Object | None:
    """One object, or None when it does not exist. Raises as `fetch` does."""
    _refuse_secrets(resource)
    answer = api.read(resource.path(namespace, name))
    value = _json(answer.body)
    if answer.status == _NOT_FOUND and mapping(mapping(value).get("details")).get("name") == name:
        return None
    if answer.status != _OK:
        refuse(answer, api.shown, resource, "get", namespace)
    found = _with_kind(_object(value, api), resource)
    if found["kind"] != resource.kind or mapping(found.get("metadata")).get("name") != name:
        raise ClusterError(api.shown, f"its answer is not the {resource.kind} that was asked for", _WHO)
    return found


def refuse(answer: Answer, server: str, resource: Resource, verb: str, namespace: str | None) -> NoReturn:
    """Raise what an answer that is no success means. `verb` is RBAC's: get, list, watch."""
    status = mapping(_json(answer.body))
    where = "" if not resource.namespaced else f" -n {namespace}" if namespace is not None else " -A"
    if answer.status == _UNAUTHORIZED:
        raise Unreachable(server, "it does not accept the credentials of this kubeconfig", LOG_IN)
    if answer.status == _FORBIDDEN:
        asked = f"{verb} {resource.full}{where}"
        raise Forbidden(server, f"this user may not {asked}", f"`kubectl auth can-i {asked}` must say yes")
    if answer.status == _NOT_FOUND:
        raise Absent(server, f"it knows no {resource.full}", "is what defines them installed? `kubectl api-resources`")
    if answer.status == _GONE:
        raise Expired(server, "the list changed while it was read")
    said = " ".join(str(status.get("message") or "").split())[:_MAX_SENTENCE]
    if answer.status == _BAD and said:
        raise Misasked(server, said)
    cure = "the server is busy: try again later" if answer.status in _BUSY else _WHO if not status else _UNWELL
    raise ClusterError(server, f"HTTP {answer.status} instead of {resource.full}" + (said and f": {said}"), cure)


def _pages(
    api: Api, resource: Resource, namespace: str | None, take: Callable[[Object], T | None], labels: str, fields: str
) -> tuple[list[T], str]:
    _refuse_secrets(resource)
    found: list[T] = []
    query: dict[str, Any] = {"limit": PAGE, "labelSelector": labels, "fieldSelector": fields}
    while True:
        wanted = urlencode({key: value for key, value in query.items() if value})
        try:
            answer = api.read(f"{resource.path(namespace)}?{wanted}")
        except AnswerTooLarge:
            if query["limit"] == 1:
                raise
            query["limit"] //= 2
            continue
        if answer.status != _OK:
            refuse(answer, api.shown, resource, "list", namespace)
        page = _object(_json(answer.body), api)
        if not isinstance(page.get("items", 0), list | None):
            raise ClusterError(api.shown, f"its answer is no list of {resource.full}", _WHO)
        taken = (take(_with_kind(item, resource)) for item in items(page.get("items")))
        found += (it for it in taken if it is not None)
        metadata = mapping(page.get("metadata"))
        following = metadata.get("continue")
        if not isinstance(following, str) or not following:
            return found, str(metadata.get("resourceVersion") or "")
        if following == query.get("continue"):
            raise ClusterError(api.shown, f"its list of {resource.full} does not end: a page follows itself", _WHO)
        query["continue"] = following


def _with_kind(item: Object, resource: Resource) -> Object:
    """Members of a core list name neither their kind nor its version."""
    version = f"{resource.group}/{resource.version}" if resource.group else resource.version
    return {"apiVersion": version, "kind": resource.kind, **item}


def _object(value: Any, api: Api) -> Object:
    if not isinstance(value, dict):
        raise ClusterError(api.shown, "its answer is not JSON", _WHO)
    return value


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _segment(text: str) -> str:
    """One segment of a path: dots alone would leave it."""
    return quote(text, safe="") if text.strip(".") else quote(text, safe="").replace(".", "%2E")


def _refuse_secrets(resource: Resource) -> None:
    if resource.plural == "secrets":
        raise ValueError("Secrets are not read from a cluster")
