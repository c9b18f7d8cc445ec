"""The watches together: whether what they have brought is complete, and how old it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from kubectl_fluid.catalog.runtimes import KINDS
from kubectl_fluid.webhook.api import Api
from kubectl_fluid.webhook.log import Log
from kubectl_fluid.webhook.metrics import Metrics
from kubectl_fluid.webhook.store import CLAIM, Store
from kubectl_fluid.webhook.watch import Watch

#: What claims are made of. Secrets are not among it, nor is anything else.
WATCHED = (CLAIM, "PersistentVolume", "DaemonSet", "Dataset", *KINDS)


class Caches:
    """Keeps a store up to date while `run` runs."""

    def __init__(self, api: Api, store: Store, log: Log, metrics: Metrics) -> None:
        self._store = store
        self._loop = asyncio.get_running_loop()
        self._due = False
        self.watches = [Watch(kind, api, store, log, metrics, self._changed) for kind in WATCHED]

    async def run(self) -> None:
        """Watch until this is cancelled."""
        await asyncio.gather(*(watch.run() for watch in self.watches))

    @property
    def synced(self) -> bool:
        """Whether each list has been complete once."""
        return all(watch.synced for watch in self.watches)

    def unsynced(self) -> list[str]:
        """Kinds whose list was never complete."""
        return [watch.kind for watch in self.watches if not watch.synced]

    def ages(self) -> Mapping[str, float]:
        """Kind → seconds since the API server was last heard of."""
        now = self._loop.time()
        return {watch.kind: now - watch.contact for watch in self.watches if watch.synced}

    def counts(self) -> Mapping[str, float]:
        """Kind → number of objects."""
        return {watch.kind: self._store.count(watch.kind) for watch in self.watches}

    def synced_by_kind(self) -> Mapping[str, float]:
        """Kind → 1 where its list has been complete, else 0."""
        return {watch.kind: float(watch.synced) for watch in self.watches}

    def _changed(self) -> None:
        """Make the claims that became stale, once for all events that have come by then."""
        if self.synced and not self._due:
            self._due = True
            self._loop.call_soon(self._refresh)

    def _refresh(self) -> None:
        self._due = False
        self._store.refresh()
