"""A cluster for `doctor`: its own control plane, since definitions come and go, with Fluid, a webhook and policies."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from kubectl_fluid.doctor.model import Check, Report
from kubectl_fluid.policy import crd, mutating
from kubectl_fluid.policy.guards.injected import TEMPLATES
from kubectl_fluid.policy.guards.objects import binding_of, policy_of
from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.crd import definition
from kubectl_fluid.webhook.bundle.choices import NAME, NAMESPACE, Choices
from kubectl_fluid.webhook.bundle.configuration import configuration
from tests.cluster.api import Api, Object, Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.policies import BINDINGS, DEFINITIONS, GUARD_BINDINGS, GUARDS, POLICIES
from tests.cluster.webhooks import CONFIGURATIONS, PATIENCE, until
from tests.doctor.certificates import made

FLUID = "fluid-system"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{FLUID}/deployments"
OURS = f"{CONFIGURATIONS}/{NAME}"
_DISCOVERY = "/apis/data.fluid.io/v1alpha1"
#: Fluid's configuration, as its chart has it before its webhook fills in the caBundle.
FLUIDS = "fluid-pod-admission-webhook"


def healthy(plane: ControlPlane) -> None:
    """Everything that `doctor` looks at, as it should be."""
    api = plane.admin
    for place in (FLUID, NAMESPACE, "ml"):
        plane.create_namespace(place)
    (schema,) = (it for it in files.fluid() if it.gvk.kind == "Dataset")
    put(api, DEFINITIONS, definition(schema))
    for name, ready in (("dataset-controller", 1), ("juicefsruntime-controller", 0), ("fluid-webhook", 1)):
        deploy(api, name, ready)
    for name in ("node-a", "node-b"):
        node(api, name, "v1.33.4")
    service(api, ["10.1.0.1", "10.1.0.2"])
    api.request("POST", CONFIGURATIONS, configuration(Choices(ca=made().ca)))
    api.request("POST", DEFINITIONS, crd.crd())
    guard = policy_of(TEMPLATES)
    for path, values in (
        (POLICIES, [mutating.policy()]),
        (BINDINGS, mutating.bindings()),
        (GUARDS, [guard.policy]),
        (GUARD_BINDINGS, [binding_of(guard, "deny")]),
    ):
        for value in values:
            api.request("POST", path, value)
    until(lambda: served(api, "/apis/kubectl-fluid.io/v1alpha1"), "templates are served")


def served(api: Api, path: str = _DISCOVERY) -> bool:
    """Whether a group and version is."""
    try:
        api.request("GET", path)
    except Refused:
        return False
    return True


def put(api: Api, path: str, value: Object) -> None:
    """Replace a cluster-scoped object, whatever it is now."""
    where = f"{path}/{value['metadata']['name']}"
    version = api.request("GET", where)["metadata"]["resourceVersion"]
    api.request("PUT", where, {**value, "metadata": {**value["metadata"], "resourceVersion": version}})


def deploy(api: Api, name: str, ready: int, tag: str = "v1.0.8") -> None:
    """A controller of Fluid: it wants a Pod if it has one."""
    labels = {"control-plane": name}
    container = {"name": "manager", "image": f"fluidcloudnative/{name}:{tag}"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    value = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": FLUID, "labels": labels},
        "spec": {"replicas": ready, "selector": {"matchLabels": labels}, "template": template},
        "status": {"replicas": ready, "readyReplicas": ready, "availableReplicas": ready},
    }
    api.create(value)


def report_ready(api: Api, name: str, ready: int) -> None:
    """What the Deployment's controller would write."""
    status = {"status": {"replicas": 1, "readyReplicas": ready, "availableReplicas": ready}}
    api.request("PATCH", f"{DEPLOYMENTS}/{name}/status", status, "application/merge-patch+json")


def node(api: Api, name: str, version: str) -> None:
    """A node with that kubelet."""
    value = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
    api.request("POST", "/api/v1/nodes", value)
    info = {"status": {"nodeInfo": {"kubeletVersion": version}}}
    api.request("PATCH", f"/api/v1/nodes/{name}/status", info, "application/merge-patch+json")


def service(api: Api, addresses: list[str]) -> None:
    """The webhook's Service and its EndpointSlice, which without controllers nobody else makes."""
    port = {"name": "https", "port": 443, "targetPort": 9443}
    value = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": NAME}, "spec": {"ports": [port]}}
    api.request("POST", f"/api/v1/namespaces/{NAMESPACE}/services", value)
    endpoints = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": NAME, "labels": {"kubernetes.io/service-name": NAME}},
        "addressType": "IPv4",
        "ports": [{"name": "https", "port": 9443}],
        "endpoints": [{"addresses": [it], "conditions": {"ready": True}} for it in addresses],
    }
    api.request("POST", f"/apis/discovery.k8s.io/v1/namespaces/{NAMESPACE}/endpointslices", endpoints)


@contextmanager
def at_url(api: Api, port: int, ca: bytes) -> Iterator[None]:
    """This program's webhook is called at a port of this machine instead."""
    before = api.request("GET", OURS)
    value = configuration(Choices(ca=ca))
    for entry in value["webhooks"]:
        entry["clientConfig"] = {
            "url": f"https://127.0.0.1:{port}/mutate",
            "caBundle": base64.b64encode(ca).decode(),
        }
    put(api, CONFIGURATIONS, value)
    try:
        yield
    finally:
        put(api, CONFIGURATIONS, {key: before[key] for key in ("apiVersion", "kind", "metadata", "webhooks")})


@contextmanager
def fluids_webhook(api: Api) -> Iterator[None]:
    """Fluid's configuration is there too, without its Service and with the caBundle of its chart."""
    service = {"namespace": FLUID, "name": FLUIDS, "path": "/mutate-fluid-io-v1alpha1-schedulepod", "port": 9443}
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    entry = {
        "name": "sidecar.fuse.fluid.io",
        "clientConfig": {"service": service, "caBundle": "Cg=="},
        "rules": [rule],
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "objectSelector": {"matchLabels": {"serverless.fluid.io/inject": "true"}},
    }
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration"}
    api.request("POST", CONFIGURATIONS, {**head, "metadata": {"name": FLUIDS}, "webhooks": [entry]})
    try:
        yield
    finally:
        api.request("DELETE", f"{CONFIGURATIONS}/{FLUIDS}")


@contextmanager
def without(api: Api, *paths: str) -> Iterator[None]:
    """Objects that are gone meanwhile."""
    kept = {path: api.request("GET", path) for path in paths}
    for path in paths:
        api.request("DELETE", path)
    try:
        yield
    finally:
        for path, value in kept.items():
            metadata = {key: it for key, it in value["metadata"].items() if key in ("name", "labels")}
            api.request("POST", path.rpartition("/")[0], {**value, "metadata": metadata})


@contextmanager
def altered(api: Api) -> Iterator[None]:
    """Definitions of an older, and of another Fluid."""
    changed = {it.gvk.kind: definition(it) for it in files.fluid() if it.gvk.kind in ("Dataset", "JuiceFSRuntime")}
    before = {kind: definition(it) for it in files.fluid() if (kind := it.gvk.kind) in changed}
    dataset, runtime = (
        changed[kind]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        for kind in ("Dataset", "JuiceFSRuntime")
    )
    del dataset["mounts"]["items"]["properties"]["shared"]
    del dataset["placement"]
    dataset["ofTomorrow"] = {"type": "object", "properties": {"deep": {"type": "string"}}}
    runtime["replicas"] = {"type": "string"}
    for value in changed.values():
        put(api, DEFINITIONS, value)
    try:
        yield
    finally:
        for value in before.values():
            put(api, DEFINITIONS, value)


@contextmanager
def without_definitions(plane: ControlPlane) -> Iterator[None]:
    """Fluid's kinds are gone meanwhile, and all of their objects with them."""
    api = plane.admin
    every = [definition(it) for it in files.fluid()]
    for value in every:
        api.request("DELETE", f"{DEFINITIONS}/{value['metadata']['name']}")
    until(lambda: _gone(api, every), "no kind of Fluid is served", 2 * PATIENCE)
    try:
        yield
    finally:
        for value in every:
            until(lambda value=value: _post(api, value), "the definition is taken again")  # type: ignore[misc]
        until(lambda: served(api), "Fluid's kinds are served", 2 * PATIENCE)


def _gone(api: Api, every: list[Object]) -> bool:
    """Whether no kind is served any more. Each definition that is left is changed, so that it is tried again at once.

    An API server that "is (re)initializing" the storage of a kind cannot look for its objects, and waits longer after
    each failure: for minutes, in the end.
    """
    if not served(api):
        return True
    for value in every:
        again = {"metadata": {"annotations": {"tried-again": str(time.monotonic())}}}
        path = f"{DEFINITIONS}/{value['metadata']['name']}"
        with suppress(Refused):
            api.request("PATCH", path, again, "application/merge-patch+json")
    time.sleep(1)
    return False


def _post(api: Api, value: Object) -> bool:
    try:
        api.request("POST", DEFINITIONS, value)
    except Refused:
        time.sleep(0.1)
        return False
    return True


#: What differs from run to run, and from machine to machine → what stands in a golden instead.
_CHANGING: tuple[tuple[str, str], ...] = (
    (r"kubectl-fluid \S+ on Python \S+, with .*", "kubectl-fluid 0.1.0 on Python 3.13.0, with kubernetes 36.0.0"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:6443"),
    (r"within \d+ ms", "within 7 ms"),
    (r"\d{4}-\d\d-\d\d", "2027-01-01"),
    (r"Kubernetes v\S+, whose", "Kubernetes v1.37.2, whose"),
    (r"/\S*/kubectl(?=$|-fluid,)", "/usr/local/bin/kubectl"),
    (r"/\S+\.kubeconfig", "/home/me/.kube/config"),
)


def normal(report: Report) -> Report:
    """The report as it is everywhere: rendered after this, since lines are broken by their length."""
    return replace(report, server="https://127.0.0.1:6443", checks=tuple(map(_normal, report.checks)))


def _normal(it: Check) -> Check:
    return it._replace(message=_text(it.message), hint=_text(it.hint), details=tuple(map(_text, it.details)))


def _text(text: str) -> str:
    for pattern, instead in _CHANGING:
        text = re.sub(pattern, instead, text)
    return text


def path_with(folder: Path, python: str, kubectl: Path) -> str:
    """A PATH with this program and a kubectl."""
    script = folder / "kubectl-fluid"
    script.write_text(f"#!{python}\nfrom kubectl_fluid.cli.main import main\nraise SystemExit(main())\n")
    script.chmod(0o755)
    (folder / "kubectl").symlink_to(kubectl)
    return str(folder)


def flat(document: Any) -> list[Object]:
    """All checks of a document."""
    return [it for category in document["categories"] for it in category["checks"]]
