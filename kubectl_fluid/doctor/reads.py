"""What is read of a cluster, all at once. Nothing is written, and no Secret is read.

A ClusterError stands for what could not be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Absent, Forbidden, Resource, collect, read, refuse
from kubectl_fluid.cluster.parallel import together
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.doctor import behind, bundle, handshake, review, rights
from kubectl_fluid.doctor.conflicts import labels_by_name
from kubectl_fluid.doctor.crds import schema_of
from kubectl_fluid.doctor.install import Controller, controller
from kubectl_fluid.doctor.kinds import (
    ACTING,
    ADMISSION_PATHS,
    CONTROL_PLANE,
    CONTROLLERS,
    DEFINITIONS,
    DEPLOYMENTS,
    FLUID_NAMESPACE,
    FLUID_PATH,
    NAMESPACES,
    NODES,
    TEMPLATES_PATH,
    VIRTUAL,
    VIRTUAL_TAINT,
)
from kubectl_fluid.doctor.reach import User
from kubectl_fluid.doctor.targets import Target
from kubectl_fluid.doctor.versions import Node
from kubectl_fluid.doctor.webhooks import MAX_TARGETS, Seen
from kubectl_fluid.explanation.selectors import Labels
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]
Wishes = dict[tuple[str, Any], Callable[[], Any]]

_GROUP = "data.fluid.io"
_OK = 200


@dataclass(slots=True)
class Sight:
    """What was read, as far as it was wanted.

    `place` is the namespace, None where there is none. `acting` are lists of `kinds.ACTING`, `served` plurals by path.
    """

    user: User | ClusterError | None = None
    place: Object | ClusterError | None = None
    nodes: list[Node] | ClusterError = field(default_factory=list)
    controllers: list[Controller] | ClusterError = field(default_factory=list)
    namespaces: dict[str, Labels] | ClusterError = field(default_factory=dict)
    served: dict[str, frozenset[str] | ClusterError] = field(default_factory=dict)
    schemas: dict[str, Object | ClusterError | None] = field(default_factory=dict)
    acting: dict[str, list[Object] | ClusterError] = field(default_factory=dict)
    rights: dict[rights.Right, bool | ClusterError] = field(default_factory=dict)

    def put(self, part: str, key: Any, value: Any) -> None:
        """Keep one answer: `key` is None for a part that has one only."""
        if key is None:
            setattr(self, part, value)
        else:
            getattr(self, part)[key] = value


def look(api: Api, categories: Collection[str], namespace: str | None) -> Sight:
    """Everything that the checks of these categories go by. Rights are those in the namespace, or (None) in all."""
    wishes: Wishes = {}
    for category, wish in _WISHES.items():
        if category in categories:
            wishes |= wish(api, namespace)
    sight = Sight()
    for (part, key), value in together(wishes).items():
        sight.put(part, key, value)
    if any(isinstance(it, Forbidden) for it in sight.schemas.values()):
        sight.schemas = published(api)
    return sight


def _cluster(api: Api, namespace: str | None) -> Wishes:
    wishes: Wishes = {("user", None): partial(review.who, api)}
    if namespace is not None:
        wishes[("place", None)] = partial(read, api, NAMESPACES, None, namespace)
    return wishes


def _kubernetes(api: Api, _namespace: str | None) -> Wishes:
    return {("nodes", None): partial(_nodes, api)} | _served(api, *ADMISSION_PATHS)


def _fluid(api: Api, _namespace: str | None) -> Wishes:
    return {("controllers", None): partial(_controllers, api)}


def _crds(api: Api, _namespace: str | None) -> Wishes:
    wishes: Wishes = {("schemas", kind): partial(_schema, api, plural) for kind, plural in bundle.plurals().items()}
    return wishes | _served(api, FLUID_PATH)


def _webhook(api: Api, _namespace: str | None) -> Wishes:
    return {("namespaces", None): partial(_namespaces, api)} | _acting(api, "webhooks", "policies", "bindings")


def _policies(api: Api, _namespace: str | None) -> Wishes:
    return _acting(api, *ACTING) | _served(api, TEMPLATES_PATH)


def _permissions(api: Api, namespace: str | None) -> Wishes:
    return {("rights", it): partial(review.allowed, api, it, namespace) for it in rights.all_of_them()}


_WISHES: Mapping[str, Callable[[Api, str | None], Wishes]] = {
    "cluster": _cluster,
    "kubernetes": _kubernetes,
    "fluid": _fluid,
    "crds": _crds,
    "webhook": _webhook,
    "policies": _policies,
    "permissions": _permissions,
}


def _served(api: Api, *paths: str) -> Wishes:
    return {("served", path): partial(plurals_at, api, path) for path in paths}


def _acting(api: Api, *lists: str) -> Wishes:
    return {("acting", name): partial(_all_of, api, ACTING[name]) for name in lists}


def plurals_at(api: Api, path: str) -> frozenset[str]:
    """What is served at a group and version, by discovery; nothing where the server does not know it."""
    answer = api.read(path)
    try:
        if answer.status != _OK:
            refuse(answer, api.shown, Resource("", "", "", path, namespaced=False), "get", None)
        found = items(mapping(json.loads(answer.body)).get("resources"))
    except Absent:
        return frozenset()
    except (ValueError, RecursionError):
        raise ClusterError(api.shown, "its answer is not JSON", "is it a Kubernetes API server?") from None
    return frozenset(str(it.get("name")) for it in found)


def _all_of(api: Api, versions: tuple[Resource, ...]) -> list[Object]:
    """All objects of a kind; a cluster that does not know it has none."""
    for resource in versions:
        try:
            return collect(api, resource, None, lambda it: it)[0]
        except Absent:
            continue
    return []


def _nodes(api: Api) -> list[Node]:
    def take(value: Object) -> Node:
        metadata, info = mapping(value.get("metadata")), mapping(mapping(value.get("status")).get("nodeInfo"))
        taints = {it.get("key") for it in items(mapping(value.get("spec")).get("taints"))}
        virtual = mapping(metadata.get("labels")).get("type") == VIRTUAL or VIRTUAL_TAINT in taints
        return Node(str(metadata.get("name")), str(info.get("kubeletVersion") or ""), virtual)

    return collect(api, NODES, None, take)[0]


def _controllers(api: Api) -> list[Controller]:
    """Those of all namespaces; where only a namespace may be read, those of the usual one."""
    labels = f"{CONTROL_PLANE} in ({','.join(CONTROLLERS)})"
    try:
        return collect(api, DEPLOYMENTS, None, controller, labels=labels)[0]
    except Forbidden as everywhere:
        try:
            return collect(api, DEPLOYMENTS, FLUID_NAMESPACE, controller, labels=labels)[0]
        except Forbidden:
            raise everywhere from None


def _namespaces(api: Api) -> dict[str, Labels]:
    def take(value: Object) -> tuple[str, Object]:
        metadata = mapping(value.get("metadata"))
        return str(metadata.get("name")), mapping(metadata.get("labels"))

    return dict(labels_by_name(collect(api, NAMESPACES, None, take)[0]))


def _schema(api: Api, plural: str) -> Object | None:
    return schema_of(read(api, DEFINITIONS, None, f"{plural}.{_GROUP}"))


def published(api: Api) -> dict[str, Object | ClusterError | None]:
    """The schemas as the server publishes them (OpenAPI v3), which everybody may read, by kind."""
    kinds = bundle.plurals()
    try:
        answer = api.read(f"/openapi/v3{FLUID_PATH}")
        if answer.status != _OK:
            refuse(answer, api.shown, Resource("", "", "", FLUID_PATH, namespaced=False), "get", None)
        found = mapping(mapping(mapping(json.loads(answer.body)).get("components")).get("schemas"))
    except Absent:
        return dict.fromkeys(kinds)
    except ClusterError as error:
        return dict.fromkeys(kinds, error)
    except (ValueError, RecursionError):
        return dict.fromkeys(kinds, ClusterError(api.shown, "its answer is not JSON"))
    schemas: dict[str, Object | ClusterError | None] = dict.fromkeys(kinds)
    for schema in map(mapping, found.values()):
        for gvk in items(schema.get("x-kubernetes-group-version-kind")):
            if gvk.get("kind") in kinds and gvk.get("group") == _GROUP:
                schemas[str(gvk["kind"])] = schema
    return schemas


def reach(api: Api, targets: tuple[Target, ...]) -> dict[Target, Seen]:
    """What is found at each target: behind its Service, or what it shows at its URL."""
    found: dict[Target, Any] = together({it: partial(_reach, api, it) for it in targets[:MAX_TARGETS]})
    return found


def _reach(api: Api, target: Target) -> Seen:
    if target.service is not None:
        return behind.look(api, target.service)
    if target.address is None:
        return handshake.NotReached("its URL makes no sense")
    return handshake.shake(target.address, target.ca or b"", api.timeout)
