"""The webhook, served in this process: real TLS on 127.0.0.1, certificates of its own, and a client of http.client."""

from __future__ import annotations

import asyncio
import dataclasses
import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.webhook.access import Access
from kubectl_fluid.webhook.connections import Limits
from kubectl_fluid.webhook.log import Log
from kubectl_fluid.webhook.run import Options, Webhook
from kubectl_fluid.webhook.tls import Certificates, Files
from tests.catalog import world
from tests.cluster.certificates import Authority
from tests.webhook.fakeapi import Loop, looping

Object = dict[str, Any]

UNIQUE = "1234567890123456-deadbeef"
JSON = {"Content-Type": "application/json"}


def pod(claim: str = "jfs", **metadata: Any) -> Object:
    """A Pod that asks for the sidecar of a claim."""
    mount = {"name": "data", "mountPath": "/data"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "app-", "labels": {"serverless.fluid.io/inject": "true"}, **metadata},
        "spec": {
            "containers": [{"name": "app", "image": "python:3.12", "volumeMounts": [mount]}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}],
        },
    }


def review(obj: Any = None, version: str = "v1", **request: Any) -> Object:
    """The AdmissionReview for creating a Pod in namespace `default`."""
    body = {"uid": "u-1", "operation": "CREATE", "namespace": "default", "object": pod() if obj is None else obj}
    return {"apiVersion": f"admission.k8s.io/{version}", "kind": "AdmissionReview", "request": body | request}


def cluster(**instead: Object | None) -> tuple[tuple[str, Object], ...]:
    """The objects of `tests.catalog.world` as a server without cluster takes them."""
    return tuple((value["kind"], value) for value in world.objects(**instead))


def write_certificate(folder: Path, authority: Authority, **more: Any) -> Files:
    """A certificate for 127.0.0.1 in `folder`, and the CA's beside it."""
    pair = authority.server("127.0.0.1", **more)
    (folder / "ca.crt").write_bytes(authority.certificate)
    (folder / "tls.key").write_bytes(pair.key)
    (folder / "tls.crt").write_bytes(pair.certificate)
    return Files.of_folder(folder)


@dataclass
class Answer:
    """Status, headers and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def response(self) -> Object:
        """The AdmissionResponse."""
        made: Object = json.loads(self.body)["response"]
        return made


class Served:
    """A webhook that runs; `said` is its log."""

    def __init__(self, thread: Loop, webhook: Webhook, folder: Path, said: list[str]) -> None:
        self.thread, self.webhook, self.folder, self.said = thread, webhook, folder, said

    @property
    def port(self) -> int:
        return self.webhook.port

    def tls(self) -> ssl.SSLContext:
        """A client's context that trusts this server."""
        return ssl.create_default_context(cafile=str(self.folder / "ca.crt"))

    def connect(self, timeout: float = 8) -> http.client.HTTPSConnection:
        """A connection, to be closed."""
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls(), timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request on a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def post(self, body: Any, path: str = "/mutate", **headers: str) -> Answer:
        """Send a review."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, data, {**JSON, **headers})

    def response(self, body: Any) -> Object:
        """The AdmissionResponse to a review."""
        answer = self.post(body)
        assert answer.status == 200, answer.body
        return answer.response

    def metrics(self) -> dict[str, float]:
        """Sample → value."""
        lines = self.ask("GET", "/metrics").body.decode().splitlines()
        return {name: float(value) for name, value in (it.rsplit(" ", 1) for it in lines if not it.startswith("#"))}

    def wait(self, until: Callable[[], Any], patience: float = 8) -> None:
        """Wait until something is so."""
        end = time.monotonic() + patience
        while not until():
            assert time.monotonic() < end, f"it did not come to be so; the log: {self.said}"
            time.sleep(0.01)

    def wait_ready(self) -> None:
        self.wait(lambda: not self.webhook.faults())


@contextmanager
def serving(folder: Path, api: str | None = None, *, verbose: bool = True, **options: Any) -> Iterator[Served]:
    """A server with the objects of `world`, or with an API server at this URL."""
    certificates = Certificates(write_certificate(folder, Authority()))
    said: list[str] = []
    defaults = Options(
        host="127.0.0.1",
        port=0,
        settings=Settings(),
        unique=lambda: UNIQUE,
        access=Access(api, dict) if api else None,
        objects=() if api else cluster(),
        drain=0.0,
        finish=5.0,
        limits=Limits(read_timeout=5.0),
    )
    chosen = dataclasses.replace(defaults, **options)
    log = Log(said.append, verbose=verbose)
    with looping() as thread:
        webhook = thread.call(Webhook, chosen, certificates, log)
        ready = asyncio.Event()
        running = asyncio.run_coroutine_threadsafe(webhook.serve(ready.set), thread.loop)
        served = Served(thread, webhook, folder, said)
        try:
            served.wait(lambda: ready.is_set() or running.done())
            yield served
        finally:
            thread.loop.call_soon_threadsafe(webhook.stop)
            running.result(15)
