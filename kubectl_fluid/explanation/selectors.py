"""Which requests an admission webhook or policy is called for: rules and label selectors as the API server reads them.

Kubernetes 1.37: k8s.io/apiserver/pkg/admission/plugin/webhook/{generic,predicates}, plugin/policy/matching, and
k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go. What is not known makes an answer None: "cannot be told".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]


class Labels(NamedTuple):
    """Labels of an object; with `complete` False there may be more than are known."""

    known: Mapping[str, Any]
    complete: bool = True


class Match(NamedTuple):
    """An answer, None where it cannot be told, and for everything but a yes the requirement that it hangs on."""

    answer: bool | None
    why: str = ""


YES = Match(answer=True)


@dataclass(frozen=True, slots=True)
class Request:
    """What an admission sees of a request for a namespaced object. `name` is "" where the server is to make one up."""

    namespace: str
    labels: Labels
    namespace_labels: Labels
    name: str = ""
    operation: str = "CREATE"
    group: str = ""
    version: str = "v1"
    resource: str = "pods"
    subresource: str = ""


def both(*matches: Match) -> Match:
    """Joined by AND: the first no, else the first that cannot be told, else yes."""
    for wanted in (False, None):
        for match in matches:
            if match.answer is wanted:
                return match
    return YES


def select(selector: Any, labels: Labels) -> Match:
    """Whether a LabelSelector selects an object. One that is absent or empty selects all, as the server defaults it."""
    selector = mapping(selector)
    equals = mapping(selector.get("matchLabels"))
    requirements = [{"key": key, "operator": "In", "values": [value]} for key, value in sorted(equals.items())]
    return both(*(_require(it, labels) for it in (*requirements, *items(selector.get("matchExpressions")))))


def _require(requirement: Object, labels: Labels) -> Match:
    key, operator = str(requirement.get("key")), requirement.get("operator")
    values = requirement.get("values")
    values = values if isinstance(values, list) else []
    wished = f"{key} {operator}" + (f" ({', '.join(map(str, values))})" if values else "")
    if operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
        return Match(None, wished)
    if key not in labels.known and not labels.complete:
        return Match(None, wished)
    has = key in labels.known
    fits = has if operator in ("Exists", "DoesNotExist") else has and labels.known[key] in values
    return YES if fits is (operator in ("In", "Exists")) else Match(answer=False, why=wished)


def covered(rules: Iterable[Object], request: Request) -> bool:
    """Whether one of the `rules` of a webhook, or of a policy's `resourceRules`, covers the request.

    `matchPolicy` makes no difference to Pods: no other group or version has an equivalent of them.
    """
    return any(_covers(rule, request) for rule in rules)


def _covers(rule: Object, request: Request) -> bool:
    names = _texts(rule, "resourceNames")
    return (
        rule.get("scope") in (None, "*", "Namespaced")
        and _has(_texts(rule, "operations"), request.operation)
        and _has(_texts(rule, "apiGroups"), request.group)
        and _has(_texts(rule, "apiVersions"), request.version)
        and any(_is(resource, request) for resource in _texts(rule, "resources"))
        and (not names or request.name in names)
    )


def _texts(rule: Object, key: str) -> list[Any]:
    value = rule.get(key)
    return value if isinstance(value, list) else []


def _has(values: list[Any], wanted: str) -> bool:
    return "*" in values or wanted in values


def _is(resource: Any, request: Request) -> bool:
    """`pods`, `pods/status`, `*` (which is no subresource), `*/*`, `pods/*`, `*/status`."""
    kind, _, below = str(resource).partition("/")
    return kind in ("*", request.resource) and below in ("*", request.subresource)
