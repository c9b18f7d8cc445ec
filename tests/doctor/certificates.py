"""Certificates of any age, and a server that shows one."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from kubectl_fluid.webhook import certmake

HOST = "127.0.0.1"
DAY = dt.timedelta(days=1)


class Made(NamedTuple):
    """PEM of an authority, and of a leaf and its key that it signed."""

    ca: bytes
    leaf: bytes
    key: bytes


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def made(begin: float = -10, end: float = 355, *, ca_end: float = 3640, name: str = HOST) -> Made:
    """A leaf that is valid from `begin` to `end`, in days from now (and an hour, so that whole days are past)."""
    now = dt.datetime.now(dt.timezone.utc)
    hour = dt.timedelta(hours=1)
    authority, authority_key = certmake.authority(now + min(begin, -10) * DAY - hour, now + ca_end * DAY + hour)
    leaf, key = certmake.leaf([name], authority, authority_key, now + begin * DAY - hour, now + end * DAY + hour)
    return Made(pem(authority), pem(leaf), certmake.private_pem(key))


@contextlib.contextmanager
def showing(shown: Made, folder: Path) -> Iterator[int]:
    """A server of TLS that shows a leaf to whoever comes, and then closes; gives its port."""
    (folder / "leaf.pem").write_bytes(shown.leaf + shown.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "leaf.pem")
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True) as secure:
                        secure.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        yield int(listener.getsockname()[1])
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
