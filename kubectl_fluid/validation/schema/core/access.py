"""Roles and their bindings."""

from __future__ import annotations

from kubectl_fluid.validation.schema import names
from kubectl_fluid.validation.schema.core.at import At
from kubectl_fluid.validation.schema.core.selectors import check_label_selector

_GROUP = "rbac.authorization.k8s.io"
_SUBJECTS = {"ServiceAccount": "", "User": _GROUP, "Group": _GROUP}


def check_role(at: At) -> None:
    """A Role or ClusterRole."""
    cluster = at.get("kind") == "ClusterRole"
    for rule in at.items("rules"):
        if not rule.get("verbs"):
            rule.required("verbs", "at least one")
        paths = rule.get("nonResourceURLs", [])
        if paths:
            if not cluster:
                rule.say("nonResourceURLs", "a Role cannot have rules for URLs")
            if any(rule.get(field) for field in ("apiGroups", "resources", "resourceNames")):
                rule.say("nonResourceURLs", "a rule cannot be for both resources and URLs")
            continue
        if not rule.get("apiGroups"):
            rule.required("apiGroups", "at least one")
        if not rule.get("resources"):
            rule.required("resources", "at least one")
    for selector in at.child("aggregationRule").items("clusterRoleSelectors"):
        check_label_selector(selector)
    if at.has("aggregationRule") and not at.child("aggregationRule").get("clusterRoleSelectors"):
        at.child("aggregationRule").required("clusterRoleSelectors", "at least one")


def check_binding(at: At) -> None:
    """A RoleBinding or ClusterRoleBinding."""
    cluster = at.get("kind") == "ClusterRoleBinding"
    role = at.child("roleRef")
    role.name("name", names.path_segment)
    if role.text("apiGroup") not in ("", _GROUP):
        role.say("apiGroup", f"is not supported: use {_GROUP}", "FieldValueNotSupported", "FL0006")
    kinds = ("ClusterRole",) if cluster else ("Role", "ClusterRole")
    if role.text("kind") and role.text("kind") not in kinds:
        role.say("kind", f"is not supported: use {' or '.join(kinds)}", "FieldValueNotSupported", "FL0006")
    for subject in at.items("subjects"):
        kind = subject.text("kind")
        if kind not in _SUBJECTS:
            subject.say("kind", f"is not supported: use {', '.join(_SUBJECTS)}", "FieldValueNotSupported", "FL0006")
            continue
        if subject.has("apiGroup") and subject.text("apiGroup") not in ("", _SUBJECTS[kind]):
            subject.say("apiGroup", f'must be "{_SUBJECTS[kind]}" for a {kind}', "FieldValueNotSupported", "FL0006")
        if kind == "ServiceAccount" and cluster:
            subject.required("namespace")
