"""Pod security of a namespace against what an injection adds to a Pod."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.explanation.selectors import Labels
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]

#: Kubernetes, Pod Security Standards: both levels forbid privileged containers and hostPath volumes.
ENFORCE = "pod-security.kubernetes.io/enforce"
_STRICT = ("baseline", "restricted")


def forbidden(before: Object, after: Object, namespace: Labels) -> str:
    """A sentence on what an injection added that the namespace's level does not allow; "" for nothing."""
    level = namespace.known.get(ENFORCE)
    added = [what for what in _risks(after) if what not in _risks(before)]
    if level not in _STRICT or not added:
        return ""
    return f"the namespace enforces Pod security {level}, which forbids {', '.join(added)} of the injected Pod"


def _risks(pod: Object) -> list[str]:
    spec = mapping(pod.get("spec"))
    containers = [*items(spec.get("initContainers")), *items(spec.get("containers"))]
    risks = [
        f"privileged container {it.get('name')}"
        for it in containers
        if mapping(it.get("securityContext")).get("privileged") is True
    ]
    return [*risks, *(f"hostPath volume {it.get('name')}" for it in items(spec.get("volumes")) if it.get("hostPath"))]
