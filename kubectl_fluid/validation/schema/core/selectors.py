"""Label and node selectors, affinity, tolerations, spreading."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.metadata import check_labels

_SETS, _PRESENCE, _NUMBERS = ("In", "NotIn"), ("Exists", "DoesNotExist"), ("Gt", "Lt")
_WEIGHTS = (1, 100)


def check_label_selector(at: At) -> None:
    """A `metav1.LabelSelector`."""
    check_labels(at.value, at.place, at.report, "matchLabels")
    for expression in at.items("matchExpressions"):
        operator, values = expression.text("operator"), expression.get("values", [])
        if operator in _SETS:
            expression.required("values", f"with operator {operator}")
        elif operator in _PRESENCE:
            if values:
                expression.forbidden("values", f"may not be specified with operator {operator}")
        elif operator:
            expression.say("operator", f'"{operator}" is not a valid selector operator')
        expression.name("key", names.qualified_name)
        _label_values(expression)


def _label_values(expression: At) -> None:
    for index, value in enumerate(expression.get("values", ())):
        if wrong := names.label_value(value):
            expression.say_item("values", index, f'"{value}": {wrong}')


def matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector selects something with these labels."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_fits(expression, labels) for expression in selector.get("matchExpressions") or ())


def _fits(expression: dict[str, Any], labels: dict[str, str]) -> bool:
    key, values = expression.get("key", ""), expression.get("values") or []
    match expression.get("operator"):
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def is_sound(selector: dict[str, Any]) -> bool:
    """Whether the selector can be evaluated at all."""
    operators = (*_SETS, *_PRESENCE)
    for expression in selector.get("matchExpressions") or ():
        operator, values = expression.get("operator"), expression.get("values") or []
        if operator not in operators or names.qualified_name(expression.get("key") or ""):
            return False
        if bool(values) != (operator in _SETS) or any(map(names.label_value, values)):
            return False
    labels = selector.get("matchLabels") or {}
    return not any(map(names.qualified_name, labels)) and not any(map(names.label_value, labels.values()))


def check_node_selector(at: At) -> None:
    """A `core.NodeSelector`."""
    if at.required("nodeSelectorTerms", "at least one term"):
        for term in at.items("nodeSelectorTerms"):
            check_node_term(term, values_count=term.on("label values in required node affinity"))


def check_node_term(term: At, *, values_count: bool) -> None:
    """A `core.NodeSelectorTerm`; label values are not looked at in preferences."""
    for expression in term.items("matchExpressions"):
        _check_node_expression(expression)
        if values_count:
            _label_values(expression)
    for expression in term.items("matchFields"):
        _check_node_field(expression)


def _check_node_expression(expression: At) -> None:
    operator, values = expression.text("operator"), expression.get("values", [])
    if operator in _SETS:
        expression.required("values", f"with operator {operator}")
    elif operator in _PRESENCE:
        if values:
            expression.forbidden("values", f"may not be specified with operator {operator}")
    elif operator in _NUMBERS:
        if len(values) != 1:
            expression.say("values", f"one value is required with operator {operator}", "FieldValueRequired")
    elif operator:
        expression.say("operator", f'"{operator}" is not a valid selector operator')
    expression.name("key", names.qualified_name)


def _check_node_field(expression: At) -> None:
    operator, values = expression.text("operator"), expression.get("values", [])
    if operator not in _SETS:
        expression.say("operator", f'"{operator}" is not a valid selector operator for fields')
    elif len(values) != 1:
        expression.say("values", "one value is required for a field", "FieldValueRequired")
    if expression.text("key") != "metadata.name":
        expression.say("key", "the only field that can be selected by is `metadata.name`")
        return
    for index, value in enumerate(values):
        if wrong := names.dns_subdomain(value):
            expression.say_item("values", index, f'"{value}": {wrong}')


def check_affinity(at: At) -> None:
    """A `core.Affinity`."""
    nodes = at.child("nodeAffinity")
    if nodes.has("requiredDuringSchedulingIgnoredDuringExecution"):
        check_node_selector(nodes.child("requiredDuringSchedulingIgnoredDuringExecution"))
    for term in nodes.items("preferredDuringSchedulingIgnoredDuringExecution"):
        _weight(term)
        check_node_term(term.child("preference"), values_count=False)
    for kind in ("podAffinity", "podAntiAffinity"):
        pods = at.child(kind)
        for term in pods.items("requiredDuringSchedulingIgnoredDuringExecution"):
            _check_pod_term(term)
        for term in pods.items("preferredDuringSchedulingIgnoredDuringExecution"):
            _weight(term)
            _check_pod_term(term.child("podAffinityTerm"))


def _weight(term: At) -> None:
    low, high = _WEIGHTS
    if not low <= term.get("weight", 0) <= high:
        term.say("weight", f"must be in the range {low}-{high}")


def _check_pod_term(term: At) -> None:
    for field in ("labelSelector", "namespaceSelector"):
        check_label_selector(term.child(field))
    for index, namespace in enumerate(term.get("namespaces", ())):
        if wrong := names.dns_label(namespace):
            term.say_item("namespaces", index, f'"{namespace}": {wrong}')
    _check_label_keys(term, "matchLabelKeys")
    _check_label_keys(term, "mismatchLabelKeys")
    both = set(term.get("matchLabelKeys", ())) & set(term.get("mismatchLabelKeys", ()))
    for key in sorted(both):
        term.say_item("matchLabelKeys", term.get("matchLabelKeys").index(key), f'"{key}" is in mismatchLabelKeys too')
    term.name("topologyKey", names.qualified_name)


def _check_label_keys(at: At, field: str) -> None:
    keys = at.get(field, [])
    if keys and not at.has("labelSelector"):
        at.forbidden(field, "must not be specified when labelSelector is not set")
    for index, key in enumerate(keys):
        if wrong := names.qualified_name(key):
            at.say_item(field, index, f'"{key}": {wrong}')
    if field != "matchLabelKeys":
        return
    selector = at.child("labelSelector")
    seen = set(selector.get("matchLabels", {}))
    for expression in selector.items("matchExpressions"):
        key = expression.text("key")
        if key in keys and key in seen:
            at.say_item(field, keys.index(key), f'"{key}" is in labelSelector too')
        seen.add(key)


def _check_apart(constraint: At) -> None:
    """That no key is in the label selector too."""
    selector = constraint.child("labelSelector")
    selected = {*selector.get("matchLabels", {}), *(it.text("key") for it in selector.items("matchExpressions"))}
    for index, key in enumerate(constraint.get("matchLabelKeys", ())):
        if key in selected:
            constraint.say_item("matchLabelKeys", index, f'"{key}" is in labelSelector too')


def check_tolerations(at: At) -> None:
    """The tolerations of a Pod."""
    for toleration in at.items("tolerations"):
        toleration.name("key", names.qualified_name)
        operator, value = toleration.text("operator"), toleration.text("value")
        if not toleration.text("key") and operator != "Exists":
            toleration.say("operator", "must be Exists when `key` is empty, which means all keys")
        if toleration.has("tolerationSeconds") and toleration.text("effect") != "NoExecute":
            toleration.say("effect", "must be NoExecute when `tolerationSeconds` is set")
        if operator in ("", "Equal") and (wrong := names.label_value(value)):
            toleration.say("operator", f'"{value}": {wrong}')
        elif operator == "Exists" and value:
            toleration.say("operator", "`value` must be empty when `operator` is Exists")
        elif operator in _NUMBERS:
            # Unless a feature gate is on (TaintTolerationComparisonOperators), which it is not by default.
            toleration.say("operator", f'"{operator}" is not supported: use Equal or Exists', "FieldValueNotSupported")


def check_spread(at: At) -> None:
    """`topologySpreadConstraints` of a Pod."""
    seen = set[tuple[str, str]]()
    for constraint in at.items("topologySpreadConstraints"):
        if constraint.get("maxSkew", 0) <= 0:
            constraint.say("maxSkew", "must be greater than zero")
        identity = (constraint.text("topologyKey"), constraint.text("whenUnsatisfiable"))
        if identity in seen:
            constraint.duplicate("topologyKey", ", ".join(identity))
        seen.add(identity)
        if constraint.has("minDomains"):
            if constraint.get("minDomains") <= 0:
                constraint.say("minDomains", "must be greater than zero")
            if identity[1] != "DoNotSchedule":
                constraint.say("minDomains", "can only be used with whenUnsatisfiable: DoNotSchedule")
        _check_label_keys(constraint, "matchLabelKeys")
        if not constraint.on("MatchLabelKeysInPodTopologySpreadSelectorMerge"):
            _check_apart(constraint)
        check_label_selector(constraint.child("labelSelector"))
