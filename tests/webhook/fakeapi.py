"""A small API server on 127.0.0.1 that lists and watches, and fails in the ways of real ones where it is told to."""

from __future__ import annotations

import asyncio
import copy
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from aiohttp import web

from kubectl_fluid.catalog.objects import CLUSTER_SCOPED, WANTED
from kubectl_fluid.catalog.resources import PLURALS, VERSIONS

Object = dict[str, Any]
T = TypeVar("T")

_KINDS = {f"{VERSIONS[WANTED[kind]]}/{plural}": kind for kind, plural in PLURALS.items()}


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], timeout: float = 8) -> T:
        """The result of a coroutine."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout)

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """The result of a function that is called there."""

        async def called() -> T:
            return function(*arguments)

        return self.run(called())

    def end(self) -> None:
        async def finish() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await self.loop.shutdown_asyncgens()
            await self.loop.shutdown_default_executor()

        self.run(finish())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class FakeApi:
    """`requests` is what was asked: (path, query). `without` are kinds that it does not know.

    `refuse` is the status of everything, where it is set; `oldest` the oldest version that a watch may begin with;
    `page` the number of objects of a list's page; `slow` the seconds until a single object is given.
    """

    def __init__(self, thread: Loop) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.without: set[str] = set()
        self.refuse = 0
        self.oldest = 0
        self.page = 500
        self.slow = 0.0
        self.minor = "33"
        self.as_event = False
        self.url = ""
        self._thread = thread
        self._version = 100
        self._objects: dict[tuple[str, str, str], Object] = {}
        self._events: list[tuple[int, str, str, Object]] = []
        self._wake = asyncio.Condition()
        self._streams: dict[int, web.BaseRequest] = {}
        self._listener: asyncio.AbstractServer | None = None

    # --- what tests do --------------------------------------------------------------------------------------------

    def put(self, *values: Object, quietly: bool = False) -> None:
        """Create or change objects; `quietly`, no watch is told of it."""
        self._thread.run(self._put(values, quietly=quietly))

    def delete(self, value: Object) -> None:
        """Delete an object."""
        self._thread.run(self._delete(value))

    def hang_up(self) -> None:
        """Break all watches, as a server that dies does."""
        self._thread.call(self._abort)

    def bookmark(self) -> None:
        """Tell all watches the version that they have reached."""
        self._thread.run(self._note("BOOKMARK", "*", {"metadata": {"resourceVersion": str(self._version + 1)}}))

    def listed(self, kind: str) -> int:
        """How often a kind was listed."""
        return sum(1 for path, query in self.requests if _KINDS.get(path) == kind and "watch" not in query)

    def watched(self, kind: str) -> list[str]:
        """The versions with which watches of a kind began."""
        return [
            query["resourceVersion"] for path, query in self.requests if _KINDS.get(path) == kind and "watch" in query
        ]

    def read(self, kind: str) -> int:
        """How often single objects of a kind were asked for."""
        plural = f"/{PLURALS[kind]}/"
        return sum(1 for path, _ in self.requests if plural in path)

    @property
    def version(self) -> int:
        """The version of the last change."""
        return self._version

    # --- the server -----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        self._listener = await asyncio.get_running_loop().create_server(
            web.Server(self._answer, access_log=None), "127.0.0.1", 0
        )
        self.url = f"http://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self._abort()

    def _abort(self) -> None:
        for request in list(self._streams.values()):
            if request.transport is not None:
                request.transport.abort()

    async def _put(self, values: tuple[Object, ...], *, quietly: bool) -> None:
        for value in values:
            made = copy.deepcopy(value)
            key = _key(made)
            kind = "MODIFIED" if key in self._objects else "ADDED"
            made["metadata"]["resourceVersion"] = str(self._version + 1)
            self._objects[key] = made
            if quietly:
                self._version += 1
            else:
                await self._note(kind, key[0], made)

    async def _delete(self, value: Object) -> None:
        key = _key(value)
        gone = copy.deepcopy(self._objects.pop(key))
        gone["metadata"]["resourceVersion"] = str(self._version + 1)
        await self._note("DELETED", key[0], gone)

    async def _note(self, event: str, kind: str, value: Object) -> None:
        self._version += 1
        self._events.append((self._version, event, kind, value))
        async with self._wake:
            self._wake.notify_all()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        query = dict(request.rel_url.query)
        self.requests.append((request.path, query))
        if self.refuse:
            return _status(self.refuse, "Failure")
        if request.path == "/version":
            return web.json_response({"major": "1", "minor": self.minor})
        kind = _KINDS.get(request.path)
        if kind is None:
            return await self._one(request.path)
        if kind in self.without:
            return web.Response(status=404, text="404 page not found\n")
        return await self._watch(request, kind, query) if "watch" in query else self._list(kind, query)

    async def _one(self, path: str) -> web.Response:
        await asyncio.sleep(self.slow)
        plural, name = path.split("/")[-2:]
        if plural in {PLURALS[kind] for kind in self.without}:
            return web.Response(status=404, text="404 page not found\n")
        for (kind, namespace, of), value in self._objects.items():
            scope = f"/namespaces/{namespace}" if namespace else ""
            if path == f"{VERSIONS[WANTED[kind]]}{scope}/{PLURALS[kind]}/{of}":
                return web.json_response(value)
        return _status(404, "NotFound", {"name": name, "kind": plural})

    def _list(self, kind: str, query: dict[str, str]) -> web.Response:
        items = [value for key, value in self._objects.items() if key[0] == kind]
        start = int(query.get("continue") or 0)
        end = start + self.page
        metadata = {"resourceVersion": str(self._version)}
        if end < len(items):
            metadata["continue"] = str(end)
        return web.json_response({"kind": f"{kind}List", "metadata": metadata, "items": items[start:end]})

    async def _watch(self, request: web.BaseRequest, kind: str, query: dict[str, str]) -> web.StreamResponse:
        version = int(query["resourceVersion"])
        if version < self.oldest and not self.as_event:
            return _status(410, "Expired")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        self._streams[id(request)] = request
        try:
            if version < self.oldest:
                await response.write(_line("ERROR", {"kind": "Status", "code": 410, "reason": "Expired"}))
                return response
            position = 0
            while True:
                while position < len(self._events):
                    at, event, of, value = self._events[position]
                    position += 1
                    if at > version and of in (kind, "*"):
                        await response.write(_line(event, value))
                async with self._wake:
                    while len(self._events) == position:
                        await self._wake.wait()
        finally:
            del self._streams[id(request)]


def _key(value: Object) -> tuple[str, str, str]:
    kind, metadata = value["kind"], value["metadata"]
    return (kind, "" if kind in CLUSTER_SCOPED else metadata["namespace"], metadata["name"])


def _line(event: str, value: Object) -> bytes:
    return json.dumps({"type": event, "object": value}).encode() + b"\n"


def _status(code: int, reason: str, details: Object | None = None) -> web.Response:
    body = {"kind": "Status", "status": "Failure", "reason": reason, "details": details or {}, "code": code}
    return web.json_response(body, status=code)


@contextmanager
def looping() -> Iterator[Loop]:
    """A loop that runs meanwhile."""
    thread = Loop()
    try:
        yield thread
    finally:
        thread.end()


@contextmanager
def faking(*objects: Object) -> Iterator[FakeApi]:
    """A server with these objects that runs meanwhile."""
    with looping() as thread:
        api = thread.call(FakeApi, thread)
        api.put(*objects)
        thread.run(api.start())
        try:
            yield api
        finally:
            thread.run(api.stop())
