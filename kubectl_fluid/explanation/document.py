"""An Explanation as JSON: apiVersion, kind, camelCase. `schemas/explanation.json` describes it.

Absent is what does not apply; null is what could not be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubectl_fluid.explanation.hooks import Judgement
from kubectl_fluid.explanation.model import (
    Admission,
    ClaimView,
    ContainerState,
    Event,
    Existing,
    Explanation,
    Finding,
    Planned,
    Trigger,
    Workload,
)
from kubectl_fluid.injection.reason import Reason

Object = dict[str, Any]

API_VERSION = "kubectl-fluid.io/v1alpha1"


def document(found: Sequence[Explanation]) -> Object:
    """One Explanation, or an ExplanationList of several."""
    if len(found) == 1:
        return {"apiVersion": API_VERSION, "kind": "Explanation", **explanation(found[0])}
    return {"apiVersion": API_VERSION, "kind": "ExplanationList", "items": [explanation(it) for it in found]}


def explanation(it: Explanation) -> Object:
    """One Explanation without its head."""
    made: Object = {"name": it.name, "namespace": it.namespace}
    if it.place:
        made["place"] = it.place
    made |= {
        "diagnosis": _finding(it.finding),
        "decision": [_trigger(row) for row in it.triggers],
        "plan": _plan(it.planned),
        "claims": [_claim(claim) for claim in it.claims],
        "admission": _admission(it.admission),
    }
    if it.pod is not None:
        made["pod"] = _pod(it.pod)
    if it.workload is not None:
        made["workload"] = _workload(it.workload)
    return made | {"unread": list(it.unread)}


def _finding(it: Finding) -> Object:
    return _without_blanks({"verdict": it.verdict.value, "code": it.code, "message": it.message}, hint=it.hint)


def _trigger(it: Trigger) -> Object:
    return {"trigger": it.name, "value": it.value, "holds": it.holds, "decides": it.decides}


def _plan(it: Planned) -> Object:
    return {
        "outcome": it.outcome.value if it.outcome else None,
        **_without_blanks({}, branch=it.branch, platform=it.platform, unread=it.unread),
        "reasons": [_reason(reason) for reason in it.reasons],
        "warnings": [_reason(reason) for reason in it.warnings],
        "sidecars": list(it.sidecars),
    }


def _reason(it: Reason) -> Object:
    made = {"code": it.code, "outcome": it.outcome.value, "message": it.message}
    return _without_blanks(made, hint=it.hint, claim=it.claim)


def _claim(it: ClaimView) -> Object:
    made = {
        "name": it.name,
        "reason": _reason(it.reason),
        "mounts": [{"container": mount.container, "mountPath": mount.path} for mount in it.mounts],
    }
    return _without_blanks(made, dataset=it.dataset, runtime=it.runtime, sidecar=it.sidecar, unread=it.unread)


def _admission(it: Admission) -> Object:
    return {
        "asked": it.asked,
        "hooks": [_judgement(hook) for hook in it.judged],
        "notes": list(it.notes),
        "unread": list(it.unread),
    }


def _judgement(it: Judgement) -> Object:
    hook = it.hook
    made = {
        "kind": hook.kind,
        "configuration": hook.configuration,
        "name": hook.name,
        "owner": hook.whose.value,
        "acts": it.acts,
        "failurePolicy": hook.failure_policy,
        "conditions": [{"name": condition.name, "holds": condition.holds} for condition in it.conditions],
    }
    reinvocation = hook.reinvocation if hook.mutates else ""
    return _without_blanks(made, why=it.why, reinvocationPolicy=reinvocation)


def _pod(it: Existing) -> Object:
    made = {
        "name": it.name,
        "phase": it.phase or None,
        "ready": it.ready,
        "injected": it.injected,
        "created": it.created or None,
        "sidecars": [_container(container) for container in it.sidecars],
        "containers": [_container(container) for container in it.others],
        "events": _events(it.events),
    }
    return _without_blanks(made, node=it.node, owner=it.owner, reason=it.reason, unscheduled=it.scheduled)


def _container(it: ContainerState) -> Object:
    made = {
        "name": it.name,
        "native": it.native,
        "state": it.state or None,
        "ready": it.ready,
        "restarts": it.restarts,
    }
    if it.dataset:
        made["mounted"] = it.mounted
    texts = {"dataset": it.dataset, "image": it.image, "reason": it.reason, "message": it.message}
    return _without_blanks(made, **texts, lastTermination=it.last)


def _events(found: tuple[Event, ...] | None) -> list[Object] | None:
    return None if found is None else [_event(it) for it in found]


def _event(it: Event) -> Object:
    return {"about": it.about, "reason": it.reason, "message": it.message, "count": it.times, "last": it.last or None}


def _workload(it: Workload) -> Object:
    pods = None if it.pods is None else [{**_pod(of.pod), "diagnosis": _finding(of.finding)} for of in it.pods]
    made = {"pods": pods, "morePods": it.more, "refusals": _events(it.refusals)}
    return _without_blanks(made, state=it.state)


def _without_blanks(made: Object, **texts: str) -> Object:
    return made | {key: text for key, text in texts.items() if text}
