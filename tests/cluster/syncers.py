"""Processes of `kubectl fluid policy sync --watch` beside a real API server."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kubectl_fluid.policy.sync.bundle import NAME, NAMESPACE, Choices, bundle
from tests.cluster import fluid_objects, policies
from tests.cluster.api import Api, Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.webhooks import DRY, PATIENCE, pod, until

Object = dict[str, Any]

ACCOUNT = f"system:serviceaccount:{NAMESPACE}:{NAME}"
OLD, NEW = "juicedata/mount:ce-v1.3.0", "juicedata/mount:ce-v1.4.0"


class Syncer:
    """A process; `health` is the port of its probes."""

    def __init__(self, kubeconfig: Path, log: Path, *words: str) -> None:
        command = [sys.executable, "-m", "kubectl_fluid", "policy", "sync", "--watch", "--kubeconfig", str(kubeconfig)]
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [*command, "--log-format", "json", "--health-port", "0", *words],
                stdout=subprocess.DEVNULL,
                stderr=file,
                env={**os.environ, "HOME": "/nonexistent"},
            )

    def said(self, message: str = "") -> list[Object]:
        """Its log so far: whole lines of it, of one kind only where one is named."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [it for it in lines if message in ("", it["message"])]

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a probe."""
        (first,) = self.said("watching")
        with closing(http.client.HTTPConnection("127.0.0.1", first["health_port"], timeout=PATIENCE)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def is_ready(self) -> bool:
        """Whether it says so itself."""
        assert self.process.poll() is None, self._log.read_text()
        return bool(self.said("watching")) and self.get("/readyz")[0] == http.client.OK

    def kill(self) -> None:
        """End it as a node's end does: without a word."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        """End it as a kubelet does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def syncing(kubeconfig: Path, log: Path, *words: str, ready: bool = True) -> Iterator[Syncer]:
    """A process, ready unless said otherwise; what it said is shown where a test fails."""
    made = Syncer(kubeconfig, log, *words)
    try:
        if ready:
            until(made.is_ready, "the syncer is ready")
        yield made
    except BaseException:
        print(log.read_text())  # noqa: T201 - pytest shows it where a test fails
        raise
    finally:
        made.kill()


def grant(api_server: ControlPlane) -> Path:
    """The kubeconfig of an account that may do what the bundle lets its own do."""
    wanted = [it for it in bundle(Choices()) if it["kind"] in ("ClusterRole", "ClusterRoleBinding")]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": wanted})
    done = api_server.kubectl("apply", "-f", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    return api_server.kubeconfig_for(ACCOUNT)


def set_image(api: Api, namespace: str, name: str, image: str) -> None:
    """Change the FUSE client's image, as an upgrade of Fluid does."""
    daemon_set = fluid_objects.daemon_set(namespace, name)
    containers = daemon_set["spec"]["template"]["spec"]["containers"]
    containers[0]["image"] = image
    api.merge(daemon_set, {"spec": {"template": {"spec": {"containers": containers}}}})


def image_of(api: Api, namespace: str, name: str) -> str:
    """The image of the sidecar of a Pod that is made now; why it is refused, or "" where it is left alone."""
    try:
        made = api.create(pod("app", name, namespace), DRY)
    except Refused as refused:
        return str(refused.status["message"])
    found = [it["image"] for it in made["spec"].get("initContainers", ()) if it["name"].startswith("fluid-fuse-")]
    return "".join(found)


def template_of(api: Api, namespace: str, name: str) -> Object | None:
    """The template, None where there is none."""
    try:
        return api.request("GET", f"{policies.templates_path(namespace)}/{name}")
    except Refused as refused:
        if refused.code != http.client.NOT_FOUND:
            raise
        return None


def seconds_until(done: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
    """How long it took."""
    began = time.monotonic()
    until(done, what, seconds)
    return time.monotonic() - began
