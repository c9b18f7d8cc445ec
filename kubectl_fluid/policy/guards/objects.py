"""ValidatingAdmissionPolicies over Pods, and the bindings that put policies to work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.policy import names
from kubectl_fluid.policy.asking import ASKING, DONE
from kubectl_fluid.policy.guards import cel
from kubectl_fluid.policy.guards.guard import Guard, Policy
from kubectl_fluid.policy.guards.table import GUARDS
from kubectl_fluid.validation.finding import Severity

Object = dict[str, Any]

PREFIX = "kubectl-fluid-"
#: Namespaces that a cluster needs to live.
EXCLUDED = ("kube-system", "kube-node-lease")
NAMESPACE_NAME = "kubernetes.io/metadata.name"
#: Stage of a roll-out → what is done where an error, and where a warning, is found.
STAGES: dict[str, dict[Severity, tuple[str, ...]]] = {
    "audit": dict.fromkeys((Severity.ERROR, Severity.WARNING), ("Audit",)),
    "warn": dict.fromkeys((Severity.ERROR, Severity.WARNING), ("Warn", "Audit")),
    "deny": {Severity.ERROR: ("Deny", "Audit"), Severity.WARNING: ("Warn", "Audit")},
}


class Made(NamedTuple):
    """A policy with what its binding needs to know."""

    policy: Object
    severity: Severity
    has_parameters: bool = False


def new(kind: str, name: str, spec: Object) -> Object:
    """An object of the API group of policies."""
    return {**names.new(names.ADMISSION, kind, name), "spec": spec}


def policy_of(policy: Policy) -> Made:
    """The policy with all its guards."""
    guards = [guard for guard in GUARDS if guard.policy is policy]
    gate = {"gate": policy.gate} if policy.gate else {}
    offenders = {guard.variable: guard.expression for guard in guards}
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    spec: Object = {"failurePolicy": "Fail"}
    if policy.param_kind:
        spec["paramKind"] = dict(policy.param_kind)
    spec |= {
        "matchConstraints": constraints([{**rule, "scope": "Namespaced"}]),
        "matchConditions": named(policy.conditions),
        "variables": named({**cel.POD_VARIABLES, **gate, **policy.variables, **offenders, "explained": cel.EXPLAIN}),
        "validations": [_validation(guard) for guard in guards],
    }
    made = new("ValidatingAdmissionPolicy", PREFIX + policy.name, spec)
    return Made(made, policy.severity, policy.param_kind is not None)


def constraints(rules: Sequence[Object]) -> Object:
    """What reaches a policy: nothing of the namespaces that a cluster lives by, and of those that are exempt."""
    terms = [
        {"key": NAMESPACE_NAME, "operator": "NotIn", "values": list(EXCLUDED)},
        {"key": keys.GUARDS, "operator": "NotIn", "values": ["off"]},
    ]
    return {"namespaceSelector": {"matchExpressions": terms}, "resourceRules": list(rules)}


def named(expressions: Mapping[str, str]) -> list[Object]:
    """A list of expressions that have names."""
    return [{"name": name, "expression": expression} for name, expression in expressions.items()]


def _validation(guard: Guard) -> Object:
    before, after = guard.sentence.split("{}")
    names = f"variables.{guard.variable}.join(', ')"
    end = f"{after}; {guard.cure} (kubectl fluid explain "
    start = f"{cel.quote(before)} + " if before else ""
    return {
        "expression": f"variables.{guard.variable}.size() == 0",
        "message": guard.what,
        "messageExpression": f"{start}{names} + {cel.quote(end)} + variables.explained + ')'",
        "reason": guard.reason,
    }


def bindings_of(made: Made, stage: str) -> list[Object]:
    """The bindings of a policy in one of STAGES.

    One that has parameters is evaluated for each of them, and all that have any are about Pods that ask: bindings that
    select these keep it from the Pods of others (0.02 to 0.04 ms for each claim of a namespace, seen on 1.37).
    """
    whole = binding_of(made, stage)
    if not made.has_parameters:
        return [whole]
    name, spec = whole["metadata"]["name"], whole["spec"]
    found: list[Object] = []
    for of_label, terms in {**ASKING, "done": DONE}.items():
        # The first one keeps the policy's name.
        called = f"{name}-{of_label}" if found else name
        matching = {"matchResources": {"objectSelector": {"matchExpressions": list(terms)}}}
        found.append(new("ValidatingAdmissionPolicyBinding", called, {**spec, **matching}))
    return found


def binding_of(made: Made, stage: str) -> Object:
    """A binding of a policy in one of STAGES, for all objects."""
    name = made.policy["metadata"]["name"]
    spec: Object = {"policyName": name}
    if made.has_parameters:
        # All parameters of the Pod's own namespace, each by itself; a namespace without any has nothing to guard.
        spec["paramRef"] = {"selector": {}, "parameterNotFoundAction": "Allow"}
    return new(
        "ValidatingAdmissionPolicyBinding", name, {**spec, "validationActions": list(STAGES[stage][made.severity])}
    )
