"""`policies/serverless/`, `policies/guards/` and `policies/overlays/` as kustomize reads them, file by file.

Decision: the bindings of all stages have the same names, so that applying the folder of another stage is all that a
roll-out takes, forward and back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubectl_fluid.manifests import dump
from kubectl_fluid.policy import crd, mutating
from kubectl_fluid.policy.guards.every import guards, guards_of_templates
from kubectl_fluid.policy.guards.objects import PREFIX, STAGES, Made, bindings_of

Object = dict[str, Any]

HEADER = "# Written by `make golden` from kubectl_fluid/policy: change it there.\n"
#: What a stage does, in the order of a roll-out.
PURPOSES = {
    "audit": "What breaks a guard stands in the audit log, and nobody else is told",
    "warn": "What breaks a guard is told to whoever creates it, and is created",
    "deny": "What breaks a guard is refused; warnings are told",
}
#: Overlay → the folders of `policies/` that it puts together, beside the guards of a stage; and what it is.
OVERLAYS = {
    "webhook": (("webhook",), "The webhook injects"),
    "webhook-cert-manager": (
        ("webhook/overlays/cert-manager",),
        "The webhook injects, with cert-manager's certificates",
    ),
    "serverless": (("serverless",), "Policies inject; templates are compiled by hand"),
    "serverless-sync": (("serverless", "sync"), "Policies inject; a Deployment keeps the templates in step"),
}


def installation() -> list[Object]:
    """The definition, the policy and its bindings, in the order in which a cluster can take them."""
    return [crd.crd(), mutating.policy(), *mutating.bindings()]


def files() -> dict[str, str]:
    """Path below `policies/` → text."""
    made = {f"serverless/{name}": text for name, text in _serverless().items()}
    for folder, found in (("guards", guards()), ("guards/templates", guards_of_templates())):
        made |= {f"{folder}/{name}": text for name, text in _guards(found).items()}
    for name, (folders, purpose) in OVERLAYS.items():
        for stage in STAGES:
            above = [*folders, f"guards/{stage}", *([f"guards/templates/{stage}"] if "serverless" in folders else [])]
            text = kustomization(f"../../../{it}" for it in above)
            made[f"overlays/{name}/{stage}/kustomization.yaml"] = f"# {purpose}. {PURPOSES[stage]}.\n{text}"
    return made


def _serverless() -> dict[str, str]:
    definition, policy, *bindings = installation()
    made = {
        "custom-resource-definition.yaml": _yaml(definition),
        "mutating-admission-policy.yaml": _yaml(policy),
        "mutating-admission-policy-bindings.yaml": _yaml(*bindings),
    }
    return {"kustomization.yaml": kustomization(made), **made}


def _guards(found: list[Made]) -> dict[str, str]:
    """A folder of the policies, and one with their bindings for each stage."""
    base = {f"{_short(it)}.yaml": _yaml(it.policy) for it in found}
    made = {"base/kustomization.yaml": kustomization(base), **{f"base/{name}": text for name, text in base.items()}}
    for stage in STAGES:
        made[f"{stage}/bindings.yaml"] = _yaml(*(binding for it in found for binding in bindings_of(it, stage)))
        made[f"{stage}/kustomization.yaml"] = f"# {PURPOSES[stage]}.\n{kustomization(['../base', 'bindings.yaml'])}"
    return made


def _short(made: Made) -> str:
    return str(made.policy["metadata"]["name"]).removeprefix(PREFIX)


def kustomization(resources: Iterable[str]) -> str:
    """The text of a kustomization."""
    return _yaml(
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": list(resources),
        }
    )


def _yaml(*values: Object) -> str:
    return HEADER + "---\n".join(dump.to_yaml(value) for value in values)
