"""A kind watched: what is there, then every change, whatever happens to the connection or to the API server meanwhile.

No change is lost: a watch goes on from the version that was seen last, and where the server has forgotten that version
(410 Gone) the list is read anew, which holds the outcome of all changes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import Any, NamedTuple
from urllib.parse import urlencode

from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.listing import Absent, Expired, Forbidden, Resource, collect, refuse
from kubectl_fluid.cluster.request import Answer, Api, Silent
from kubectl_fluid.shapes import mapping

Object = dict[str, Any]

#: Seconds after which the server ends a watch, which then goes on; and of silence after which it is asked anew.
#: A server says something (a bookmark) about once a minute; but nothing about a kind to which nothing has happened
#: since that server was started, so silence alone means nothing (Kubernetes 1.37, seen on a real API server).
WATCH, SILENCE = 240, 90.0
#: Seconds between attempts: after the first failure, at most, and where only an administrator can help.
FIRST, LONGEST, DENIED = 0.2, 10.0, 30.0
_OK = 200


class Listed(NamedTuple):
    """All objects, by namespace and name: what was known before is void."""

    objects: dict[tuple[str, str], Any]


class Put(NamedTuple):
    """An object that is new or changed; `value` is None for one of no use."""

    key: tuple[str, str]
    value: Any


class Gone(NamedTuple):
    """An object that is not there any more, or does not fit the selectors any more."""

    key: tuple[str, str]


class Lost(NamedTuple):
    """Nothing is heard for now; it is tried again. What is known stays as it was."""

    error: ClusterError


class Back(NamedTuple):
    """The watch goes on after a Lost."""


Change = Listed | Put | Gone | Lost | Back


@dataclass(slots=True)
class Followed:
    """What to watch: `take` gives what is kept of an object. Ends soon after `ended` is set."""

    api: Api
    resource: Resource
    namespace: str | None
    take: Callable[[Object], Any]
    labels: str = ""
    fields: str = ""
    ended: Flag = field(default_factory=Flag)

    def changes(self) -> Iterator[Change]:
        """What is there, then what changes, until `ended` is set."""
        version, pause, lost = "", FIRST, False
        while not self.ended.is_set():
            try:
                if not version:
                    objects, version = self._list()
                    yield Listed(objects)
                for change in self._watch(version):
                    if lost:
                        yield Back()
                    pause, lost = FIRST, False
                    version = change.version
                    if change.change is not None:
                        yield change.change
            except Expired:
                version = ""
            except ClusterError as error:
                if isinstance(error, (Forbidden, Absent)):
                    version, pause = "", DENIED
                if not lost:
                    yield Lost(error)
                lost = True
                self.ended.wait(pause)
                pause = min(pause * 2, LONGEST) if pause < DENIED else FIRST

    def _list(self) -> tuple[dict[tuple[str, str], Any], str]:
        found, version = collect(
            self.api, self.resource, self.namespace, self._entry, labels=self.labels, fields=self.fields
        )
        return {key: value for key, value in found if value is not None}, version

    def _entry(self, value: Object) -> tuple[tuple[str, str], Any]:
        return _key(value), self.take(value)

    def _watch(self, version: str) -> Iterator[_Step]:
        """One watch until the server ends it, or is silent for too long. The first step says that it stands."""
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(random.randint(WATCH // 2, WATCH)),  # noqa: S311 - so that not all end at once
            "labelSelector": self.labels,
            "fieldSelector": self.fields,
        }
        wanted = urlencode({key: value for key, value in query.items() if value})
        path = f"{self.resource.path(self.namespace)}?{wanted}"
        try:
            for part in self.api.stream(path, SILENCE):
                if isinstance(part, Answer):
                    if part.status != _OK:
                        refuse(part, self.api.shown, self.resource, "watch", self.namespace)
                    yield _Step(version, None)
                    continue
                step = self._step(part, version)
                version = step.version
                yield step
                if self.ended.is_set():
                    return
        except Silent:
            return  # a server that is gone does not take the next question

    def _step(self, line: bytes, version: str) -> _Step:
        try:
            said = mapping(json.loads(line))
        except (ValueError, RecursionError):
            raise Unreachable(self.api.shown, "its watch was cut off in the middle of an event") from None
        kind, value = said.get("type"), mapping(said.get("object"))
        if kind == "ERROR":
            code = value.get("code")
            refuse(
                Answer(code if isinstance(code, int) else 0, json.dumps(value).encode()),
                self.api.shown,
                self.resource,
                "watch",
                self.namespace,
            )
        newer = str(mapping(value.get("metadata")).get("resourceVersion") or version)
        if kind in ("ADDED", "MODIFIED"):
            kept = self.take({"apiVersion": "", "kind": self.resource.kind, **value})
            return _Step(newer, Put(_key(value), kept))
        return _Step(newer, Gone(_key(value)) if kind == "DELETED" else None)


class _Step(NamedTuple):
    version: str
    change: Put | Gone | None


def _key(value: Object) -> tuple[str, str]:
    metadata = mapping(value.get("metadata"))
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or "")
