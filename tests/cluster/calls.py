"""A webhook that changes nothing and remembers which of its paths were called, so that each entry is seen by itself."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.cluster.certificates import Authority
from tests.cluster.control_plane import HOST

Object = dict[str, Any]


class Calls:
    """Paths that were called since the last `take`."""

    def __init__(self, folder: Path) -> None:
        authority = Authority()
        pair = authority.server(HOST)
        for name, text in (("calls.crt", pair.certificate), ("calls.key", pair.key)):
            (folder / name).write_bytes(text)
        self._ca = base64.b64encode(authority.certificate).decode()
        self._paths: list[str] = []
        calls = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                calls._paths.append(self.path.partition("?")[0])
                response = {"uid": review["request"]["uid"], "allowed": True}
                body = json.dumps({**review, "request": None, "response": response}).encode()
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
        context.load_cert_chain(folder / "calls.crt", folder / "calls.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def client(self, path: str) -> Object:
        """A `clientConfig` that calls this path."""
        return {"url": f"https://{HOST}:{self.server.server_port}{path}", "caBundle": self._ca}

    def take(self) -> list[str]:
        """The paths in the order of the calls; they are forgotten."""
        paths, self._paths = self._paths, []
        return paths


@contextmanager
def listening(folder: Path) -> Iterator[Calls]:
    """The webhook while it listens."""
    calls = Calls(folder)
    try:
        yield calls
    finally:
        calls.server.shutdown()
        calls.server.server_close()
