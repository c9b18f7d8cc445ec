"""What the objects of this room are called.

Decisions: the parameters are a kind of this project's own group, because a ConfigMap cannot hold a container; they
are named like the claim, so that a policy finds them by what a Pod's volume says.
"""

from __future__ import annotations

from typing import Any, Final

from kubectl_fluid.validation.schema.model import Gvk

Object = dict[str, Any]

TEMPLATE: Final = Gvk("kubectl-fluid.io", "v1alpha1", "InjectionTemplate")
PLURAL: Final = "injectiontemplates"
#: Name of the MutatingAdmissionPolicy, and the beginning of its bindings' names.
INJECT: Final = "kubectl-fluid-inject"
ADMISSION: Final = "admissionregistration.k8s.io/v1"
LABELS: Final = {"app.kubernetes.io/name": "kubectl-fluid-policies", "app.kubernetes.io/part-of": "kubectl-fluid"}
PARAM_KIND: Final = {"apiVersion": TEMPLATE.api_version, "kind": TEMPLATE.kind}


def new(api_version: str, kind: str, name: str, namespace: str = "") -> Object:
    """An object without contents; namespace "" for kinds that have none."""
    metadata: Object = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": {**metadata, "labels": dict(LABELS)}}
