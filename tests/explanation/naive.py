"""A second reading of Kubernetes' rules and selectors, written from its API documentation alone; slow and plain."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def selected(selector: Object | None, labels: dict[str, str]) -> bool:
    """A LabelSelector: every pair and every expression has to hold."""
    if not selector:
        return True
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions") or []:
        value = labels.get(expression["key"])
        match expression["operator"]:
            case "In":
                good = value is not None and value in expression["values"]
            case "NotIn":
                good = value is None or value not in expression["values"]
            case "Exists":
                good = value is not None
            case _:
                good = value is None
        if not good:
            return False
    return True


def called(entry: Object, namespace_labels: dict[str, str], labels: dict[str, str]) -> bool:
    """Whether an entry of a webhook configuration is called for the creation of a Pod (core/v1, namespaced)."""
    if not selected(entry.get("namespaceSelector"), namespace_labels):
        return False
    if not selected(entry.get("objectSelector"), labels):
        return False
    for rule in entry["rules"]:
        wanted = (
            bool({"*", "CREATE"} & set(rule["operations"]))
            and bool({"*", ""} & set(rule["apiGroups"]))
            and bool({"*", "v1"} & set(rule["apiVersions"]))
            # `pods/*` has no subresource to match here: `*` stands for none as well.
            and bool({"*", "pods", "*/*", "pods/*"} & set(rule["resources"]))
            and rule.get("scope", "*") != "Cluster"
        )
        if wanted:
            return True
    return False
