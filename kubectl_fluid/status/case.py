"""What a verdict is made from: everything that was read about one Dataset, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from kubectl_fluid.claims import Name
from kubectl_fluid.status.model import Condition, DatasetStatus, How, PodUse, Runtime


class ClaimState(NamedTuple):
    """The PersistentVolumeClaim of a Dataset's name; `ours` is whether Fluid made it."""

    phase: str
    volume: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One Dataset on its way to a verdict.

    `seen` is whether a controller has written its status. `claim` is None where there is none; whether that is known
    says `claims_read`, and so for `runtimes_read` and `physical_read`. `physical` is the Dataset that this one refers
    to.
    """

    name: Name
    now: datetime
    phase: str = ""
    seen: bool = True
    created: datetime | None = None
    deleting: datetime | None = None
    conditions: tuple[Condition, ...] = ()
    runtime: Runtime | None = None
    runtimes_read: bool = True
    claim: ClaimState | None = None
    claims_read: bool = True
    pods: tuple[PodUse, ...] | None = None
    referred_by: tuple[Name, ...] = ()
    refers_to: Name | None = None
    physical: DatasetStatus | None = None
    physical_read: bool = True
    unread: tuple[str, ...] = field(default=())

    def condition(self, type_: str) -> Condition | None:
        """The condition of that type, if it is there."""
        return next((it for it in self.conditions if it.type == type_), None)

    def older_than(self, age: timedelta) -> bool:
        """Whether the Dataset exists for longer than that."""
        return self.created is not None and self.now - self.created > age

    @property
    def mounting(self) -> tuple[PodUse, ...]:
        """The Pods that hold the claim."""
        return tuple(
            pod
            for pod in self.pods or ()
            if not pod.over and any(it.dataset == self.name and it.how is How.MOUNTED for it in pod.uses)
        )

    @property
    def bound(self) -> bool:
        """Whether the controllers say that the Dataset serves data; one that only refers to another never does."""
        return self.refers_to is None and self.phase in ("Bound", "Updating", "DataMigrating")
