"""What is known of a Dataset and of everything below it.

None means "not known": Fluid leaves a figure blank when nobody could measure it, and that is not 0. Sizes are bytes,
ratios run from 0 to 1, times are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from kubectl_fluid.claims import Name


class Verdict(str, Enum):
    """How something is, in one word. The order is that of `--sort-by .health.verdict`: the worst first."""

    FAILED = "Failed"
    UNKNOWN = "Unknown"
    DEGRADED = "Degraded"
    PROGRESSING = "Progressing"
    HEALTHY = "Healthy"


class Health(NamedTuple):
    """A verdict, its code in docs/health.md, a sentence on why, and what to do."""

    verdict: Verdict
    code: str
    message: str
    cure: str = ""


class Unlisted(NamedTuple):
    """A list that could not be read: of which kind, `Forbidden`, `Absent`, `Unreachable` or `Failed`, and why."""

    kind: str
    reason: str
    message: str
    hint: str = ""


class Condition(NamedTuple):
    """A condition of a Dataset or a runtime; `status` is True, False or Unknown."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event about an object, e.g. `Dataset demo`; `type` is Normal or Warning."""

    type: str
    reason: str
    message: str
    about: str
    count: int = 1
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """Masters, workers or FUSE clients of a runtime: `phase` and `reason` are the controller's words."""

    phase: str = ""
    reason: str = ""
    ready: int | None = None
    desired: int | None = None


class WorkerPod(NamedTuple):
    """A Pod of the cache; `reason` is why a container of it waits or has ended, "" where none does."""

    name: str
    node: str
    phase: str
    ready: bool
    restarts: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cache:
    """What Fluid measured of the cache; `ratio` is cached to used storage."""

    cached: int | None = None
    capacity: int | None = None
    ratio: float | None = None
    hit_ratio: float | None = None
    local_hit_ratio: float | None = None
    remote_hit_ratio: float | None = None
    throughput_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Runtime:
    """The runtime behind a Dataset.

    `type` stands in the Dataset's status (`juicefs`). `found` is whether the object is there, None when that could
    not be read. `status_missing`: the object has no status yet. `pods` is None unless they were asked for and read.
    """

    type: str
    kind: str
    name: Name
    found: bool | None = None
    status_missing: bool = False
    deleting: bool = False
    replicas: int | None = None
    masters: Component = field(default_factory=Component)
    workers: Component = field(default_factory=Component)
    fuse: Component = field(default_factory=Component)
    conditions: tuple[Condition, ...] = ()
    cache: Cache = field(default_factory=Cache)
    pods: tuple[WorkerPod, ...] | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A DataLoad, DataMigrate, DataBackup or DataProcess.

    `phase` is "" before the controller has seen it; `duration` is the controller's word ("2m30s"); `waiting` says that
    another operation has to come first; `message` is that of its condition.
    """

    kind: str
    name: Name
    phase: str = ""
    duration: str = ""
    policy: str = ""
    paths: tuple[str, ...] = ()
    waiting: bool = False
    message: str = ""
    created: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether it is not over yet."""
        return self.phase not in ("Complete", "Failed")


class How(str, Enum):
    """How a Pod gets a dataset."""

    MOUNTED = "Mounted"
    INJECTED = "Injected"


class Sidecar(NamedTuple):
    """The container that serves a dataset inside a Pod.

    `native` is an init container that runs along. `ready` is None before the kubelet has said anything of it. `state`
    is `running`, `waiting` or `terminated` ("" when not known), `reason` the kubelet's word for it, e.g. OOMKilled.
    """

    container: str
    image: str
    native: bool
    ready: bool | None
    restarts: int
    state: str
    reason: str = ""


class Use(NamedTuple):
    """One dataset in one Pod. `claim` is the PersistentVolumeClaim, whose name is the dataset's."""

    dataset: Name
    claim: str
    how: How
    sidecar: Sidecar | None = None


class PodUse(NamedTuple):
    """A Pod and the datasets that it uses; `over` is whether it has ended, and so holds nothing any more."""

    name: Name
    phase: str
    node: str
    ready: bool
    over: bool
    uses: tuple[Use, ...]
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class DatasetStatus:
    """One row of `status`. `operations` and `pods` are None when their lists could not be read.

    A Dataset that refers to another one (`dataset://…`, `refers_to`) has the runtime of that one. `referred_by` are the
    Datasets that refer to this one, `ufs` the size of what is stored, `files` its number. `ufs_calculating` means that
    the controller is still counting. `events` are read for one Dataset at a time only.
    """

    name: Name
    health: Health
    phase: str = ""
    created: datetime | None = None
    deleting: datetime | None = None
    runtime: Runtime | None = None
    cache: Cache = field(default_factory=Cache)
    ufs: int | None = None
    files: int | None = None
    ufs_calculating: bool = False
    refers_to: Name | None = None
    referred_by: tuple[Name, ...] = ()
    mounts: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    operations: tuple[Operation, ...] | None = None
    pods: tuple[PodUse, ...] | None = None
    events: tuple[Event, ...] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """All datasets that were asked for, and the lists that could not be read."""

    datasets: tuple[DatasetStatus, ...]
    unlisted: tuple[Unlisted, ...] = ()
