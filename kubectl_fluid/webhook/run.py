"""`serve`: all parts put together, from the first connection to the last."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.shapes import mapping
from kubectl_fluid.webhook.access import Access
from kubectl_fluid.webhook.api import Api
from kubectl_fluid.webhook.caches import Caches
from kubectl_fluid.webhook.connections import Limits
from kubectl_fluid.webhook.log import SUMMARY_SECONDS, Log
from kubectl_fluid.webhook.lookups import Lookups
from kubectl_fluid.webhook.memo import Memo
from kubectl_fluid.webhook.metrics import CONTENT_TYPE, Metrics
from kubectl_fluid.webhook.reviewer import Reviewer
from kubectl_fluid.webhook.server import ECI_PATH, FLUID_PATH, PATH, Server
from kubectl_fluid.webhook.store import Store
from kubectl_fluid.webhook.tls import Certificates

Object = dict[str, Any]

#: Seconds between two looks at the certificate's files.
CERTIFICATE_SECONDS = 1.0
PLAIN = "text/plain; charset=utf-8"
#: The first Kubernetes release (minor of 1) in which a container can be a native sidecar without a feature gate.
NATIVE_SINCE = 29
#: Seconds between two questions for the version, at most.
VERSION_WAIT = 30
#: Bytes that each connection's TLS reads at once, instead of asyncio's 256 KiB, which each connection would keep.
TLS_BUFFER = 16 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """What is served and how. `port` 0 takes any free one.

    `unique` makes the randomness of a plan (`Settings.unique`). `metrics_port` None serves metrics and health on the
    same port only. `objects` are served without a cluster where there is no `access`. Times are in seconds; `drain` is
    how long the server goes on after SIGTERM, so that everybody hears that it is not ready any more.
    """

    host: str
    port: int
    settings: Settings
    unique: Callable[[], str]
    access: Access | None
    objects: tuple[tuple[str, Object], ...] = ()
    metrics_port: int | None = None
    disabled: bool = False
    drain: float = 5.0
    finish: float = 10.0
    max_cache_age: float = 300.0
    limits: Limits = field(default_factory=Limits)


class Webhook:
    """One server. `serve` runs it until `stop` is called; `settled` is called each time it becomes ready."""

    def __init__(self, options: Options, certificates: Certificates, log: Log) -> None:
        self.port = self.metrics_port = 0
        self.settled: Callable[[], object] = lambda: None
        self.store = Store()
        self.metrics = Metrics()
        self._options, self._certificates, self._log = options, certificates, log
        self._caches: Caches | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Not ready from now on; `serve` ends when everything under way is done."""
        self._stopping.set()

    async def serve(self, started: Callable[[], None] = lambda: None) -> None:
        """Listen, and answer until `stop`. `started` is called when connections are accepted. Raises ListenError."""
        options = self._options
        api = Api(options.access) if options.access else None
        lookups = Lookups(self.store, self._log, self.metrics, api.read if api else None)
        ours = Reviewer(lookups.claim, options.settings, options.unique, disabled=options.disabled)
        eci = Reviewer(lookups.claim, for_eci(options.settings), options.unique, disabled=options.disabled)
        reviewers = {PATH: ours, FLUID_PATH: ours, ECI_PATH: eci}
        server = Server(reviewers, lookups, self._log, self.metrics, options.limits)
        server.pages = self.pages()
        tasks = [asyncio.ensure_future(it) for it in (self._watch_certificate(), self._sum_up())]
        if api:
            self._caches = Caches(api, self.store, self._log, self.metrics)
            tasks += [asyncio.ensure_future(it) for it in (self._caches.run(), self._ask_version(api, (ours, eci)))]
        for kind, value in options.objects:
            self.store.put(kind, value)
        self.store.refresh()
        self._describe((ours.memo, eci.memo))
        try:
            self.port = await server.listen(options.host, options.port, self._certificates.context)
            if options.metrics_port is not None:
                self.metrics_port = await server.listen(options.host, options.metrics_port, None)
            tasks.append(asyncio.ensure_future(self._watch_readiness()))
            self._log.info("listening", port=self.port, metrics_port=self.metrics_port or self.port)
            started()
            await self._end_of(tasks)
            server.draining = True
            self._log.info("draining", seconds=options.drain)
            await asyncio.sleep(options.drain)
            await server.close(options.finish)
            self._log.summary()
            self._log.info("ended")
        finally:
            server.deafen()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if api:
                await api.close()

    async def _end_of(self, tasks: Iterable[asyncio.Future[Any]]) -> None:
        """Wait for `stop`; a task that fails is a bug that must not go by unseen."""
        stopped = asyncio.ensure_future(self._stopping.wait())
        try:
            while not stopped.done():
                done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
                tasks = [task for task in tasks if task not in done]
                for task in done:
                    task.result()
        finally:
            stopped.cancel()

    def pages(self) -> dict[str, Callable[[], tuple[int, bytes, str]]]:
        """What is served beside reviews."""

        def ready() -> tuple[int, bytes, str]:
            faults = self.faults()
            return (503 if faults else 200, ("".join(f"{fault}\n" for fault in faults) or "ok\n").encode(), PLAIN)

        return {
            "/healthz": lambda: (200, b"ok\n", PLAIN),
            "/readyz": ready,
            "/metrics": lambda: (200, self.metrics.text(), CONTENT_TYPE),
        }

    def faults(self) -> list[str]:
        """Why this server is not ready; nothing when it is."""
        faults = []
        if self._stopping.is_set():
            faults.append("it is being stopped")
        if not self._certificates.is_valid():
            faults.append("the certificate has expired, or is not valid yet")
        if self._caches:
            if unsynced := self._caches.unsynced():
                faults.append(f"not all objects have been read: {', '.join(unsynced)}")
            limit = self._options.max_cache_age
            if old := [kind for kind, age in self._caches.ages().items() if age > limit]:
                faults.append(f"nothing was heard of for {limit:g} s: {', '.join(old)}")
        return faults

    def _describe(self, memos: tuple[Memo, ...]) -> None:
        """Metrics that are asked for, not counted."""
        gauges, counters, caches = self.metrics.gauges, self.metrics.counters, self._caches
        end = self._certificates
        gauges["certificate_expiry_timestamp_seconds"] = (
            "When the certificate in use ends",
            "",
            lambda: {"": end.validity.not_after},
        )
        gauges["certificate_files_broken"] = (
            "1 while the files of the certificate cannot be used; the one before is served on",
            "",
            lambda: {"": float(end.broken_since is not None)},
        )
        gauges["certificate_files_broken_seconds"] = (
            "For how long that has been so",
            "",
            lambda: {"": 0.0 if end.broken_since is None else max(0.0, time.time() - end.broken_since)},
        )
        gauges["ready"] = ("1 where /readyz says so", "", lambda: {"": float(not self.faults())})
        counters["memo_lookups"] = (
            "Answers that were ready, and those that had to be planned",
            "result",
            lambda: {"hit": sum(it.hits for it in memos), "miss": sum(it.misses for it in memos)},
        )
        if caches:
            gauges["cache_age_seconds"] = ("Since the API server was last heard of", "kind", caches.ages)
            gauges["cache_synced"] = ("1 where all objects have been read", "kind", caches.synced_by_kind)
            gauges["cache_objects"] = ("Objects that are kept", "kind", caches.counts)

    async def _watch_certificate(self) -> None:
        while True:
            await asyncio.sleep(CERTIFICATE_SECONDS)
            if told := self._certificates.reload():
                self._log.warning(told)

    async def _sum_up(self) -> None:
        while True:
            await asyncio.sleep(SUMMARY_SECONDS)
            self._log.summary()

    async def _watch_readiness(self) -> None:
        """Say in the log when it changes."""
        before: list[str] | None = None
        while True:
            faults = self.faults()
            if before is None or bool(faults) != bool(before):
                if faults:
                    self._log.info("not ready", why="; ".join(faults))
                else:
                    self._log.info("ready")
                    self.settled()
                before = faults
            await asyncio.sleep(0.05 if before else 1.0)

    async def _ask_version(self, api: Api, reviewers: Iterable[Reviewer]) -> None:
        """Before 1.29 a native sidecar needs a feature gate: then the sidecar is an ordinary container.

        Asks until there is an answer: an API server that is away now is not one that has native sidecars.
        """
        wait = 1
        while (minor := await self._minor_of(api)) is None:
            await asyncio.sleep(wait)
            wait = min(2 * wait, VERSION_WAIT)
        if minor < NATIVE_SINCE:
            for reviewer in reviewers:
                reviewer.use(replace(reviewer.settings, native_supported=False))
            self._log.info("this cluster has no native sidecars", version=f"1.{minor}")

    @staticmethod
    async def _minor_of(api: Api) -> int | None:
        """The API server's minor version, NATIVE_SINCE where it says nothing of use; None while it does not answer."""
        try:
            answer = await api.get("/version")
        except ClusterError:
            return None
        try:
            return int(str(mapping(json.loads(answer.body)).get("minor")).rstrip("+"))
        except ValueError:
            return NATIVE_SINCE


def for_eci(settings: Settings) -> Settings:
    """Pods of namespaces that go to ECI as a whole say nothing themselves."""
    return replace(settings, force=True, platform="eci")


def run(options: Options, certificates: Certificates, log: Log) -> None:
    """Serve until SIGTERM or SIGINT. Raises ListenError when a port cannot be had."""
    loop = _loop()
    asyncio.set_event_loop(loop)
    _prepare()
    try:
        loop.run_until_complete(_until_signal(options, certificates, log))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()


async def _until_signal(options: Options, certificates: Certificates, log: Log) -> None:
    webhook = Webhook(options, certificates, log)
    webhook.settled = _settle
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _complain(log, context))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, webhook.stop)
    await webhook.serve()


def _settle() -> None:
    """What is here once the caches are full stays: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()


def _complain(log: Log, context: dict[str, Any]) -> None:
    """What asyncio has nobody to tell: broken handshakes, for the most part."""
    error = context.get("exception")
    log.debug("asyncio", what=context.get("message"), **({"why": f"{type(error).__name__}: {error}"} if error else {}))


def _loop() -> asyncio.AbstractEventLoop:
    """That of `uvloop` where it is installed."""
    try:
        loop: asyncio.AbstractEventLoop = importlib.import_module("uvloop").new_event_loop()
    except ImportError:
        loop = asyncio.new_event_loop()
    return loop


def _prepare() -> None:
    """As many connections as the machine allows, and a small memory for each."""
    import resource
    from asyncio import sslproto

    sslproto.SSLProtocol.max_size = TLS_BUFFER  # type: ignore[attr-defined] # typeshed does not know it
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
