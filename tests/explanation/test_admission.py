"""Who acts on a Pod, in which order, and what is said of that order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubectl_fluid.explanation.hooks import Whose, policies
from kubectl_fluid.explanation.model import Explanation
from kubectl_fluid.explanation.reads import Cluster
from kubectl_fluid.policy import mutating
from kubectl_fluid.policy.guards.objects import binding_of, policy_of
from kubectl_fluid.policy.guards.table import POLICIES
from tests.explanation.build import ASKS, RULE, cluster, explained, fluids, objects, other, ours, pod, templates_of

Object = dict[str, Any]


def acts(it: Explanation) -> dict[str, bool | None]:
    return {judged.hook.name.partition(".")[0]: judged.acts for judged in it.admission.judged}


def explain(*configurations: Object, labels: dict[str, str] | None = None, **more: Any) -> Explanation:
    found = cluster(*configurations, **more)
    return explained(pod(**(ASKS if labels is None else labels)), objects(), found)


def test_our_own_entries_are_judged_with_their_conditions() -> None:
    it = explain(ours())
    assert acts(it) == {"serverless": True, "serverful": False, "sidecar-target": False}
    assert [(condition.name, condition.holds) for condition in it.admission.judged[0].conditions] == [
        ("has-a-claim", True),
        ("not-injected-yet", True),
        ("not-switched-off", True),
        ("not-a-mirror-pod", True),
    ]
    assert it.finding.code == "WillBeInjected"


def test_a_second_entry_finds_the_pod_injected() -> None:
    it = explain(ours(), labels={**ASKS, "alibabacloud.com/fluid-sidecar-target": "eci"})
    assert acts(it) == {"serverless": True, "serverful": False, "sidecar-target": False}
    assert it.admission.judged[2].why == "its condition has-a-claim does not hold"


def test_a_condition_of_somebody_else_is_not_evaluated() -> None:
    conditions = [{"name": "not-injected-yet", "expression": "object.metadata.name != 'x'"}]
    it = explain(other("z", matchConditions=conditions))
    assert acts(it) == {"other": None}
    assert it.admission.judged[0].why == "it has a condition that this program does not evaluate: not-injected-yet"


def test_configurations_are_called_in_the_order_of_their_names() -> None:
    it = explain(ours(), other("z"), other("a"))
    assert [judged.hook.configuration for judged in it.admission.judged if judged.acts] == [
        "a",
        "kubectl-fluid-webhook",
        "z",
    ]


def test_one_that_comes_later_is_named_with_what_reinvocation_makes_of_it() -> None:
    assert (
        "z may change the Pod after kubectl-fluid-webhook: it is asked again if they change the Pod "
        "(reinvocationPolicy IfNeeded)"
    ) in explain(ours(), other("z")).admission.notes
    assert not any("z may change" in note for note in explain(ours(), other("a")).admission.notes)


def test_a_label_that_comes_too_late_is_said() -> None:
    it = explain(ours(), other("z"), labels={})
    assert it.admission.notes == (
        "a label that z adds comes too late: configurations are called in the order of their names",
    )
    it = explain(ours(), other("a"), labels={})
    assert it.admission.notes == ("a is called before and may add what is missing; this program cannot know",)


@pytest.mark.parametrize(
    ("policy", "said"), [("Fail", "such Pods are refused"), ("Ignore", "created without their sidecar")]
)
def test_what_happens_while_it_does_not_answer_is_said(policy: str, said: str) -> None:
    assert any(said in note for note in explain(ours(failure_policy=policy)).admission.notes)


def test_of_two_injectors_the_first_one_injects() -> None:
    it = explain(ours(), fluids())
    injecting = [judged.hook.whose for judged in it.admission.injectors if judged.acts]
    assert injecting == [Whose.FLUID]
    assert it.planned.sidecars == ("fluid-fuse-0",), "in Fluid's own way"
    assert it.admission.notes[0].startswith("fluid-pod-admission-webhook comes before kubectl-fluid-webhook")


def test_what_fluid_admits_without_a_sidecar_is_said() -> None:
    it = explained(pod(**ASKS), objects(DaemonSet=None), cluster(fluids()))
    assert it.finding.code == "FuseNotFound"
    assert it.finding.message.endswith("Fluid's webhook admits such a Pod as it is, without a sidecar")


def test_in_a_namespace_on_eci_a_pod_that_says_nothing_is_injected_for_eci() -> None:
    it = explain(ours(eci_namespaces=True), labels={})
    assert it.planned.branch == ""
    found = cluster(ours(eci_namespaces=True), labels={"alibabacloud.com/eci": "true"})
    it = explained(pod(), objects(), found)
    assert (it.planned.branch, it.planned.platform) == ("serverless", "eci")
    assert [row.name for row in it.triggers if row.decides] == ["a namespace on ECI"]
    assert it.finding.code == "WillBeInjected"


def test_without_the_labels_of_the_namespace_what_hangs_on_them_cannot_be_told() -> None:
    found = cluster(ours(eci_namespaces=True))
    blind = Cluster(found.hooks)
    it = explained(pod(), objects(), blind)
    assert acts(it)["eci-namespace"] is None
    assert "may or may not be selected" in it.admission.judged[3].why
    assert acts(explained(pod(**ASKS), objects(), blind))["serverless"] is True, "it asks for the name alone"


def test_one_whose_rules_are_for_something_else_is_not_shown() -> None:
    it = explain(other("z", rules=[{**RULE, "resources": ["services"]}]))
    assert it.admission.judged == ()


def test_a_policy_without_a_binding_does_nothing() -> None:
    it = explain(policies=([mutating.policy()], []))
    assert it.admission.judged == ()


@pytest.mark.parametrize(("templates", "answer"), [({"jfs"}, True), ({"other"}, False), (None, None)])
def test_our_policy_acts_where_the_claim_has_a_template(templates: set[str] | None, answer: bool | None) -> None:  # noqa: FBT001
    known = None if templates is None else templates_of(*templates)
    it = explain(policies=([mutating.policy()], mutating.bindings()), templates={"ml": known})
    judged = {found.hook.name: found.acts for found in it.admission.judged}
    assert judged == {
        "kubectl-fluid-inject-serverless": answer,
        "kubectl-fluid-inject-sidecar-target": False,
        "kubectl-fluid-inject-deprecated": False,
    }
    assert it.finding.code == {True: "WillBeInjected", False: "NobodyInjects", None: "AdmissionUnknown"}[answer]


def test_policies_come_before_webhooks() -> None:
    it = explain(ours(), policies=([mutating.policy()], mutating.bindings()), templates={"ml": templates_of("jfs")})
    acting = [found.hook.configuration for found in it.admission.judged if found.acts]
    assert acting == ["kubectl-fluid-inject"], "the webhook finds the Pod injected"


@pytest.mark.parametrize(
    "annotation",
    [
        ("file-prefetcher.fluid.io/inject", "true"),
        ("default.fuse-sidecar.fluid.io/host-mount-path-mode", "random-suffix"),
    ],
    ids=lambda it: it[0],
)
def test_our_policy_leaves_what_it_cannot_express_to_the_webhook(annotation: tuple[str, str]) -> None:
    value = pod(**ASKS, **{"unprivileged.sidecar.fluid.io/inject": "true"})
    value["metadata"]["annotations"] = {annotation[0]: annotation[1]}
    bound = ([mutating.policy()], mutating.bindings())
    it = explained(value, objects(), cluster(ours(), policies=bound, templates={"ml": templates_of("jfs")}))
    acting = [found.hook.configuration for found in it.admission.judged if found.acts]
    assert acting == ["kubectl-fluid-webhook"]
    (why,) = [found.why for found in it.admission.judged if found.hook.name == "kubectl-fluid-inject-serverless"]
    assert why.startswith("template jfs leaves the Pod alone: ")


BOTH = ([mutating.policy()], mutating.bindings())
GUARDING = [policy_of(policy) for policy in POLICIES]


def guarded(*configurations: Object, **more: Any) -> Cluster:
    """A cluster with all guards over Pods, bound to deny."""
    made = cluster(*configurations, **more)
    guards = policies([it.policy for it in GUARDING], [binding_of(it, "deny") for it in GUARDING])
    return replace(made, hooks=(*made.hooks, *guards))


def test_a_template_that_leaves_the_pod_beside_one_that_does_not_is_told() -> None:
    value = pod(**ASKS)
    value["spec"]["volumes"].append({"name": "more", "persistentVolumeClaim": {"claimName": "other"}})
    value["spec"]["containers"][0]["volumeMounts"].append({"name": "more", "mountPath": "/more"})
    waiting = templates_of("jfs", "other")
    waiting["other"]["spec"]["notReady"] = {"code": "DatasetNotBound", "message": "it is not bound"}
    it = explained(value, [*objects(), *objects("other")], cluster(policies=BOTH, templates={"ml": waiting}))
    assert "template other leaves the Pod alone: NotReady: it is not bound" in it.admission.notes
    assert [found.hook.name for found in it.admission.judged if found.acts] == ["kubectl-fluid-inject-serverless"]


def test_what_a_guard_says_of_the_injected_pod_is_told() -> None:
    value = pod(**ASKS, **{"alibabacloud.com/eci": "true"})
    value["spec"]["hostNetwork"] = True
    it = explained(value, objects(), guarded(ours()))
    assert (
        "kubectl-fluid-eci refuses (at stage deny): hostNetwork is not available on ECI; take it out"
        in it.admission.notes
    )


def test_a_guard_of_templates_speaks_of_what_policies_left() -> None:
    value = pod(**ASKS)
    value["metadata"]["annotations"] = {"file-prefetcher.fluid.io/inject": "true"}
    it = explained(value, objects(), guarded(policies=BOTH, templates={"ml": templates_of("jfs")}))
    (note,) = [it for it in it.admission.notes if it.startswith("kubectl-fluid-templates refuses")]
    assert "volume data names a claim that has an InjectionTemplate" in note


def test_a_guard_does_not_look_at_a_pod_that_does_not_ask() -> None:
    it = explained(pod(), objects(), guarded())
    judged = {found.hook.configuration: found.acts for found in it.admission.judged}
    assert judged["kubectl-fluid-injected"] is False
    assert it.admission.notes == ()


@pytest.mark.parametrize("wrong", [1, "x", ["a"], {"a": 1}], ids=repr)
@pytest.mark.parametrize("member", ["labels", "annotations"])
def test_a_pod_of_the_wrong_shape_is_a_finding_and_no_bug(member: str, wrong: object) -> None:
    value = pod(**ASKS)
    value["metadata"][member] = wrong
    it = explained(value, objects(), guarded(ours(), policies=BOTH, templates={"ml": templates_of("jfs")}))
    assert it.finding.code == "InvalidPod"
