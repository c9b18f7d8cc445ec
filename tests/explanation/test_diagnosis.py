"""The diagnosis of a Pod that is to be created: the first thing that is wrong, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid import codes, keys
from kubectl_fluid.claims import Claim
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.explanation import verdicts
from kubectl_fluid.explanation.explain import Explainer
from kubectl_fluid.explanation.model import Explanation, Verdict
from kubectl_fluid.explanation.reads import Cluster
from tests.cluster import fluid_objects
from tests.explanation.build import ASKS, SETTINGS, cluster, explained, objects, other, ours, pod

Object = dict[str, Any]

OTHER_CLAIM = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "disk", "namespace": "ml"}}


def job(labels: dict[str, str], of_job: dict[str, str]) -> Object:
    value = fluid_objects.job("train", "jfs")
    value["metadata"]["labels"] = of_job
    value["spec"]["template"]["metadata"]["labels"] = labels
    return value


def unmounted(**labels: str) -> Object:
    value = pod(**labels)
    del value["spec"]["containers"][0]["volumeMounts"]
    return value


WORKS, WRONG, UNKNOWN = Verdict.WORKS, Verdict.WRONG, Verdict.UNKNOWN
STEERED = {keys.INJECT_SERVERFUL: "true"}
SILENT: dict[str, str] = {}
WITH_WEBHOOK = cluster(ours(), csi=False)

#: What is known → verdict and code. A cluster of None is none that was asked.
CASES: dict[str, tuple[Object, list[Object], Cluster | None, Verdict, str]] = {
    "asks, and nobody was asked": (pod(**ASKS), objects(), None, WORKS, "WillBeInjected"),
    "asks, with a webhook": (pod(**ASKS), objects(), WITH_WEBHOOK, WORKS, "WillBeInjected"),
    "asks, without a webhook": (pod(**ASKS), objects(), cluster(), WRONG, "NobodyInjects"),
    "asks, and somebody else acts": (pod(**ASKS), objects(), cluster(other("z")), WRONG, "NobodyInjects"),
    "asks, and configurations are hidden": (pod(**ASKS), objects(), Cluster(blind=True), UNKNOWN, "AdmissionUnknown"),
    "wants cache nodes": (pod(**STEERED), objects(), WITH_WEBHOOK, WORKS, "WillBeSteered"),
    "no such claim": (pod("nowhere", **ASKS), objects(), None, WRONG, "ClaimNotFound"),
    "not bound": (pod(**ASKS), objects(Dataset={"status": {"phase": "NotBound"}}), None, WRONG, "DatasetNotBound"),
    "no FUSE client": (pod(**ASKS), objects(DaemonSet=None), None, WRONG, "FuseNotFound"),
    "unknown platform": (pod(**ASKS, **{keys.SIDECAR_TARGET: "moon"}), objects(), None, WRONG, "UnknownPlatform"),
    "mounted nowhere": (unmounted(**ASKS), objects(), None, WRONG, "NotMounted"),
    "asks without a dataset": (pod("disk", **ASKS), [OTHER_CLAIM], None, WRONG, "NotADataset"),
    "says that it is done": (pod(**ASKS, **{keys.DONE: "true"}), objects(), None, WRONG, "DoneWithoutSidecar"),
    "silent, nobody asked": (pod(), objects(), None, UNKNOWN, "NodesUnknown"),
    "silent, with the plugin": (pod(), objects(), cluster(csi=True), WORKS, "MountedByPlugin"),
    "silent, without the plugin": (pod(), objects(), cluster(csi=False), WRONG, "NotRequested"),
    "switched off": (pod(**ASKS, **{keys.ENABLE: "false"}), objects(), cluster(csi=False), WRONG, "Disabled"),
    "silent and without a dataset": (pod("disk"), [OTHER_CLAIM], None, WORKS, "NothingToDo"),
    "label on the workload": (job(SILENT, ASKS), objects(), WITH_WEBHOOK, WRONG, "MisplacedLabel"),
    "no template": (
        {"apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "TrainJob", "metadata": {"name": "x"}},
        [],
        None,
        WRONG,
        "NoPodTemplate",
    ),
    "a strict namespace": (
        pod(**ASKS),
        objects(),
        cluster(ours(), labels={"pod-security.kubernetes.io/enforce": "baseline"}),
        WRONG,
        "PodSecurity",
    ),
    "a namespace that allows it": (
        pod(**ASKS),
        objects(),
        cluster(ours(), labels={"pod-security.kubernetes.io/enforce": "privileged"}),
        WORKS,
        "WillBeInjected",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_pod_that_is_to_be_created(case: str) -> None:
    value, found, where, verdict, code = CASES[case]
    it = explained(value, found, where)
    assert (it.finding.verdict, it.finding.code) == (verdict, code), it.finding
    assert verdict is WORKS or it.finding.hint or code == "NoPodTemplate", "what is wrong has a cure"


def test_objects_that_cannot_be_read_are_a_line_at_the_claim_and_the_decision_is_there_all_the_same() -> None:
    def claims(_namespace: str, _name: str) -> Claim | None:
        raise ClusterError("cluster https://x", "this user may not get persistentvolumeclaims", "ask")

    it: Explanation
    (it,) = Explainer(claims, SETTINGS).manifest(pod(**ASKS), lambda _: "")
    assert (it.finding.verdict, it.finding.code) == (UNKNOWN, "Unread")
    assert it.planned.branch == "serverless"
    assert "may not get persistentvolumeclaims" in it.claims[0].unread
    assert [(mount.container, mount.path) for mount in it.claims[0].mounts] == [("app", "/data")]


def test_a_claim_that_the_plan_did_not_come_to_gets_what_is_known_of_its_dataset() -> None:
    value = pod("late", **ASKS)
    value["spec"]["volumes"].append({"name": "more", "persistentVolumeClaim": {"claimName": "jfs"}})
    it = explained(value, [*objects(), *objects("late", Dataset={"status": {"phase": "NotBound"}})])
    assert [(claim.name, claim.reason.code) for claim in it.claims] == [("late", "DatasetNotBound"), ("jfs", "Ready")]


def test_every_code_is_explained() -> None:
    used = {code for *_, code in CASES.values()}
    assert used <= {*verdicts.CODES, *codes.CODES}
    assert not set(verdicts.CODES) & set(codes.CODES)
