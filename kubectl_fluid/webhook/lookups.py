"""Claims as a review gets them: from the store, or read from the API server where the store is behind.

A Pod may be created in the moment after its claim, before any watch has told of it. What the store does not have is
asked for once; what came of it holds for a second, also when it was nothing, so that no flood of bad Pods becomes a
flood of questions. It holds no longer than until a watch tells of one of these objects.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

from kubectl_fluid.catalog.build import claim_of
from kubectl_fluid.catalog.objects import CLUSTER_SCOPED
from kubectl_fluid.claims import Claim
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.webhook.log import Log
from kubectl_fluid.webhook.metrics import Metrics
from kubectl_fluid.webhook.store import Key, Named, Store, trimmed

Object = dict[str, Any]
Read = Callable[[str, str, str], Awaitable["Object | None"]]

#: Seconds that a claim read so is kept, and that a review waits for it at most.
KEPT, PATIENCE = 1.0, 2.0
#: A claim is made of six objects, which are found in a few steps: its own, its Dataset, what that names, …
MAX_STEPS = 6
MAX_KEPT = 10_000
#: Claims of one Pod that are read; one that names hundreds that do not exist is refused without asking for them all.
MAX_READ = 32


class _Kept(NamedTuple):
    """A claim that was read. `seen` is what the store had of each object, just before that was asked for."""

    until: float
    claim: Claim | None
    seen: dict[Key, Object | None]


class Lookups:
    """`claim` is what reviews are given. Without `read` there is nothing but the store."""

    def __init__(self, store: Store, log: Log, metrics: Metrics, read: Read | None = None) -> None:
        self._store, self._log, self._metrics, self._read = store, log, metrics, read
        self._kept: dict[Named, _Kept] = {}
        self._under_way: dict[Named, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()

    def claim(self, namespace: str, name: str) -> Claim | None:
        """The claim, None when there is no such PersistentVolumeClaim."""
        if self._kept:
            found = self._read_before((namespace, name))
            if found is not None:
                return found.claim
        return self._store.claim(namespace, name)

    async def heal(self, names: Iterable[Named]) -> bool:
        """Read these claims from the API server. False when there was nothing to be learned by that."""
        if self._read is None:
            return False
        tasks = []
        for named in names:
            if self._read_before(named) is not None:
                continue
            task = self._under_way.get(named)
            if task is None:
                task = self._loop.create_task(self._heal(named, self._read))
                self._under_way[named] = task
            tasks.append(task)
            if len(tasks) == MAX_READ:
                break
        if tasks:
            # A client that goes away takes its own waiting with it, not the reading that others wait for too.
            await asyncio.gather(*map(asyncio.shield, tasks))
        return bool(tasks)

    def _read_before(self, named: Named) -> _Kept | None:
        """What was read of a claim, as long as it holds."""
        found = self._kept.get(named)
        if found is None:
            return None
        if found.until > self._loop.time() and all(self._store.get(*key) is it for key, it in found.seen.items()):
            return found
        del self._kept[named]
        return None

    async def _heal(self, named: Named, read: Read) -> None:
        seen: dict[Key, Object | None] = {}
        try:
            claim = await asyncio.wait_for(self._read_claim(named, read, seen), PATIENCE)
            result = "missing" if claim is None else "found"
        except (ClusterError, asyncio.TimeoutError) as error:
            claim, result = self._store.claim(*named), "failed"
            why = str(error) or f"no answer within {PATIENCE:g} s"
            self._log.often("warning", "a claim could not be read", "failed", claim="/".join(named), why=why)
        finally:
            self._under_way.pop(named, None)
        self._metrics.live_read(result)
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[named] = _Kept(self._loop.time() + KEPT, claim, seen)

    async def _read_claim(self, named: Named, read: Read, seen: dict[Key, Object | None]) -> Claim | None:
        """Make the claim of objects that are all fresh: ask for what it needs, until it needs no more."""
        fresh: dict[Key, Object | None] = {}
        for _ in range(MAX_STEPS):
            wanted: dict[Key, None] = {}

            def get(kind: str, namespace: str, name: str, wanted: dict[Key, None] = wanted) -> Object | None:
                key = (kind, "" if kind in CLUSTER_SCOPED else namespace, name)
                if key in fresh:
                    return fresh[key]
                wanted[key] = None
                seen[key] = self._store.get(*key)
                return seen[key]

            claim = claim_of(get, *named)
            if not wanted:
                return claim
            values = await asyncio.gather(*(read(*key) for key in wanted))
            for key, value in zip(wanted, values, strict=True):
                fresh[key] = None if value is None else trimmed(key[0], value)
        return claim
