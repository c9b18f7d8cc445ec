"""Verdicts on a Dataset that is bound: Fluid leaves the phase as it is whatever happens to the runtime."""

from __future__ import annotations

from kubectl_fluid.status.case import Case
from kubectl_fluid.status.kinds import RUNTIMES
from kubectl_fluid.status.model import Component, Runtime, Verdict, WorkerPod
from kubectl_fluid.status.rules import Rule

_PODS = "`kubectl describe pods -l release={name} -n {namespace}` shows why"


def _runtime(case: Case) -> Runtime | None:
    return case.runtime if case.bound else None


def _unnamed(case: Case) -> str | None:
    if not case.bound or case.runtime is not None:
        return None
    return f"its phase is {case.phase}, but its status names no runtime"


def _unknown_type(case: Case) -> str | None:
    runtime = _runtime(case)
    if runtime is None or runtime.type in RUNTIMES:
        return None
    return f"its runtime's type {runtime.type!r} is none that this program knows"


def _gone(case: Case) -> str | None:
    runtime = _runtime(case)
    if runtime is None or runtime.found is not False:
        return None
    return f"its {runtime.kind} {runtime.name.name} does not exist"


def _no_status(case: Case) -> str | None:
    runtime = _runtime(case)
    if runtime is None or not runtime.found:
        return None
    if runtime.status_missing:
        return f"its {runtime.kind} has no status"
    workers = runtime.workers
    said = RUNTIMES[runtime.type].by_component or workers.phase or (workers.ready, workers.desired) != (None, None)
    return None if said else f"the status of its {runtime.kind} says nothing of its workers"


def _claim_missing(case: Case) -> str | None:
    if not case.bound or not case.claims_read or case.claim is not None:
        return None
    return f"there is no PersistentVolumeClaim {case.name.name}, so no Pod can name it"


def _foreign(case: Case) -> str | None:
    claim = case.claim
    if not case.bound or claim is None:
        return None
    expected = f"{case.name.namespace}-{case.name.name}"
    if not claim.ours:
        return f"the PersistentVolumeClaim {case.name.name} was not made by Fluid, so Pods get other storage"
    if claim.volume and claim.volume != expected:
        return f"the PersistentVolumeClaim {case.name.name} is of volume {claim.volume}, not of {expected}"
    return None


def _claim_unbound(case: Case) -> str | None:
    if not case.bound or case.claim is None or case.claim.phase in ("Bound", ""):
        return None
    return f"the PersistentVolumeClaim {case.name.name} is {case.claim.phase}"


def _down(part: Component) -> bool:
    return bool(part.desired) and (part.ready == 0 or part.phase == "NotReady")


def _masters(case: Case) -> str | None:
    """Those of JuiceFS and Thin do not exist; their phase means nothing."""
    runtime = _runtime(case)
    kind = RUNTIMES.get(runtime.type) if runtime else None
    if runtime is None or kind is None or not kind.masters:
        return None
    part = runtime.masters
    if part.phase != "NotReady" and not _down(part):
        return None
    return f"no master{_of(part)} is ready{_why(part)}"


def _of(part: Component) -> str:
    return f" of {part.desired}" if part.desired else ""


def _why(part: Component, pods: tuple[WorkerPod, ...] | None = None) -> str:
    """The first Pod that says why it does not run, else the controller's word."""
    said = next((f"{it.name}: {it.reason}" for it in pods or () if not it.ready and it.reason), part.reason)
    return f" ({said})" if said else ""


def _workers_down(case: Case) -> str | None:
    runtime = _runtime(case)
    if runtime is None or not (_down(runtime.workers) or _only_phase(runtime.workers, "NotReady")):
        return None
    why = _why(runtime.workers, runtime.pods)
    return f"no worker{_of(runtime.workers)} is ready{why}; Fluid leaves the phase at {case.phase} meanwhile"


def _only_phase(part: Component, phase: str) -> bool:
    """Whether all that is known is that phase."""
    return part.phase == phase and part.desired is None


def _workers_partial(case: Case) -> str | None:
    runtime = _runtime(case)
    if runtime is None:
        return None
    part = runtime.workers
    if part.ready is not None and part.desired is not None and part.ready < part.desired:
        return f"{part.ready} of {part.desired} workers are ready{_why(part, runtime.pods)}"
    return "its workers are ready in part" if _only_phase(part, "PartialReady") else None


def _workers_wanted(case: Case) -> str | None:
    """The runtime's spec asks for more workers than its status knows of: the controller has not come to it yet."""
    runtime = _runtime(case)
    if runtime is None or runtime.replicas is None or runtime.workers.desired is None:
        return None
    if runtime.replicas == runtime.workers.desired:
        return None
    return f"it is being scaled from {runtime.workers.desired} to {runtime.replicas} workers"


def _fuse(case: Case) -> str | None:
    runtime = _runtime(case)
    if runtime is None:
        return None
    part = runtime.fuse
    if not part.desired or part.ready is None or part.ready >= part.desired:
        return None
    return f"{part.ready} of {part.desired} nodes' FUSE clients are ready"


def _not_ready(case: Case) -> str | None:
    ready = case.condition("Ready")
    if not case.bound or ready is None or ready.status == "True":
        return None
    return f"its condition Ready is {ready.status or 'blank'}: {ready.message or ready.reason or 'no reason is given'}"


def _migrating(case: Case) -> str | None:
    return "a DataMigrate copies data from or to it" if case.bound and case.phase == "DataMigrating" else None


def _updating(case: Case) -> str | None:
    return "its mounts are being changed" if case.bound and case.phase == "Updating" else None


BOUND: tuple[Rule, ...] = (
    Rule(
        "RuntimeUnnamed",
        Verdict.UNKNOWN,
        "it is bound, but its status names no runtime",
        _unnamed,
        "see `kubectl get dataset {name} -n {namespace} -o yaml`; was its status written by hand?",
    ),
    Rule(
        "RuntimeUnknown",
        Verdict.UNKNOWN,
        "its runtime's type is none that this program knows",
        _unknown_type,
        "is Fluid newer than this program?",
    ),
    Rule(
        "RuntimeGone",
        Verdict.FAILED,
        "it is bound, but its runtime does not exist any more",
        _gone,
        "create the runtime anew; if the Dataset stays bound without one, is Fluid's controller of that kind running?",
    ),
    Rule(
        "RuntimeNoStatus",
        Verdict.UNKNOWN,
        "it is bound, but its runtime has no status, which only its controller writes",
        _no_status,
        "`kubectl get pods -n fluid-system` shows whether the controller of that kind runs",
    ),
    Rule(
        "ClaimMissing",
        Verdict.FAILED,
        "it is bound, but has no PersistentVolumeClaim; a volume of its name that Fluid did not make blocks it",
        _claim_missing,
        "see `kubectl get pv {namespace}-{name}`: delete it if Fluid did not make it (annotation CreatedBy: fluid)",
    ),
    Rule(
        "ForeignClaim",
        Verdict.FAILED,
        "its PersistentVolumeClaim or the volume behind it is not Fluid's",
        _foreign,
        "delete that claim, or give the Dataset another name; Fluid then makes its own",
    ),
    Rule(
        "ClaimNotBound",
        Verdict.DEGRADED,
        "its PersistentVolumeClaim is not bound to the volume, so Pods that mount it are not started",
        _claim_unbound,
        "see `kubectl describe pvc {name} -n {namespace}`",
    ),
    Rule(
        "MastersDown",
        Verdict.FAILED,
        "no master of its cache is ready, and without one nothing can be read",
        _masters,
        "see `kubectl describe {kind} {name} -n {namespace}` and the logs of its master Pods",
    ),
    Rule(
        "WorkersDown",
        Verdict.FAILED,
        "no worker is ready; Fluid leaves the Dataset Bound, with the last figures of its cache",
        _workers_down,
        _PODS + "; if there are none, `kubectl describe {kind} {name} -n {namespace}`",
    ),
    Rule(
        "WorkersPartial",
        Verdict.DEGRADED,
        "some workers are not ready: the cache is smaller and slower",
        _workers_partial,
        _PODS,
    ),
    Rule(
        "FuseNotReady",
        Verdict.DEGRADED,
        "FUSE clients on some nodes are not ready: Pods there cannot read",
        _fuse,
        "see the Pods of DaemonSet {name}-fuse in namespace {namespace}",
    ),
    Rule(
        "NotReady",
        Verdict.DEGRADED,
        "it is bound, but its condition Ready is not True",
        _not_ready,
        "`kubectl describe dataset {name} -n {namespace}` shows the events of its controller",
    ),
    Rule("Migrating", Verdict.PROGRESSING, "a DataMigrate copies data from or to it", _migrating),
    Rule("Updating", Verdict.PROGRESSING, "its mounts are being changed", _updating),
    Rule(
        "Scaling",
        Verdict.PROGRESSING,
        "the runtime's spec asks for another number of workers than its status knows of",
        _workers_wanted,
        "wait; the controller looks every 90 s",
    ),
)
