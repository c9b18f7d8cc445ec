"""A thread for each kind that is watched. What they hear comes, in their order, out of one queue."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import NamedTuple

from kubectl_fluid.cluster.following import Change, Followed
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.policy.sync.world import keeper, resources


class Heard(NamedTuple):
    """One change."""

    kind: str
    change: Change


class Watches:
    """`start` them, `hear` what they say, `end` them: from a signal's handler too."""

    def __init__(self, api: Api, namespace: str | None) -> None:
        self.resources = resources()
        self.ended = threading.Event()
        self.ending = False
        self._api, self._namespace = api, namespace
        # Its `put` may be called from a signal's handler, whatever this thread is about just then.
        self._heard: SimpleQueue[Heard | BaseException | None] = SimpleQueue()

    def start(self) -> None:
        """Watch everything."""
        for kind, resource in self.resources.items():
            followed = Followed(self._api, resource, self._namespace, keeper(kind), ended=self.ended)
            threading.Thread(target=self._follow, args=(kind, followed), daemon=True, name=kind).start()

    def end(self) -> None:
        """`hear` says None from now on, and `ending` is True."""
        self.ending = True
        self._heard.put(None)

    def hear(self, seconds: float) -> list[Heard] | None:
        """What has come by then, at once when there is something; None when this is the end.

        Raises what a watch failed with: that is a bug.
        """
        found: list[Heard] = []
        try:
            message = self._heard.get(timeout=max(0.0, seconds))
            while True:
                if message is None:
                    self.ended.set()
                    return None
                if isinstance(message, BaseException):
                    raise message
                found.append(message)
                message = self._heard.get_nowait()
        except Empty:
            return found

    def _follow(self, kind: str, followed: Followed) -> None:
        try:
            for change in followed.changes():
                self._heard.put(Heard(kind, change))
        except BaseException as error:  # noqa: BLE001 - raised again where somebody sees it
            self._heard.put(error)
