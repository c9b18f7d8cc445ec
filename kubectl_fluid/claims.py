"""A Claim: everything that injection needs to know of one PersistentVolumeClaim.

Claims are made by `kubectl_fluid.catalog` (from manifests, a live API server or watches) and read by
`kubectl_fluid.injection`, which does not know where they came from. A claim never changes once it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Object = dict[str, Any]


class Name(NamedTuple):
    """Namespace and name of a namespaced object."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class Problem(NamedTuple):
    """Something that is missing or wrong with the objects behind a claim: a reason code, a sentence, a cure."""

    code: str
    message: str
    hint: str = ""


class FuseTemplate(NamedTuple):
    """What the FUSE DaemonSet contributes to a Pod.

    `container` is the DaemonSet's first container and `volumes` are those of its volumes which that container
    mounts, both as raw JSON that must not be changed. The rest of the DaemonSet's Pod (host network, node selector,
    tolerations) stays behind; `image_pull_secrets` is kept to be able to say so.
    """

    container: Object
    volumes: tuple[Object, ...]
    image_pull_secrets: tuple[str, ...] = ()


class Dataset(NamedTuple):
    """The dataset behind a claim, resolved down to what injection uses.

    `runtime_type` is `status.runtimes[0].type` of the Dataset, e.g. `juicefs`. `fluid_path`, `mount_type` and
    `sub_path` are the CSI volume attributes `fluid_path`, `mount_type` and `fluid_sub_path` of the PersistentVolume
    `<namespace>-<name>`. `cache_node_label` and `fuse_node_label` are the label keys of nodes that hold its cache or
    run its FUSE client; a reference dataset has those of the dataset that it points at. `node_selector` is the
    runtime's `spec.fuse.nodeSelector`, `cache_affinity` its `status.cacheAffinity` (a core/v1 NodeAffinity). `notes`
    are what a person should know before a Pod uses it.
    """

    name: Name
    runtime_type: str
    cache_node_label: str = ""
    fuse_node_label: str = ""
    node_selector: Mapping[str, str] = {}
    fluid_path: str = ""
    mount_type: str = ""
    sub_path: str = ""
    fuse: FuseTemplate | None = None
    metrics_target: str = ""
    cache_affinity: Object | None = None
    notes: tuple[Problem, ...] = ()


class Claim(NamedTuple):
    """One PersistentVolumeClaim that exists.

    `dataset` is None for a claim that has nothing to do with Fluid. `not_ready` says why the Dataset's precheck
    fails (a Pod may skip that check), `broken` why no runtime can be told at all, `no_sidecar` why no sidecar can
    be made (the PersistentVolume or the FUSE DaemonSet is missing, say), which a Pod on a node with the CSI plugin
    does not need.
    """

    name: Name
    dataset: Dataset | None = None
    not_ready: Problem | None = None
    broken: Problem | None = None
    no_sidecar: Problem | None = None


#: Looks a claim up by namespace and name; None when there is no such PersistentVolumeClaim.
Claims = Callable[[str, str], Claim | None]
