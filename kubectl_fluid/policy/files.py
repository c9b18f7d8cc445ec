"""`policies/serverless/` as kustomize reads it, file by file."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.manifests import dump
from kubectl_fluid.policy import crd, mutating

Object = dict[str, Any]

HEADER = "# Written by `make golden` from kubectl_fluid/policy: change it there.\n"


def installation() -> list[Object]:
    """The definition, the policy and its bindings, in the order in which a cluster can take them."""
    return [crd.crd(), mutating.policy(), *mutating.bindings()]


def files() -> dict[str, str]:
    """Path below `policies/serverless/` → text."""
    definition, policy, *bindings = installation()
    made = {
        "custom-resource-definition.yaml": _yaml(definition),
        "mutating-admission-policy.yaml": _yaml(policy),
        "mutating-admission-policy-bindings.yaml": _yaml(*bindings),
    }
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(made),
    }
    return {"kustomization.yaml": _yaml(kustomization), **made}


def _yaml(*values: Object) -> str:
    return HEADER + "---\n".join(dump.to_yaml(value) for value in values)
