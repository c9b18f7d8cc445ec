"""The webhook beside a real API server: processes of it, their certificates, and the configuration that names them."""

from __future__ import annotations

import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kubectl_fluid.webhook.bundle.choices import NAME, NAMESPACE, Choices
from kubectl_fluid.webhook.bundle.configuration import NAMESPACE_NAME, configuration
from kubectl_fluid.webhook.bundle.objects import bundle
from tests.cli.running import run
from tests.cluster import fluid_objects
from tests.cluster.api import Api, Refused
from tests.cluster.control_plane import HOST, ControlPlane

Object = dict[str, Any]

ACCOUNT = f"system:serviceaccount:{NAMESPACE}:{NAME}"
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
#: Seconds; a busy machine needs many times what a quiet one does.
PATIENCE = 45
DRY = "?dryRun=All"
SIDECAR = re.compile(r"fluid-fuse-")
_SAMPLE = re.compile(r"^kubectl_fluid_webhook_(\S+) (\S+)$", re.MULTILINE)


def until(done: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait for what comes to be so a moment later."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def pod(name: str, claim: str, namespace: str, **labels: str) -> Object:
    """A Pod that asks for the sidecar of a claim."""
    value = fluid_objects.pod_template(claim)
    metadata = {"name": name, "namespace": namespace, "labels": {**value["metadata"]["labels"], **labels}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": value["spec"]}


def sidecars(value: Object) -> list[str]:
    """Names of the sidecars in a Pod."""
    spec = value["spec"]
    names = [it["name"] for it in [*spec.get("initContainers", ()), *spec["containers"]]]
    return [name for name in names if SIDECAR.match(name)]


def refusal(api: Api, value: Object, query: str = DRY) -> str:
    """Why a Pod is not admitted; "" when it is."""
    try:
        api.create(value, query)
    except Refused as refused:
        return str(refused.status["message"])
    return ""


class Certs:
    """A folder of certificates, made and rotated by the program itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.step()

    def step(self, *more: str) -> str:
        """What `webhook certs` says that it has done."""
        done = run("webhook", "certs", "--dir", self.folder, "--settle", "0", *self._names(), *more)
        assert done.status == 0, done.err
        return done.err

    def patch(self) -> list[Object]:
        """RFC 6902: what `webhook certs` prints for the configuration."""
        done = run("webhook", "certs", "--dir", self.folder, "--patch-configuration")
        assert done.status == 0, done.err
        operations: list[Object] = json.loads(done.out)
        return operations

    @property
    def ca(self) -> bytes:
        return (self.folder / "ca.crt").read_bytes()

    def client(self) -> ssl.SSLContext:
        """Trusts what the folder says now."""
        return ssl.create_default_context(cadata=self.ca.decode())

    @staticmethod
    def _names() -> list[str]:
        return ["--name", HOST, "--name", "localhost"]


class Replica:
    """A process of the webhook; `port` is where it listens."""

    def __init__(
        self, certs: Certs, kubeconfig: Path, log: Path, arguments: Sequence[str], more: Mapping[str, str]
    ) -> None:
        command = [sys.executable, "-m", "kubectl_fluid", "webhook", "serve", "--host", HOST, "--port", "0"]
        command += ["--cert-dir", str(certs.folder), "--kubeconfig", str(kubeconfig), "--log-format", "json"]
        self._certs, self._log = certs, log
        with log.open("wb") as file:
            environment = {**os.environ, "HOME": "/nonexistent", **more}
            self.process = subprocess.Popen([*command, *arguments], stderr=file, env=environment)
        self.port = 0

    def wait_ready(self) -> None:
        """Until it says so itself."""
        until(lambda: self._listens() and self.get("/readyz")[0] == http.client.OK, "the webhook is ready")

    def get(self, path: str) -> tuple[int, str]:
        """Status and body."""
        connection = http.client.HTTPSConnection(HOST, self.port, context=self._certs.client(), timeout=PATIENCE)
        with closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def metrics(self) -> dict[str, float]:
        """Sample, without the prefix that all have → value."""
        return {name: float(value) for name, value in _SAMPLE.findall(self.get("/metrics")[1])}

    def said(self) -> list[Object]:
        """Its log so far, whole lines of it."""
        return [json.loads(line) for line in self._log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def kill(self) -> None:
        """End it as a node's end does: without a word."""
        self.process.kill()
        self.process.wait()

    def _listens(self) -> bool:
        if not self.port:
            assert self.process.poll() is None, self._log.read_text()
            self.port = next((it["port"] for it in self.said() if it["message"] == "listening"), 0)
        return bool(self.port)


@contextmanager
def replica(
    api_server: ControlPlane, certs: Certs, *arguments: str, account: str = ACCOUNT, **variables: str
) -> Iterator[Replica]:
    """A ready process that may do what RBAC allows its account: see `grant`."""
    kubeconfig = api_server.kubeconfig_for(account)
    log = certs.folder / f"replica-{time.monotonic_ns()}.log"
    made = Replica(certs, kubeconfig, log, arguments, variables)
    try:
        made.wait_ready()
        yield made
        assert [it for it in made.said() if it["level"] == "error"] == []
    except BaseException:
        print(log.read_text())  # noqa: T201 - pytest shows it where a test fails
        raise
    finally:
        made.kill()


def grant(api_server: ControlPlane) -> None:
    """Give the bundle's account what the bundle gives it."""
    wanted = [it for it in bundle(Choices()) if it["kind"] in ("ClusterRole", "ClusterRoleBinding")]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": wanted})
    done = api_server.kubectl("apply", "-f", "-", stdin=text)
    assert done.returncode == 0, done.stderr


def registration(name: str, ports: Sequence[int], ca: bytes, namespaces: Sequence[str], **choices: Any) -> Object:
    """The bundle's configuration with addresses in place of its Service, for some namespaces only.

    `ports` are for the entries in their order, the last one for all that are left.
    """
    value = configuration(Choices(ca=ca, **choices))
    value["metadata"]["name"] = name
    here = {"key": NAMESPACE_NAME, "operator": "In", "values": list(namespaces)}
    for index, entry in enumerate(value["webhooks"]):
        client = entry["clientConfig"]
        port = ports[min(index, len(ports) - 1)]
        client["url"] = f"https://{HOST}:{port}{client.pop('service')['path']}"
        entry["namespaceSelector"]["matchExpressions"].append(here)
    return value


@contextmanager
def registered(api: Api, value: Object) -> Iterator[str]:
    """A configuration that the API server goes by, from the first moment to the last; gives its path."""
    path = f"{CONFIGURATIONS}/{value['metadata']['name']}"
    (namespace, *_) = value["webhooks"][0]["namespaceSelector"]["matchExpressions"][-1]["values"]
    probe = pod("probe", "nowhere", namespace)
    api.request("POST", CONFIGURATIONS, value)
    try:
        until(lambda: refusal(api, probe) != "", "the webhook is called")
        yield path
    finally:
        api.request("DELETE", path)
        until(lambda: refusal(api, probe) == "", "the webhook is not called any more")
