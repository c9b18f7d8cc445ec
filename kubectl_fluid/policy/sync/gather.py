"""The cluster as it is now, read once.

Of one namespace, PersistentVolumes are read one by one: they are of no namespace, and most are of no Dataset. So are
objects of other namespaces (a reference dataset points there), as `policy compile` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from kubectl_fluid.catalog.live import LiveObjects
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Absent, Resource, collect
from kubectl_fluid.cluster.parallel import together
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.policy.sync.world import NEEDED, TEMPLATES, Key, World, keeper, resources
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]


def gather(api: Api, namespace: str | None) -> World:
    """Everything in a namespace, or in all where it is None. Raises ClusterError for the first that cannot be read."""
    wishes = {
        kind: partial(_list, api, resource, namespace)
        for kind, resource in resources().items()
        if resource.namespaced or namespace is None
    }
    found = {kind: checked(kind, it) for kind, it in together(wishes).items()}
    return World(namespace, found, LiveObjects(api, namespace or "").get)


def checked(kind: str, found: Mapping[Key, Any] | ClusterError) -> Mapping[Key, Any]:
    """The objects of a kind; none where the cluster does not know it, unless nothing can be done without it."""
    if not isinstance(found, ClusterError):
        return found
    if kind == TEMPLATES.kind and isinstance(found, Absent):
        hint = "install its definition: kubectl apply --server-side -k policies/serverless"
        raise ClusterError(f"kind {kind}", "this cluster does not know it", hint)
    if kind in NEEDED or not isinstance(found, Absent):
        raise found
    return {}


def _list(api: Api, resource: Resource, namespace: str | None) -> dict[Key, Any]:
    take = keeper(resource.kind)
    found, _ = collect(api, resource, namespace, lambda value: (key_of(value), take(value)))
    return {key: value for key, value in found if value is not None}


def key_of(value: Object) -> Key:
    """Namespace ("" where it has none) and name."""
    metadata = mapping(value.get("metadata"))
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or "")
