"""Two who act on the same Pods."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.doctor.conflicts import check, labels_by_name
from kubectl_fluid.doctor.model import Check, Verdict
from kubectl_fluid.explanation.hooks import policies, webhooks
from kubectl_fluid.explanation.selectors import Labels
from kubectl_fluid.policy import mutating
from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.configuration import configuration

Object = dict[str, Any]
OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict

NAMESPACES = dict(labels_by_name([("default", {}), ("ml", {"team": "ml"}), ("kube-system", {})]))
POLICY = policies(
    [{"kind": "MutatingAdmissionPolicy", **mutating.policy()}],
    [{"kind": "MutatingAdmissionPolicyBinding", **it} for it in mutating.bindings()],
)


def fluids(selector: Object | None = None) -> Object:
    """Fluid's configuration (facts: charts/fluid/fluid/templates/webhook)."""
    service = {"namespace": "fluid-system", "name": "fluid-pod-admission-webhook", "port": 9443}
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    entries = [
        {
            "name": name,
            "clientConfig": {"service": {**service, "path": "/mutate-fluid-io-v1alpha1-schedulepod"}},
            "rules": [rule],
            "failurePolicy": "Fail",
            "objectSelector": {"matchLabels": {label: "true"}},
            "namespaceSelector": selector or {},
        }
        for name, label in (("sidecar.fuse.fluid.io", keys.INJECT), ("fuse.serverful.fluid.io", keys.INJECT_SERVERFUL))
    ]
    metadata = {"name": "fluid-pod-admission-webhook"}
    return {"kind": "MutatingWebhookConfiguration", "metadata": metadata, "webhooks": entries}


def ours(name: str = "kubectl-fluid-webhook", term: Object | None = None) -> Object:
    value = copy.deepcopy(configuration(Choices()))
    value["metadata"]["name"] = name
    for entry in value["webhooks"] if term else ():
        entry["namespaceSelector"]["matchExpressions"].append(term)
    return value


def judged(*values: Object, namespaces: dict[str, Labels] | ClusterError | None = None, policy: bool = False) -> Check:
    hooks = [*(POLICY if policy else ()), *webhooks(values)]
    return check(hooks, NAMESPACES if namespaces is None else namespaces)


ONLY_ML = {"key": "team", "operator": "In", "values": ["ml"]}
NOT_ML = {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["ml"]}]}


def test_one_alone_is_no_conflict() -> None:
    assert judged(ours()).verdict is SKIPPED
    assert judged(fluids()).verdict is SKIPPED
    assert judged().verdict is SKIPPED


def test_fluids_and_ours_meet_on_the_same_pods() -> None:
    made = judged(ours(), fluids())
    assert made.verdict is WARNING
    assert made.message == (
        "fluid-pod-admission-webhook of Fluid and kubectl-fluid-webhook of kubectl-fluid act on the same Pods, "
        "labelled serverless.fluid.io/inject: true in 2 namespaces: the first one injects"
    )
    assert made.details == ("namespace default", "namespace ml")


def test_one_namespace_where_they_meet_is_named() -> None:
    made = judged(ours(term=ONLY_ML), fluids())
    assert (made.verdict, made.details) == (WARNING, ())
    assert "inject: true in namespace ml: " in made.message


def test_where_their_namespaces_are_parted_there_is_none() -> None:
    assert judged(ours(term=ONLY_ML), fluids(NOT_ML)).verdict is OK


def test_without_namespaces_they_are_taken_to_meet() -> None:
    made = judged(ours(term=ONLY_ML), fluids(NOT_ML), namespaces=ClusterError("cluster https://x", "no"))
    assert made.verdict is WARNING
    assert "namespace" not in made.message
    assert "kubectl-fluid-webhook of kubectl-fluid may act on the same Pods" in made.message


def test_a_condition_that_is_not_evaluated_leaves_it_open() -> None:
    other = fluids()
    for entry in other["webhooks"]:
        entry["matchConditions"] = [{"name": "never", "expression": "false"}]
    made = judged(ours(), other)
    assert made.verdict is WARNING
    assert "may act on the same Pods" in made.message


def test_the_webhook_and_the_policies_of_this_program_go_together() -> None:
    assert judged(ours(), policy=True).verdict is OK


def test_the_policies_and_fluids_webhook_meet() -> None:
    made = judged(fluids(), policy=True)
    assert made.verdict is WARNING
    assert made.message.startswith("kubectl-fluid-inject of kubectl-fluid and fluid-pod-admission-webhook of Fluid")


def test_two_installations_of_ours_meet() -> None:
    assert judged(ours(), ours("another")).verdict is WARNING


def test_lists_that_could_not_be_read_leave_it_open() -> None:
    assert check(ClusterError("cluster https://x", "no"), NAMESPACES).verdict is UNKNOWN


@pytest.mark.parametrize("broken", [{}, {"webhooks": "no"}, {"webhooks": [{"name": "sidecar.fuse.fluid.io"}]}])
def test_a_configuration_of_any_shape_is_read(broken: Object) -> None:
    value = {"kind": "MutatingWebhookConfiguration", "metadata": {"name": "odd"}, **broken}
    assert judged(ours(), value).verdict in (OK, SKIPPED)
