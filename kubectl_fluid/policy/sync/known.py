"""What the watches have told so far. For one thread: watches put what they hear into a queue, and one takes it out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubectl_fluid.catalog.objects import Get
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.following import Back, Change, Gone, Listed, Lost, Put
from kubectl_fluid.cluster.listing import Absent
from kubectl_fluid.policy.sync.actions import observed_of
from kubectl_fluid.policy.sync.carry import Done, Outcome
from kubectl_fluid.policy.sync.world import NEEDED, TEMPLATES, Key, World

Objects = dict[Key, Any]


class Known:
    """`lost` are the kinds of which nothing is heard for now, and why: what is known of them may be old."""

    def __init__(self, kinds: Iterable[str], namespace: str | None) -> None:
        self.lost: dict[str, ClusterError] = {}
        self._namespace = namespace
        self._objects: dict[str, Objects | None] = dict.fromkeys(kinds)

    @property
    def complete(self) -> bool:
        """Whether everything is known, and of now."""
        return not self.lost and not self.unknown

    @property
    def unknown(self) -> list[str]:
        """Kinds of which nothing was heard yet."""
        return [kind for kind, objects in self._objects.items() if objects is None]

    def world(self, elsewhere: Get) -> World:
        """What is known."""
        return World(self._namespace, {kind: it for kind, it in self._objects.items() if it is not None}, elsewhere)

    def take(self, kind: str, change: Change) -> bool:
        """Whether anything is different now."""
        if isinstance(change, Lost):
            return self._lose(kind, change.error)
        back = self.lost.pop(kind, None) is not None
        if isinstance(change, Back):
            return back
        objects = self._objects[kind]
        if isinstance(change, Listed):
            self._objects[kind] = dict(change.objects)
            return back or objects != change.objects
        return _put(objects, change) or back

    def wrote(self, done: Iterable[Done]) -> None:
        """What was written is there already, whenever its watch tells of it."""
        objects = self._objects[TEMPLATES.kind]
        if objects is None:
            return
        for it in done:
            key = (it.action.name.namespace, it.action.name.name)
            if it.outcome is Outcome.DELETED:
                objects.pop(key, None)
            elif it.outcome in (Outcome.CREATED, Outcome.CONFIGURED):
                objects[key] = observed_of(it.value)

    def _lose(self, kind: str, error: ClusterError) -> bool:
        if isinstance(error, Absent) and kind not in NEEDED:
            # A kind that this cluster does not have: nothing is of it until its definition comes.
            before, self._objects[kind] = self._objects[kind], {}
            self.lost.pop(kind, None)
            return before != {}
        news = kind not in self.lost
        self.lost[kind] = error
        return news


def _put(objects: Objects | None, change: Put | Gone) -> bool:
    if objects is None:
        return False
    before = objects.get(change.key)
    if isinstance(change, Gone) or change.value is None:
        objects.pop(change.key, None)
        return before is not None
    objects[change.key] = change.value
    return bool(before != change.value)
