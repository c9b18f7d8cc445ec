"""Where the API server keeps the objects that claims are made from."""

from __future__ import annotations

import re

from kubectl_fluid.catalog.objects import CLUSTER_SCOPED, FLUID_GROUP, WANTED
from kubectl_fluid.catalog.runtimes import KINDS

#: API group → path of the version that is read.
VERSIONS = {"": "/api/v1", "apps": "/apis/apps/v1", FLUID_GROUP: f"/apis/{FLUID_GROUP}/v1alpha1"}
PLURALS: dict[str, str] = {
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "PersistentVolume": "persistentvolumes",
    "DaemonSet": "daemonsets",
    "Dataset": "datasets",
    "ThinRuntimeProfile": "thinruntimeprofiles",
    **{kind: runtime.plural for kind, runtime in KINDS.items()},
}
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")


def path_of(kind: str, namespace: str, name: str) -> str | None:
    """The path of one object; None for a name that no object can have.

    A claim's name comes from somebody's manifest: `../secrets/x` must not become another path. ValueError for a kind
    that claims are not made from, whose objects (Secrets!) are never read.
    """
    if kind not in WANTED:
        raise ValueError(f"objects of kind {kind} are not read from a cluster")
    scope = () if kind in CLUSTER_SCOPED else ("namespaces", namespace)
    if not all(_NAME.fullmatch(part) and ".." not in part for part in (*scope, name)):
        return None
    return "/".join((VERSIONS[WANTED[kind]], *scope, PLURALS[kind], name))


def resource_of(kind: str) -> str:
    """The resource as kubectl takes it: `datasets.data.fluid.io`."""
    return ".".join(part for part in (PLURALS[kind], WANTED[kind]) if part)
