"""`webhook certs` and a server that runs: an authority is replaced while reviews come in on new connections."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from pathlib import Path

from cryptography import x509

from tests.cli.running import run
from tests.webhook.serving import JSON, Served, review, serving

#: Takes one step of a rotation, whenever the last one was.
AT_ONCE = ("--name", "127.0.0.1", "--settle", "0")


def step(folder: Path, *more: str) -> str:
    ran = run("webhook", "certs", "--dir", folder, *AT_ONCE, *more)
    assert ran.status == 0, ran.err
    return ran.err


def serves(served: Served, folder: Path) -> bool:
    """Whether new handshakes get the certificate of the folder."""
    pem = ssl.get_server_certificate(("127.0.0.1", served.port), timeout=5)
    mine = x509.load_pem_x509_certificate((folder / "tls.crt").read_bytes())
    return x509.load_pem_x509_certificate(pem.encode()) == mine


class Caller(threading.Thread):
    """As an API server: trusts a bundle that somebody brings it, and calls on new connections all the time."""

    def __init__(self, port: int, bundle: str) -> None:
        super().__init__()
        self.bundle = bundle
        self.answered = 0
        self.failures: list[str] = []
        self.ended = threading.Event()
        self._port = port

    def run(self) -> None:
        body = json.dumps(review())
        while not self.ended.is_set():
            context = ssl.create_default_context(cadata=self.bundle)
            connection = http.client.HTTPSConnection("127.0.0.1", self._port, context=context, timeout=5)
            try:
                connection.request("POST", "/mutate", body, JSON)
                answer = connection.getresponse()
                if not json.loads(answer.read())["response"].get("patch"):
                    self.failures.append(f"no patch: {answer.status}")
                self.answered += 1
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
            finally:
                connection.close()


def some_more(served: Served, caller: Caller) -> None:
    """Wait for a few answers, or for failures instead."""
    enough = caller.answered + 3
    served.wait(lambda: caller.answered > enough or caller.failures)


def test_no_review_is_lost_while_the_authority_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        for name in ("ca.crt", "tls.crt", "tls.key"):
            (tmp_path / name).unlink()
        step(tmp_path)
        served.wait(lambda: serves(served, tmp_path))
        old = (tmp_path / "ca.crt").read_text()
        caller = Caller(served.port, old)
        caller.start()
        try:
            for said in ("put a new authority beside", "made a certificate of the new", "dropped the old"):
                assert said in step(tmp_path, "--rotate")
                served.wait(lambda: serves(served, tmp_path))
                # The server is through with this step, the API server still has the bundle of the one before.
                some_more(served, caller)
                caller.bundle = (tmp_path / "ca.crt").read_text()
                some_more(served, caller)
        finally:
            caller.ended.set()
            caller.join()
    assert caller.failures == []
    assert caller.bundle != old
