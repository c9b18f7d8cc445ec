"""ValidatingAdmissionPolicies and an object: what each says, and what its binding makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from kubectl_fluid.policy.guards import rules
from kubectl_fluid.policy.guards.guard import Policy
from kubectl_fluid.policy.guards.objects import Made, bindings_of, policy_of
from kubectl_fluid.policy.guards.table import GUARDS, POLICIES
from kubectl_fluid.policy.trial.errors import Unevaluable
from kubectl_fluid.policy.trial.evaluate import Lazy, Scope, evaluate
from kubectl_fluid.policy.trial.request import Request, holds, named

Object = dict[str, Any]

#: Longest text of a `messageExpression` that the API server takes: MaxMessageExpressionLength.
_LONGEST = 5 * 1024
#: The parameters that a policy over Pods is evaluated for; [None] for one that has none.
Parameters = Callable[[Policy], Sequence[Object | None]]


class Objection(NamedTuple):
    """A guard that the object breaks. `actions` are those of its binding: Deny, Warn, Audit."""

    policy: str
    guard: str
    actions: tuple[str, ...]
    message: str

    @property
    def denies(self) -> bool:
        """Whether the API server refuses the object for it."""
        return "Deny" in self.actions

    @property
    def warns(self) -> bool:
        """Whether whoever creates the object is told."""
        return "Warn" in self.actions


class Guarding(NamedTuple):
    """A policy with the names of what it validates, in their order."""

    made: Made
    names: tuple[str, ...]


@cache
def _over_pods() -> list[tuple[Policy, Guarding]]:
    found = []
    for policy in POLICIES:
        names = tuple(guard.name for guard in GUARDS if guard.policy is policy)
        found.append((policy, Guarding(policy_of(policy), names)))
    return found


@cache
def _over_kinds() -> Mapping[str, list[Guarding]]:
    return {
        kind: [Guarding(it, tuple(rule.code for rule in rules.twins(kind, it.severity))) for it in made]
        for kind, made in rules.policies()
    }


def over_pod(request: Request, stage: str, parameters: Parameters) -> list[Objection]:
    """What the guards over Pods say, at a stage of `guards.objects.STAGES`."""
    return [
        objection
        for policy, guarding in _over_pods()
        for params in parameters(policy)
        for objection in _objections(guarding, request, stage, params)
    ]


def over_object(request: Request, stage: str) -> list[Objection]:
    """What the guards over Fluid's own kinds say; none for other kinds."""
    found = _over_kinds().get(str(request.value.get("kind")), ())
    return [it for guarding in found for it in _objections(guarding, request, stage, None)]


def _objections(guarding: Guarding, request: Request, stage: str, params: Object | None) -> Iterator[Objection]:
    policy = guarding.made.policy
    spec, name = policy["spec"], str(policy["metadata"]["name"])
    bound = [it["spec"] for it in bindings_of(guarding.made, stage)]
    matching = [it for it in bound if request.selected(spec["matchConstraints"], it.get("matchResources") or {})]
    if not matching:
        return
    actions = tuple(matching[0]["validationActions"])
    try:
        if not holds(spec["matchConditions"], request.scope(params)):
            return
    except Unevaluable as error:
        yield Objection(name, "", actions, str(error))
        return
    scope = Lazy(named(spec["variables"]), request.scope(params)).scope
    for guard, validation in zip(guarding.names, spec["validations"], strict=True):
        if message := _broken(validation, scope):
            yield Objection(name, guard, actions, message)


def _broken(validation: Object, scope: Scope) -> str:
    """What is said where the object breaks it, "" where it does not."""
    try:
        if evaluate(validation["expression"], scope) is True:
            return ""
    except Unevaluable as error:
        return f"expression '{validation['expression']}' resulted in error: {error}"
    try:
        told = evaluate(validation.get("messageExpression", "''"), scope)
    except Unevaluable:
        told = ""
    usable = isinstance(told, str) and told.strip() and "\n" not in told and len(told.encode()) <= _LONGEST
    return told if usable else str(validation["message"])
