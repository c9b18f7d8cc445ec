"""Another webhook that changes the same Pods, called before ours or after it."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.webhook.bundle.choices import NAME
from kubectl_fluid.webhook.bundle.configuration import NAMESPACE_NAME
from tests.cluster import fluid_objects, webhooks
from tests.cluster.certificates import Authority
from tests.cluster.control_plane import HOST, ControlPlane
from tests.cluster.webhooks import CONFIGURATIONS, DRY, Certs, Replica, pod, sidecars, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]
Change = Callable[[Object], list[Object]]

#: API servers call configurations in the order of their names.
BEFORE, AFTER = "a-comes-before", "z-comes-after"
assert BEFORE < NAME < AFTER

OTHER = {"name": "other", "image": "other:1", "volumeMounts": [{"name": "data", "mountPath": "/other"}]}


def add_container(value: Object) -> list[Object]:
    """RFC 6902: a container that reads the application's volume too."""
    if any(it["name"] == "other" for it in value["spec"]["containers"]):
        return []
    return [{"op": "add", "path": "/spec/containers/-", "value": OTHER}]


def add_first_container(value: Object) -> list[Object]:
    """As above, but in the place where Fluid's sidecar would stand, as meshes do it."""
    return [{**it, "path": "/spec/containers/0"} for it in add_container(value)]


def ask_for_sidecar(value: Object) -> list[Object]:
    """RFC 6902: the label that asks for the sidecar, on Pods without it."""
    if value["metadata"].get("labels"):
        return []
    return [{"op": "add", "path": "/metadata/labels", "value": {"serverless.fluid.io/inject": "true"}}]


class OtherWebhook:
    """A webhook that answers with `change`, and counts its `calls`."""

    def __init__(self, folder: Path) -> None:
        self.change: Change = add_container
        self.calls = 0
        authority = Authority()
        pair = authority.server(HOST)
        for name, text in (("other.crt", pair.certificate), ("other.key", pair.key)):
            (folder / name).write_bytes(text)
        self.ca = authority.certificate
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.dumps(webhook.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(200)
                for name, text in (("Content-Type", "application/json"), ("Content-Length", str(len(body)))):
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "other.crt", folder / "other.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, review: Object) -> Object:
        self.calls += 1
        patch = base64.b64encode(json.dumps(self.change(review["request"]["object"])).encode()).decode()
        response = {"uid": review["request"]["uid"], "allowed": True, "patchType": "JSONPatch", "patch": patch}
        return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}

    def configuration(self, name: str, namespace: str) -> Object:
        url = f"https://{HOST}:{self.server.server_port}/"
        rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
        entry = {
            "name": "other.example.com",
            "admissionReviewVersions": ["v1"],
            "clientConfig": {"url": url, "caBundle": base64.b64encode(self.ca).decode()},
            "sideEffects": "None",
            "reinvocationPolicy": "IfNeeded",
            "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: namespace}},
            "rules": [rule],
        }
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": [entry],
        }


@pytest.fixture
def other(tmp_path: Path) -> Iterator[OtherWebhook]:
    webhook = OtherWebhook(tmp_path)
    try:
        yield webhook
    finally:
        webhook.server.shutdown()
        webhook.server.server_close()


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certs:
    return Certs(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="module", params=["default", "fluid"])
def replica(api_server: ControlPlane, certs: Certs, request: pytest.FixtureRequest) -> Iterator[Replica]:
    webhooks.grant(api_server)
    with webhooks.replica(api_server, certs, "--profile", request.param) as it:
        yield it


@pytest.fixture
def place(api_server: ControlPlane, namespace: str, replica: Replica, certs: Certs) -> Iterator[str]:
    """A namespace with the dataset `jfs`, in which our webhook is registered."""
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    ours = webhooks.registration(NAME, [replica.port], certs.ca, [namespace])
    with webhooks.registered(api_server.admin, ours):
        yield namespace


@contextmanager
def registered(api_server: ControlPlane, other: OtherWebhook, name: str, namespace: str) -> Iterator[None]:
    """The other webhook is called too."""
    api = api_server.admin
    api.request("POST", CONFIGURATIONS, other.configuration(name, namespace))
    try:

        def is_called() -> bool:
            api.create({**pod("probe", "jfs", namespace), "metadata": {"name": "probe", "namespace": namespace}}, DRY)
            return other.calls > 0

        until(is_called, "the other webhook is called")
        other.calls = 0
        yield
    finally:
        api.request("DELETE", f"{CONFIGURATIONS}/{name}")


def by_name(value: Object) -> dict[str, Object]:
    spec = value["spec"]
    containers = [*spec.get("initContainers", ()), *spec["containers"]]
    found = {it["name"]: it for it in containers}
    assert len(found) == len(containers)
    return found


@pytest.mark.parametrize("change", [add_container, add_first_container])
@pytest.mark.parametrize("name", [BEFORE, AFTER])
def test_a_container_of_another_webhook_and_one_sidecar_are_in_the_pod(
    api_server: ControlPlane, place: str, other: OtherWebhook, name: str, change: Change
) -> None:
    alone = api_server.admin.create(pod("alone", "jfs", place))
    (sidecar,) = sidecars(alone)
    other.change = change
    with registered(api_server, other, name, place):
        made = api_server.admin.create(pod("both", "jfs", place))
    found, expected = by_name(made), by_name(alone)
    assert sidecars(made) == [sidecar]
    assert set(found) == {*expected, "other"}
    assert {key: it for key, it in found.items() if key != "other"} == expected
    assert made["spec"]["volumes"] == alone["spec"]["volumes"]
    assert "/other" in [it["mountPath"] for it in found["other"]["volumeMounts"]]
    assert made["metadata"]["labels"] == alone["metadata"]["labels"]
    # Whoever was called before is called again when the Pod has changed; ours not for a Pod that it has injected.
    assert other.calls == (2 if name == BEFORE else 1)
    assert api_server.admin.read(made)["spec"]["containers"] == made["spec"]["containers"]


def test_a_webhook_that_is_called_before_may_ask_for_the_sidecar(
    api_server: ControlPlane, place: str, other: OtherWebhook
) -> None:
    other.change = ask_for_sidecar
    with registered(api_server, other, BEFORE, place):
        value = pod("silent", "jfs", place)
        del value["metadata"]["labels"]
        made = api_server.admin.create(value)
    assert len(sidecars(made)) == 1


def test_the_label_comes_too_late_where_it_is_added_after_our_turn(
    api_server: ControlPlane, place: str, other: OtherWebhook
) -> None:
    """API servers call only those again that they have called before; ours is no exception."""
    other.change = ask_for_sidecar
    with registered(api_server, other, AFTER, place):
        value = pod("silent", "jfs", place)
        del value["metadata"]["labels"]
        made = api_server.admin.create(value)
    assert made["metadata"]["labels"] == {"serverless.fluid.io/inject": "true"}
    assert sidecars(made) == []
