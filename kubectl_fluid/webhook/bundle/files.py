"""The bundle as kustomize reads it: `policies/webhook/` and `policies/monitoring/`, file by file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.manifests import dump
from kubectl_fluid.webhook.bundle import certmanager, monitoring
from kubectl_fluid.webhook.bundle.choices import IMAGE, NAME, Choices
from kubectl_fluid.webhook.bundle.configuration import ECI_ENTRY, ca_injection, webhook
from kubectl_fluid.webhook.bundle.objects import bundle
from kubectl_fluid.webhook.bundle.parts import Object

#: What whoever applies the files has to bring along.
BRING = f"""\
# Two things are your own, and belong into an overlay (docs/webhook.md): the image, by `images:` with the name
# {IMAGE.partition(":")[0]}, and the caBundle, which `kubectl fluid webhook certs --patch-configuration` prints.
"""
HEADER = "# Written by `make golden` from kubectl_fluid/webhook/bundle: change it there.\n"
#: Name of a component → what it is for.
COMPONENTS = {
    "eci-namespaces": f'Pods of namespaces labelled {keys.ECI}: "true" are injected without a label of their own',
    "cert-manager": "cert-manager makes the certificates and keeps the caBundle",
}
_FILES = {
    "Namespace": "namespace",
    "ServiceAccount": "service-account",
    "ClusterRole": "cluster-role",
    "ClusterRoleBinding": "cluster-role-binding",
    "Service": "service",
    "Deployment": "deployment",
    "PodDisruptionBudget": "pod-disruption-budget",
    "NetworkPolicy": "network-policy",
    "MutatingWebhookConfiguration": "mutating-webhook-configuration",
    "ServiceMonitor": "service-monitor",
    "PrometheusRule": "prometheus-rule",
}


def files(choices: Choices) -> dict[str, str]:
    """Path below `policies/webhook/` → text. The choices of components are taken as not made."""
    plain = dataclasses.replace(choices, eci_namespaces=False, cert_manager=False, monitoring=False)
    base = {f"{_FILES[value['kind']]}.yaml": yaml(value) for value in bundle(plain)}
    made = {
        "kustomization.yaml": BRING + kustomization(resources=["base"]),
        "base/kustomization.yaml": kustomization(resources=list(base)),
        **{f"base/{name}": text for name, text in base.items()},
        **_eci_namespaces(plain),
        **_cert_manager(plain),
    }
    for name, purpose in COMPONENTS.items():
        overlay = kustomization(resources=["../../base"], components=[f"../../components/{name}"])
        made[f"overlays/{name}/kustomization.yaml"] = f"# {purpose}.\n{overlay}"
    return made


def monitoring_files(choices: Choices) -> dict[str, str]:
    """Path below `policies/monitoring/` → text. kustomize makes the ConfigMap, so that the dashboard stays a file."""
    *resources, config_map = monitoring.monitoring(choices)
    made = {f"{_FILES[value['kind']]}.yaml": yaml(value) for value in resources}
    metadata = config_map["metadata"]
    generator = {
        "name": metadata["name"],
        "namespace": metadata["namespace"],
        "files": [monitoring.DASHBOARD_FILE],
        "options": {"disableNameSuffixHash": True, "labels": metadata["labels"]},
    }
    return {
        "kustomization.yaml": kustomization(resources=list(made), configMapGenerator=[generator]),
        monitoring.DASHBOARD_FILE: monitoring.dashboard_text(),
        **made,
    }


def yaml(*values: Any) -> str:
    """Documents under the header of generated files."""
    return HEADER + "---\n".join(dump.to_yaml(value) for value in values)


def kustomization(kind: str = "Kustomization", **content: Any) -> str:
    """A kustomization.yaml."""
    version = "v1beta1" if kind == "Kustomization" else "v1alpha1"
    return yaml({"apiVersion": f"kustomize.config.k8s.io/{version}", "kind": kind, **content})


def _eci_namespaces(choices: Choices) -> dict[str, str]:
    entry: list[Object] = [{"op": "add", "path": "/webhooks/-", "value": webhook(ECI_ENTRY, choices)}]
    return _component("eci-namespaces", entry, {})


def _cert_manager(choices: Choices) -> dict[str, str]:
    annotate: list[Object] = [{"op": "add", "path": "/metadata/annotations", "value": ca_injection(choices)}]
    return _component("cert-manager", annotate, {"certificates.yaml": certmanager.issuers_and_certificates(choices)})


def _component(name: str, patch: list[Object], resources: dict[str, Iterable[Object]]) -> dict[str, str]:
    """A component: objects to add, and a JSON patch of the MutatingWebhookConfiguration."""
    target = {"kind": "MutatingWebhookConfiguration", "name": NAME}
    content: Object = {"resources": list(resources)} if resources else {}
    content["patches"] = [{"path": "configuration-patch.yaml", "target": target}]
    made = {
        "kustomization.yaml": kustomization("Component", **content),
        "configuration-patch.yaml": yaml(patch),
        **{file: yaml(*values) for file, values in resources.items()},
    }
    return {f"components/{name}/{file}": text for file, text in made.items()}
