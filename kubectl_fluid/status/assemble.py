"""Lists as they were read, made into a report."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from kubectl_fluid.claims import Name
from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.listing import Absent, Forbidden
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.status.cache import cache
from kubectl_fluid.status.case import Case, ClaimState
from kubectl_fluid.status.health import health
from kubectl_fluid.status.kinds import CLAIMS, DATASETS, OPERATIONS, PODS, RUNTIMES
from kubectl_fluid.status.meta import conditions, labels, metadata, name_of
from kubectl_fluid.status.model import Cache, DatasetStatus, Operation, PodUse, Report, Runtime, Unlisted, WorkerPod
from kubectl_fluid.status.parts import Lists
from kubectl_fluid.status.values import CALCULATING, count, size, text, time

Object = dict[str, Any]

_REFERENCE = "dataset://"
_USER_INFO = re.compile(r"(?<=://)[^/@\s]*@")


class Physical(NamedTuple):
    """A Dataset that another one refers to, and its runtime."""

    dataset: Object
    runtime: Runtime | None
    runtimes_read: bool = True


#: What is known of Datasets in other places: None for one that does not exist.
Physicals = Mapping[Name, Physical | ClusterError | None]


def reason_of(error: ClusterError) -> str:
    """The kind of failure, in one word."""
    words = {Forbidden: "Forbidden", Absent: "Absent", Unreachable: "Unreachable"}
    return words.get(type(error), "Failed")


def refers_to(dataset: Object) -> Name | None:
    """The Dataset behind `dataset://<namespace>/<name>[/path]`, if it mounts one (pkg/ddc/base/dataset.go)."""
    for mount in items(mapping(dataset.get("spec")).get("mounts")):
        point = text(mount.get("mountPoint"))
        if point.startswith(_REFERENCE):
            namespace, _, rest = point.removeprefix(_REFERENCE).partition("/")
            return Name(namespace, rest.partition("/")[0])
    return None


class Assembly:
    """Looks the objects of one moment up by Dataset."""

    def __init__(self, lists: Lists, physicals: Physicals, now: datetime) -> None:
        self._lists, self._now = lists, now
        self._datasets = {name_of(it): it for it in _known(lists.datasets)}
        self._physicals = physicals
        self._runtimes: dict[Name, list[Runtime]] = defaultdict(list)
        for runtimes in lists.runtimes.values():
            for runtime in _known(runtimes):
                self._runtimes[runtime.name].append(runtime)
        self._claims: dict[Name, ClaimState] = dict(_known(lists.claims))
        self._operations: dict[Name, list[Operation]] = defaultdict(list)
        for operations in lists.operations.values():
            for names, operation in _known(operations):
                for name in names:
                    self._operations[name].append(operation)
        self._pods: dict[Name, list[PodUse]] = defaultdict(list)
        self._workers: dict[Name, list[WorkerPod]] = defaultdict(list)
        self._sort_pods()

    def report(self) -> Report:
        """All Datasets, by namespace and name."""
        found = [self._status(name, it) for name, it in sorted(self._datasets.items())]
        return Report(tuple(found), tuple(self._unlisted()))

    def _sort_pods(self) -> None:
        for parts in _known(self._lists.pods):
            if parts.use is not None:
                for name in {use.dataset for use in parts.use.uses} & self._datasets.keys():
                    self._pods[name].append(parts.use)
            if parts.worker is not None:
                self._workers[parts.worker.runtime].append(parts.worker.pod)

    def _unlisted(self) -> Iterable[Unlisted]:
        lists = self._lists
        named: dict[str, Any] = {DATASETS.kind: lists.datasets, **lists.runtimes, **lists.operations}
        named |= {CLAIMS.kind: lists.claims, PODS.kind: lists.pods}
        for kind, found in named.items():
            # An older Fluid has fewer kinds, and none of their objects.
            if isinstance(found, ClusterError) and (kind == DATASETS.kind or not isinstance(found, Absent)):
                yield Unlisted(kind, reason_of(found), str(found), found.hint)

    def _status(self, name: Name, dataset: Object, *, follow: bool = True) -> DatasetStatus:
        """Fluid refuses references to references, so they are not followed: they could go round in a circle."""
        status, about = mapping(dataset.get("status")), metadata(dataset)
        target = refers_to(dataset)
        physical = self._physical(target) if target and follow else None
        runtime, read, unread = self._runtime(name, status)
        case = Case(
            name=name,
            now=self._now,
            phase=text(status.get("phase")),
            seen=bool(status.get("phase") or status.get("conditions")),
            created=time(about.get("creationTimestamp")),
            deleting=time(about.get("deletionTimestamp")),
            conditions=conditions(status),
            runtime=runtime,
            runtimes_read=read,
            unread=unread,
            claim=self._claims.get(name),
            claims_read=not isinstance(self._lists.claims, ClusterError),
            pods=None if isinstance(self._lists.pods, ClusterError) else tuple(self._pods[name]),
            referred_by=_references(status),
            refers_to=target,
            physical=physical if isinstance(physical, DatasetStatus) else None,
            physical_read=not isinstance(physical, ClusterError),
        )
        return self._row(case, dataset)

    def _row(self, case: Case, dataset: Object) -> DatasetStatus:
        status = mapping(dataset.get("status"))
        runtime = case.physical.runtime if case.physical and case.physical.runtime else case.runtime
        ufs = text(status.get("ufsTotal"))
        return DatasetStatus(
            name=case.name,
            health=health(case),
            phase=case.phase,
            created=case.created,
            deleting=case.deleting,
            runtime=runtime,
            cache=_cache(status, runtime),
            ufs=size(ufs),
            files=count(status.get("fileNum")),
            ufs_calculating=CALCULATING in (ufs, status.get("fileNum")),
            refers_to=case.refers_to,
            referred_by=case.referred_by,
            mounts=tuple(_mounts(dataset)),
            conditions=case.conditions,
            operations=self._operations_of(case.name),
            pods=case.pods,
            labels=labels(dataset),
        )

    def _operations_of(self, name: Name) -> tuple[Operation, ...] | None:
        """Those that run first, then the newest; None where a list of them is missing."""
        lists = self._lists.operations.values()
        if any(isinstance(it, ClusterError) and not isinstance(it, Absent) for it in lists):
            return tuple(_ordered(self._operations[name])) or None
        return tuple(_ordered(self._operations[name]))

    def _runtime(self, name: Name, status: Object) -> tuple[Runtime | None, bool, tuple[str, ...]]:
        """The runtime, whether the lists that it could be in were read, and which were not."""
        named = next(iter(items(status.get("runtimes"))), None)
        if named is None:
            unread = tuple(kind for kind, it in self._lists.runtimes.items() if _unread(it))
            found = next(iter(self._runtimes[name]), None)
            return self._with_workers(found), not unread or found is not None, unread
        type_ = text(named.get("type"))
        whose = Name(text(named.get("namespace")) or name.namespace, text(named.get("name")) or name.name)
        kind = RUNTIMES.get(type_)
        if kind is None:
            return Runtime(type_, "", whose), True, ()
        found = next((it for it in self._runtimes[whose] if it.type == type_), None)
        if found is not None:
            return self._with_workers(found), True, ()
        missing = _unread(self._lists.runtimes[kind.resource.kind])
        runtime = Runtime(type_, kind.resource.kind, whose, found=None if missing else False)
        return runtime, not missing, (kind.resource.kind,) if missing else ()

    def _with_workers(self, runtime: Runtime | None) -> Runtime | None:
        if runtime is None or isinstance(self._lists.pods, ClusterError):
            return runtime
        return replace(runtime, pods=tuple(sorted(self._workers[runtime.name])))

    def _physical(self, name: Name) -> DatasetStatus | ClusterError | None:
        known = self._datasets.get(name)
        if known is not None:
            return self._status(name, known, follow=False)
        found = self._physicals.get(name)
        if found is None or isinstance(found, ClusterError):
            return found
        return _alone(found, self._now)


def _alone(found: Physical, now: datetime) -> DatasetStatus:
    """The status of a Dataset of which only itself and its runtime are known."""
    runtimes: list[Runtime] = [found.runtime] if found.runtime else []
    unread = ClusterError("runtime", "it cannot be read")
    lists = Lists(
        datasets=[found.dataset],
        runtimes={it.resource.kind: runtimes if found.runtimes_read else unread for it in RUNTIMES.values()},
        operations={it.kind: [] for it in OPERATIONS},
        claims=ClusterError(CLAIMS.kind, "not asked for"),
        pods=ClusterError(PODS.kind, "not asked for"),
    )
    return Assembly(lists, {}, now).report().datasets[0]


def _known(found: list[Any] | ClusterError) -> list[Any]:
    return [] if isinstance(found, ClusterError) else found


def _unread(found: list[Any] | ClusterError) -> bool:
    return isinstance(found, ClusterError) and not isinstance(found, Absent)


def _cache(status: Object, runtime: Runtime | None) -> Cache:
    """The Dataset's, which is a copy of the runtime's; that one where the copy is not made yet."""
    own = cache(status.get("cacheStates"))
    return runtime.cache if own == Cache() and runtime is not None else own


def _references(status: Object) -> tuple[Name, ...]:
    named = status.get("datasetRef")
    pairs = [it.partition("/") for it in named if isinstance(it, str)] if isinstance(named, list) else []
    return tuple(Name(namespace, name) for namespace, _, name in pairs if name)


def _mounts(dataset: Object) -> Iterable[str]:
    """What is mounted, without a user's name and password in its URL."""
    for mount in items(mapping(dataset.get("spec")).get("mounts")):
        yield _USER_INFO.sub("", text(mount.get("mountPoint")))


def _ordered(operations: list[Operation]) -> list[Operation]:
    newest = sorted(operations, key=lambda it: (it.created is not None, it.created or 0, it.name), reverse=True)
    return sorted(newest, key=lambda it: not it.running)
