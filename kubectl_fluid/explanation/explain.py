"""Explanations of objects in manifests and in a cluster: everything put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Claims
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.explanation import diagnosis
from kubectl_fluid.explanation.admission import NOT_ASKED, admit, settings_for
from kubectl_fluid.explanation.containers import existing
from kubectl_fluid.explanation.model import Admission, Event, Explanation, Finding, Planned, PodOf, Verdict, Workload
from kubectl_fluid.explanation.owned import Owned, events_of_pod, owned, uid_of
from kubectl_fluid.explanation.plans import claim_views, original, planned
from kubectl_fluid.explanation.reads import Cluster
from kubectl_fluid.explanation.security import forbidden
from kubectl_fluid.explanation.triggers import triggers
from kubectl_fluid.injection.reason import Outcome, Reason
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.workloads import Slot, WorkloadError, label, misplaced, objects, refusal, slots

Object = dict[str, Any]

#: Pods of one owner that are shown; those with something wrong come first.
MAX_PODS = 10
#: Labels that people put on the workload by mistake.
_MISPLACED = (keys.INJECT, keys.SIDECAR_TARGET, keys.INJECT_SERVERFUL, keys.INJECT_DEPRECATED)
_ORDER = (Verdict.WRONG, Verdict.UNKNOWN, Verdict.WORKS)


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains with these claims and settings; without `cluster` nothing is said of who acts there.

    `settings.namespace` is that of objects which name none. `cure` may put what a person can do about a missing object
    in the place of a hint.
    """

    claims: Claims
    settings: Settings
    cluster: Cluster | None = None
    cure: Callable[[Reason], Reason] = lambda reason: reason

    def manifest(self, value: Object, place: Callable[[tuple[str | int, ...]], str]) -> Iterator[Explanation]:
        """The Pod templates of a document; `place` says where in its file a pointer leads. Raises WorkloadError."""
        for slot in slots(value):
            yield replace(self._template(value, slot), place=place(slot.pointer))
        for pointer, it in objects(value):
            if sentence := refusal(it):
                yield replace(self._without_template(it, sentence), place=place(pointer))

    def pod(self, pod: Object, api: Api) -> Explanation:
        """A Pod that exists. Raises Unreachable."""
        namespace = str(mapping(pod.get("metadata")).get("namespace") or self.settings.namespace)
        events, unread = events_of_pod(api, pod, namespace)
        return replace(self._existing(pod, namespace, events), unread=unread)

    def workload(self, value: Object, api: Api) -> list[Explanation]:
        """An object that makes Pods; what it has made so far is told with its first template. Raises Unreachable."""
        try:
            found = [self._template(value, slot) for slot in slots(value)]
            sentence = refusal(value)
        except WorkloadError as error:
            found, sentence = [], str(error)
        if not found:
            why = sentence or "it has no Pod template: nothing makes Pods of it"
            return [self._without_template(value, why)]
        first = found[0]
        made = owned(api, value, first.namespace)
        workload = self._made(value, made, first.namespace)
        finding = diagnosis.of_workload(first.finding, workload)
        return [replace(first, workload=workload, finding=finding, unread=made.unread), *found[1:]]

    def _template(self, value: Object, slot: Slot) -> Explanation:
        namespace = slot.namespace or self.settings.namespace
        lost = {it.template: it.key for it in misplaced(value, _MISPLACED)}
        return self._new(slot.pod, slot.name, namespace, lost.get(slot.name, ""))

    def _new(self, pod: Object, name: str, namespace: str, lost: str = "") -> Explanation:
        """A Pod that is to be created as it stands."""
        case, settings = self._case(pod, pod, namespace, lost)
        rows = triggers(pod, settings)
        return Explanation(name, namespace, "", rows, case.planned, case.claims, case.admission, diagnosis.of_new(case))

    def _case(self, pod: Object, created: Object, namespace: str, lost: str = "") -> tuple[diagnosis.Case, Settings]:
        """All about a Pod that was `created` so (without the sidecars that it may have by now)."""
        settings = replace(self.settings, namespace=namespace)
        if self.cluster is not None:
            settings = settings_for(created, namespace, self.cluster, settings)
        about, made = planned(pod, self.claims, settings)
        about = about._replace(reasons=tuple(map(self.cure, about.reasons)))
        served = made.pod if made else pod
        views = claim_views(original(pod), made, self.claims, namespace, served)
        views = tuple(it._replace(reason=self.cure(it.reason)) for it in views)
        admission, restricted = NOT_ASKED, ""
        if self.cluster is not None:
            after = served if pod is created else pod
            admission = admit(created, after, namespace, self.cluster)
            restricted = forbidden(pod, served, self.cluster.labels_of(namespace))
        csi = self.cluster.csi if self.cluster is not None else None
        return diagnosis.Case(about, views, admission, csi, restricted, lost), settings

    def _existing(self, pod: Object, namespace: str, events: tuple[Event, ...] | None) -> Explanation:
        case, settings = self._case(pod, original(pod), namespace)
        here = existing(pod, events)
        finding = diagnosis.of_existing(here, case, namespace)
        rows = triggers(pod, settings)
        name = f"pod/{here.name}"
        return Explanation(name, namespace, "", rows, case.planned, case.claims, case.admission, finding, pod=here)

    def _made(self, value: Object, made: Owned, namespace: str) -> Workload:
        if made.pods is None:
            return Workload(_state(value), None, 0, made.refusals)
        pods = [self._existing(it, namespace, self._events(made, it)) for it in made.pods]
        shown = [PodOf(it.pod, it.finding) for it in pods if it.pod is not None]
        over = diagnosis.replaced(shown)
        shown.sort(key=lambda it: (it.pod.name in over, _ORDER.index(it.finding.verdict), it.pod.name))
        return Workload(_state(value), tuple(shown[:MAX_PODS]), max(0, len(shown) - MAX_PODS), made.refusals)

    @staticmethod
    def _events(made: Owned, pod: Object) -> tuple[Event, ...] | None:
        return None if made.events is None else made.events.get(uid_of(pod), ())

    def _without_template(self, value: Object, sentence: str) -> Explanation:
        reason = Reason("NoPodTemplate", Outcome.REFUSED, sentence)
        namespace = str(mapping(value.get("metadata")).get("namespace") or self.settings.namespace)
        finding = Finding(Verdict.WRONG, reason.code, sentence)
        about = Planned(Outcome.REFUSED, "", "", (reason,))
        return Explanation(label(value), namespace, "", (), about, (), Admission(asked=False), finding)


def _state(value: Object) -> str:
    """Complete or Failed for a Job that is over."""
    for condition in items(mapping(value.get("status")).get("conditions")):
        if condition.get("type") in ("Complete", "Failed") and condition.get("status") == "True":
            return str(condition["type"])
    return ""
