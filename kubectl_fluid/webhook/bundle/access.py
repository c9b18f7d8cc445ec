"""Who the webhook is and what it may read: what claims are made from, and nothing else."""

from __future__ import annotations

from kubectl_fluid.catalog.objects import WANTED
from kubectl_fluid.catalog.resources import PLURALS
from kubectl_fluid.catalog.runtimes import KINDS
from kubectl_fluid.webhook.bundle.choices import NAME, NAMESPACE, Choices
from kubectl_fluid.webhook.bundle.parts import Object, new

#: What the caches follow: `webhook.caches.WATCHED`, whose import would bring an HTTP client with it.
READ = ("PersistentVolumeClaim", "PersistentVolume", "DaemonSet", "Dataset", *KINDS)
#: `list` and `watch` for the caches, `get` for a Pod that comes right after its claim.
VERBS = ("get", "list", "watch")
RBAC = "rbac.authorization.k8s.io"


def namespace(choices: Choices) -> list[Object]:
    """The namespace, where none was named; one that is there already keeps its own labels."""
    if choices.namespace:
        return []
    # The strictest of the Pod security standards: what is asked of others is kept here too.
    restricted = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    return [new("v1", "Namespace", name=NAMESPACE, labels=restricted)]


def service_account(choices: Choices) -> Object:
    """The identity. Its token is mounted only where a Pod asks for it."""
    return {
        **new("v1", "ServiceAccount", namespace=choices.place),
        "automountServiceAccountToken": False,
    }


def cluster_role() -> Object:
    """Reads of every kind that the claims of a running cluster are made from. Secrets are not among them."""
    groups = dict.fromkeys(WANTED[kind] for kind in READ)
    rules = [
        {
            "apiGroups": [group],
            "resources": sorted(PLURALS[kind] for kind in READ if WANTED[kind] == group),
            "verbs": list(VERBS),
        }
        for group in groups
    ]
    return {**new(f"{RBAC}/v1", "ClusterRole"), "rules": rules}


def cluster_role_binding(choices: Choices) -> Object:
    """In every namespace: Pods of any of them may name a Dataset."""
    return {
        **new(f"{RBAC}/v1", "ClusterRoleBinding"),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": NAME},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": choices.place}],
    }
