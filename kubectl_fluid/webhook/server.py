"""The HTTP side: aiohttp's low-level server, because its routes and middlewares cost more than a review does."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Mapping
from time import monotonic, perf_counter
from typing import Any

from aiohttp import hdrs, web

from kubectl_fluid.shapes import mapping
from kubectl_fluid.webhook import bounds
from kubectl_fluid.webhook.connections import SERVER, Connections, Limits, accept_rest, text
from kubectl_fluid.webhook.log import Log
from kubectl_fluid.webhook.lookups import Lookups
from kubectl_fluid.webhook.metrics import Metrics
from kubectl_fluid.webhook.review import Question
from kubectl_fluid.webhook.reviewer import BadBody, Reply, Reviewer

#: Reviews: our path, that of Fluid's own webhook, and one at which every Pod is injected, and for ECI.
PATH, FLUID_PATH, ECI_PATH = "/mutate", "/mutate-fluid-io-v1alpha1-schedulepod", "/mutate/eci"
PATHS = (PATH, FLUID_PATH, ECI_PATH)
JSON = "application/json"
#: Characters of a Pod's name that are logged; no valid one is longer.
_MAX_NAME = 253
#: Claims that a sidecar's own volumes name come to light when the others are there.
MAX_PASSES = 3
_BACKLOG = 1024
_HEADERS = {hdrs.CONTENT_TYPE: JSON, hdrs.SERVER: SERVER}
#: Content codings that are none.
_PLAIN = (None, "", "identity")


class ListenError(Exception):
    """No connections can be accepted there; `error` is the system's word for it."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(f"{host or '*'}:{port}: {error.strerror or error}")
        self.host, self.port, self.error = host, port, error


class Refused(Exception):
    """A request that is answered with an HTTP error; `reason` is the metric's label."""

    def __init__(self, status: int, reason: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.headers = status, reason, headers


class Server:
    """Answers reviews (path → who answers), and whatever `pages` has: path → content, by GET.

    `draining` tells clients to go elsewhere with their next request.
    """

    def __init__(
        self, reviewers: Mapping[str, Reviewer], lookups: Lookups, log: Log, metrics: Metrics, limits: Limits
    ) -> None:
        self.draining = False
        self.pages: dict[str, Callable[[], tuple[int, bytes, str]]] = {}
        self._reviewers, self._lookups, self._log, self._metrics, self._limits = (
            reviewers,
            lookups,
            log,
            metrics,
            limits,
        )
        self._http = Connections(self._handle, limits, log)
        self._plain = Connections(self._serve_page, limits, log)
        self._listeners: list[tuple[asyncio.Server, Connections, dict[str, Any]]] = []

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Begin to accept connections; the port is the answer, for port 0. Raises ListenError.

        Without TLS there are only pages: nobody should learn from a Pod on the way what it holds.
        """
        connections = self._http if tls else self._plain
        more: dict[str, Any] = {"ssl": tls, "ssl_handshake_timeout": self._limits.read_timeout} if tls else {}
        loop = asyncio.get_running_loop()
        try:
            listener = await loop.create_server(connections, host or None, port, backlog=_BACKLOG, **more)
        except OSError as error:
            raise ListenError(host, port, error) from error
        except UnicodeError:
            raise ListenError(host, port, OSError("it is no host name")) from None
        self._listeners.append((listener, connections, more))
        return int(listener.sockets[0].getsockname()[1])

    def deafen(self) -> None:
        """Accept no more connections."""
        for listener, _, _ in self._listeners:
            listener.close()

    async def close(self, timeout: float) -> None:
        """Accept no more, and end when what was accepted has been answered, or after `timeout` seconds."""
        until = monotonic() + timeout
        handshakes: list[asyncio.Future[Any]] = []
        for listener, connections, more in self._listeners:
            # Closing a socket resets who waits in its queue; so that is emptied by hand.
            queues = [socket.socket(fileno=os.dup(it.fileno())) for it in listener.sockets]
            listener.close()
            handshakes += await accept_rest(queues, connections, more)
        await asyncio.gather(self._http.finish(until), self._plain.finish(until))
        for handshake in handshakes:
            handshake.cancel()
        await asyncio.gather(*handshakes, return_exceptions=True)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        connection: Any = request.protocol
        self._http.begin(connection)
        try:
            path = request.path
            reviewer = self._reviewers.get(path)
            if reviewer is not None:
                response = await self._review(request, reviewer)
            else:
                response = self._page(path, request.method)
        finally:
            connection.working = False
        if self.draining:
            response.force_close()
        return response

    async def _serve_page(self, request: web.BaseRequest) -> web.StreamResponse:
        connection: Any = request.protocol
        self._plain.begin(connection)
        response = self._page(request.path, request.method)
        connection.working = False
        if self.draining:
            response.force_close()
        return response

    def _page(self, path: str, method: str) -> web.Response:
        page = self.pages.get(path)
        if page is None:
            return text(404, "there is nothing here")
        if method not in ("GET", "HEAD"):
            return text(405, "only GET is answered here", Allow="GET, HEAD")
        status, body, content_type = page()
        return web.Response(status=status, body=body, headers={"Content-Type": content_type, "Server": SERVER})

    async def _review(self, request: web.BaseRequest, reviewer: Reviewer) -> web.Response:
        metrics = self._metrics
        metrics.in_flight += 1
        began = perf_counter()
        question = None
        try:
            body = await self._body(request)
            began = perf_counter()
            question = reviewer.ask(body)
            reply = reviewer.reply(question)
            for _ in range(MAX_PASSES):
                if not reply.missing or not await self._lookups.heal(reply.missing):
                    break
                reply = reviewer.reply(question)
            response = web.Response(status=reply.status, body=reply.body, headers=_HEADERS)
        except Refused as error:
            reply = Reply(error.status, b"", "error", error.reason, message=str(error))
            response = text(error.status, str(error), **error.headers)
            if not request.content.is_eof():
                response.force_close()
        except BadBody as error:
            reply = Reply(400, b"", "error", "BadBody", message=str(error))
            response = text(400, f"the body is no AdmissionReview: {error}")
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - the funnel: nobody is to see a traceback but the log
            reply = Reply(500, b"", "error", "Bug", message=f"{type(error).__name__}: {error}")
            response = text(500, "this is a bug in kubectl-fluid; its log says more")
        finally:
            metrics.in_flight -= 1
        took = (perf_counter() - began) * 1000
        metrics.review(reply.outcome, reply.reason, took, len(reply.body))
        self._tell(question, reply, took)
        return response

    async def _body(self, request: web.BaseRequest) -> bytes:
        if request.method != "POST":
            raise Refused(405, "Method", "only POST is answered here", Allow="POST")
        if request.headers.get(hdrs.CONTENT_TYPE) != JSON and request.content_type != JSON:
            raise Refused(415, "ContentType", "the content type must be application/json")
        if request.headers.get(hdrs.CONTENT_ENCODING) not in _PLAIN:
            why = "the body must not be compressed"
            raise Refused(415, "ContentEncoding", why, **{"Accept-Encoding": "identity"})
        length = request.content_length
        if length is not None and length > bounds.BODY:
            raise Refused(413, "TooLarge", f"the body is larger than {bounds.BODY} bytes")
        try:
            if request.content.is_eof() and length is not None:
                return request.content.read_nowait()  # it is all here, as it nearly always is
            return await asyncio.wait_for(request.read(), self._limits.read_timeout)
        except web.HTTPRequestEntityTooLarge:
            raise Refused(413, "TooLarge", f"the body is larger than {bounds.BODY} bytes") from None
        except asyncio.TimeoutError:
            why = f"the body did not come within {self._limits.read_timeout:g} s"
            raise Refused(408, "Timeout", why) from None
        except web.RequestPayloadError:
            raise Refused(400, "BadBody", "the body was cut off") from None

    def _tell(self, question: Question | None, reply: Reply, took: float) -> None:
        known = reply.outcome in ("injected", "skipped")
        if known and not self._log.verbose:
            return
        fields: dict[str, Any] = {"outcome": reply.outcome, "reason": reply.reason, "ms": round(took, 2)}
        if question is not None:
            namespace = question.namespace[:_MAX_NAME]
            fields = {"uid": question.uid, "namespace": namespace, "pod": _name(question), **fields}
        if reply.message:
            fields["why"] = reply.message
        level = "debug" if known else "error" if reply.reason == "Bug" else "info"
        self._log.often(level, "review", f"{reply.outcome} {reply.reason}", **fields)


def _name(question: Question) -> str:
    """The Pod's name as far as it has one, for the log; whatever stands there may be of any type."""
    metadata = mapping(question.pod.get("metadata"))
    generated = metadata.get("generateName")
    return str(metadata.get("name") or (f"{generated}*" if generated else ""))[:_MAX_NAME]
