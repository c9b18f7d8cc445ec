"""Webhooks of somebody else: they listen by HTTPS in this process, and change Pods or only remember their calls."""

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

from kubectl_fluid.webhook.bundle.configuration import NAMESPACE_NAME
from tests.cluster.certificates import Authority
from tests.cluster.control_plane import HOST, ControlPlane
from tests.cluster.webhooks import CONFIGURATIONS, DRY, pod, until

Object = dict[str, Any]
Change = Callable[[Object], list[Object]]

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


class Reviewer:
    """An HTTPS server that allows all, with the patch of `change`, and remembers the `paths` that were called."""

    def __init__(self, folder: Path) -> None:
        self.change: Change = lambda _: []
        self.paths: list[str] = []
        authority = Authority()
        pair = authority.server(HOST)
        for name, text in (("reviewer.crt", pair.certificate), ("reviewer.key", pair.key)):
            (folder / name).write_bytes(text)
        self._ca = base64.b64encode(authority.certificate).decode()
        reviewer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps(reviewer._answer(self.path.partition("?")[0], review)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "reviewer.crt", folder / "reviewer.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def _answer(self, path: str, review: Object) -> Object:
        self.paths.append(path)
        response = {"uid": review["request"]["uid"], "allowed": True}
        if patch := self.change(review["request"]["object"]):
            response |= {"patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(patch).encode()).decode()}
        return {"apiVersion": review["apiVersion"], "kind": "AdmissionReview", "response": response}

    def client(self, path: str = "/") -> Object:
        """A `clientConfig` that calls this path."""
        return {"url": f"https://{HOST}:{self.server.server_port}{path}", "caBundle": self._ca}

    def take(self) -> list[str]:
        """The paths in the order of the calls; they are forgotten."""
        paths, self.paths = self.paths, []
        return paths

    def configuration(self, name: str, namespace: str) -> Object:
        """Registers it for the Pods of this namespace."""
        rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
        entry = {
            "name": "other.example.com",
            "admissionReviewVersions": ["v1"],
            "clientConfig": self.client(),
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


@contextmanager
def listening(folder: Path) -> Iterator[Reviewer]:
    """A webhook while it listens; its certificate is written to the folder."""
    reviewer = Reviewer(folder)
    try:
        yield reviewer
    finally:
        reviewer.server.shutdown()
        reviewer.server.server_close()


@contextmanager
def registered(api_server: ControlPlane, other: Reviewer, name: str, namespace: str) -> Iterator[None]:
    """The other webhook is called too."""
    api = api_server.admin
    api.request("POST", CONFIGURATIONS, other.configuration(name, namespace))
    try:

        def is_called() -> bool:
            api.create({**pod("probe", "jfs", namespace), "metadata": {"name": "probe", "namespace": namespace}}, DRY)
            return bool(other.paths)

        until(is_called, "the other webhook is called")
        other.take()
        yield
    finally:
        api.request("DELETE", f"{CONFIGURATIONS}/{name}")
