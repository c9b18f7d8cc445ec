"""A TCP proxy in front of several servers: what a Service is to an API server, for one connection at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence

from tests.cluster.control_plane import HOST


class Switch:
    """Brings each new connection to the first of `ports` (to be changed at any time) where somebody listens.

    `port` is its own, `opened` how many connections it has brought to somebody. A connection ends on one side when it
    has ended on the other.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self.ports = list(ports)
        self.opened = 0
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone would not wake who waits in it
        self._listener.close()

    def cut(self) -> None:
        """Cut every connection that stands."""
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            server = self._connect()
            if server is None:
                return
            self._open.add(client)
            with server:
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()
            self._open.discard(client)

    def _connect(self) -> socket.socket | None:
        for port in self.ports:
            with contextlib.suppress(OSError):
                server = socket.create_connection((HOST, port))
                self.opened += 1
                return server
        return None


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Bring over what comes until no more does, and that too."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def switching(*ports: int) -> Iterator[Switch]:
    """A switch that is closed afterwards."""
    switch = Switch(ports)
    try:
        yield switch
    finally:
        switch.close()
