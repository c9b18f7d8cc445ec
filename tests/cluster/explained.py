"""What `explain` speaks of: Pods with statuses as kubelets write them, events as controllers do."""

from __future__ import annotations

from typing import Any

from tests.cluster import fluid_objects
from tests.cluster.api import Api
from tests.cluster.webhooks import pod

Object = dict[str, Any]

STARTED = "2026-01-01T00:00:00Z"
SIDECAR = "fluid-fuse-jfs"


def running(name: str, *, ready: bool = True, started: bool = True, restarts: int = 0) -> Object:
    """A container's status: it runs."""
    return _status(name, {"running": {"startedAt": STARTED}}, ready=ready, started=started, restarts=restarts)


def waiting(name: str, reason: str, message: str = "", *, restarts: int = 0, exit_code: int | None = None) -> Object:
    """A container's status: it does not run (again)."""
    state = {"waiting": {"reason": reason, **({"message": message} if message else {})}}
    last = {} if exit_code is None else {"terminated": {"exitCode": exit_code, "reason": "Error", "startedAt": STARTED}}
    return {**_status(name, state, ready=False, started=False, restarts=restarts), "lastState": last}


def ended(name: str, exit_code: int = 0) -> Object:
    """A container's status: it has ended."""
    reason = "Completed" if exit_code == 0 else "Error"
    return _status(name, {"terminated": {"exitCode": exit_code, "reason": reason}}, ready=False, started=False)


def _status(name: str, state: Object, *, ready: bool, started: bool, restarts: int = 0) -> Object:
    made = {"name": name, "image": "x", "imageID": "x", "state": state, "lastState": {}}
    return {**made, "ready": ready, "started": started, "restartCount": restarts}


def report(api: Api, value: Object, phase: str, sidecars: list[Object], containers: list[Object]) -> None:
    """Write a Pod's status as its kubelet does; a Pod is ready when all of its containers are."""
    ready = phase == "Running" and all(it["ready"] for it in (*sidecars, *containers))
    conditions = [{"type": "Ready", "status": str(ready)}, {"type": "PodScheduled", "status": "True"}]
    status = {"phase": phase, "conditions": conditions, "containerStatuses": containers}
    api.merge(value, {"status": {**status, "initContainerStatuses": sidecars}}, "/status")


def silent(name: str, claim: str, namespace: str) -> Object:
    """A Pod that names a claim and asks for nothing."""
    value = pod(name, claim, namespace)
    value["metadata"]["labels"] = {"app": name}
    return value


def warn(api: Api, about: Object, reason: str, message: str, times: int = 1) -> None:
    """An event of type Warning about an object that exists."""
    metadata = about["metadata"]
    whom = {key: about[key] for key in ("apiVersion", "kind")} | {
        key: metadata[key] for key in ("name", "namespace", "uid")
    }
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{metadata['name']}.{reason.lower()}", "namespace": metadata["namespace"]},
        "involvedObject": whom,
        "reason": reason,
        "message": message,
        "type": "Warning",
        "count": times,
        "firstTimestamp": STARTED,
        "lastTimestamp": "2099-01-01T00:00:00Z",
        "source": {"component": "test"},
    }
    api.request("POST", f"/api/v1/namespaces/{metadata['namespace']}/events", event)


def job(name: str, claim: str, namespace: str) -> Object:
    """A Job that asks for the sidecar of a claim."""
    value = fluid_objects.job(name, claim)
    value["metadata"]["namespace"] = namespace
    return value


def deployment(name: str, claim: str, namespace: str) -> Object:
    """A Deployment that asks for the sidecar of a claim."""
    template = fluid_objects.pod_template(claim)
    template["metadata"]["labels"]["app"] = name
    template["spec"]["restartPolicy"] = "Always"
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template},
    }


def owned_by(owner: Object) -> list[Object]:
    """The ownerReferences of what a controller makes for an object."""
    metadata = owner["metadata"]
    about = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": metadata["name"], "uid": metadata["uid"]}
    return [{**about, "controller": True, "blockOwnerDeletion": True}]
