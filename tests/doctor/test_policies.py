"""The policies of this program in a cluster."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.doctor.model import Check, Verdict
from kubectl_fluid.doctor.policies import Lists, checks, compiled
from kubectl_fluid.policy import mutating, names
from kubectl_fluid.policy.guards.injected import TEMPLATES
from kubectl_fluid.policy.guards.objects import binding_of, policy_of

Object = dict[str, Any]
OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict

SERVED = frozenset({names.PLURAL})
GUARD = policy_of(TEMPLATES)
BINDING = binding_of(GUARD, "deny")


def judged(lists: Lists, served: frozenset[str] | ClusterError = SERVED) -> dict[str, Check]:
    return {it.name: it for it in checks(lists, served)}


def whole() -> Lists:
    """Everything as it is compiled, with what an API server adds."""
    policy = copy.deepcopy(mutating.policy())
    policy["spec"]["matchConstraints"]["addedByTheServer"] = True
    return Lists([policy], mutating.bindings(), [copy.deepcopy(GUARD.policy)], [BINDING])


def test_all_is_well_where_everything_is_there() -> None:
    made = judged(whole())
    assert [it.verdict for it in made.values()] == [OK, OK, OK, OK, SKIPPED]
    assert made["policies-installed"].message == "kubectl-fluid-inject injects and 1 guard (kubectl-fluid-templates)"


def test_nothing_is_nothing_to_look_at() -> None:
    other = {"metadata": {"name": "of-somebody-else"}, "spec": {}}
    assert {it.verdict for it in judged(Lists([other], [], [other], [])).values()} == {SKIPPED}


@pytest.mark.parametrize(
    ("change", "name", "verdict", "said"),
    [
        (
            {"bindings": []},
            "policies-bound",
            FAILED,
            "1 policy without binding does nothing: kubectl-fluid-inject",
        ),
        (
            {"bindings": [], "guard_bindings": []},
            "policies-bound",
            FAILED,
            "2 policies without binding do nothing: kubectl-fluid-inject, kubectl-fluid-templates",
        ),
        ({"policies": []}, "policies-bound", FAILED, "3 bindings name a policy that is not there"),
        (
            {"bindings": mutating.bindings()[1:]},
            "policies-bound",
            WARNING,
            "kubectl-fluid-inject lacks 1 binding: kubectl-fluid-inject-serverless",
        ),
    ],
)
def test_bindings_and_policies_belong_together(change: dict[str, Any], name: str, verdict: Verdict, said: str) -> None:
    made = judged(whole()._replace(**change))[name]
    assert (made.verdict, made.message.startswith(said)) == (verdict, True)


def test_parameters_of_a_kind_that_is_not_served() -> None:
    made = judged(whole(), frozenset())["policies-parameters"]
    assert made.verdict is FAILED
    assert "does not serve InjectionTemplate, by which kubectl-fluid-inject, kubectl-fluid-templates go" in made.message


def test_policies_without_parameters_need_no_kind() -> None:
    made = judged(Lists([], [], [compiled()["kubectl-fluid-eci"]], []), frozenset())
    assert made["policies-parameters"].verdict is SKIPPED


def test_a_policy_of_another_version_is_told() -> None:
    lists = whole()
    assert isinstance(lists.policies, list)
    lists.policies[0]["spec"]["variables"][0]["expression"] = "'older'"
    made = judged(lists)["policies-current"]
    assert (made.verdict, made.details) == (WARNING, ("kubectl-fluid-inject",))


def test_a_policy_that_this_version_does_not_have_is_told() -> None:
    older = names.new(names.ADMISSION, "ValidatingAdmissionPolicy", "kubectl-fluid-of-yesterday")
    made = judged(whole()._replace(guards=[older]))["policies-current"]
    assert "this version has no kubectl-fluid-of-yesterday" in made.message


def test_the_servers_type_checking_is_told() -> None:
    lists = whole()
    assert isinstance(lists.guards, list)
    warning = {"fieldRef": "spec.validations[0].expression", "warning": "undefined field 'x'"}
    lists.guards[0]["status"] = {"typeChecking": {"expressionWarnings": [warning]}}
    made = judged(lists)["policies-types"]
    assert made.verdict is WARNING
    assert made.details == ("kubectl-fluid-templates: spec.validations[0].expression: undefined field 'x'",)
    lists.guards[0]["status"] = {"typeChecking": {}}
    assert judged(lists)["policies-types"].verdict is OK


def test_a_list_that_could_not_be_read_leaves_all_open() -> None:
    lists = whole()._replace(guards=ClusterError("cluster https://x", "this user may not list"))
    assert {it.verdict for it in judged(lists).values()} == {UNKNOWN}


@pytest.mark.parametrize("spec", [None, "no", {"paramKind": "no"}, {"variables": {}}])
def test_a_policy_of_any_shape_is_read(spec: Any) -> None:
    odd = {**mutating.policy(), "spec": spec, "status": {"typeChecking": {"expressionWarnings": ["no"]}}}
    made = judged(whole()._replace(policies=[odd]))
    assert made["policies-current"].verdict is WARNING
