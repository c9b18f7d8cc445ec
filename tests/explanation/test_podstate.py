"""The diagnosis of a Pod that exists, from what its kubelet reports."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.explanation.containers import existing
from kubectl_fluid.explanation.diagnosis import of_workload
from kubectl_fluid.explanation.explain import Explainer
from kubectl_fluid.explanation.model import Event, Explanation, Finding, PodOf, Verdict, Workload
from kubectl_fluid.explanation.reads import Cluster
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.settings import Settings, SidecarMode
from tests.cluster.explained import SIDECAR, ended, running, waiting
from tests.explanation.build import ASKS, SETTINGS, cluster, explainer, objects, ours, pod

Object = dict[str, Any]

WORKS, WRONG, UNKNOWN = Verdict.WORKS, Verdict.WRONG, Verdict.UNKNOWN
CREATED = "2026-01-01T00:00:00Z"


def injected(mode: SidecarMode = SidecarMode.NATIVE) -> Object:
    settings = Settings(namespace="ml", unique=SETTINGS.unique, sidecar_mode=mode)
    return dict(plan(pod(**ASKS), explainer(objects()).claims, settings).pod)


def with_status(value: Object, phase: str, *statuses: Object, **more: Any) -> Object:
    """The Pod with the statuses of its sidecar and its application."""
    inits = {it["name"] for it in value["spec"].get("initContainers", ())}
    made = copy.deepcopy(value)
    made["metadata"]["creationTimestamp"] = CREATED
    made["status"] = {
        "phase": phase,
        "initContainerStatuses": [it for it in statuses if it["name"] in inits],
        "containerStatuses": [it for it in statuses if it["name"] not in inits],
        "conditions": [{"type": "Ready", "status": str(phase == "Running")}],
        **more,
    }
    return made


def explain(
    value: Object, *events: Event, where: Cluster | None = None, found: list[Object] | None = None
) -> Explanation:
    it: Explainer = explainer(objects() if found is None else found, where)
    return it._existing(value, "ml", events)


APP = "app"
NATIVE, LEGACY = injected(), injected(SidecarMode.LEGACY)

STATES: dict[str, tuple[Object, Verdict, str]] = {
    "all run": (with_status(NATIVE, "Running", running(SIDECAR), running(APP)), WORKS, "Running"),
    "nothing reported": (with_status(NATIVE, "Pending"), WORKS, "Starting"),
    "mounts": (
        with_status(NATIVE, "Pending", running(SIDECAR, ready=False, started=False), waiting(APP, "PodInitializing")),
        WORKS,
        "Starting",
    ),
    "has ended": (with_status(NATIVE, "Succeeded", ended(SIDECAR, 137), ended(APP)), WORKS, "Completed"),
    "has failed": (with_status(NATIVE, "Failed", ended(SIDECAR, 0), ended(APP, 2)), WRONG, "PodFailed"),
    "sidecar ended the Pod": (with_status(LEGACY, "Failed", ended(SIDECAR, 1), ended(APP)), WRONG, "SidecarFailing"),
    "image is missing": (
        with_status(NATIVE, "Pending", waiting(SIDECAR, "ImagePullBackOff"), waiting(APP, "PodInitializing")),
        WRONG,
        "SidecarFailing",
    ),
    "a Secret is missing": (
        with_status(NATIVE, "Pending", waiting(SIDECAR, "CreateContainerConfigError", 'secret "x" not found')),
        WRONG,
        "SidecarFailing",
    ),
    "sidecar went away": (with_status(LEGACY, "Running", ended(SIDECAR, 1), running(APP)), WRONG, "SidecarFailing"),
    "application crashes": (
        with_status(NATIVE, "Running", running(SIDECAR), waiting(APP, "CrashLoopBackOff")),
        WRONG,
        "ApplicationFailing",
    ),
    "legacy sidecar runs on": (with_status(LEGACY, "Running", running(SIDECAR), ended(APP)), WRONG, "SidecarRunsOn"),
    "native sidecar ends": (with_status(NATIVE, "Running", running(SIDECAR), ended(APP)), WORKS, "Running"),
    "no node": (
        with_status(
            NATIVE,
            "Pending",
            conditions=[{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}],
        ),
        WRONG,
        "Unscheduled",
    ),
    "says that it was injected": (
        with_status(pod(**ASKS, **{keys.DONE: "true"}), "Running", running(APP)),
        WRONG,
        "DoneWithoutSidecar",
    ),
    "never injected, but runs": (with_status(pod(**ASKS), "Running", running(APP)), WORKS, "MountedByPlugin"),
    "never injected": (
        with_status(pod(**ASKS), "Pending", waiting(APP, "ContainerCreating")),
        WRONG,
        "CreatedWithoutSidecar",
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_a_pod_in_a_state(state: str) -> None:
    value, verdict, code = STATES[state]
    it = explain(value)
    assert (it.finding.verdict, it.finding.code) == (verdict, code), it.finding


def test_an_event_of_the_kubelet_counts_until_the_pod_runs() -> None:
    event = Event("pod/train", "FailedMount", "no such volume", 3, CREATED)
    pending = with_status(NATIVE, "Pending", waiting(SIDECAR, "PodInitializing"))
    assert explain(pending, event).finding.code == "MountFailed"
    assert explain(STATES["all run"][0], event).finding.code == "Running"


@pytest.mark.parametrize(
    ("created", "policy", "said"),
    [
        ("2026-02-01T00:00:00Z", "Fail", "was registered after it"),
        ("2025-12-01T00:00:00Z", "Ignore", "did not answer then"),
        ("2025-12-01T00:00:00Z", "Fail", "its labels or the webhook's selectors were other ones then"),
    ],
)
def test_why_a_pod_was_not_injected_and_that_a_new_one_will_be(created: str, policy: str, said: str) -> None:
    configuration = ours(failure_policy=policy)
    configuration["metadata"]["creationTimestamp"] = created
    value = STATES["never injected"][0]
    it = explain(value, where=cluster(configuration))
    assert said in it.finding.message
    assert it.finding.hint == "delete it and create it again"
    owned = copy.deepcopy(value)
    owned["metadata"]["ownerReferences"] = [{"kind": "Job", "name": "train", "uid": "1", "controller": True}]
    assert explain(owned, where=cluster(configuration)).finding.hint == "delete it: job/train makes it anew"


def test_where_a_new_pod_would_be_refused_that_comes_first() -> None:
    it = explain(STATES["never injected"][0], where=cluster(ours()), found=objects(DaemonSet=None))
    assert "would be again: " in it.finding.message
    assert it.finding.hint.endswith("; then delete it and create it again")


def test_what_cannot_be_read_is_no_reason_to_delete_a_pod() -> None:
    where = cluster(blind=True, unread=("mutatingwebhookconfigurations: this user may not list them",))
    it = explain(STATES["never injected"][0], where=where)
    assert (it.finding.verdict, it.finding.code) == (UNKNOWN, "CreatedWithoutSidecar")
    assert "; whether it would be again cannot be told: " in it.finding.message
    assert "delete" not in it.finding.hint


@pytest.mark.parametrize(
    "status", [waiting(APP, "ContainerCreating"), waiting(APP, "CreateContainerError", "no mount")]
)
def test_a_label_is_of_no_use_to_a_pod_that_exists(status: Object) -> None:
    it = explain(with_status(pod(), "Pending", status), where=cluster(csi=False))
    assert it.finding.verdict is WRONG
    assert it.finding.hint.endswith('`serverless.fluid.io/inject: "true"`; then delete it and create it again')


@pytest.mark.parametrize(
    ("status", "mounted"),
    [
        (running(SIDECAR), True),
        (running(SIDECAR, started=False, ready=False), False),
        (waiting(SIDECAR, "PodInitializing"), False),
    ],
)
def test_a_sidecar_with_a_mount_check_tells_whether_it_is_mounted(status: Object, mounted: bool) -> None:  # noqa: FBT001
    (sidecar,) = existing(with_status(NATIVE, "Running", status), ()).sidecars
    assert sidecar.mounted is mounted


def test_without_a_mount_check_nothing_tells() -> None:
    value = copy.deepcopy(NATIVE)
    del value["spec"]["initContainers"][0]["lifecycle"]["postStart"]
    (sidecar,) = existing(with_status(value, "Running", running(SIDECAR)), ()).sidecars
    assert sidecar.mounted is None


def test_on_eci_the_readiness_probe_tells() -> None:
    settings = Settings(namespace="ml", unique=SETTINGS.unique, platform="eci")
    value = dict(plan(pod(**ASKS), explainer(objects()).claims, settings).pod)
    for ready in (True, False):
        (sidecar,) = existing(with_status(value, "Running", running(SIDECAR, ready=ready)), ()).sidecars
        assert sidecar.mounted is ready


@pytest.mark.parametrize("status", [None, [], {"containerStatuses": 1}, {"conditions": [{}], "phase": {}}])
def test_statuses_of_any_shape_are_read(status: Any) -> None:
    value = {**NATIVE, "status": status}
    assert explain(value).finding.code == "Starting"


# --- owners --------------------------------------------------------------------------------------------------------

NEW = Finding(WORKS, "WillBeInjected", "somebody does")


def child(finding: Finding, created: str = CREATED, phase: str = "Running", name: str = "train") -> PodOf:
    value = existing(with_status(NATIVE, phase, running(SIDECAR), running(APP)), ())
    return PodOf(value._replace(created=created, name=name), finding)


def refusal(last: str) -> Event:
    message = "Error creating: admission webhook denied the request: kubectl-fluid: DatasetNotBound: it is not; wait"
    return Event("job/train", "FailedCreate", message, 2, last)


LATER, EARLIER = "2026-01-02T00:00:00Z", "2025-01-02T00:00:00Z"
GOOD = child(Finding(WORKS, "Running", "it runs"))
BAD = child(Finding(WRONG, "SidecarFailing", "it does not", "look"))
EVICTED = child(Finding(WRONG, "PodFailed", "it was evicted"), EARLIER, "Failed", "evicted")

OWNERS: dict[str, tuple[Finding, Workload, str]] = {
    "no Pods yet": (NEW, Workload(), "WillBeInjected"),
    "one Pod works": (NEW, Workload(pods=(GOOD,)), "Running"),
    "one of two does not": (NEW, Workload(pods=(BAD, GOOD)), "SidecarFailing"),
    "one was evicted and replaced": (NEW, Workload(pods=(EVICTED, GOOD)), "Running"),
    "one was evicted and not replaced": (NEW, Workload(pods=(EVICTED,)), "PodFailed"),
    "the newer one failed": (
        NEW,
        Workload(pods=(EVICTED._replace(pod=EVICTED.pod._replace(created=LATER)), GOOD)),
        "PodFailed",
    ),
    "refused": (NEW, Workload(refusals=(refusal(LATER),)), "DatasetNotBound"),
    "refused since": (NEW, Workload(pods=(GOOD,), refusals=(refusal(LATER),)), "DatasetNotBound"),
    "refused before": (NEW, Workload(pods=(GOOD,), refusals=(refusal(EARLIER),)), "Running"),
    "complete": (Finding(WRONG, "ClaimNotFound", ""), Workload("Complete", (GOOD,)), "Completed"),
    "failed": (NEW, Workload("Failed"), "JobFailed"),
    "template is wrong by now": (Finding(WRONG, "ClaimNotFound", ""), Workload(pods=(GOOD,)), "ClaimNotFound"),
    "it hung on the node": (Finding(UNKNOWN, "NodesUnknown", ""), Workload(pods=(GOOD,)), "Running"),
    "Pods hidden": (NEW, Workload(pods=None, refusals=None), "WillBeInjected"),
}


@pytest.mark.parametrize("case", OWNERS)
def test_an_owner_is_as_what_it_has_made(case: str) -> None:
    new, workload, code = OWNERS[case]
    assert of_workload(new, workload).code == code
