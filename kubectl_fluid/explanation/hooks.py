"""Whom a cluster calls when a Pod is created: entries of webhook configurations, and policies with their bindings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, unique
from typing import Any, NamedTuple

from kubectl_fluid.explanation.bundle import turns, why_left
from kubectl_fluid.explanation.conditions import Condition, Templates, evaluate
from kubectl_fluid.explanation.selectors import Match, Request, both, covered, select
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.webhook.bundle.choices import DOMAIN, LABELS

Object = dict[str, Any]

_PART_OF = "app.kubernetes.io/part-of"
#: Fluid a826600a, charts/fluid/fluid/templates/webhook: both entries of its configuration.
_FLUID_PATH = "/mutate-fluid-io-v1alpha1-schedulepod"
_FLUID_NAMES = ("sidecar.fuse.fluid.io", "fuse.serverful.fluid.io")


@unique
class Whose(Enum):
    """Who put a webhook or policy there."""

    OURS = "kubectl-fluid"
    FLUID = "Fluid"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Hook:
    """One entry of a webhook configuration, or one policy with one of its bindings.

    `criteria` are joined by AND: each is what holds `namespaceSelector`, `objectSelector` and rules. `configuration` is
    the configuration's or the policy's name, `name` the entry's or the binding's. `path` is that of the webhook's URL.
    `created` is the configuration's creationTimestamp.
    """

    kind: str
    configuration: str
    name: str
    whose: Whose
    criteria: tuple[Object, ...]
    conditions: tuple[Object, ...] = ()
    failure_policy: str = "Fail"
    reinvocation: str = "Never"
    path: str = ""
    created: str = ""

    @property
    def mutates(self) -> bool:
        """Whether it may change a Pod; else it may only refuse one."""
        return self.kind.startswith("Mutating")

    @property
    def is_our_policy(self) -> bool:
        """Whether it is the policy of `policies/serverless`."""
        return self.whose is Whose.OURS and self.kind == "MutatingAdmissionPolicy"

    @property
    def injects(self) -> bool:
        """Whether it is there to put sidecars into Pods."""
        return self.mutates and self.whose is not Whose.OTHER


class Judgement(NamedTuple):
    """Whether a hook acts on a Pod, None where that cannot be told; `why` is the reason for any answer but yes."""

    hook: Hook
    acts: bool | None
    why: str
    conditions: tuple[Condition, ...]


def webhooks(configurations: Iterable[Object]) -> list[Hook]:
    """Entries of MutatingWebhookConfigurations in the order in which the API server calls them: that of their names."""
    ordered = sorted(configurations, key=lambda it: str(mapping(it.get("metadata")).get("name")))
    return [hook for it in ordered for hook in _entries(it)]


def _entries(configuration: Object) -> Iterator[Hook]:
    metadata = mapping(configuration.get("metadata"))
    for entry in items(configuration.get("webhooks")):
        client = mapping(entry.get("clientConfig"))
        path = str(mapping(client.get("service")).get("path") or "") or _path(str(client.get("url") or ""))
        name = str(entry.get("name"))
        yield Hook(
            str(configuration.get("kind")),
            str(metadata.get("name")),
            name,
            _whose_webhook(name, path),
            ({**entry, "resourceRules": entry.get("rules") or [{}]},),
            tuple(items(entry.get("matchConditions"))),
            str(entry.get("failurePolicy") or "Fail"),
            str(entry.get("reinvocationPolicy") or "Never"),
            path,
            str(metadata.get("creationTimestamp") or ""),
        )


def _path(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _whose_webhook(name: str, path: str) -> Whose:
    if name.endswith(f".{DOMAIN}"):
        return Whose.OURS
    return Whose.FLUID if path == _FLUID_PATH or name in _FLUID_NAMES else Whose.OTHER


def policies(found: Iterable[Object], bindings: Iterable[Object]) -> list[Hook]:
    """Policies with each of their bindings, by name (the API server's own order is not a promise).

    A policy without a binding does nothing, and gives none.
    """
    by_policy: dict[str, list[Object]] = {}
    for binding in sorted(bindings, key=_name):
        by_policy.setdefault(str(mapping(binding.get("spec")).get("policyName")), []).append(binding)
    return [
        _bound(policy, binding) for policy in sorted(found, key=_name) for binding in by_policy.get(_name(policy), ())
    ]


def _bound(policy: Object, binding: Object) -> Hook:
    spec, metadata = mapping(policy.get("spec")), mapping(policy.get("metadata"))
    ours = mapping(metadata.get("labels")).get(_PART_OF) == LABELS[_PART_OF]
    return Hook(
        str(policy.get("kind")),
        _name(policy),
        _name(binding),
        Whose.OURS if ours else Whose.OTHER,
        (mapping(spec.get("matchConstraints")), mapping(mapping(binding.get("spec")).get("matchResources"))),
        tuple(items(spec.get("matchConditions"))),
        str(spec.get("failurePolicy") or "Fail"),
        str(spec.get("reinvocationPolicy") or "Never"),
        created=str(metadata.get("creationTimestamp") or ""),
    )


def _name(value: Object) -> str:
    return str(mapping(value.get("metadata")).get("name"))


def concerns(hook: Hook, request: Request) -> bool:
    """Whether its rules cover the request, whatever its selectors say."""
    return all(
        covered(items(it.get("resourceRules")) or [_ANY], request)
        and not covered(items(it.get("excludeResourceRules")), request)
        for it in hook.criteria
    )


#: A policy's binding without rules covers what its policy covers.
_ANY = {key: ["*"] for key in ("operations", "apiGroups", "apiVersions")} | {"resources": ["*/*"]}


def judge(hook: Hook, request: Request, pod: Object, templates: Templates = None) -> Judgement:
    """Whether the API server calls it for this Pod. The order of the checks is the API server's."""
    if not concerns(hook, request):
        return _no(hook, "its rules do not cover the creation of this Pod")
    match = both(*(_selected(it, request) for it in hook.criteria))
    if match.answer is False:
        return _no(hook, match.why)
    results = evaluate(hook.conditions, pod, templates)
    failed = next((it.name for it in results if it.holds is False), None)
    if failed is not None:
        return _no(hook, f"its condition {failed} does not hold", results)
    if match.answer is None:
        return Judgement(hook, None, match.why, results)
    unknown = [it.name for it in results if it.holds is None]
    if unknown:
        why = f"it has a condition that this program does not evaluate: {', '.join(unknown)}"
        return Judgement(hook, None, why, results)
    if hook.is_our_policy and (why := why_left(turns(pod, request, templates))):
        return _no(hook, why, results)
    return Judgement(hook, acts=True, why="", conditions=results)


def _no(hook: Hook, why: str, results: tuple[Condition, ...] = ()) -> Judgement:
    return Judgement(hook, acts=False, why=why, conditions=results)


def _selected(criteria: Object, request: Request) -> Match:
    namespace = select(criteria.get("namespaceSelector"), request.namespace_labels)
    pod = select(criteria.get("objectSelector"), request.labels)
    return both(_because(namespace, f"namespace {request.namespace}"), _because(pod, "the Pod"))


def _because(match: Match, whom: str) -> Match:
    """The match with a sentence in place of the requirement."""
    if match.answer is True:
        return match
    verb = "is not selected" if match.answer is False else "may or may not be selected (its labels cannot be read)"
    return Match(match.answer, f"{whom} {verb}: {match.why}")
