"""The MutatingAdmissionPolicy and a Pod: each template of its namespace in turn, as `policy.mutating` binds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from kubectl_fluid.policy import inexpressible, mutating
from kubectl_fluid.policy.trial.errors import Unevaluable
from kubectl_fluid.policy.trial.evaluate import Lazy, Scope, evaluate
from kubectl_fluid.policy.trial.request import Request, holds, named
from kubectl_fluid.shapes import without_empties

Object = dict[str, Any]

#: Code of a template for which an expression has no value: the API server refuses the Pod.
FAILED = "EvaluationFailed"


class Turn(NamedTuple):
    """What one template did. `code` is "" where it injected its dataset, else that of `inexpressible.ROWS`."""

    template: str
    platform: str
    operations: tuple[Object, ...] = ()
    code: str = ""
    message: str = ""
    hint: str = ""

    @property
    def refused(self) -> bool:
        """Whether the API server refuses the Pod at this place."""
        return self.code == FAILED


class Injected(NamedTuple):
    """The Pod as the policy leaves it; `asked` is False where no binding matches it."""

    pod: Object
    asked: bool
    turns: tuple[Turn, ...] = ()


@cache
def _policy() -> tuple[Object, list[Object]]:
    return mutating.policy()["spec"], [it["spec"]["matchResources"] for it in mutating.bindings()]


def inject(request: Request, templates: Iterable[Object]) -> Injected:
    """What the policy makes of a Pod with these InjectionTemplates of its namespace.

    Templates have their turns in the order of their names; an API server takes any order, with the same result. What
    a webhook does to the Pod afterwards is not known here, so nothing is looked at twice.
    """
    spec, bindings = _policy()
    pod = without_empties(request.value)
    if not any(request.selected(spec["matchConstraints"], it) for it in bindings):
        return Injected(pod, asked=False)
    turns = []
    for template in sorted(templates, key=_name):
        pod, turn = _turn(request, pod, template)
        if turn is None:
            continue
        turns.append(turn)
        if turn.refused:
            break
    return Injected(pod, asked=True, turns=tuple(turns))


def _name(template: Object) -> str:
    return str(template["metadata"]["name"])


def _turn(request: Request, pod: Object, template: Object) -> tuple[Object, Turn | None]:
    """The Pod behind the template's turn; None where the Pod does not mount its claim."""
    spec, _ = _policy()
    platform = ""
    try:
        scope = request.scope(template, pod)
        if not holds(spec["matchConditions"], scope):
            return pod, None
        scope = Lazy(named(spec["variables"]), scope).scope
        platform = str(scope["variables"]["platform"])
        if scope["variables"]["leave"]:
            return pod, Turn(_name(template), platform, (), *_why(scope))
        (mutation,) = spec["mutations"]
        operations = evaluate(mutation["jsonPatch"]["expression"], scope)
        return patched(pod, operations), Turn(_name(template), platform, tuple(operations))
    except Unevaluable as error:
        return pod, Turn(_name(template), platform, (), FAILED, str(error))


def _why(scope: Scope) -> tuple[str, str, str]:
    code = scope["variables"]["leave"]
    (row,) = [it for it in inexpressible.ROWS if it.code == code]
    return code, str(evaluate(row.message, scope)), str(evaluate(row.hint, scope))


def patched(pod: Object, operations: Sequence[Object]) -> Object:
    """A copy of the Pod behind the operations. Raises Unevaluable for a patch that does not fit."""
    import jsonpatch  # 10 ms, and only needed where something is injected

    try:
        made: Object = jsonpatch.apply_patch(pod, list(operations))
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, LookupError, TypeError) as error:
        raise Unevaluable(f"the patch does not fit: {error}") from None
    return made
