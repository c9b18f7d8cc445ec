"""All objects of one kind, listed once and followed from there: a reflector, as Kubernetes' own clients have it.

The `kubernetes` package has informers too (37.0: `kubernetes.informer`). They are not used: they make typed objects,
which lose unknown fields, or break on raw ones; a server that refuses a watch is asked again without a pause; half-open
connections are never noticed; nothing tells whether the cache is complete, or how old it is; each needs a thread, and
they come with 20 MB of package that nothing else here needs.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

from kubectl_fluid.catalog.objects import WANTED
from kubectl_fluid.catalog.resources import PLURALS, VERSIONS
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.webhook.api import OK, Api, Refused
from kubectl_fluid.webhook.log import Log
from kubectl_fluid.webhook.metrics import Metrics
from kubectl_fluid.webhook.store import Store

Object = dict[str, Any]

#: Objects of one page of a list.
PAGE = 500
#: A server ends a watch after so many seconds; one that is silent a little longer has gone without a word.
WATCH_SECONDS, GRACE = 60, 15.0
#: Seconds until a kind that the server does not know is asked for again: its CRD may come.
ABSENT_SECONDS = 30.0
#: Seconds from the first try after a failure to the next, and at most; a watch that lived longer begins with the first.
#: A list that worked does not: who may list but not watch would have a server list everything ten times a second.
FIRST_WAIT, LONGEST_WAIT, HEALTHY = 0.1, 15.0, 5.0
_NOT_FOUND, _GONE = 404, 410


class Gone(Exception):
    """The version from which to go on is older than what the server still has."""


class Watch:
    """Keeps all objects of one kind in a store.

    `synced` is True once the store had all of them; `contact` is when the server was last heard of (the loop's time);
    `absent` is True while the server does not know the kind. `changed` is called after each change.
    """

    def __init__(
        self, kind: str, api: Api, store: Store, log: Log, metrics: Metrics, changed: Callable[[], None]
    ) -> None:
        self.kind = kind
        self.synced = False
        self.absent = False
        self.contact = 0.0
        self._api, self._store, self._log, self._metrics, self._changed = api, store, log, metrics, changed
        self._path = f"{VERSIONS[WANTED[kind]]}/{PLURALS[kind]}"
        self._version = ""
        self._wait = FIRST_WAIT
        self._broken = False
        self._loop = asyncio.get_running_loop()

    async def run(self) -> None:
        """List and follow, until this is cancelled."""
        while True:
            began = self._loop.time()
            try:
                await self._once()
                reason = "ended"
            except Gone:
                self._version, reason = "", "gone"
            except ClusterError as error:
                reason = "broken"
                if isinstance(error, Refused):
                    self._version = ""  # maybe it is one that the server does not know, after a restored backup say
                self._complain(str(error))
            except (ValueError, RecursionError) as error:
                self._version, reason = "", "broken"
                self._complain(f"its answer cannot be read: {error}")
            if self._loop.time() - began >= HEALTHY:
                self._wait = FIRST_WAIT
            if not self.absent:
                self._metrics.restart(self.kind, reason)
            if reason == "broken" or self._loop.time() - began < FIRST_WAIT:
                # Not all at the same moment: all watches of all replicas break together.
                await asyncio.sleep(self._wait * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
                self._wait = min(self._wait * 2, LONGEST_WAIT)

    def _complain(self, why: str) -> None:
        """Once, until it works again."""
        write = self._log.debug if self._broken else self._log.warning
        write(f"watching {self.kind} broke", why=why)
        self._broken = True

    def _works(self) -> None:
        self.contact = self._loop.time()
        if self._broken:
            self._broken = False
            self._log.info(f"watching {self.kind} again")

    async def _once(self) -> None:
        """One list where it is needed, then one watch until it ends."""
        if not self._version:
            await self._list()
        if self.absent:
            await asyncio.sleep(ABSENT_SECONDS)
            return
        query = {
            "watch": "1",
            "resourceVersion": self._version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        try:
            async for line in self._api.lines(self._path, query, WATCH_SECONDS + GRACE):
                self._works()
                if line:
                    self._take(line)
        except Refused as error:
            if error.status in (_GONE, _NOT_FOUND):
                raise Gone from None
            raise

    async def _list(self) -> None:
        found: list[Object] = []
        query = {"limit": str(PAGE)}
        while True:
            answer = await self._api.get(self._path, query)
            if answer.status == _NOT_FOUND:
                found, version = [], ""
                break
            if answer.status == _GONE:
                raise Gone  # the pages are older than what the server still has
            if answer.status != OK:
                raise Refused(answer.status, self._api.shown)
            page = mapping(json.loads(answer.body))
            metadata = mapping(page.get("metadata"))
            found += items(page.get("items"))
            version = str(metadata.get("resourceVersion") or "")
            query["continue"] = str(metadata.get("continue") or "")
            if not query["continue"]:
                if not version:
                    raise ValueError("the list has no version")
                break
        self._version, self.absent = version, not version
        self.contact = self._loop.time()
        self._store.replace(self.kind, found)
        self.synced = True
        self._changed()

    def _take(self, line: bytes) -> None:
        event = mapping(json.loads(line))
        kind, value = event.get("type"), mapping(event.get("object"))
        if kind == "ERROR":
            if value.get("code") == _GONE:
                raise Gone
            raise Refused(int(value.get("code") or 0), self._api.shown)
        if kind in ("ADDED", "MODIFIED"):
            self._store.put(self.kind, value)
        elif kind == "DELETED":
            self._store.remove(self.kind, value)
        self._version = str(mapping(value.get("metadata")).get("resourceVersion") or self._version)
        if kind != "BOOKMARK":
            self._changed()
