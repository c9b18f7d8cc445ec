"""Every check: its category, and what it looks at. `docs/doctor.md` has a heading for each of them."""

from __future__ import annotations

from typing import NamedTuple

PAGE = "docs/doctor.md"

#: Category → what it is about, in the order of a report.
CATEGORIES: dict[str, str] = {
    "local": "this machine",
    "cluster": "the way to the API server",
    "kubernetes": "what the cluster's version can do",
    "fluid": "Fluid's controllers",
    "crds": "Fluid's kinds",
    "webhook": "admission webhooks that inject",
    "policies": "admission policies of this program",
    "permissions": "what each verb needs",
}


class Row(NamedTuple):
    """`what` is looked at, in words for the documentation."""

    category: str
    what: str


NAMES: dict[str, Row] = {
    "python": Row("local", "the versions of Python, of this program and of the packages it stands on"),
    "plugin": Row("local", "which `kubectl-fluid` kubectl starts, and whether PATH has others"),
    "kubectl": Row("local", "whether kubectl is on PATH"),
    "kubeconfig": Row("cluster", "whether a kubeconfig (or a Pod's service account) names a cluster"),
    "reachable": Row("cluster", "whether the API server answers, and how fast"),
    "clock": Row("cluster", "whether this machine's clock agrees with the API server's"),
    "credentials": Row("cluster", "as whom the API server knows you"),
    "namespace": Row("cluster", "whether the namespace of the context, or of `-n`, exists"),
    "kubernetes-version": Row("kubernetes", "whether this program knows the version's own kinds"),
    "native-sidecars": Row("kubernetes", "whether the API server takes native sidecars"),
    "nodes": Row("kubernetes", "whether every node's kubelet knows native sidecars"),
    "mutating-policies": Row("kubernetes", "which versions of MutatingAdmissionPolicy are served"),
    "fluid-installed": Row("fluid", "whether Fluid's controllers are there, and in which namespace"),
    "fluid-version": Row("fluid", "their version, from the tags of their images"),
    "fluid-ready": Row("fluid", "whether they run"),
    "crds-served": Row("crds", "whether the API server serves Fluid's kinds as v1alpha1"),
    "crds-fields": Row("crds", "whether their fields are those of the schemas that come with this program"),
    "webhook-installed": Row("webhook", "which configurations of Fluid or of this program there are"),
    "webhook-service": Row("webhook", "whether Pods stand behind a webhook's Service"),
    "webhook-trust": Row("webhook", "whether the caBundle has an authority that is valid, and until when"),
    "webhook-certificate": Row("webhook", "whether a webhook that has a URL shows a certificate which caBundle trusts"),
    "webhook-failure-policy": Row("webhook", "what becomes of Pods while it is down"),
    "webhook-conflict": Row("webhook", "whether two of them act on the same Pods"),
    "policies-installed": Row("policies", "which policies of this program there are"),
    "policies-bound": Row("policies", "whether each policy has a binding, and each binding a policy"),
    "policies-parameters": Row("policies", "whether the kind of a policy's parameters is served"),
    "policies-current": Row("policies", "whether they are what this version of the program compiles"),
    "policies-types": Row("policies", "what the API server's type checking says of their expressions"),
    "permissions": Row("permissions", "whether you may do what a verb of this program does"),
}


def link(name: str) -> str:
    """Where a check is explained."""
    return f"{PAGE}#{name}"
