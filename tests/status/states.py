"""Datasets in every state that Fluid leaves them in, and in some that it never would; each with its verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


NOT_SET_UP = {
    "type": "NotReady",
    "status": "True",
    "reason": "DatasetFailedToSetup",
    "message": 'secrets "jfs-secret" not found',
}
NOT_READY = {"type": "Ready", "status": "False", "reason": "DatasetReady", "message": "The ddc runtime is not ready."}
MIGRATE = {
    "apiVersion": FLUID,
    "kind": "DataMigrate",
    "metadata": meta("copy"),
    "spec": {
        "to": {"dataset": {"name": "migrating", "namespace": NAMESPACE}},
        "from": {"externalStorage": {"uri": "s3://bucket/data"}},
    },
    "status": {"phase": "Executing", "duration": "Unfinished", "conditions": []},
}
CACHE_RUNTIME = {
    "apiVersion": FLUID,
    "kind": "CacheRuntime",
    "metadata": meta("curvine"),
    "spec": {"runtimeClassName": "curvine"},
    "status": {
        "master": {"phase": "Ready", "readyReplicas": 1, "desiredReplicas": 1},
        "worker": {"phase": "PartialReady", "readyReplicas": 1, "desiredReplicas": 3},
        "client": {"phase": "Ready", "readyReplicas": 0, "desiredReplicas": 0},
        "conditions": [],
    },
}


@dataclass(frozen=True)
class State:
    """`why` is the state in words, and the test's name. The Dataset has the name of the state in STATES."""

    verdict: str
    code: str
    why: str
    objects: Callable[[str], list[Object]]
    deleting: bool = False
    offline: bool = False


def healthy(name: str) -> list[Object]:
    return [dataset(name), runtime(name), claim(name)]


STATES = {
    "healthy": State("Healthy", "Healthy", "all workers are ready", healthy),
    "recovered": State(
        "Healthy",
        "Healthy",
        "a condition that is never cleared does not count once it is bound",
        lambda name: [
            dataset(name, conditions=[NOT_SET_UP, {**NOT_READY, "status": "True"}]), runtime(name), claim(name)
        ],
    ),
    "blank": State(
        "Healthy",
        "Healthy",
        "figures that nobody could measure are not zeroes",
        lambda name: [
            dataset(name, cacheStates=UNMEASURED, ufsTotal="[Calculating]", fileNum=""),
            runtime(name),
            claim(name),
        ],
    ),
    "cacheless": State(
        "Healthy",
        "Healthy",
        "no worker is wanted",
        lambda name: [dataset(name), runtime(name, 0, 0), claim(name)],
    ),
    "na": State(
        "Healthy",
        "Healthy",
        "a ThinRuntime measures nothing",
        lambda name: [
            dataset(name, kind="thin", cacheStates=dict.fromkeys(UNITS, "N/A")),
            runtime(name, 0, 0, kind="ThinRuntime"),
            claim(name),
        ],
    ),
    "new": State("Progressing", "New", "it has no status yet", lambda name: [dataset(name, None)]),
    "ignored": State(
        "Unknown",
        "Ignored",
        "it has had no status for long",
        lambda name: [{**dataset(name, None), "metadata": meta(name, creationTimestamp="2020-01-01T00:00:00Z")}],
        offline=True,
    ),
    "runtimeless": State("Failed", "RuntimeMissing", "it has no runtime", lambda name: [unbound(name)]),
    "starting": State(
        "Progressing",
        "SettingUp",
        "its runtime is being set up",
        lambda name: [unbound(name), runtime(name, 0, 0, replicas=2)],
    ),
    "misconfigured": State(
        "Failed",
        "SetupFailed",
        "its runtime cannot be set up",
        lambda name: [unbound(name, "NotBound", NOT_SET_UP), runtime(name, 0, 0)],
    ),
    "failed": State(
        "Failed",
        "DatasetFailed",
        "phase Failed",
        lambda name: [dataset(name, "Failed", conditions=[NOT_READY]), runtime(name, 0, 2), claim(name)],
    ),
    "workerless": State(
        "Failed",
        "WorkersDown",
        "it stays Bound while no worker is ready",
        lambda name: [dataset(name), runtime(name, 0, 3), claim(name)],
    ),
    "partial": State(
        "Degraded",
        "WorkersPartial",
        "some workers are not ready",
        lambda name: [dataset(name), runtime(name, 2, 3), claim(name)],
    ),
    "components": State(
        "Degraded",
        "WorkersPartial",
        "a CacheRuntime has a status of its own layout",
        lambda name: [
            dataset(name, kind="cache"), {**CACHE_RUNTIME, "metadata": meta(name)}, claim(name)
        ],
    ),
    "masterless": State(
        "Failed",
        "MastersDown",
        "no master of an AlluxioRuntime is ready",
        lambda name: [
            dataset(name, kind="alluxio"), runtime(name, kind="AlluxioRuntime", masters=(0, 1)), claim(name)
        ],
    ),
    "fuseless": State(
        "Degraded",
        "FuseNotReady",
        "FUSE clients of some nodes are not ready",
        lambda name: [dataset(name), runtime(name, fuse=(1, 3)), claim(name)],
    ),
    "unready": State(
        "Degraded",
        "NotReady",
        "its condition Ready is False",
        lambda name: [dataset(name, conditions=[NOT_READY]), runtime(name), claim(name)],
    ),
    "migrating": State(
        "Progressing",
        "Migrating",
        "data is copied",
        lambda name: [dataset(name, "DataMigrating"), runtime(name), claim(name), MIGRATE],
    ),
    "updating": State(
        "Progressing",
        "Updating",
        "its mounts are changed",
        lambda name: [dataset(name, "Updating"), runtime(name), claim(name)],
    ),
    "scaling": State(
        "Progressing",
        "Scaling",
        "more workers are wanted than there are",
        lambda name: [dataset(name), runtime(name, replicas=4), claim(name)],
    ),
    "strange": State(
        "Unknown",
        "UnknownPhase",
        "its phase is of another version of Fluid",
        lambda name: [dataset(name, "Levitating"), runtime(name), claim(name)],
        offline=True,
    ),
    "exotic": State(
        "Unknown",
        "RuntimeUnknown",
        "its runtime's type is not known",
        lambda name: [dataset(name, kind="goosefs"), claim(name)],
    ),
    "anonymous": State(
        "Unknown",
        "RuntimeUnnamed",
        "it is bound and names no runtime",
        lambda name: [dataset(name, runtimes=[]), claim(name)],
    ),
    "orphaned": State(
        "Failed", "RuntimeGone", "its runtime is gone", lambda name: [dataset(name), claim(name)]
    ),
    "silent": State(
        "Unknown",
        "RuntimeNoStatus",
        "its runtime has no status",
        lambda name: [
            dataset(name), {key: it for key, it in runtime(name).items() if key != "status"}, claim(name)
        ],
    ),
    "claimless": State(
        "Failed", "ClaimMissing", "it has no claim", lambda name: [dataset(name), runtime(name)]
    ),
    "foreign": State(
        "Failed",
        "ForeignClaim",
        "its claim is somebody else's",
        lambda name: [dataset(name), runtime(name), claim(name, ours=False)],
    ),
    "other-volume": State(
        "Failed",
        "ForeignClaim",
        "its claim is of a foreign volume",
        lambda name: [dataset(name), runtime(name), claim(name, volume="nfs-1")],
    ),
    "unclaimed": State(
        "Degraded",
        "ClaimNotBound",
        "its claim is not bound",
        lambda name: [dataset(name), runtime(name), claim(name, phase="Pending")],
    ),
    "leaving": State("Progressing", "Deleting", "it is being deleted", healthy, deleting=True),
    "held": State(
        "Degraded",
        "DeletionBlocked",
        "a Pod holds up its deletion",
        lambda name: [*healthy(name), pod("holder", name)],
        deleting=True,
    ),
    "referenced": State(
        "Degraded",
        "DeletionBlocked",
        "a Dataset that refers to it holds up its deletion",
        lambda name: [dataset(name, datasetRef=[f"{OTHER}/ref"]), runtime(name), claim(name)],
        deleting=True,
    ),
    "reference": State(
        "Healthy",
        "Healthy",
        "it refers to a healthy Dataset",
        lambda name: [reference(name, f"{NAMESPACE}/healthy/train")],
    ),
    "reference-down": State(
        "Failed",
        "ReferencedFailed",
        "it refers to a Dataset that is not well",
        lambda name: [reference(name, f"{NAMESPACE}/workerless")],
    ),
    "reference-partial": State(
        "Degraded",
        "ReferencedDegraded",
        "it refers to a Dataset with some workers",
        lambda name: [reference(name, f"{NAMESPACE}/partial")],
    ),
    "reference-new": State(
        "Progressing",
        "ReferencedProgressing",
        "it refers to a Dataset that is being set up",
        lambda name: [reference(name, f"{NAMESPACE}/starting", phase="NotBound", runtimes=[])],
    ),
    "reference-strange": State(
        "Unknown",
        "ReferencedUnknown",
        "it refers to a Dataset of which nothing is known",
        lambda name: [reference(name, f"{NAMESPACE}/exotic")],
    ),
    "reference-nowhere": State(
        "Failed",
        "ReferencedMissing",
        "it refers to a Dataset that does not exist",
        lambda name: [reference(name, f"{NAMESPACE}/nowhere")],
    ),
    "reference-twice": State(
        "Failed",
        "ReferencedNested",
        "it refers to one that refers to another",
        lambda name: [reference(name, f"{NAMESPACE}/reference")],
    ),
    "reference-itself": State(
        "Failed",
        "ReferencedNested",
        "it refers to itself",
        lambda name: [reference(name, f"{NAMESPACE}/reference-itself")],
    ),
    "runtime-leaving": State(
        "Degraded",
        "RuntimeDeleting",
        "its runtime is being deleted",
        lambda name: [
            dataset(name), runtime(name, deletionTimestamp="2026-01-01T00:00:00Z"), claim(name)
        ],
        offline=True,
    ),
}  # fmt: skip


def objects(*names: str, deleting: str = "2026-01-01T00:00:00Z") -> list[Object]:
    """The objects of some states, of all if none is named; what is being deleted is marked so."""
    found = []
    for name in names or STATES:
        state = STATES[name]
        for it in state.objects(name):
            if state.deleting and it["kind"] == "Dataset" and deleting:
                it["metadata"]["deletionTimestamp"] = deleting
            found.append(it)
    return found
