"""Objects of Fluid and Pods, from which the states are made."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

FLUID = "data.fluid.io/v1alpha1"
NAMESPACE = "team"
OTHER = "elsewhere"
UNITS = {"cached": "30.00GiB", "cacheCapacity": "40.00GiB", "cachedPercentage": "75.0%", "cacheHitRatio": "98.1%"}

UNMEASURED = {"cached": "", "cacheCapacity": "40.00GiB", "cachedPercentage": "", "cacheHitRatio": ""}


def meta(name: str, namespace: str = NAMESPACE, **more: Any) -> Object:
    return {"namespace": namespace, "name": name, **more}


def dataset(name: str, phase: str | None = "Bound", *, kind: str = "juicefs", **status: Any) -> Object:
    """A Dataset as its controllers leave it; `phase` None for one without any status."""
    runtimes = [{"name": name, "namespace": NAMESPACE, "type": kind, "category": "Accelerate"}]
    ready = {"type": "Ready", "status": "True", "reason": "DatasetReady", "message": "The ddc runtime is ready."}
    said = {
        "phase": phase,
        "conditions": [ready],
        "cacheStates": UNITS,
        "ufsTotal": "40.00GiB",
        "fileNum": "1234",
        "runtimes": runtimes,
        **status,
    }
    value = {
        "apiVersion": FLUID,
        "kind": "Dataset",
        "metadata": meta(name),
        "spec": {"mounts": [{"name": "data", "mountPoint": "juicefs:///data"}]},
    }
    return value if phase is None else {**value, "status": said}


def unbound(name: str, phase: str = "NotBound", *conditions: Object) -> Object:
    return dataset(name, phase, runtimes=[], conditions=list(conditions), cacheStates={}, ufsTotal="", fileNum="")


def reference(name: str, target: str, **status: Any) -> Object:
    value = dataset(name, kind="thin", **status)
    value["spec"]["mounts"] = [{"name": "data", "mountPoint": f"dataset://{target}"}]
    return value


def runtime(
    name: str,
    ready: int = 2,
    desired: int = 2,
    *,
    kind: str = "JuiceFSRuntime",
    masters: tuple[int, int] | None = None,
    fuse: tuple[int, int] = (0, 0),
    replicas: int | None = None,
    **metadata: Any,
) -> Object:
    """A runtime with so many of its workers ready."""
    master_ready, master_desired = masters or (0, 0)
    status = {
        "valueFile": f"{name}-values",
        "masterPhase": "" if masters is None else phase_of(master_ready, master_desired),
        "workerPhase": phase_of(ready, desired),
        "fusePhase": phase_of(*fuse),
        "masterNumberReady": master_ready,
        "desiredMasterNumberScheduled": master_desired,
        "currentMasterNumberScheduled": master_desired,
        "workerNumberReady": ready,
        "desiredWorkerNumberScheduled": desired,
        "currentWorkerNumberScheduled": desired,
        "fuseNumberReady": fuse[0],
        "desiredFuseNumberScheduled": fuse[1],
        "currentFuseNumberScheduled": fuse[1],
        "workerReason": "" if ready >= desired else f"{desired - ready} of {desired} workers are not ready",
        "conditions": [
            {
                "type": "WorkersReady",
                "status": "True" if ready else "False",
                "reason": "Workers are ready",
                "message": "The workers are ready." if ready >= desired else "The workers are not ready.",
            }
        ],
    }
    spec: Object = {"replicas": desired if replicas is None else replicas}
    return {"apiVersion": FLUID, "kind": kind, "metadata": meta(name, **metadata), "spec": spec, "status": status}


def phase_of(ready: int, desired: int) -> str:
    """As Fluid's controllers judge (pkg/utils/kubeclient/statefulset.go)."""
    return "Ready" if ready >= desired else "PartialReady" if ready else "NotReady"


def claim(name: str, *, volume: str = "", ours: bool = True, phase: str = "Bound") -> Object:
    full = f"{NAMESPACE}-{name}"
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": meta(name, labels={f"fluid.io/s-{full}": "true"} if ours else {}),
        "spec": {
            "accessModes": ["ReadOnlyMany"],
            "storageClassName": "fluid",
            "volumeName": volume or full,
            "resources": {"requests": {"storage": "100Pi"}},
        },
        "status": {"phase": phase},
    }


def load(name: str, target: str, phase: str = "Complete", **status: Any) -> Object:
    return {
        "apiVersion": FLUID,
        "kind": "DataLoad",
        "metadata": meta(name),
        "spec": {"dataset": {"name": target, "namespace": NAMESPACE}, "target": [{"path": "/train"}]},
        "status": {"phase": phase, "duration": "2m30s", "conditions": [], "infos": {}, **status},
    }


def pod(name: str, claim_name: str, phase: str = "Running", **metadata: Any) -> Object:
    """A Pod that mounts a claim."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta(name, **metadata),
        "spec": {
            "nodeName": "node-a",
            "containers": [{"name": "app", "image": "debian:stable"}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}],
        },
        "status": {
            "phase": phase,
            "conditions": [{"type": "Ready", "status": "True" if phase == "Running" else "False"}],
        },
    }


def injected(name: str, of: str, *, ready: bool = True, native: bool = True) -> Object:
    """A Pod into which a sidecar was put."""
    container = f"fluid-fuse-{of}"
    labels = {
        "done.sidecar.fluid.io/inject": "true",
        "fluid.io/managed-by": "fluid",
        f"dataset-name.sidecar.fluid.io/{container}": of,
        f"dataset-namespace.sidecar.fluid.io/{container}": NAMESPACE,
    }
    value = pod(name, of, "Running" if ready else "Pending", labels=labels)
    sidecar = {"name": container, "image": "juicedata/mount:ce-v1.3.0"}
    state: Object = {"running": {}} if ready else {"waiting": {"reason": "CrashLoopBackOff"}}
    said = {
        "name": container,
        "image": sidecar["image"],
        "imageID": "",
        "ready": ready,
        "restartCount": 0 if ready else 4,
        "state": state,
    }
    value["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]
    if native:
        value["spec"]["initContainers"] = [{**sidecar, "restartPolicy": "Always"}]
        value["status"]["initContainerStatuses"] = [said]
    else:
        value["spec"]["containers"].insert(0, sidecar)
        value["status"]["containerStatuses"] = [said]
    return value


def worker(name: str, of: str, *, ready: bool = True) -> Object:
    """A Pod of a cache; one that is not ready found no node."""
    labels = {"app": "juicefs", "release": of, "role": "juicefs-worker"}
    value = pod(name, "", "Running" if ready else "Pending", labels=labels)
    value["spec"]["volumes"] = []
    if not ready:
        del value["spec"]["nodeName"]
        unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no node"}
        value["status"]["conditions"] = [unscheduled]
    return value


def event(name: str, about: Object, reason: str, message: str, kind: str = "Warning") -> Object:
    involved = {"kind": about["kind"], "name": about["metadata"]["name"], "namespace": about["metadata"]["namespace"]}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": meta(name),
        "involvedObject": involved,
        "type": kind,
        "reason": reason,
        "message": message,
        "count": 3,
        "source": {},
    }
