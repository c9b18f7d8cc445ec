"""One object that rules look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.rules.read import Object, mapping, text
from kubectl_fluid.workloads import Slot, known, slots

if TYPE_CHECKING:
    from kubectl_fluid.validation.rules.world import World

GROUP = "data.fluid.io"
_GROUP_SLASH = f"{GROUP}/"
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

    `kind` is a kind of Fluid, one of BESIDE, or "" for all others; `makes_pods` says whether it is a workload,
    `doubled` (once all documents have been seen) whether an object of its name stands before it in its input.
    """

    value: Object
    kind: str
    namespace: str
    name: str
    pointer: Pointer
    where: Where
    world: World
    makes_pods: bool = False
    doubled: bool = False
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
    version, kind = value.get("apiVersion"), value.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return ""
    return kind if version.startswith(_GROUP_SLASH) or (version == "v1" and kind in BESIDE) else ""


def subject_of(value: Object, pointer: Pointer, where: Where, world: World, *, doubled: bool = False) -> Subject:
    """The subject that an object is."""
    metadata = mapping(value, "metadata")
    namespace, name = text(metadata, "namespace") or world.namespace, text(metadata, "name")
    return Subject(value, kind_of(value), namespace, name, pointer, where, world, known(value), doubled)
