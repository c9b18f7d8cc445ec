"""The objects of all documents of a run, for rules that look at one in the light of others."""

from __future__ import annotations

import marshal
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.rules.index import Index
from kubectl_fluid.validation.rules.read import Object, mapping
from kubectl_fluid.validation.rules.store import Store
from kubectl_fluid.validation.rules.subject import CLUSTER_WIDE, RUNTIMES, Get, Key, Subject, Where, subject_of

#: Kinds that are looked for by name in all namespaces.
_ANYWHERE = ("Dataset", "Secret")
#: Answers about names that are kept; then they are forgotten, and worked out again when asked for.
_ANSWERS = 1024
_SIZE = 4


class Kept(NamedTuple):
    """An object as it waits for the others: `key` where it is looked up by name, and its record (`marshal`)."""

    key: Key | None
    where: Where
    data: bytes


class _Head(NamedTuple):
    """What stands before an object's record.

    `doubled`: its input has an object of its name before it. `before` is the place of the last object of its kind and
    name, in whatever namespace; -1 where there is none.
    """

    key: Key | None
    where: Where
    doubled: bool
    before: int


def kept(subject: Subject) -> Kept:
    """What has to be known of an object when all documents have been seen."""
    data = marshal.dumps((_reduced(subject), subject.pointer))
    return Kept(subject.key if subject.kind else None, subject.where, data)


@dataclass
class World:
    """The objects of all documents, and behind them the cluster's (`lookup`, of the kinds `readable`), if there is one.

    Objects lie in a temporary file when they are many; memory has some bytes of each name.
    """

    namespace: str = "default"
    lookup: Get | None = None
    readable: Collection[str] = ()
    memo: dict[Any, Any] = field(default_factory=dict)
    _store: Store = field(default_factory=Store)

    def __post_init__(self) -> None:
        self._places = Index(self._is_at)
        self._last = Index(self._is_named)
        self._runtimes = Index(self._is_runtime)
        self._in_namespaces: dict[tuple[str, str], list[str]] = {}

    def sure(self, kind: str) -> bool:
        """Whether an object of this kind that is not found is certain not to exist."""
        return self.lookup is not None and kind in self.readable

    def keep(self, one: Kept) -> None:
        """Remember an object for those that are looked at later; the last one of a name is found by it."""
        key, doubled, before = one.key, False, -1
        if key is not None:
            earlier = self._places.get(key) if key.name else None
            doubled = earlier is not None and self._head(self._store.read(earlier)).where.input == one.where.input
            if key.kind in _ANYWHERE:
                last = self._last.get((key.kind, key.name))
                before = -1 if last is None else last
        head = marshal.dumps((None if key is None else tuple(key), tuple(one.where), doubled, before))
        place = self._store.add(len(head).to_bytes(_SIZE, "big") + head + one.data)
        if key is not None:
            self._places.put(key, place)
            if key.kind in RUNTIMES:
                self._runtimes.put(key[1:], place)
            if key.kind in _ANYWHERE:
                self._last.put((key.kind, key.name), place)

    def find(self, kind: str, namespace: str, name: str) -> Object | None:
        """An object of the documents, else of the cluster."""
        found = self.own(kind, namespace, name)
        if found is None and self.lookup is not None and kind in self.readable and name:
            found = self.lookup(kind, namespace, name)
        return found

    def own(self, kind: str, namespace: str, name: str) -> Object | None:
        """An object of the documents."""
        place = self._places.get(Key(kind, "" if kind in CLUSTER_WIDE else namespace, name))
        if place is None:
            return None
        value: Object = _body(self._store.read(place))[0]
        return value

    def has(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the documents hold an object of this name; cheaper than `own`."""
        return self._places.get(Key(kind, "" if kind in CLUSTER_WIDE else namespace, name)) is not None

    def has_runtime(self, namespace: str, name: str) -> bool:
        """Whether the documents hold a runtime of this name, of whatever kind."""
        return self._runtimes.get((namespace, name)) is not None

    def runtime(self, namespace: str, name: str) -> tuple[str, Object] | None:
        """Kind and object of the runtime of a Dataset: that of the documents, else of the cluster."""
        for kind in RUNTIMES if self.has_runtime(namespace, name) else ():
            if self._places.get(Key(kind, namespace, name)) is not None:
                found = self.own(kind, namespace, name)
                return None if found is None else (kind, found)
        for kind in RUNTIMES if self.lookup is not None else ():
            found = self.find(kind, namespace, name)
            if found is not None:
                return kind, found
        return None

    def keys(self, *kinds: str) -> Iterator[Key]:
        """The names of all objects of these kinds in the documents, each once, in their order."""
        for place, record in self._store:
            key = self._head(record).key
            if key is not None and key.kind in kinds and self._places.get(key) == place:
                yield key

    def namespaces_of(self, kind: str, name: str) -> list[str]:
        """The namespaces in which the documents have an object of this name; of a Dataset or a Secret."""
        found = self._in_namespaces.get((kind, name))
        if found is None:
            if len(self._in_namespaces) > _ANSWERS:
                self._in_namespaces.clear()
            found = self._in_namespaces[kind, name] = sorted(set(self._chain(kind, name)))
        return found

    def subjects(self) -> Iterator[Subject]:
        """Everything that was kept, in the order of the documents."""
        return self.subjects_between(0, self._store.end)

    def subjects_between(self, start: int, end: int) -> Iterator[Subject]:
        """What was kept from one place up to another one."""
        for _, record in self._store.between(start, end):
            head, (value, pointer) = self._head(record), _body(record)
            yield subject_of(value, pointer, head.where, self, doubled=head.doubled)

    def cuts(self, size: int) -> Iterator[tuple[int, int]]:
        """Places between which about `size` bytes of objects lie, for `subjects_between`."""
        start = 0
        for place, _ in self._store:
            if place - start >= size:
                yield start, place
                start = place
        yield start, self._store.end

    def close(self) -> None:
        """Forget what was kept."""
        self._store.close()

    def _chain(self, kind: str, name: str) -> Iterator[str]:
        place = self._last.get((kind, name))
        while place is not None and place >= 0:
            head = self._head(self._store.read(place))
            if head.key is not None:
                yield head.key.namespace
            place = head.before

    def _is_at(self, key: Hashable, place: int) -> bool:
        return self._head(self._store.read(place)).key == key

    def _is_runtime(self, namespace_and_name: Hashable, place: int) -> bool:
        key = self._head(self._store.read(place)).key
        return key is not None and key.kind in RUNTIMES and key[1:] == namespace_and_name

    def _is_named(self, kind_and_name: Hashable, place: int) -> bool:
        key = self._head(self._store.read(place)).key
        return key is not None and (key.kind, key.name) == kind_and_name

    @staticmethod
    def _head(record: bytes) -> _Head:
        key, where, doubled, before = marshal.loads(record[_SIZE:])  # noqa: S302 - our own: `keep` has written it
        return _Head(None if key is None else Key(*key), Where(*where), doubled, before)


def _body(record: bytes) -> tuple[Object, Pointer]:
    """The object and the pointer to it."""
    begin = _SIZE + int.from_bytes(record[:_SIZE], "big")
    value, pointer = marshal.loads(memoryview(record)[begin:])  # noqa: S302 - our own: `kept` has written it
    return value, pointer


def _reduced(subject: Subject) -> Object:
    """The object without what no rule needs: values of Secrets must not lie around, nor what copies of them hold."""
    if subject.kind not in ("Secret", "ConfigMap"):
        return subject.value
    metadata = mapping(subject.value, "metadata")
    shown = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    off = mapping(metadata, "annotations").get(keys.DISABLE_RULES)
    names = [*mapping(subject.value, "data"), *mapping(subject.value, "stringData")]
    return {
        "apiVersion": subject.value.get("apiVersion"),
        "kind": subject.value.get("kind"),
        "metadata": shown if off is None else {**shown, "annotations": {keys.DISABLE_RULES: off}},
        "data": dict.fromkeys(names, ""),
    }
