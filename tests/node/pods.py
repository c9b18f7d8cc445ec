"""Applications that read a Dataset, put into the node's cluster with their sidecars, and what becomes of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import yaml

from tests.cli.running import run
from tests.cluster.api import Object, Refused
from tests.cluster.crds import FLUID
from tests.node.node import APP_IMAGE, PATIENCE, STATE, Node

#: Says the checksum of every file in the order of their paths. JuiceFS's own files have names with a dot in front.
LIST = "cd /data && find . -type f ! -name '.*' | sort | xargs sha256sum"
FINAL = ("Succeeded", "Failed")


def container(script: str, claim_volume: str = "data", name: str = "app", **more: Any) -> Object:
    """A container that runs a shell script and sees a volume under /data."""
    mount = {"name": claim_volume, "mountPath": "/data"}
    return {"name": name, "image": APP_IMAGE, "command": ["sh", "-c", script], "volumeMounts": [mount], **more}


def template(script: str, claim: str = "demo", labels: Object | None = None, **spec: Any) -> Object:
    """Pod template of an application that asks for the sidecar and reads the claim under /data."""
    return {
        "metadata": {"labels": labels or {"serverless.fluid.io/inject": "true"}},
        "spec": {
            "restartPolicy": "Never",
            "containers": [container(script)],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}],
            **spec,
        },
    }


def pod(name: str, pod_template: Object, annotations: Object | None = None) -> Object:
    """A Pod of a template."""
    metadata = {"name": name, **pod_template["metadata"], "annotations": annotations or {}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod_template["spec"]}


def job(name: str, pod_template: Object, **spec: Any) -> Object:
    """A Job that does not try again."""
    spec = {"backoffLimit": 0, **spec, "template": pod_template}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}


class Cluster:
    """A namespace of the node's cluster."""

    def __init__(self, node: Node, namespace: str) -> None:
        self.node, self.namespace = node, namespace
        self._api = node.plane.admin

    def inject(self, value: Object, *options: str) -> Object:
        """What `kubectl fluid inject` makes of an object, asking the cluster."""
        kubeconfig = str(self.node.plane.kubeconfig)
        done = run(
            "inject", "-f", "-", "-n", self.namespace, "--kubeconfig", kubeconfig, *options, stdin=yaml.safe_dump(value)
        )
        assert done.status == 0, done.err
        made, *needed = yaml.safe_load_all(done.out)
        for config_map in needed:
            self.create(config_map)
        result: Object = made
        return result

    def create(self, value: Object) -> Object:
        """Put an object into the namespace as it is."""
        return self._api.create({**value, "metadata": {**value["metadata"], "namespace": self.namespace}})

    def start(self, value: Object, *options: str) -> Object:
        """Inject an object and create it."""
        return self.create(self.inject(value, *options))

    def read(self, kind: str, name: str) -> Object:
        """An object of the namespace."""
        return self._api.read(self._reference(kind, name))

    def merge(self, kind: str, name: str, patch: Object) -> None:
        """Change an object of the namespace."""
        self._api.merge(self._reference(kind, name), patch)

    def _reference(self, kind: str, name: str) -> Object:
        version = "data.fluid.io/v1alpha1" if kind in FLUID else "v1"
        return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": self.namespace}}

    def pods(self, selector: str = "") -> list[Object]:
        """The namespace's Pods with these labels, oldest first."""
        query = f"?labelSelector={selector}" if selector else ""
        items: list[Object] = self._api.request("GET", f"/api/v1/namespaces/{self.namespace}/pods{query}")["items"]
        return sorted(items, key=lambda it: (it["metadata"]["creationTimestamp"], it["metadata"]["name"]))

    def pod(self, name: str) -> Object:
        """A Pod as it is now."""
        return self._api.request("GET", f"/api/v1/namespaces/{self.namespace}/pods/{name}")

    def log(self, name: str, of: str = "app") -> str:
        """What a container has said."""
        path = f"/api/v1/namespaces/{self.namespace}/pods/{name}/log?container={of}"
        return self._api.ask("GET", path).decode()

    def finished(self, name: str, seconds: float = PATIENCE) -> Object:
        """The Pod when all of it has ended."""
        self.until(lambda: self.pod(name)["status"]["phase"] in FINAL, f"Pod {name} ends", seconds)
        return self.pod(name)

    def running(self, name: str, of: str = "app") -> Object:
        """The Pod when this container runs."""
        self.until(lambda: "running" in state(self.pod(name), of), f"container {of} of Pod {name} runs")
        return self.pod(name)

    def delete(self, name: str, seconds: float = PATIENCE) -> float:
        """Delete a Pod and wait until the kubelet has let go of it; the seconds that took."""
        began = time.monotonic()
        self._api.request("DELETE", f"/api/v1/namespaces/{self.namespace}/pods/{name}")
        self.until(lambda: self._is_gone(name), f"Pod {name} is gone", seconds)
        return time.monotonic() - began

    def exec(self, name: str, of: str, *command: str) -> str:
        """What a command says in a container. It has to succeed."""
        done = self.node.plane.kubectl("exec", "-n", self.namespace, name, "-c", of, "--", *command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kill(self, name: str, of: str) -> None:
        """Kill what runs in a container, as the kernel does where memory is short."""
        full = status_of(self.pod(name), of)["containerID"].removeprefix("containerd://")
        self.node.command(
            "ctr", "-a", STATE / "containerd.sock", "-n", "k8s.io", "task", "kill", "-a", "-s", "KILL", full
        )

    def until(self, done: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Wait for something; where it does not come, say how the Pods are."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"not within {seconds} s: {what}\n{self.report()}"
            time.sleep(0.1)

    def report(self) -> str:
        """How the Pods are, and what their containers have said."""
        lines = [self.node.plane.kubectl("get", "pods,events", "-n", self.namespace).stdout]
        for value in self.pods():
            name = value["metadata"]["name"]
            for status in statuses(value):
                lines.append(f"--- {name} {status['name']}: {json.dumps(status['state'])}")
                with suppress(Refused):
                    lines.append(self.log(name, status["name"])[-1500:])
        return "\n".join(lines)

    def has_account(self) -> bool:
        """Whether the namespace has the account that its Pods run as; the controller manager makes it."""
        try:
            self._api.request("GET", f"/api/v1/namespaces/{self.namespace}/serviceaccounts/default")
        except Refused:
            return False
        return True

    def _is_gone(self, name: str) -> bool:
        try:
            self.pod(name)
        except Refused as refused:
            return refused.code == 404
        return False


def statuses(value: Object) -> Sequence[Object]:
    """Status of every container of a Pod, init containers first."""
    status = value["status"]
    return [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]


def status_of(value: Object, name: str) -> Object:
    """A container's status."""
    return next((it for it in statuses(value) if it["name"] == name), {"state": {}, "restartCount": 0})


def state(value: Object, name: str) -> Object:
    """Whether a container waits, runs or has ended: an object with one of these keys."""
    found: Object = status_of(value, name)["state"]
    return found


def exit_code(value: Object, name: str) -> int | None:
    """With what a container has ended, None where it has not."""
    code: int | None = state(value, name).get("terminated", {}).get("exitCode")
    return code


def sidecars(value: Object) -> list[str]:
    """Names of the sidecars."""
    spec = value["spec"]
    names = [it["name"] for it in [*spec.get("initContainers", ()), *spec["containers"]]]
    return [name for name in names if name.startswith("fluid-fuse-")]
