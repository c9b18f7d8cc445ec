"""What an API server knows of a request to create an object, and whether a policy is called for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubectl_fluid.policy.guards.objects import NAMESPACE_NAME
from kubectl_fluid.policy.trial.evaluate import BUDGET, Budget, Scope, evaluate
from kubectl_fluid.validation.rules.read import strings
from kubectl_fluid.validation.schema.core.selectors import matches

Object = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """An object that is to be created; namespace "" where its kind has none. `labels` are those of the namespace."""

    value: Object
    namespace: str = "default"
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def namespace_object(self) -> Object | None:
        """The namespace, as policies see it."""
        if not self.namespace:
            return None
        labels = {**self.labels, NAMESPACE_NAME: self.namespace}
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace, "labels": labels}}

    def scope(self, params: Object | None = None, value: Object | None = None) -> Scope:
        """The variables of expressions; `value` is the object as it has become."""
        return {
            "object": self.value if value is None else value,
            "oldObject": None,
            "params": params,
            "request": {"operation": "CREATE", "namespace": self.namespace, "dryRun": False},
            "namespaceObject": self.namespace_object,
            BUDGET: Budget(),
        }

    def selected(self, *resources: Object) -> bool:
        """Whether the selectors of `matchConstraints` and `matchResources` leave the object in."""
        space = self.namespace_object
        inside = strings(space, "metadata", "labels") if space is not None else None
        own = strings(self.value, "metadata", "labels")
        return all(
            matches(it.get("objectSelector") or {}, own)
            and (inside is None or matches(it.get("namespaceSelector") or {}, inside))
            for it in resources
        )


def holds(conditions: list[Object], scope: Scope) -> bool:
    """Whether all `matchConditions` are true. One that is false settles it, also where another has no value."""
    joined = " && ".join(f"({it['expression']})" for it in conditions) or "true"
    return evaluate(joined, scope) is True


def named(expressions: list[Object]) -> dict[str, str]:
    """The `variables` of a policy: name → expression."""
    return {str(it["name"]): str(it["expression"]) for it in expressions}
