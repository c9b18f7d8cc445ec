"""The objects that watches have brought, and the claims made of them: each once, and again when an object changes.

What a claim is made of is seen by letting `catalog` make it: every object that it asks for on the way, found or not,
is one on which the claim depends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubectl_fluid.catalog.build import claim_of, dataset_of
from kubectl_fluid.catalog.objects import CLUSTER_SCOPED
from kubectl_fluid.claims import Claim
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]
#: Kind, namespace ("" for kinds without one), name.
Key = tuple[str, str, str]
Named = tuple[str, str]

CLAIM = "PersistentVolumeClaim"
#: Members of each object's metadata, and of some kinds, that no claim is made of and that change all the time.
_UNREAD_METADATA = frozenset({"managedFields", "resourceVersion", "generation", "creationTimestamp", "selfLink"})
_WITHOUT_STATUS = frozenset({"DaemonSet", CLAIM, "PersistentVolume"})


class Store:
    """Objects by kind, namespace and name, and claims by namespace and name. For one thread."""

    def __init__(self) -> None:
        self._objects: dict[Key, Object] = {}
        self._claims: dict[Named, Claim | None] = {}
        self._needs: dict[Named, frozenset[Key]] = {}
        self._needed_by: dict[Key, set[Named]] = {}
        self._stale: dict[Named, Claim | None] = {}
        self.made = 0

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object, as far as it is kept."""
        return self._objects.get((kind, "" if kind in CLUSTER_SCOPED else namespace, name))

    def claim(self, namespace: str, name: str) -> Claim | None:
        """The claim of that name; None when there is no such PersistentVolumeClaim."""
        named = (namespace, name)
        claim = self._claims.get(named)
        if claim is None and named not in self._claims and (CLAIM, namespace, name) in self._objects:
            claim = self._make(named)
        return claim

    def put(self, kind: str, value: Object) -> None:
        """Take an object that is new, or newer than the one that is here."""
        key = key_of(kind, value)
        if key is not None:
            kept = trimmed(kind, value)
            if self._objects.get(key) != kept:
                self._objects[key] = kept
                self._changed(key)

    def remove(self, kind: str, value: Object) -> None:
        """Forget an object."""
        key = key_of(kind, value)
        if key is not None and self._objects.pop(key, None) is not None:
            self._changed(key)

    def replace(self, kind: str, values: Iterable[Object]) -> None:
        """Take these objects for all that there are of a kind."""
        found = {key: value for value in values if (key := key_of(kind, value)) is not None}
        for key in [key for key in self._objects if key[0] == kind and key not in found]:
            del self._objects[key]
            self._changed(key)
        for value in found.values():
            self.put(kind, value)

    def refresh(self) -> None:
        """Make all claims of datasets that are not made yet, so that no request has to."""
        for key in [key for key in self._objects if key[0] == CLAIM]:
            named = key[1:]
            if named not in self._claims and (
                named in self._stale or dataset_of(self._objects[key], key[2]) is not None
            ):
                self._make(named)
        self._stale = {named: claim for named, claim in self._stale.items() if (CLAIM, *named) in self._objects}

    def count(self, kind: str) -> int:
        """Number of objects of a kind."""
        return sum(1 for key in self._objects if key[0] == kind)

    def _make(self, named: Named) -> Claim | None:
        needs: set[Key] = set()

        def get(kind: str, namespace: str, name: str) -> Object | None:
            key = (kind, "" if kind in CLUSTER_SCOPED else namespace, name)
            needs.add(key)
            return self._objects.get(key)

        claim = claim_of(get, *named)
        self.made += 1
        before = self._stale.pop(named, None)
        if before is not None and before == claim:
            claim = before  # answers that rest on it still hold
        self._claims[named] = claim
        self._needs[named] = frozenset(needs)
        for key in needs:
            self._needed_by.setdefault(key, set()).add(named)
        return claim

    def _changed(self, key: Key) -> None:
        for named in self._needed_by.pop(key, ()):
            claim = self._claims.pop(named, None)
            if claim is not None:
                self._stale[named] = claim
            for other in self._needs.pop(named, ()):
                users = self._needed_by.get(other)
                if users is not None:
                    users.discard(named)
                    if not users:
                        del self._needed_by[other]


def key_of(kind: str, value: Any) -> Key | None:
    """The key of an object; None for what is no object."""
    metadata = mapping(mapping(value).get("metadata"))
    name, namespace = metadata.get("name"), metadata.get("namespace") or ""
    if not isinstance(name, str) or not isinstance(namespace, str) or not name:
        return None
    return (kind, "" if kind in CLUSTER_SCOPED else namespace, name)


def trimmed(kind: str, value: Object) -> Object:
    """The object without what no claim is made of: that is most of it, and changes by the minute."""
    metadata = {key: member for key, member in mapping(value.get("metadata")).items() if key not in _UNREAD_METADATA}
    annotations = metadata.get("annotations")
    if isinstance(annotations, Mapping):
        metadata["annotations"] = {key: text for key, text in annotations.items() if "last-applied" not in key}
    kept = {key: member for key, member in value.items() if not (key == "status" and kind in _WITHOUT_STATUS)}
    return {**kept, "kind": kind, "metadata": metadata}
