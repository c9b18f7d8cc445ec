"""Objects by kind, namespace and name: the ground that claims are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kubectl_fluid.catalog.runtimes import KINDS
from kubectl_fluid.claims import Name

Object = dict[str, Any]

#: Reads one object; namespace "" for kinds without one. None when it does not exist.
Get = Callable[[str, str, str], Object | None]

FLUID_GROUP = "data.fluid.io"
#: Kind → API group of what claims are made from.
WANTED: dict[str, str] = {
    "PersistentVolumeClaim": "",
    "PersistentVolume": "",
    "DaemonSet": "apps",
    "Dataset": FLUID_GROUP,
    "ThinRuntimeProfile": FLUID_GROUP,
    **dict.fromkeys(KINDS, FLUID_GROUP),
}
#: Only names of these are remembered, of those in files; none is ever read from a cluster.
NAMED_ONLY = "Secret"
CLUSTER_SCOPED = frozenset({"PersistentVolume", "ThinRuntimeProfile"})


def wanted(kind: str) -> bool:
    """Whether claims are made from objects of this kind."""
    return kind in WANTED


class ObjectStore:
    """Objects of the wanted kinds, the last one of a name winning; all others are passed over.

    `namespace` is that of objects which name none. Members of a `List` are taken one by one. Of Secrets only the names
    are kept, in `secrets`.
    """

    def __init__(self, namespace: str = "default") -> None:
        self.namespace = namespace
        self.secrets: set[Name] = set()
        self._objects: dict[tuple[str, str, str], Object] = {}

    def add(self, value: Any) -> None:
        """Takes an object, or a list's members, if it is of use; anything else is ignored."""
        for item in _members(value):
            metadata = item.get("metadata")
            kind = item.get("kind")
            if not isinstance(kind, str) or not isinstance(metadata, dict) or kind not in (*WANTED, NAMED_ONLY):
                continue
            group = str(item.get("apiVersion") or "").rpartition("/")[0]
            name, namespace = metadata.get("name"), metadata.get("namespace") or self.namespace
            if group != WANTED.get(kind, "") or not isinstance(name, str) or not isinstance(namespace, str):
                continue
            if kind == NAMED_ONLY:
                self.secrets.add(Name(namespace, name))
            else:
                self._objects[kind, "" if kind in CLUSTER_SCOPED else namespace, name] = item

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object of that name, None when it is not here."""
        return self._objects.get((kind, "" if kind in CLUSTER_SCOPED else namespace, name))

    def __len__(self) -> int:
        return len(self._objects)


def _members(value: Any, depth: int = 0) -> Iterator[Object]:
    if not isinstance(value, dict):
        return
    items = value.get("items")
    if str(value.get("kind", "")).endswith("List") and isinstance(items, list) and depth < 3:  # noqa: PLR2004
        for item in items:
            yield from _members(item, depth + 1)
    else:
        yield value


def first_of(*sources: Get) -> Get:
    """Asks several sources in turn; the first that has the object answers."""

    def get(kind: str, namespace: str, name: str) -> Object | None:
        for source in sources:
            found = source(kind, namespace, name)
            if found is not None:
                return found
        return None

    return get
