"""The diagnosis of a Pod that exists: the first thing that is wrong with it, or that nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from kubectl_fluid.explanation.model import ClaimView, ContainerState, Existing, Finding, Verdict

_WRONG, _WORKS = Verdict.WRONG, Verdict.WORKS

#: Reasons of a waiting container that do not go away by themselves → what to do; {} are Pod, container, namespace.
FAILING = {
    "ImagePullBackOff": "check the image's name and the Pod's imagePullSecrets",
    "ErrImagePull": "check the image's name and the Pod's imagePullSecrets",
    "ErrImageNeverPull": "check the image's name and the container's imagePullPolicy",
    "InvalidImageName": "check the image's name",
    "CrashLoopBackOff": "see why it ends: kubectl logs -n {2} {0} -c {1} --previous",
    "CreateContainerConfigError": "a Secret or ConfigMap that it reads is missing in namespace {2}",
    "CreateContainerError": "see the Pod's events: kubectl describe pod -n {2} {0}",
    "RunContainerError": "see the Pod's events: kubectl describe pod -n {2} {0}",
    "PostStartHookError": "the file system was not mounted in time: kubectl logs -n {2} {0} -c {1}",
}
#: Reasons of events that say that data did not come to the Pod.
_MOUNT_EVENTS = (
    "FailedMount",
    "FailedAttachVolume",
    "FailedPostStartHook",
    "FailedCreatePodSandBox",
    "FailedMapVolume",
)


class Subject(NamedTuple):
    """What a check sees: the Pod, its claims, its namespace."""

    pod: Existing
    claims: tuple[ClaimView, ...]
    namespace: str


def of_injected(pod: Existing, claims: tuple[ClaimView, ...], namespace: str) -> Finding:
    """The diagnosis of a Pod that has its sidecars, or says so."""
    subject = Subject(pod, claims, namespace)
    found = next((it for check in _CHECKS if (it := check(subject)) is not None), None)
    return found or _at_peace(pod)


def first_failure(pod: Existing, namespace: str) -> Finding | None:
    """What is wrong with a Pod whether it has sidecars or not; None for nothing."""
    subject = Subject(pod, (), namespace)
    checks = (_ended, _unscheduled, _events, _application)
    return next((it for check in checks if (it := check(subject)) is not None), None)


def is_running(pod: Existing) -> bool:
    """Whether all containers of the application run or have ended: then their volumes are mounted."""
    return bool(pod.others) and all(it.state in ("running", "terminated") for it in pod.others)


def _ended(subject: Subject) -> Finding | None:
    pod = subject.pod
    if pod.phase == "Succeeded":
        return Finding(_WORKS, "Completed", "the Pod has ended, and ended well")
    if pod.phase != "Failed":
        return None
    failed = next((it for it in (*pod.sidecars, *pod.others) if it.state == "terminated" and not it.ended_well), None)
    whose = "" if failed is None else f": container {failed.name} ended with {failed.reason or 'an error'}"
    hint = f"kubectl logs -n {subject.namespace} {pod.name} -c {failed.name}" if failed else ""
    code = "SidecarFailing" if failed in pod.sidecars else "PodFailed"
    return Finding(_WRONG, code, f"the Pod has failed{whose}{f' ({pod.reason})' if pod.reason else ''}", hint)


def _without_sidecar(subject: Subject) -> Finding | None:
    if subject.pod.sidecars or not any(it.mounts for it in subject.claims):
        return None
    hint = "drop that label from the Pod template: only an injection may write it"
    return Finding(_WRONG, "DoneWithoutSidecar", "the label done.sidecar is there, the sidecar is not", hint)


def _unscheduled(subject: Subject) -> Finding | None:
    if not subject.pod.scheduled or subject.pod.node:
        return None
    hint = "the sidecar's requests, the Pod's node selector and its tolerations decide: kubectl describe pod"
    return Finding(_WRONG, "Unscheduled", f"no node takes the Pod: {subject.pod.scheduled}", hint)


def _sidecars(subject: Subject) -> Finding | None:
    pod = subject.pod
    for it in pod.sidecars:
        if (found := _waiting(it, subject, "SidecarFailing", "sidecar")) is not None:
            return found
        if it.state == "terminated" and it.name.startswith("fluid-fuse") and not _application_is_over(pod):
            why = f"{it.reason or 'ended'}{f': {it.message}' if it.message else ''}"
            hint = f"kubectl logs -n {subject.namespace} {pod.name} -c {it.name}"
            return Finding(
                _WRONG, "SidecarFailing", f"sidecar {it.name} has ended before the application ({why})", hint
            )
    return None


def _events(subject: Subject) -> Finding | None:
    if subject.pod.ready or is_running(subject.pod):
        return None
    found = [it for it in subject.pod.events or () if it.reason in _MOUNT_EVENTS]
    if not found:
        return None
    last = found[-1]
    hint = f"kubectl describe pod -n {subject.namespace} {subject.pod.name}"
    return Finding(_WRONG, "MountFailed", f"{last.reason}: {last.message}", hint)


def _runs_on(subject: Subject) -> Finding | None:
    pod = subject.pod
    legacy = [it.name for it in pod.sidecars if not it.native and it.state == "running"]
    if pod.restarts_always or not legacy or not _application_is_over(pod):
        return None
    message = f"the application has ended, sidecar {legacy[0]} runs on, and so the Pod does not end"
    hint = "Fluid's application controller ends legacy sidecars of platform `default`; a native one ends by itself"
    return Finding(_WRONG, "SidecarRunsOn", message, hint)


def _application(subject: Subject) -> Finding | None:
    for it in subject.pod.others:
        if (found := _waiting(it, subject, "ApplicationFailing", "container")) is not None:
            return found
    return None


_CHECKS: tuple[Callable[[Subject], Finding | None], ...] = (
    _ended,
    _without_sidecar,
    _unscheduled,
    _sidecars,
    _events,
    _runs_on,
    _application,
)


def _waiting(it: ContainerState, subject: Subject, code: str, what: str) -> Finding | None:
    if it.state != "waiting" or it.reason not in FAILING:
        return None
    why = it.reason + (f": {it.message}" if it.message else "") + (f"; before: {it.last}" if it.last else "")
    hint = FAILING[it.reason].format(subject.pod.name, it.name, subject.namespace)
    return Finding(_WRONG, code, f"{what} {it.name} does not run: {why}", hint)


def _application_is_over(pod: Existing) -> bool:
    return bool(pod.others) and all(it.state == "terminated" for it in pod.others)


def _at_peace(pod: Existing) -> Finding:
    waiting = [it.name for it in (*pod.sidecars, *pod.others) if not _settled(it)]
    if pod.phase == "Running" and not waiting:
        served = ", ".join(it.dataset for it in pod.sidecars if it.dataset)
        return Finding(_WORKS, "Running", f"the Pod runs, and its sidecars serve {served or 'its data'}")
    return Finding(_WORKS, "Starting", f"nothing is wrong so far; not ready yet: {_some(waiting) or 'the Pod'}")


def _settled(it: ContainerState) -> bool:
    if it.mounted is False and it.state == "running":
        return False
    return it.ready or it.ended_well


def _some(names: Iterable[str], most: int = 3) -> str:
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
