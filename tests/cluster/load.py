"""Pods created without a pause by several clients, and what came of each one."""

from __future__ import annotations

import http.client
import itertools
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from tests.cluster.api import Api, Refused
from tests.cluster.control_plane import ADMIN, ADMINS, ControlPlane
from tests.cluster.webhooks import pod, sidecars, until

Object = dict[str, Any]

CLIENTS = 2


class Load:
    """Creates Pods that need the sidecar of the claim `jfs`, each under a name of its own, again until it is created.

    `created` and `bare` hold the names of Pods that were admitted with one sidecar, and with anything else; `refused`
    the messages of those that were not, `cut` of those of whose end nothing is known. Lists only grow.
    """

    def __init__(self, namespace: str, query: str) -> None:
        self.created: list[str] = []
        self.bare: list[str] = []
        self.refused: list[str] = []
        self.cut: list[str] = []
        self._namespace, self._query = namespace, query
        self._numbers = itertools.count()
        self._ended = threading.Event()

    def more(self, number: int = 20) -> None:
        """Wait until so many more Pods were created, and every client has begun anew since now."""
        wanted = len(self.created) + max(number, 2 * CLIENTS)
        until(lambda: len(self.created) >= wanted, f"{number} more Pods; refused: {self.refused[-3:]}, {self.cut[-3:]}")

    def run(self, api: Api) -> None:
        """One client."""
        while not self._ended.is_set():
            name = f"pod-{next(self._numbers)}"
            while not self._try(api, name) and not self._ended.wait(0.02):
                pass

    def end(self) -> None:
        """Let clients finish what they are at."""
        self._ended.set()

    def _try(self, api: Api, name: str) -> bool:
        try:
            made = api.create(pod(name, "jfs", self._namespace), self._query)
        except Refused as refused:
            # It was created when the API server went away, before we were told.
            known = refused.status.get("reason") == "AlreadyExists" and bool(self.cut)
            if not known:
                self.refused.append(str(refused.status["message"]))
            return known
        except (OSError, http.client.HTTPException) as error:
            self.cut.append(repr(error))
            return False
        (self.created if len(sidecars(made)) == 1 else self.bare).append(name)
        return True


@contextmanager
def loading(api_server: ControlPlane, namespace: str, query: str = "") -> Iterator[Load]:
    """A load that goes on meanwhile; afterwards all of it has ended."""
    load = Load(namespace, query)

    def client(api: Api) -> None:
        with closing(api):
            load.run(api)

    threads = [threading.Thread(target=client, args=(api_server.api_for(ADMIN, ADMINS),)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.end()
        for thread in threads:
            thread.join()
