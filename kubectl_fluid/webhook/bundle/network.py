"""Service, PodDisruptionBudget and NetworkPolicy."""

from __future__ import annotations

from kubectl_fluid.webhook.bundle.choices import SELECTOR, Choices
from kubectl_fluid.webhook.bundle.parts import Object, new

#: Ports that an API server is reached at.
API_SERVER_PORTS = (443, 6443)


def service(choices: Choices) -> Object:
    """What the API server calls, and what Prometheus finds."""
    return {
        **new("v1", "Service", namespace=choices.place),
        "spec": {
            "selector": SELECTOR,
            "ports": [{"name": "https", "port": 443, "targetPort": "https", "protocol": "TCP"}],
        },
    }


def disruption_budget(choices: Choices) -> Object:
    """One at a time. A Pod that is not ready serves nobody, so nothing is lost by its eviction."""
    return {
        **new("policy/v1", "PodDisruptionBudget", namespace=choices.place),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": SELECTOR},
        },
    }


def network_policy(choices: Choices) -> Object:
    """In: TLS only, from anywhere, since API servers and kubelets are no Pods. Out: the API server, and DNS."""
    return {
        **new("networking.k8s.io/v1", "NetworkPolicy", namespace=choices.place),
        "spec": {
            "podSelector": {"matchLabels": SELECTOR},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"ports": [{"port": "https", "protocol": "TCP"}]}],
            "egress": [
                {"ports": [{"port": port, "protocol": "TCP"} for port in API_SERVER_PORTS]},
                {"ports": [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]},
            ],
        },
    }
