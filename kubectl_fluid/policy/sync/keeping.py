"""Templates kept in step until somebody ends it.

Decisions:

- Changes that come together are one: GATHER seconds after the first of them everything that is known is looked at, and
  what is not as it should be is written. Which change it was plays no part, so none can be missed for good.
- Nothing is written while nothing is heard of one of the kinds: what is known of it may be old.
- From time to time everything is read anew, whatever the watches say.
- Several of these at once do each other no harm: all of them write the same, and only where it is not there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kubectl_fluid.catalog.live import LiveObjects
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.policy.sync.actions import Verb
from kubectl_fluid.policy.sync.carry import Carrier, Done, Outcome
from kubectl_fluid.policy.sync.desired import Compiler
from kubectl_fluid.policy.sync.gather import checked, gather
from kubectl_fluid.policy.sync.known import Known
from kubectl_fluid.policy.sync.once import wished
from kubectl_fluid.policy.sync.watches import Watches

#: Seconds: see above; the longest sleep; between attempts after a failure, the first and the longest.
GATHER, TICK, FIRST, LONGEST = 0.2, 5.0, 1.0, 30.0
#: Seconds without a watch after which this is not ready, and without a sign of life after which it is dead: to compile
#: twenty thousand templates takes three minutes.
LOST, DEAD = 60.0, 600.0
#: Templates that are tried and written together.
PART = 100
CHANGES = (Outcome.CREATED, Outcome.CONFIGURED, Outcome.DELETED)


class Log(Protocol):
    """Lines for a person or a collector."""

    def info(self, message: str, **fields: Any) -> None:
        """What happens once in a while."""

    def warning(self, message: str, **fields: Any) -> None:
        """What may need somebody's attention."""


@dataclass(frozen=True, slots=True)
class Options:
    """`namespace` None: all of them. `resync` in seconds. `report` is told what became of templates, some at a time."""

    namespace: str | None
    resync: float
    report: Callable[[Sequence[Done]], None]


class Keeper:
    """`run` goes on until `end`. The other methods may be called from other threads."""

    def __init__(self, api: Api, options: Options, log: Log) -> None:
        self._api, self._options, self._log = api, options, log
        self._watches = Watches(api, options.namespace)
        self._known = Known(self._watches.resources, options.namespace)
        self._compiler, self._carrier = Compiler(), Carrier(api)
        self._alive = self._heard = now = time.monotonic()
        self._first_news: float | None = now
        self._resync = now + options.resync
        self._pause = self._retry = 0.0
        self._in_step = False

    def end(self) -> None:
        """End soon: after what is being written. For a signal's handler, too."""
        self._watches.end()

    def faults(self) -> list[str]:
        """Why this is not ready; nothing when it is."""
        found = []
        if unknown := self._known.unknown:
            found.append(f"not all objects have been read: {', '.join(unknown)}")
        elif (lost := list(self._known.lost)) and time.monotonic() - self._heard > LOST:
            found.append(f"nothing is heard for {LOST:g} s of: {', '.join(lost)}")
        elif not self._in_step:
            found.append("the templates are not in step")
        return found

    def is_alive(self) -> bool:
        """Whether `run` goes on."""
        return time.monotonic() - self._alive < DEAD

    def run(self) -> None:
        """Keep the templates in step. Raises ClusterError where that cannot be begun."""
        self._watches.start()
        try:
            while self._listen():
                self._work()
        finally:
            self._watches.ended.set()

    def _listen(self) -> bool:
        """Wait until there is something to do; False at the end."""
        while True:
            now = self._alive = time.monotonic()
            if self._known.complete:
                self._heard = now
                due = self._due()
                if now >= due:
                    return True
            else:
                due = now + TICK
            heard = self._watches.hear(min(TICK, due - now))
            if heard is None:
                return False
            for kind, change in heard:
                before = kind in self._known.lost
                if self._known.take(kind, change) and self._first_news is None:
                    self._first_news = time.monotonic()
                self._tell(kind, before=before)

    def _due(self) -> float:
        """When there is something to do."""
        news = self._resync if self._first_news is None else min(self._resync, self._first_news + GATHER)
        return max(news, self._retry) if self._pause else news

    def _tell(self, kind: str, *, before: bool) -> None:
        error = self._known.lost.get(kind)
        if error is not None and not before:
            if kind in self._known.unknown:
                checked(kind, error)
            self._log.warning(f"watching {kind} broke", why=str(error))
        if error is None and before:
            self._log.info(f"watching {kind} again")

    def _work(self) -> None:
        began, news, self._first_news = time.monotonic(), self._first_news, None
        anew = began >= self._resync
        changed, failed = 0, True
        try:
            outcomes = self._outcomes(anew=anew)
        except ClusterError as error:
            self._log.warning("the templates could not be brought into step", why=str(error))
            self._in_step = False
        else:
            failed, changed = bool(outcomes[Outcome.FAILED]), sum(outcomes[it] for it in CHANGES)
            if changed or not self._in_step:
                seconds = round(time.monotonic() - (began if news is None else news), 3)
                self._log.info("in step", templates=outcomes.total(), changed=changed, seconds=seconds)
            self._in_step = True  # one that cannot be written is told by its report; the others are right
            if anew:
                self._resync = time.monotonic() + self._options.resync
        if failed:
            self._first_news = began
        self._pause = min(LONGEST, max(FIRST, 2 * self._pause)) if failed else 0.0
        self._retry = time.monotonic() + self._pause

    def _outcomes(self, *, anew: bool) -> Counter[Outcome]:
        """How often each of them came of it. What is to be written is written and told part by part."""
        if anew:
            self._carrier.served.clear()
            world = gather(self._api, self._options.namespace)
        else:
            world = self._known.world(LiveObjects(self._api, self._options.namespace or "").get)
        found = wished(world, self._compiler, self._carrier.served)
        idle = [it for it in found if it.verb in (Verb.KEEP, Verb.LEAVE)]
        work = [it for it in found if it.verb not in (Verb.KEEP, Verb.LEAVE)]
        outcomes: Counter[Outcome] = Counter()
        for part in (idle, *(work[at : at + PART] for at in range(0, len(work), PART))):
            if self._watches.ending:
                break
            done = self._carrier.carry(part)
            self._alive = time.monotonic()
            self._known.wrote(done)
            self._options.report(done)
            outcomes.update(it.outcome for it in done)
        return outcomes
