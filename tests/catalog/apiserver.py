"""A small API server on 127.0.0.1 that answers what a test tells it to, and kubeconfigs that point at it."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from kubectl_fluid.catalog.live import LiveObjects, connect

Object = dict[str, Any]

#: Key and certificate of 127.0.0.1, made for these tests, valid for a century; nobody trusts it unless told to.
CERTIFICATE = Path(__file__).with_name("localhost.pem")

DATASET = "/apis/data.fluid.io/v1alpha1/namespaces/default/datasets/jfs"
CLAIM = "/api/v1/namespaces/default/persistentvolumeclaims/jfs"
VOLUME = "/api/v1/persistentvolumes/default-jfs"


@dataclass
class Reply:
    """What the server sends; `before` is called first (to be slow, say)."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None
    hang_up: bool = False


@dataclass
class ApiServer:
    """`replies` by path, each a list of which the last one stays; `requests` is what was asked, in order.

    `bodies` are those of requests that write.
    """

    url: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    def say(self, path: str, *replies: Reply) -> None:
        self.replies[path] = list(replies)

    def hold(self, path: str, value: Any) -> None:
        self.say(path, Reply(body=json.dumps(value).encode()))

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def header(self, name: str) -> list[str]:
        """Values of a header of the last request."""
        return [value for key, value in self.requests[-1][1] if key.lower() == name.lower()]


def status(code: int, reason: str, details: Object | None = None, message: str = "") -> Reply:
    """A `Status` as API servers answer it."""
    value = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details or {},
        "code": code,
    }
    return Reply(code, json.dumps(value).encode())


def not_found(resource: str, name: str, group: str = "") -> Reply:
    details = {"name": name, "group": group, "kind": resource}
    return status(404, "NotFound", details, f'{resource} "{name}" not found')


#: What an API server says of a path that it does not know: an API group that is not installed, for one.
NO_SUCH_PATH = Reply(404, b"404 page not found\n")


@contextmanager
def serving(*, tls: bool = False) -> Iterator[ApiServer]:
    """A server that runs meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.requests.append((self.path, list(self.headers.items())))
            replies = server.replies.get(self.path, [NO_SUCH_PATH])
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            reply.before()
            if reply.hang_up:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def do_PATCH(self) -> None:
            server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_PATCH()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:  # a client that gives up is no news
            pass

    with Server(("127.0.0.1", 0), Handler) as http:
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            http.socket = context.wrap_socket(http.socket, server_side=True)
        server = ApiServer(f"{'https' if tls else 'http'}://127.0.0.1:{http.server_port}")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def kubeconfig(
    folder: Path,
    server: str,
    *,
    cluster: Object | None = None,
    user: Object | None = None,
    context: Object | None = None,
    name: str = "config",
) -> str:
    """Write a kubeconfig with one context, `here`.

    `cluster` and `context` are added to those entries, `user` replaces the token.
    """
    value = kubeconfig_value(server)
    value["contexts"][0]["context"] |= context or {}
    value["clusters"][0]["cluster"] |= cluster or {}
    if user is not None:
        value["users"][0]["user"] = user
    path = folder / name
    path.write_text(yaml.safe_dump(value))
    return str(path)


def kubeconfig_value(server: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "s3cr3t"}}],
    }


def connected(path: str, **options: Any) -> LiveObjects:
    """A connection by that kubeconfig, whatever this process's environment says."""
    return connect(path, variables={}, **options)


def an_object(kind: str, name: str, **more: Any) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "default"}, **more}
