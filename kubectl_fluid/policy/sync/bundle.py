"""What runs `policy sync --watch` in a cluster, and `policies/sync/` as kustomize reads it, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubectl_fluid import __version__
from kubectl_fluid.catalog.objects import WANTED
from kubectl_fluid.catalog.resources import PLURALS
from kubectl_fluid.manifests import dump
from kubectl_fluid.policy import names
from kubectl_fluid.policy.sync.world import DATASET, READ

Object = dict[str, Any]

#: Name of every object, and what is taken where nothing else is chosen: as for the webhook.
NAME = "kubectl-fluid-policy-sync"
NAMESPACE = "kubectl-fluid"
IMAGE = f"kubectl-fluid:{__version__}"
#: Where kubelets ask for its health.
PORT = 8081
SELECTOR = {"app.kubernetes.io/name": NAME}
LABELS = {**SELECTOR, "app.kubernetes.io/component": "policy-sync", "app.kubernetes.io/part-of": "kubectl-fluid"}
#: The user of the image (Containerfile).
USER = 65532
RBAC = "rbac.authorization.k8s.io"
#: Ports that an API server is reached at.
API_SERVER_PORTS = (443, 6443)
#: 55 MiB, and 0.12 MiB for each Dataset (docs/policies.md).
RESOURCES = {"requests": {"cpu": "50m", "memory": "96Mi"}, "limits": {"memory": "512Mi"}}
_HEADER = "# Written by `make golden` from kubectl_fluid/policy/sync/bundle.py: change it there.\n"
_BRING = f"# The image is your own, and belongs into an overlay: `images:` with the name {IMAGE.partition(':')[0]}.\n"
_FILES = {
    "Namespace": "namespace",
    "ServiceAccount": "service-account",
    "ClusterRole": "cluster-role",
    "ClusterRoleBinding": "cluster-role-binding",
    "Deployment": "deployment",
    "NetworkPolicy": "network-policy",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices for one installation. Two replicas do the same work twice: one goes on where the other's node ends."""

    namespace: str = NAMESPACE
    image: str = IMAGE
    replicas: int = 2


def bundle(choices: Choices) -> list[Object]:
    """Every object, in the order in which a cluster can take them."""
    return [
        _new("v1", "Namespace", name=choices.namespace, labels=_restricted()),
        {**_new("v1", "ServiceAccount", choices), "automountServiceAccountToken": False},
        cluster_role(),
        _cluster_role_binding(choices),
        deployment(choices),
        _network_policy(choices),
    ]


def files(choices: Choices) -> dict[str, str]:
    """Path below `policies/sync/` → text."""
    made = {f"{_FILES[value['kind']]}.yaml": _HEADER + dump.to_yaml(value) for value in bundle(choices)}
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(made),
    }
    return {"kustomization.yaml": _BRING + _HEADER + dump.to_yaml(kustomization), **made}


def cluster_role() -> Object:
    """Reads of what templates are made from, and writes of templates; of Secrets, and of all else, nothing.

    A Dataset is read by itself before its template is deleted. An apply that makes an object needs `create` too.
    """
    groups = dict.fromkeys(WANTED[kind] for kind in READ)
    rules = [
        {
            "apiGroups": [group],
            "resources": sorted(PLURALS[kind] for kind in READ if WANTED[kind] == group),
            "verbs": ["list", "watch"],
        }
        for group in groups
    ]
    rules += [
        {"apiGroups": [WANTED[DATASET]], "resources": [PLURALS[DATASET]], "verbs": ["get"]},
        {
            "apiGroups": [names.TEMPLATE.group],
            "resources": [names.PLURAL],
            "verbs": ["create", "delete", "list", "patch", "watch"],
        },
    ]
    return {**_new(f"{RBAC}/v1", "ClusterRole"), "rules": rules}


def _cluster_role_binding(choices: Choices) -> Object:
    return {
        **_new(f"{RBAC}/v1", "ClusterRoleBinding"),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": NAME},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": choices.namespace}],
    }


def deployment(choices: Choices) -> Object:
    """Hardened as the webhook's; it listens for kubelets only."""
    return {
        **_new("apps/v1", "Deployment", choices),
        "spec": {
            "replicas": choices.replicas,
            "revisionHistoryLimit": 3,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "selector": {"matchLabels": SELECTOR},
            "template": {"metadata": {"labels": dict(LABELS)}, "spec": _pod(choices)},
        },
    }


def _pod(choices: Choices) -> Object:
    apart = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": SELECTOR}}
    preferred = [{"weight": 100, "podAffinityTerm": apart}]
    return {
        "serviceAccountName": NAME,
        "automountServiceAccountToken": True,
        "enableServiceLinks": False,
        # What is being written is finished: a request may take so long.
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}},
        "containers": [_container(choices)],
    }


def _container(choices: Choices) -> Object:
    return {
        "name": "policy-sync",
        "image": choices.image,
        "args": [
            "policy",
            "sync",
            "--all-namespaces",
            "--watch",
            f"--health-port={PORT}",
            "--log-format=json",
        ],
        "ports": [{"name": "health", "containerPort": PORT, "protocol": "TCP"}],
        "resources": RESOURCES,
        "readinessProbe": _probe("/readyz", period=5, failures=3),
        "livenessProbe": _probe("/healthz", period=30, failures=3),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }


def _probe(path: str, *, period: int, failures: int) -> Object:
    return {
        "httpGet": {"path": path, "port": "health"},
        "periodSeconds": period,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    }


def _network_policy(choices: Choices) -> Object:
    """In: nobody, since a node's own kubelet is always let in. Out: the API server, and DNS."""
    return {
        **_new("networking.k8s.io/v1", "NetworkPolicy", choices),
        "spec": {
            "podSelector": {"matchLabels": SELECTOR},
            "policyTypes": ["Ingress", "Egress"],
            "egress": [
                {"ports": [{"port": port, "protocol": "TCP"} for port in API_SERVER_PORTS]},
                {"ports": [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]},
            ],
        },
    }


def _restricted() -> dict[str, str]:
    """The strictest of the Pod security standards."""
    return {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}


def _new(
    api_version: str,
    kind: str,
    choices: Choices | None = None,
    *,
    name: str = NAME,
    labels: dict[str, str] | None = None,
) -> Object:
    """An object without contents; in the namespace of `choices`, or in none."""
    metadata: Object = {"name": name, "labels": {**LABELS, **(labels or {})}}
    if choices is not None:
        metadata["namespace"] = choices.namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
