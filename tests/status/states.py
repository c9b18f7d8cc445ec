"""Datasets in every state that Fluid leaves them in, and in some that it never would; each with its verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.status.objects import (
    FLUID,
    NAMESPACE,
    OTHER,
    UNITS,
    UNMEASURED,
    Object,
    claim,
    dataset,
    meta,
    pod,
    reference,
    runtime,
    unbound,
)

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
