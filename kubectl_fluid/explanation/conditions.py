"""matchConditions: those that this program itself writes are known or evaluated, those of others are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.policy import mutating
from kubectl_fluid.policy.guards.table import POLICIES
from kubectl_fluid.policy.trial.errors import Unevaluable
from kubectl_fluid.policy.trial.request import Request, holds
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.webhook.bundle.configuration import CONDITIONS, HAS_CLAIM

Object = dict[str, Any]
#: The InjectionTemplates of the Pod's namespace by name; None where they could not be read.
Templates = Mapping[str, Object] | None


class Condition(NamedTuple):
    """A condition by name, and whether it holds for a Pod: None where that cannot be told."""

    name: str
    holds: bool | None


def claim_names(pod: Object) -> list[Any]:
    """Claims that the Pod's volumes name."""
    volumes = items(mapping(pod.get("spec")).get("volumes"))
    sources = (volume.get("persistentVolumeClaim") for volume in volumes)
    return [mapping(source).get("claimName") for source in sources if source is not None]


def _metadata(pod: Object, member: str) -> Object:
    return mapping(mapping(pod.get("metadata")).get(member))


def _no_mirror(pod: Object) -> bool:
    return "kubernetes.io/config.mirror" not in _metadata(pod, "annotations")


def _has_template(pod: Object, templates: Templates) -> bool | None:
    """A policy is evaluated for each template of the namespace: it acts where one of them holds."""
    claims = claim_names(pod)
    if not claims or not _no_mirror(pod):
        return False
    return None if templates is None else any(str(name) in templates for name in claims)


#: The name that the webhook's bundle gives a condition → the same in Python.
TWINS: dict[str, Callable[[Object], bool]] = {
    HAS_CLAIM[0]: lambda pod: bool(claim_names(pod)),
    "not-injected-yet": lambda pod: _metadata(pod, "labels").get(keys.DONE) != "true",
    "not-switched-off": lambda pod: _metadata(pod, "labels").get(keys.ENABLE) != "false",
    "not-a-mirror-pod": _no_mirror,
}
#: Conditions of our guards, but those that hang on a parameter.
_OF_GUARDS = {cel for policy in POLICIES for cel in policy.conditions.values() if "params" not in cel}
#: Somebody else may give another expression the same name, so that the text is what counts.
_BY_TEXT = {cel: TWINS[name] for name, cel in (HAS_CLAIM, *CONDITIONS)}
_OF_POLICY = frozenset(str(it["expression"]) for it in mutating.policy()["spec"]["matchConditions"])


def evaluate(conditions: Iterable[Object], pod: Object, templates: Templates = None) -> tuple[Condition, ...]:
    """The `matchConditions` of a webhook or policy, in their order."""
    return tuple(
        Condition(str(it.get("name") or "(no name)"), _holds(str(it.get("expression")), pod, templates))
        for it in conditions
    )


def _holds(expression: str, pod: Object, templates: Templates) -> bool | None:
    if expression in _OF_POLICY:
        return _has_template(pod, templates)
    if expression in _OF_GUARDS:
        try:
            return holds([{"expression": expression}], Request(pod).scope())
        except Unevaluable:  # a Pod of the wrong shape, which the API server refuses before
            return None
    twin = _BY_TEXT.get(expression)
    return None if twin is None else twin(pod)
