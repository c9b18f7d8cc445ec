"""What is known of a cluster: the objects that templates are made from, and the templates that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import CLUSTER_SCOPED, WANTED, Get
from kubectl_fluid.catalog.resources import PLURALS, VERSIONS
from kubectl_fluid.catalog.runtimes import KINDS, RUNTIMES
from kubectl_fluid.claims import Claims, Name
from kubectl_fluid.cluster.listing import Resource
from kubectl_fluid.policy import names
from kubectl_fluid.policy.sync.actions import Observed, observed_of
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]
Key = tuple[str, str]

DATASET = "Dataset"
#: What claims are made from; of `catalog`'s kinds all but the one that is only rendered.
READ = ("PersistentVolumeClaim", "PersistentVolume", "DaemonSet", DATASET, *KINDS)
TEMPLATES = Resource(names.TEMPLATE.kind, names.TEMPLATE.group, names.TEMPLATE.version, names.PLURAL)
#: Kinds without which there is nothing to do; a cluster may well not know one of the runtimes.
NEEDED = (DATASET, TEMPLATES.kind)
#: Members of the status that claims are made from. The others change by the minute and would have all made anew.
_STATUS = {DATASET: ("phase", "conditions", "runtimes"), **dict.fromkeys(KINDS, ("cacheAffinity",))}
_METADATA = ("name", "namespace", "labels", "uid")
_CONDITION = ("type", "message")
#: What the names of FUSE DaemonSets end with.
_FUSE = tuple({it.fuse for it in RUNTIMES.values()})


def resources() -> dict[str, Resource]:
    """Kind → where it is, for all that is read; the templates too."""
    found = {
        kind: Resource(
            kind, WANTED[kind], VERSIONS[WANTED[kind]].rpartition("/")[2], PLURALS[kind], kind not in CLUSTER_SCOPED
        )
        for kind in READ
    }
    return {**found, TEMPLATES.kind: TEMPLATES}


def keeper(kind: str) -> Callable[[Object], Any]:
    """What is kept of an object of this kind: all that claims are made from, and nothing that changes besides.

    None of one that no claim is made from.
    """
    return observed_of if kind == TEMPLATES.kind else lambda value: kept(kind, value)


def kept(kind: str, value: Object) -> Object | None:
    """An object without what no claim is made from; None for one that is of no use at all."""
    metadata, status = mapping(value.get("metadata")), mapping(value.get("status"))
    if kind == "DaemonSet" and not str(metadata.get("name")).endswith(_FUSE):
        return None
    made = {key: member for key, member in value.items() if key not in ("metadata", "status")}
    if kind == "PersistentVolume":
        made["spec"] = {
            "csi": {"volumeAttributes": mapping(mapping(value.get("spec")).get("csi")).get("volumeAttributes")}
        }
    made["metadata"] = {key: metadata[key] for key in _METADATA if key in metadata}
    wanted = {key: status[key] for key in _STATUS.get(kind, ()) if key in status}
    if "conditions" in wanted:
        wanted["conditions"] = [{key: it.get(key) for key in _CONDITION} for it in items(wanted["conditions"])]
    return {**made, "status": wanted} if wanted else made


@dataclass(slots=True)
class World:
    """Objects by kind, then by namespace and name. `namespace` None: of all namespaces.

    `elsewhere` is asked for what is not covered by `objects`: other namespaces, kinds that were not listed.
    """

    namespace: str | None
    objects: Mapping[str, Mapping[Key, Any]]
    elsewhere: Get
    _claims: Claims | None = field(default=None, init=False)

    @property
    def claims(self) -> Claims:
        """A lookup of claims; each is made once."""
        if self._claims is None:
            self._claims = claims_from(self.get)
        return self._claims

    @property
    def datasets(self) -> dict[Name, str]:
        """Name → uid of the Datasets."""
        found = self.objects[DATASET].items()
        return {Name(*key): str(mapping(value.get("metadata")).get("uid") or "") for key, value in found}

    @property
    def observed(self) -> dict[Name, Observed]:
        """The templates."""
        return {Name(*key): value for key, value in self.objects[TEMPLATES.kind].items()}

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """One object. Raises ClusterError where `elsewhere` does."""
        scope = "" if kind in CLUSTER_SCOPED else namespace
        covered = kind in self.objects and (not scope or self.namespace in (None, scope))
        if not covered:
            return self.elsewhere(kind, namespace, name)
        found: Object | None = self.objects[kind].get((scope, name))
        return found
