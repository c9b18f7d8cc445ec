"""One object that rules look at, and the other objects of the run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.rules.read import Object, mapping, text
from kubectl_fluid.validation.rules.store import Store
from kubectl_fluid.workloads import Slot, known, slots

GROUP = "data.fluid.io"
RUNTIMES = (
    "JuiceFSRuntime",
    "AlluxioRuntime",
    "JindoRuntime",
    "ThinRuntime",
    "EFCRuntime",
    "VineyardRuntime",
    "CacheRuntime",
)
OPERATIONS = ("DataLoad", "DataMigrate", "DataProcess", "DataBackup")
#: Kinds that belong to no namespace.
CLUSTER_WIDE = frozenset(("ThinRuntimeProfile", "CacheRuntimeClass"))
#: Core kinds that rules look others up in.
BESIDE = frozenset(("Secret", "ConfigMap", "PersistentVolumeClaim"))

#: Reads one object of a cluster: kind, namespace, name; None when there is none.
Get = Callable[[str, str, str], "Object | None"]


class Where(NamedTuple):
    """A document of a run: the number of its input and its own number there."""

    input: int
    document: int


class Key(NamedTuple):
    """What an object is looked up by."""

    kind: str
    namespace: str
    name: str


@dataclass(slots=True)
class Subject:
    """One object: `pointer` leads to it from its document, `namespace` is the run's where it names none.

    `kind` is a kind of Fluid, one of BESIDE, or "" for all others; `makes_pods` says whether it is a workload.
    """

    value: Object
    kind: str
    namespace: str
    name: str
    pointer: Pointer
    where: Where
    world: World
    makes_pods: bool = False
    _slots: list[Slot] | None = None

    @property
    def key(self) -> Key:
        """What it is looked up by."""
        return Key(self.kind, "" if self.kind in CLUSTER_WIDE else self.namespace, self.name)

    @property
    def slots(self) -> list[Slot]:
        """The Pod templates; pointers begin at the object. Raises WorkloadError."""
        if self._slots is None:
            self._slots = slots(self.value)
        return self._slots

    @property
    def placed(self) -> Object:
        """The object with its namespace, which a manifest may leave to the command line."""
        return {**self.value, "metadata": {**mapping(self.value, "metadata"), "namespace": self.namespace}}


def kind_of(value: Object) -> str:
    """The object's kind where rules know it, else ""."""
    version, kind = text(value, "apiVersion"), text(value, "kind")
    if version.startswith(f"{GROUP}/") or (version == "v1" and kind in BESIDE):
        return kind
    return ""


def subject_of(value: Object, pointer: Pointer, where: Where, world: World) -> Subject:
    """The subject that an object is."""
    metadata = mapping(value, "metadata")
    namespace = text(metadata, "namespace") or world.namespace
    return Subject(value, kind_of(value), namespace, text(metadata, "name"), pointer, where, world, known(value))


@dataclass
class World:
    """The objects of all documents, and behind them the cluster's (`lookup`, of the kinds `readable`), if there is one.

    Objects are kept as JSON, above a few MiB in a temporary file: only their names take memory.
    """

    namespace: str = "default"
    lookup: Get | None = None
    readable: Collection[str] = ()
    memo: dict[Any, Any] = field(default_factory=dict)
    _store: Store = field(default_factory=Store)
    _index: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)

    def sure(self, kind: str) -> bool:
        """Whether an object of this kind that is not found is certain not to exist."""
        return self.lookup is not None and kind in self.readable

    def keep(self, subject: Subject) -> None:
        """Remember an object for those that are looked at later; the last one of a name is found by it."""
        place = self._store.add([_reduced(subject), subject.pointer, subject.where])
        if subject.kind:
            self._index.setdefault(subject.kind, {})[subject.key[1:]] = place

    def kept(self, key: Key) -> Where | None:
        """Where an object of the documents stands."""
        place = self._index.get(key.kind, {}).get(key[1:])
        return None if place is None else Where(*self._store.read(place)[0][2])

    def find(self, kind: str, namespace: str, name: str) -> Object | None:
        """An object of the documents, else of the cluster."""
        found = self.own(kind, namespace, name)
        if found is None and self.lookup is not None and kind in self.readable and name:
            found = self.lookup(kind, namespace, name)
        return found

    def own(self, kind: str, namespace: str, name: str) -> Object | None:
        """An object of the documents."""
        place = self._index.get(kind, {}).get(("" if kind in CLUSTER_WIDE else namespace, name))
        value: Object | None = None if place is None else self._store.read(place)[0][0]
        return value

    def has(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the documents hold an object of this name; cheaper than `own`."""
        return ("" if kind in CLUSTER_WIDE else namespace, name) in self._index.get(kind, {})

    def runtime(self, namespace: str, name: str) -> tuple[str, Object] | None:
        """Kind and object of the runtime of a Dataset: that of the documents, else of the cluster."""
        for kind in RUNTIMES:
            if self.has(kind, namespace, name):
                found = self.own(kind, namespace, name)
                return None if found is None else (kind, found)
        for kind in RUNTIMES if self.lookup is not None else ():
            found = self.find(kind, namespace, name)
            if found is not None:
                return kind, found
        return None

    def keys(self, *kinds: str) -> list[Key]:
        """The names of all objects of these kinds in the documents."""
        return [Key(kind, *key) for kind in kinds for key in self._index.get(kind, {})]

    def namespaces_of(self, kind: str, name: str) -> list[str]:
        """The namespaces in which the documents have an object of this name."""
        memo: dict[str, list[str]] | None = self.memo.get(kind)
        if memo is None:
            memo = self.memo[kind] = {}
            for namespace, known in self._index.get(kind, {}):
                memo.setdefault(known, []).append(namespace)
        return sorted(memo.get(name, ()))

    def subjects(self) -> Iterator[Subject]:
        """Everything that was kept, in the order of the documents."""
        for value, pointer, where in self._store:
            yield subject_of(value, tuple(pointer), Where(*where), self)

    def close(self) -> None:
        """Forget what was kept."""
        self._store.close()


def _reduced(subject: Subject) -> Object:
    """The object without what no rule needs: values of Secrets must not lie around."""
    if subject.kind not in ("Secret", "ConfigMap"):
        return subject.value
    value = {key: subject.value.get(key) for key in ("apiVersion", "kind", "metadata")}
    names = [*mapping(subject.value, "data"), *mapping(subject.value, "stringData")]
    return {**value, "data": dict.fromkeys(names, "")}
