"""The HTTP side: aiohttp's low-level server, because its routes and middlewares cost more than a review does."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from aiohttp import web

from kubectl_fluid.catalog.shapes import mapping
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
#: Bytes; what an API server may send for one object, old and new, and a little more.
MAX_BODY = 7 * 1024 * 1024
#: Seconds. An API server closes connections that were idle for 90; being the first to close would cost it a request.
IDLE_TIMEOUT = 120.0
#: Claims that a sidecar's own volumes name come to light when the others are there.
MAX_PASSES = 3
_BACKLOG = 1024
#: Seconds until the last answers are written, and between two looks whether all are.
_LAST_BYTES, _LOOK = 1.0, 0.01


@dataclass(frozen=True, slots=True)
class Limits:
    """`read_timeout` (seconds) is for the TLS handshake, for a first request's head, and for each body."""

    read_timeout: float = 10.0
    max_connections: int = 2048


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
        self._http = _Http(self._handle, limits, log)
        self._plain = _Http(self._serve_page, limits, log)
        self._listeners: list[asyncio.AbstractServer] = []

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Begin to accept connections; the port is the answer, for port 0. Raises OSError.

        Without TLS there are only pages: nobody should learn from a Pod on the way what it holds.
        """
        http = self._http if tls else self._plain
        more: dict[str, Any] = {"ssl": tls, "ssl_handshake_timeout": self._limits.read_timeout} if tls else {}
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(http, host or None, port, backlog=_BACKLOG, **more)
        self._listeners.append(listener)
        return int(listener.sockets[0].getsockname()[1])

    async def close(self, timeout: float) -> None:
        """Accept no more, and end when what is under way has been answered, or after `timeout` seconds."""
        for listener in self._listeners:
            listener.close()
        # aiohttp itself would throw away what is still to come of a body.
        for _ in range(int(timeout / _LOOK)):
            if not self._metrics.in_flight:
                break
            await asyncio.sleep(_LOOK)
        for http in (self._http, self._plain):
            http.pre_shutdown()
            await http.shutdown(_LAST_BYTES)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._http.served(request.protocol)
        path = request.path
        reviewer = self._reviewers.get(path)
        if reviewer is not None:
            response = await self._review(request, reviewer)
        else:
            response = self._page(path, request.method)
        if self.draining:
            response.force_close()
        return response

    async def _serve_page(self, request: web.BaseRequest) -> web.StreamResponse:
        self._plain.served(request.protocol)
        return self._page(request.path, request.method)

    def _page(self, path: str, method: str) -> web.Response:
        page = self.pages.get(path)
        if page is None:
            return _text(404, "there is nothing here")
        if method not in ("GET", "HEAD"):
            return _text(405, "only GET is answered here", Allow="GET, HEAD")
        status, body, content_type = page()
        return web.Response(status=status, body=body, headers={"Content-Type": content_type})

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
            response = web.Response(status=reply.status, body=reply.body, content_type=JSON)
        except Refused as error:
            reply = Reply(error.status, b"", "error", error.reason, message=str(error))
            response = _text(error.status, str(error), **error.headers)
            if not request.content.is_eof():
                response.force_close()
        except BadBody as error:
            reply = Reply(400, b"", "error", "BadBody", message=str(error))
            response = _text(400, f"the body is no AdmissionReview: {error}")
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - the funnel: nobody is to see a traceback but the log
            reply = Reply(500, b"", "error", "Bug", message=f"{type(error).__name__}: {error}")
            response = _text(500, "this is a bug in kubectl-fluid; its log says more")
        finally:
            metrics.in_flight -= 1
        took = (perf_counter() - began) * 1000
        metrics.review(reply.outcome, reply.reason, took, len(reply.body))
        self._tell(question, reply, took)
        return response

    async def _body(self, request: web.BaseRequest) -> bytes:
        if request.method != "POST":
            raise Refused(405, "Method", "only POST is answered here", Allow="POST")
        if request.headers.get("Content-Type") != JSON and request.content_type != JSON:
            raise Refused(415, "ContentType", "the content type must be application/json")
        length = request.content_length
        if length is not None and length > MAX_BODY:
            raise Refused(413, "TooLarge", f"the body is larger than {MAX_BODY} bytes")
        try:
            if request.content.is_eof() and length is not None:
                return request.content.read_nowait()  # it is all here, as it nearly always is
            return await asyncio.wait_for(request.read(), self._limits.read_timeout)
        except web.HTTPRequestEntityTooLarge:
            raise Refused(413, "TooLarge", f"the body is larger than {MAX_BODY} bytes") from None
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
            fields = {"uid": question.uid, "namespace": question.namespace, "pod": _name(question), **fields}
        if reply.message:
            fields["why"] = reply.message
        write = self._log.debug if known else self._log.error if reply.reason == "Bug" else self._log.info
        write("review", **fields)


class _Http(web.Server):
    """aiohttp's server with connections that are bounded in number, and in time until they say anything."""

    def __init__(
        self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], limits: Limits, log: Log
    ) -> None:
        super().__init__(
            handler,
            logger=_logger(log),
            request_factory=self._request,
            access_log=None,
            keepalive_timeout=IDLE_TIMEOUT,
            lingering_time=2.0,
            auto_decompress=False,  # API servers do not compress, and bombs are made so
        )
        self._limits = limits
        self._silent: dict[web.RequestHandler, asyncio.TimerHandle] = {}
        self._served: dict[web.RequestHandler, None] = {}

    def served(self, protocol: web.RequestHandler) -> None:
        """This connection has sent a request."""
        if self._silent and (timer := self._silent.pop(protocol, None)):
            timer.cancel()
        served = self._served
        served.pop(protocol, None)
        served[protocol] = None  # at the end: the one that was silent longest comes first

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        timer = self._loop.call_later(self._limits.read_timeout, self._give_up, handler)
        oldest = next(iter(self._silent or self._served), None)  # one that never asked anything goes first
        self._silent[handler] = timer
        if oldest and len(self._silent) + len(self._served) > self._limits.max_connections:
            self._give_up(oldest)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        self._forget(handler)
        super().connection_lost(handler, exc)

    def _give_up(self, handler: web.RequestHandler) -> None:
        self._forget(handler)
        handler.force_close()

    def _forget(self, handler: web.RequestHandler) -> None:
        self._served.pop(handler, None)
        if timer := self._silent.pop(handler, None):
            timer.cancel()

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        # One byte more, so that a body of the limit itself is no question of counting.
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop, client_max_size=MAX_BODY + 1)


def _logger(log: Log) -> logging.Logger:
    """What aiohttp complains about: what clients did wrong, mostly, and with a traceback unless it is kept from it."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            log.debug(
                "http", what=record.getMessage(), **({"why": f"{type(error).__name__}: {error}"} if error else {})
            )

    logger = logging.Logger("kubectl_fluid.http")  # noqa: LOG001 - not one that others share
    logger.addHandler(Handler())
    return logger


def _text(status: int, message: str, **headers: str) -> web.Response:
    return web.Response(status=status, text=message + "\n", headers=headers or None)


def _name(question: Question) -> str:
    """The Pod's name as far as it has one, for the log; whatever stands there may be of any type."""
    metadata = mapping(question.pod.get("metadata"))
    generated = metadata.get("generateName")
    return str(metadata.get("name") or (f"{generated}*" if generated else ""))[:_MAX_NAME]
