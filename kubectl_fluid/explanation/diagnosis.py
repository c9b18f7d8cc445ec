"""The diagnosis: the first thing that is wrong, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.explanation import podstate
from kubectl_fluid.explanation.hooks import Whose
from kubectl_fluid.explanation.model import Admission, ClaimView, Existing, Finding, Planned, PodOf, Verdict, Workload
from kubectl_fluid.explanation.refusals import meaning
from kubectl_fluid.injection.reason import Outcome, Reason

_WRONG, _WORKS, _UNKNOWN = Verdict.WRONG, Verdict.WORKS, Verdict.UNKNOWN

#: What Fluid's own webhook refuses; with everything else it admits the Pod as it is, without a sidecar.
FLUID_REFUSES = (
    *("ClaimNotFound", "DatasetNotFound", "DatasetNotBound", "DatasetNotReady", "RuntimeUnknown", "RuntimeNotFound"),
    *("NamespaceMismatch", "InvalidPod"),
)


class Case(NamedTuple):
    """What is known of a Pod that is to be created. `csi` is whether the cluster has Fluid's CSI driver."""

    planned: Planned
    claims: tuple[ClaimView, ...]
    admission: Admission
    csi: bool | None
    restricted: str = ""
    misplaced: str = ""

    @property
    def datasets(self) -> tuple[ClaimView, ...]:
        """Claims that belong to a Dataset, or may."""
        return tuple(it for it in self.claims if it.reason.code != "NotADataset")


def of_new(case: Case) -> Finding:
    """The diagnosis of a Pod that is to be created as it stands."""
    return next(it for check in _NEW if (it := check(case)) is not None)


def _unread(case: Case) -> Finding | None:
    if not case.planned.unread:
        return None
    return Finding(_UNKNOWN, "Unread", case.planned.unread, "give the objects with --objects, or ask somebody who may")


def _refused(case: Case) -> Finding | None:
    if case.planned.outcome is not Outcome.REFUSED:
        return None
    reason = case.planned.reasons[0]
    message = reason.message
    if _only_fluid(case.admission) and reason.code not in FLUID_REFUSES:
        message += "; Fluid's webhook admits such a Pod as it is, without a sidecar"
    return Finding(_WRONG, reason.code, message, reason.hint)


def _only_fluid(admission: Admission) -> bool:
    acting = {it.hook.whose for it in admission.injectors if it.acts}
    return acting == {Whose.FLUID}


def _done(case: Case) -> Finding | None:
    if _code(case) != "AlreadyInjected":
        return None
    if any(it.sidecar for it in case.claims) or not any(it.mounts for it in case.claims):
        return Finding(_WORKS, "AlreadyInjected", "the sidecars are in already; nothing more is added")
    hint = f"drop label {keys.DONE} from the Pod template: only an injection may write it"
    return Finding(_WRONG, "DoneWithoutSidecar", "the label says that it was injected, and there is no sidecar", hint)


def _left_alone(case: Case) -> Finding | None:
    """Nothing asks for a sidecar, or a label forbids it."""
    if case.planned.outcome is not Outcome.SKIPPED:
        return None
    reason = case.planned.reasons[0] if case.planned.reasons else None
    if reason is not None and reason.code == "NoDataset":
        return Finding(_WRONG, reason.code, f"the Pod asks for sidecars, but {reason.message}", reason.hint)
    if not case.datasets:
        if case.planned.branch == "serverless":
            message = "the Pod asks for sidecars, and none of its claims belongs to a Dataset"
            return Finding(_WRONG, "NotADataset", message, "name the Dataset as claimName of the volume")
        return Finding(_WORKS, "NothingToDo", "the Pod names no Dataset, and nothing is done to it")
    if case.misplaced:
        hint = "move it to the labels of the Pod template"
        return Finding(_WRONG, "MisplacedLabel", f"{case.misplaced} stands on the workload; no Pod will have it", hint)
    return _by_plugin(case, reason)


def _by_plugin(case: Case, reason: Reason | None) -> Finding:
    names = ", ".join(it.name for it in case.datasets)
    why = reason.message if reason else "the Pod stays as it is"
    asking = f'label the Pod template `{keys.INJECT}: "true"`'
    hint = f"drop label {keys.ENABLE}" if _code(case) == "Disabled" else asking
    if case.csi:
        message = f"{why}: on nodes with Fluid's CSI plugin that plugin mounts {names}; serverless nodes have none"
        return Finding(_WORKS, "MountedByPlugin", message, f"for serverless nodes: {hint}")
    if case.csi is False:
        message = f"{why}, and the cluster has no CSI driver of Fluid: nobody mounts {names}"
        return Finding(_WRONG, reason.code if reason else "NotRequested", message, hint)
    message = f"{why}: only nodes with Fluid's CSI plugin can mount {names}"
    return Finding(_UNKNOWN, "NodesUnknown", message, f"for nodes without it: {hint}")


def _security(case: Case) -> Finding | None:
    if not case.restricted or not case.planned.sidecars:
        return None
    hint = "use a platform whose sidecar needs less, or a namespace whose enforce label is privileged"
    return Finding(_WRONG, "PodSecurity", case.restricted, hint)


def _nobody(case: Case) -> Finding | None:
    """A plan alone changes nothing: somebody has to carry it out."""
    admission = case.admission
    if not admission.asked or any(it.acts for it in admission.injectors):
        return None
    unknown = [it for it in admission.judged if it.acts is None and it.hook.injects]
    if unknown or admission.blind:
        why = unknown[0].why if unknown else "; ".join(admission.unread)
        hint = "`kubectl fluid inject` does it without a webhook"
        return Finding(_UNKNOWN, "AdmissionUnknown", f"whether somebody injects the Pod cannot be told: {why}", hint)
    asked = admission.injectors
    if asked:
        why = f"{asked[0].hook.name} is not called: {asked[0].why}"
    else:
        why = "there is no webhook and no policy for it in this cluster"
    hint = "inject the manifest (`kubectl fluid inject -f … | kubectl apply -f -`), or install the webhook"
    return Finding(_WRONG, "NobodyInjects", f"nobody injects this Pod: {why}", hint)


def _fine(case: Case) -> Finding | None:
    names = ", ".join(it.name for it in case.datasets)
    if case.planned.branch == "serverful":
        return Finding(_WORKS, "WillBeSteered", "the Pod keeps its claims and is steered by where the cache is")
    if not case.planned.sidecars:
        return Finding(_WRONG, "NotMounted", f"no container mounts {names}", "add a volumeMount to the container")
    acting = next((it.hook for it in case.admission.injectors if it.acts), None)
    who = f"{acting.configuration} puts in" if acting else "`kubectl fluid inject` puts in"
    return Finding(_WORKS, "WillBeInjected", f"{who} the sidecars that serve {names}")


_NEW: tuple[Callable[[Case], Finding | None], ...] = (
    _unread,
    _refused,
    _done,
    _left_alone,
    _security,
    _nobody,
    _fine,
)


def _code(case: Case) -> str:
    return case.planned.reasons[0].code if case.planned.reasons else ""


def of_existing(pod: Existing, case: Case, namespace: str) -> Finding:
    """The diagnosis of a Pod that exists."""
    if pod.injected:
        return podstate.of_injected(pod, case.claims, namespace)
    if pod.phase == "Succeeded":
        return Finding(_WORKS, "Completed", "the Pod has ended, and ended well")
    new = of_new(case)
    if not case.datasets:
        return podstate.first_failure(pod, namespace) or new
    if podstate.is_running(pod) and pod.phase != "Failed":
        return Finding(_WORKS, "MountedByPlugin", "the Pod runs without a sidecar: its claims are mounted on its node")
    if case.planned.branch != "serverless":
        broken = podstate.first_failure(pod, namespace)
        if new.verdict is not _WORKS and new.hint:
            new = new._replace(hint=f"{new.hint}; then {_again(pod)}")
        if broken is not None and new.hint and case.planned.outcome is Outcome.SKIPPED:
            return broken._replace(message=f"{broken.message} (no sidecar: {new.message})", hint=new.hint)
        return broken or new
    return _missed(pod, case, new)


def _missed(pod: Existing, case: Case, new: Finding) -> Finding:
    """The Pod asks for sidecars and has none. They can only be added when a Pod is created."""
    again = _again(pod)
    if new.verdict is _UNKNOWN:
        message = f"the Pod was created without its sidecars; whether it would be again cannot be told: {new.message}"
        return Finding(_UNKNOWN, "CreatedWithoutSidecar", message, new.hint)
    if new.verdict is not _WORKS:
        message = f"the Pod was created without its sidecars, and would be again: {new.message}"
        hint = f"{new.hint}; then {again}" if new.hint else again
        return Finding(new.verdict, "CreatedWithoutSidecar", message, hint)
    hook = next((it.hook for it in case.admission.injectors if it.acts), None)
    if hook is None:
        message = "the Pod was created without its sidecars"
        return Finding(_WRONG, "CreatedWithoutSidecar", message, "inject its manifest and create it again")
    if hook.created > pod.created:
        why = f"{hook.configuration} was registered after it ({hook.created})"
    elif hook.failure_policy == "Ignore":
        why = f"{hook.configuration} did not answer then, and its failurePolicy is Ignore"
    else:
        why = "its labels or the webhook's selectors were other ones then"
    return Finding(_WRONG, "CreatedWithoutSidecar", f"the Pod was created without its sidecars: {why}", again)


def _again(pod: Existing) -> str:
    """Nothing is added to a Pod that exists."""
    return f"delete it: {pod.owner} makes it anew" if pod.owner else "delete it and create it again"


def of_workload(new: Finding, workload: Workload) -> Finding:
    """The diagnosis of an owner: a Pod that could not be created, one that does not work, then its template."""
    if workload.state:
        return _STATES[workload.state]
    pods = workload.pods or ()
    if workload.refusals and workload.refusals[-1].last >= max((it.pod.created for it in pods), default=""):
        return meaning(workload.refusals[-1])
    over = replaced(pods)
    pods = tuple(it for it in pods if it.pod.name not in over)
    wrong = next((it for it in pods if it.finding.verdict is _WRONG), None)
    if wrong is not None:
        return _about(wrong)
    if pods and new.verdict is not _WRONG:
        return _about(next((it for it in pods if it.finding.verdict is _UNKNOWN), pods[0]))
    return new


def replaced(pods: Sequence[PodOf]) -> set[str]:
    """Names of Pods that have failed for good (evicted, say), and whose owner has made another one since."""
    newest = max((it.pod.created for it in pods if it.pod.phase != "Failed"), default="")
    return {it.pod.name for it in pods if it.pod.phase == "Failed" and it.pod.created < newest}


_STATES = {
    "Complete": Finding(_WORKS, "Completed", "the Job is complete"),
    "Failed": Finding(_WRONG, "JobFailed", "the Job has failed", "see its Pods' logs, or their events"),
}


def _about(it: PodOf) -> Finding:
    return it.finding._replace(message=f"pod/{it.pod.name}: {it.finding.message}")
