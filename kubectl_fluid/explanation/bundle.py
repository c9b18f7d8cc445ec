"""What the policies and guards of `policies/` say of a Pod: their own expressions, evaluated as `policy test` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kubectl_fluid.explanation.conditions import Templates, claim_names
from kubectl_fluid.explanation.selectors import Request
from kubectl_fluid.policy.guards.guard import Policy
from kubectl_fluid.policy.guards.injected import TEMPLATES
from kubectl_fluid.policy.trial import request as trial
from kubectl_fluid.policy.trial.guarding import over_pod
from kubectl_fluid.policy.trial.injecting import Turn, inject

Object = dict[str, Any]

#: The end of a guard's message: what somebody has done already who reads it here.
_ASK = " (kubectl fluid explain "


def turns(pod: Object, request: Request, templates: Templates) -> tuple[Turn, ...]:
    """What each template that the Pod names does to it; nothing where they could not be read."""
    return inject(_tried(pod, request), _named(pod, templates)).turns


def why_left(found: Iterable[Turn]) -> str:
    """Why no template changes the Pod; "" where one does, or none is there."""
    every = list(found)
    return "; ".join(map(left, every)) if every and all(it.code for it in every) else ""


def left(turn: Turn) -> str:
    """A sentence about a template that leaves the Pod alone."""
    return f"template {turn.template} leaves the Pod alone: {turn.code}: {turn.message}"


def objections(pod: Object, request: Request, templates: Templates, guards: Iterable[str]) -> Iterator[str]:
    """What these guards (names of policies) say of the Pod when all mutation is over.

    Not the one whose parameters are claims: that a claim is left in the Pod is a diagnosis of its own.
    """
    if not request.namespace_labels.complete:
        return

    def parameters(policy: Policy) -> list[Object | None]:
        if policy.param_kind is None:
            return [None]
        return [*_named(pod, templates)] if policy is TEMPLATES else []

    known = set(guards)
    for it in over_pod(_tried(pod, request), "deny", parameters):
        if it.policy in known:
            yield f"{it.policy} {'refuses' if it.denies else 'warns'} (at stage deny): {it.message.rpartition(_ASK)[0]}"


def _tried(pod: Object, request: Request) -> trial.Request:
    labels = {key: value for key, value in request.namespace_labels.known.items() if isinstance(value, str)}
    return trial.Request({**pod, "apiVersion": "v1", "kind": "Pod"}, request.namespace, labels)


def _named(pod: Object, templates: Templates) -> list[Object]:
    names = dict.fromkeys(map(str, claim_names(pod)))
    return [templates[name] for name in names if name in templates] if templates is not None else []
