"""Verdicts on a Dataset that is not bound: it goes, it comes, or its setup has failed."""

from __future__ import annotations

from datetime import timedelta

from kubectl_fluid.status.case import Case
from kubectl_fluid.status.model import Verdict
from kubectl_fluid.status.rules import Rule, listed

#: Controllers look at a new Dataset at once; one that is left alone for so long has none.
PATIENCE = timedelta(minutes=1)
_BEFORE = ("", "NotBound", "Pending")
PHASES = (*_BEFORE, "Bound", "Failed", "Updating", "DataMigrating")


def _blocked(case: Case) -> str | None:
    if case.deleting is None:
        return None
    held = [f"Pod {pod.name.name}" for pod in case.mounting]
    referring = [f"Dataset {it.namespace}/{it.name}" for it in case.referred_by]
    holders = [*held, *referring]
    return f"it is being deleted, but held by {listed(holders)}" if holders else None


def _deleting(case: Case) -> str | None:
    return "it is being deleted" if case.deleting is not None else None


def _failed(case: Case) -> str | None:
    if case.phase != "Failed":
        return None
    ready = case.condition("Ready")
    said = f" ({ready.message})" if ready and ready.status == "False" and ready.message else ""
    return f"its controller cannot read or update what belongs to it, e.g. its workers' StatefulSet{said}"


def _setup_failed(case: Case) -> str | None:
    """NotReady is never taken back, so it counts only as long as the Dataset is not bound."""
    condition = case.condition("NotReady")
    if case.phase not in _BEFORE or condition is None or condition.status != "True":
        return None
    return (
        f"its runtime could not be set up: {condition.message or condition.reason or 'the controller does not say why'}"
    )


def _ignored(case: Case) -> str | None:
    if case.seen or not case.older_than(PATIENCE):
        return None
    return "no controller has written a status for it, although it is older than a minute"


def _new(case: Case) -> str | None:
    return "it was just created" if not case.seen else None


def _unknown_phase(case: Case) -> str | None:
    return f"its phase {case.phase!r} is none that this program knows" if case.phase not in PHASES else None


def _unreadable(case: Case) -> str | None:
    if case.runtimes_read or case.refers_to is not None or (case.runtime is not None and case.runtime.found):
        return None
    return f"whether its runtime is there cannot be read ({listed(list(case.unread), 8)})"


def _no_runtime(case: Case) -> str | None:
    if case.phase not in _BEFORE or case.runtime is not None or case.refers_to is not None:
        return None
    return f"there is no runtime named {case.name.name} in namespace {case.name.namespace}"


def _runtime_deleting(case: Case) -> str | None:
    return "its runtime is being deleted" if case.runtime is not None and case.runtime.deleting else None


def _setting_up(case: Case) -> str | None:
    if case.phase not in _BEFORE:
        return None
    conditions = case.runtime.conditions if case.runtime else ()
    last = next((it for it in reversed(conditions) if it.type), None)
    return "its runtime is being set up" + (f" ({last.type}: {last.message})" if last and last.message else "")


_DESCRIBE = "`kubectl describe dataset {name} -n {namespace}` shows the events of its controller"
LEAVING: tuple[Rule, ...] = (
    Rule(
        "DeletionBlocked",
        Verdict.DEGRADED,
        "it is being deleted, which Fluid holds up while Pods mount its claim or other Datasets refer to it",
        _blocked,
        "delete these first; until then the Dataset goes on to serve its data",
    ),
    Rule("Deleting", Verdict.PROGRESSING, "it is being deleted, and nothing holds it", _deleting),
)
COMING: tuple[Rule, ...] = (
    Rule(
        "DatasetFailed",
        Verdict.FAILED,
        "phase Failed: the controller gets an error where it looks after the runtime",
        _failed,
        _DESCRIBE + "; was a StatefulSet or DaemonSet of the runtime deleted? Delete and create the runtime anew",
    ),
    Rule(
        "SetupFailed",
        Verdict.FAILED,
        "the runtime could not be set up; the message is the controller's",
        _setup_failed,
        "correct what the message says, e.g. with `kubectl edit {kind} {name} -n {namespace}`; the controller tries "
        "again every 20 s",
    ),
    Rule(
        "Ignored",
        Verdict.UNKNOWN,
        "no controller has written a status for it in a minute: Fluid's dataset controller does not run",
        _ignored,
        "`kubectl get pods -n fluid-system` shows whether Fluid runs; is its dataset-controller ready?",
    ),
    Rule("New", Verdict.PROGRESSING, "it has no status, and was created in the last minute", _new),
    Rule(
        "UnknownPhase",
        Verdict.UNKNOWN,
        "its phase is none that Fluid is known to write",
        _unknown_phase,
        "is Fluid newer than this program? See `kubectl get dataset {name} -n {namespace} -o yaml`",
    ),
    Rule(
        "RuntimeUnreadable",
        Verdict.UNKNOWN,
        "whether there is a runtime, and how it is, could not be read",
        _unreadable,
        "ask for the right to list the runtimes: `kubectl auth can-i list {kind}s.data.fluid.io -n {namespace}`",
    ),
    Rule(
        "RuntimeMissing",
        Verdict.FAILED,
        "no runtime of its name is in its namespace, so nothing binds it",
        _no_runtime,
        "create one, e.g. with `kubectl fluid create dataset`",
    ),
    Rule(
        "RuntimeDeleting",
        Verdict.DEGRADED,
        "its runtime is being deleted; the Dataset will be NotBound",
        _runtime_deleting,
        "wait until it is gone, and create a runtime anew if the Dataset is to live on",
    ),
    Rule(
        "SettingUp",
        Verdict.PROGRESSING,
        "its runtime is being set up",
        _setting_up,
        "wait; " + _DESCRIBE,
    ),
)
