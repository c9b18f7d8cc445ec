"""Rights of a DataLoad's Job: it runs commands in the workers (charts/juicefs 0.2.16, templates/role/rbac.yaml)."""

from __future__ import annotations

from kubectl_fluid.claims import Object
from kubectl_fluid.render.workloads import Release

_GROUP = "rbac.authorization.k8s.io"


def loader_rights(release: Release) -> list[Object]:
    """Role, RoleBinding and ServiceAccount `<name>-loader`."""
    name, namespace = f"{release.name}-loader", release.runtime.metadata.name.namespace
    rules = [
        {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["get", "create", "list"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
    ]
    binding = {
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        "roleRef": {"kind": "Role", "name": name, "apiGroup": _GROUP},
    }
    parts: tuple[tuple[str, str, Object], ...] = (
        (f"{_GROUP}/v1", "Role", {"rules": rules}),
        (f"{_GROUP}/v1", "RoleBinding", binding),
        ("v1", "ServiceAccount", {}),
    )
    return [
        {
            "apiVersion": version,
            "kind": kind,
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": release.chart.library(),
                "ownerReferences": release.owners,
            },
            **rest,
        }
        for version, kind, rest in parts
    ]
