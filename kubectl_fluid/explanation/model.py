"""What is explained of one Pod or Pod template, as values; `document` gives it as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import NamedTuple

from kubectl_fluid.explanation.hooks import Judgement
from kubectl_fluid.injection.reason import Outcome, Reason


@unique
class Verdict(Enum):
    """Whether the Pod reads its data, or will once it is created."""

    WORKS = "Works"
    WRONG = "Wrong"
    UNKNOWN = "Unknown"


class Finding(NamedTuple):
    """The verdict, its stable code (of `injection`, or of `diagnosis.CODES`), why, and what to do."""

    verdict: Verdict
    code: str
    message: str
    hint: str = ""


class Trigger(NamedTuple):
    """One row of the decision table: what was looked at, its value (None: absent), and whether it holds.

    `means` says what the row does where it holds; `decides` is True for the one row that did.
    """

    name: str
    value: str | None
    holds: bool
    means: str
    decides: bool = False


class Mount(NamedTuple):
    """A place where a container of the application reads a claim."""

    container: str
    path: str


class ContainerState(NamedTuple):
    """A container of an existing Pod as its kubelet reports it.

    `state` is waiting, running, terminated, or "" before anything was reported; `reason` and `message` are that
    state's. `mounted` is whether the file system is known to be mounted, None where nothing tells. `last` is the
    reason and exit code of the last run that ended, `ended_well` whether a terminated one ended with 0.
    """

    name: str
    native: bool
    dataset: str = ""
    image: str = ""
    state: str = ""
    reason: str = ""
    message: str = ""
    ready: bool = False
    restarts: int = 0
    last: str = ""
    ended_well: bool = False
    mounted: bool | None = None


class ClaimView(NamedTuple):
    """A claim that the Pod names: its dataset ("" for other storage), why it is taken or left, who reads and serves it.

    `unread` says why the objects behind it could not be read.
    """

    name: str
    reason: Reason
    dataset: str = ""
    runtime: str = ""
    mounts: tuple[Mount, ...] = ()
    sidecar: str = ""
    unread: str = ""


class Event(NamedTuple):
    """A warning of the cluster about an object; `last` is a timestamp as the API server gives it."""

    about: str
    reason: str
    message: str
    times: int
    last: str


class Existing(NamedTuple):
    """A Pod that exists: `created` is its creationTimestamp, `scheduled` "" or why it is not on a node.

    `owner` is kind/name of the controller that makes it anew, "" when nobody does. `events` is None where they could
    not be read.
    """

    name: str
    phase: str
    reason: str
    ready: bool
    created: str
    scheduled: str
    node: str
    owner: str
    injected: bool
    restarts_always: bool
    sidecars: tuple[ContainerState, ...]
    others: tuple[ContainerState, ...]
    events: tuple[Event, ...] | None


class Planned(NamedTuple):
    """What injection makes of the Pod as it stands. `outcome` is None where `unread` says what could not be read."""

    outcome: Outcome | None
    branch: str
    platform: str
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...] = ()
    sidecars: tuple[str, ...] = ()
    unread: str = ""


class Admission(NamedTuple):
    """Who acts on the Pod, in the order in which the API server calls them. `asked` is False where no cluster was.

    `notes` say what the order means here, `unread` what of it could not be read; `blind`: some of it decides.
    """

    asked: bool
    judged: tuple[Judgement, ...] = ()
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    blind: bool = False

    @property
    def injectors(self) -> list[Judgement]:
        """Those that are there to inject."""
        return [it for it in self.judged if it.hook.injects]


class PodOf(NamedTuple):
    """One Pod of a workload: the Pod, and what is to be said of it."""

    pod: Existing
    finding: Finding


class Workload(NamedTuple):
    """What an owner has made so far. `pods` is None where they could not be read; `more` were left out.

    `refusals` are the cluster's words on Pods that could not be created. `state` is that of a Job which is over.
    """

    state: str = ""
    pods: tuple[PodOf, ...] | None = ()
    more: int = 0
    refusals: tuple[Event, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of it. `place` is file:line for a manifest, else ""; `template` tells apart those of one object."""

    name: str
    namespace: str
    place: str
    triggers: tuple[Trigger, ...]
    planned: Planned
    claims: tuple[ClaimView, ...]
    admission: Admission
    finding: Finding
    pod: Existing | None = None
    workload: Workload | None = None
    unread: tuple[str, ...] = ()
