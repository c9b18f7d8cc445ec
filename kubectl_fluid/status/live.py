"""A report that follows the cluster: every list is watched by a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from kubectl_fluid.claims import Name
from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.following import Back, Change, Followed, Gone, Listed, Lost, Put
from kubectl_fluid.cluster.listing import Absent, Forbidden
from kubectl_fluid.cluster.parallel import INTERRUPTS
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.status.assemble import Assembly, Physicals
from kubectl_fluid.status.gather import physicals, with_events
from kubectl_fluid.status.kinds import DATASETS
from kubectl_fluid.status.model import Event, Report
from kubectl_fluid.status.parts import Lists, Wanted, parts

#: Seconds: changes that come together are one; and how old what is read of other places may be.
GATHER, OTHERS = 0.2, 5.0


class Live:
    """Made by `following`. Its methods are for one thread."""

    def __init__(self, api: Api, wanted: Wanted) -> None:
        self._api, self._wanted = api, wanted
        self._state: dict[str, dict[tuple[str, str], Any] | ClusterError] = {}
        self._lost: dict[str, ClusterError] = {}
        self._changed = threading.Condition()
        self._news = False
        self._bug: BaseException | None = None
        self._read = 0.0
        self._others: Physicals = {}
        self._events: dict[Name, tuple[Event, ...] | None] = {}
        self.ended = threading.Event()
        self._parts = parts(wanted)

    def start(self, patience: float | None = None) -> None:
        """Watch everything; returns when each list was tried.

        Raises ClusterError if the Datasets cannot be read, TimeoutError when that takes longer than `patience` seconds.
        """
        for kind, part in self._parts.items():
            followed = Followed(
                self._api, part.resource, self._wanted.namespace, part.take, part.labels, part.fields, self.ended
            )
            threading.Thread(target=self._follow, args=(kind, followed), daemon=True).start()
        with self._changed:
            tried = self._wait_for(lambda: len(self._state) == len(self._parts), patience)
            if not tried:
                raise TimeoutError
            datasets = self._state[DATASETS.kind]
        if isinstance(datasets, ClusterError):
            raise datasets

    def wait(self, timeout: float) -> bool:
        """Wait (at most so many seconds) for something new; whether there is."""
        with self._changed:
            if not self._wait_for(lambda: self._news, timeout):
                return False
        self.ended.wait(GATHER)
        return True

    def _wait_for(self, done: Callable[[], bool], timeout: float | None) -> bool:
        """Whether it came true in time. The lock is held. Raises what a thread ended with."""
        end = None if timeout is None else time.monotonic() + timeout
        while not done():
            self._raise_bug()
            left = INTERRUPTS if end is None else end - time.monotonic()
            if left <= 0:
                return False
            self._changed.wait(min(left, INTERRUPTS))
        self._raise_bug()
        return True

    @property
    def lost(self) -> ClusterError | None:
        """Why nothing is heard of the cluster for now; None where all is well."""
        with self._changed:
            return next(iter(self._lost.values()), None)

    def report(self, now: datetime) -> Report:
        """Everything as it is known now."""
        with self._changed:
            self._news = False
            found = {
                kind: it if isinstance(it, ClusterError) else list(it.values()) for kind, it in self._state.items()
            }
        lists = Lists.of(found)
        datasets = [] if isinstance(lists.datasets, ClusterError) else lists.datasets
        stale = self._read < time.monotonic() - OTHERS
        if stale:
            self._read = time.monotonic()
            self._others = _kept(self._others, physicals(self._api, datasets))
        report = Assembly(lists, self._others, now).report()
        if not self._wanted.detail:
            return report
        if stale or any(it.name not in self._events for it in report.datasets):
            report = with_events(self._api, report)
            self._events = {it.name: it.events for it in report.datasets}
            return report
        return replace(report, datasets=tuple(replace(it, events=self._events[it.name]) for it in report.datasets))

    def _follow(self, kind: str, followed: Followed) -> None:
        try:
            for change in followed.changes():
                with self._changed:
                    self._take(kind, change)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - raised again where somebody sees it
            with self._changed:
                self._bug = error
                self._changed.notify_all()

    def _take(self, kind: str, change: Change) -> None:
        known = self._state.get(kind)
        if isinstance(change, Lost):
            if known is None or isinstance(known, ClusterError) or isinstance(change.error, (Forbidden, Absent)):
                self._state[kind] = change.error
            else:
                self._lost[kind] = change.error
            self._news = True
            return
        self._news = self._news or not isinstance(change, Back) or kind in self._lost
        self._lost.pop(kind, None)
        if isinstance(change, Listed):
            self._state[kind] = dict(change.objects)
        elif isinstance(known, dict) and isinstance(change, Put):
            if change.value is None:
                known.pop(change.key, None)
            else:
                known[change.key] = change.value
        elif isinstance(known, dict) and isinstance(change, Gone):
            known.pop(change.key, None)

    def _raise_bug(self) -> None:
        if self._bug is not None:
            raise self._bug


def _kept(old: Physicals, new: Physicals) -> Physicals:
    """What was read anew; where nobody answered, what was known before."""
    return {name: old.get(name, it) if isinstance(it, Unreachable) else it for name, it in new.items()}


@contextmanager
def following(api: Api, wanted: Wanted, patience: float | None = None) -> Iterator[Live]:
    """A report that follows the cluster meanwhile. Raises as `Live.start` does."""
    live = Live(api, wanted)
    try:
        live.start(patience)
        yield live
    finally:
        live.ended.set()
