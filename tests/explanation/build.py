"""Explanations of Pods from objects that tests make, and hooks of a cluster that is nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.explanation.explain import Explainer
from kubectl_fluid.explanation.hooks import policies, webhooks
from kubectl_fluid.explanation.model import Explanation
from kubectl_fluid.explanation.reads import Cluster
from kubectl_fluid.explanation.selectors import Labels
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy.template import template
from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.configuration import NAMESPACE_NAME, configuration
from tests.cluster import fluid_objects

Object = dict[str, Any]

NAMESPACE = "ml"
SETTINGS = Settings(namespace=NAMESPACE, unique="1767225600000000-0123abcd")


def objects(name: str = "jfs", **change: Object | None) -> list[Object]:
    """All that stands behind a dataset; `Dataset={…}` merges into that kind's object, None leaves it out."""
    found = fluid_objects.behind(NAMESPACE, name)
    return [{**it, **(change.get(it["kind"]) or {})} for it in found if change.get(it["kind"], {}) is not None]


def explainer(found: Sequence[Object] = (), cluster: Cluster | None = None) -> Explainer:
    store = ObjectStore(NAMESPACE)
    for value in found:
        store.add(value)
    return Explainer(claims_from(store.get), SETTINGS, cluster)


def explained(value: Object, found: Sequence[Object] = (), cluster: Cluster | None = None) -> Explanation:
    """The one explanation of a manifest."""
    (it,) = explainer(found, cluster).manifest(value, lambda _: "file.yaml:1")
    return it


def pod(claim: str = "jfs", **labels: str) -> Object:
    """A Pod with a claim and these labels."""
    template = fluid_objects.pod_template(claim)
    metadata = {"name": "train", "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


ASKS = {"serverless.fluid.io/inject": "true"}
RULE = {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}


def ours(**choices: Any) -> Object:
    """The configuration that the bundle holds."""
    return configuration(Choices(**choices))


def fluids() -> Object:
    """Fluid's own, as its chart makes it."""
    return other(
        "fluid-pod-admission-webhook",
        name="sidecar.fuse.fluid.io",
        objectSelector={"matchLabels": ASKS},
        failurePolicy="Fail",
        reinvocationPolicy="IfNeeded",
    )


def other(configuration: str, **entry: Any) -> Object:
    """A configuration of somebody else with one entry, for all Pods unless told otherwise."""
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration"}
    webhook = {"name": "other.example.com", "rules": [RULE], "clientConfig": {"url": "https://x/y"}, **entry}
    return {**head, "metadata": {"name": configuration}, "webhooks": [webhook]}


def templates_of(*names: str) -> dict[str, Object]:
    """The InjectionTemplates of datasets."""
    claims = explainer([it for name in names for it in objects(name)]).claims
    found = [(name, claims(NAMESPACE, name)) for name in names]
    return {name: template(claim, claims, SETTINGS) for name, claim in found if claim is not None}


def cluster(*configurations: Object, labels: dict[str, str] | None = None, **more: Any) -> Cluster:
    """A cluster with these webhooks, whose namespace `ml` has these labels."""
    known = Labels({NAMESPACE_NAME: NAMESPACE, **(labels or {})})
    policy = more.pop("policies", ((), ()))
    hooks = (*policies(*policy), *webhooks(configurations))
    return Cluster(hooks, namespaces={NAMESPACE: known}, **more)
