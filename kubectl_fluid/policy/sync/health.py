"""/healthz and /readyz by plain HTTP, for a kubelet: a few bytes each, a few connections at a time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Seconds for one client, and clients at once: a kubelet needs one of either.
PATIENCE, CLIENTS = 3.0, 8


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("", port), handler, bind_and_activate=False)
        self.socket.close()
        dual = socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if dual else socket.AF_INET
        self.socket = socket.create_server(("", port), family=family, dualstack_ipv6=dual, backlog=CLIENTS)
        self.server_address = self.socket.getsockname()
        self._free = threading.Semaphore(CLIENTS)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


@contextmanager
def serving(port: int, is_alive: Callable[[], bool], faults: Callable[[], list[str]]) -> Iterator[int]:
    """Serve meanwhile; gives the port, also where 0 asks for any. Raises OSError where it cannot be had."""

    def answer(path: str) -> tuple[HTTPStatus, str]:
        if path == "/healthz":
            return (HTTPStatus.OK, "ok\n") if is_alive() else (HTTPStatus.SERVICE_UNAVAILABLE, "it does not go on\n")
        if path == "/readyz":
            found = "".join(f"{it}\n" for it in faults())
            return (HTTPStatus.SERVICE_UNAVAILABLE, found) if found else (HTTPStatus.OK, "ok\n")
        return HTTPStatus.NOT_FOUND, "there are /healthz and /readyz\n"

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE
        server_version, sys_version = "kubectl-fluid", ""

        def do_GET(self) -> None:
            status, text = answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as `http.server` calls it
            pass

    with _Server(port, Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True, name="health").start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
