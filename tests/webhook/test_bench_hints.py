"""What a load test says when something is wrong: each way to fail has a sentence and a cure of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.cli import benchhints
from kubectl_fluid.cli.benchview import Row
from kubectl_fluid.webhook import benchbodies
from kubectl_fluid.webhook.bench import Latencies, Load, Measured, Outcomes
from kubectl_fluid.webhook.benchhttp import Target
from tests.cli.running import Ran, run
from tests.webhook import serving
from tests.webhook.serving import Served, pod, review, write_certificate

TO = Target("127.0.0.1", 9443, "/mutate")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """It knows the datasets of `world`, and not those of the bench."""
    with serving.serving(tmp_path_factory.mktemp("served")) as it:
        yield it


def bench(port: int, *arguments: str | Path, path: str = "/mutate", host: str = "127.0.0.1") -> Ran:
    return run("webhook", "bench", "--url", f"https://{host}:{port}{path}", "--reviews", "3", *arguments)


def trusting(served: Served) -> tuple[str, Path]:
    return "--ca", served.folder / "ca.crt"


def test_a_wrong_path_is_told_with_the_right_one(served: Served) -> None:
    ran = bench(served.port, *trusting(served), path="/nowhere")
    assert ran.status == 1
    assert (
        f"error: 127.0.0.1:{served.port}/nowhere: 3 of 3 reviews were not answered (HTTP 404): "
        "it serves nothing at this path\nhint: the path is /mutate for this program"
    ) in ran.err


def test_a_page_that_takes_no_post_is_told(served: Served) -> None:
    assert "(HTTP 405): it takes no POST at this path\n" in bench(served.port, *trusting(served), path="/metrics").err


def test_a_server_that_does_not_know_the_datasets_is_told_how_it_gets_them(served: Served) -> None:
    ran = bench(served.port, *trusting(served))
    assert (ran.status, "refused: 500 ClaimNotFound" in ran.out) == (0, True)
    assert "note: simple: the server does not know the datasets of namespace bench: start it with --local" in ran.err
    assert "--print-objects" in ran.err


def test_a_claim_of_ones_own_that_nobody_knows_has_another_cure(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "review.json"
    file.write_text(json.dumps(review(pod("nowhere"))))
    ran = bench(served.port, *trusting(served), "--body", file)
    assert f"note: {file}: the server does not know the claim of this Pod: create it" in ran.err
    assert "--print-objects" not in ran.err


def test_reviews_that_change_nothing_are_no_measure_of_an_injection(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "review.json"
    plain = review(pod("nowhere"))
    plain["request"]["object"]["spec"]["volumes"] = []
    plain["request"]["object"]["metadata"]["labels"] = {}
    file.write_text(json.dumps(plain))
    ran = bench(served.port, *trusting(served), "--body", file)
    assert (ran.status, "allowed unchanged" in ran.out) == (0, True)
    assert "no Pod was changed, so that this is not the time of an injection" in ran.err


def test_another_authority_is_told(served: Served, tmp_path: Path) -> None:
    run("webhook", "certs", "--dir", tmp_path)
    ran = bench(served.port, "--ca", tmp_path / "ca.crt")
    assert (ran.status, ran.out) == (1, "")
    assert "its certificate is not trusted" in ran.err
    assert "hint: --ca did not sign it: give the ca.crt of the folder that the webhook serves" in ran.err


def test_a_name_that_the_certificate_lacks_is_told_with_the_command_that_adds_it(served: Served) -> None:
    ran = bench(served.port, *trusting(served), host="localhost")
    assert "is not valid for 'localhost'" in ran.err
    assert "`kubectl fluid webhook certs --name localhost`" in ran.err


def test_a_host_that_does_not_exist_is_told() -> None:
    ran = bench(9443, host="nowhere.invalid")
    assert ran.status == 1
    assert ran.err.startswith("error: nowhere.invalid: no such host: ")
    assert "hint: give a host or an address in --url" in ran.err


def test_a_port_at_which_nobody_listens_is_told_with_the_usual_one() -> None:
    ran = bench(1)
    assert ran.err == (
        "error: 127.0.0.1:1: nobody listens there\n"
        "hint: start the webhook, or name its port: `kubectl fluid webhook serve` listens on 9443\n"
    )


def test_an_address_with_colons_is_named_in_brackets() -> None:
    assert bench(1, host="[::1]").err.startswith("error: [::1]:1: ")


def test_a_url_that_cannot_be_is_told_with_one_that_can() -> None:
    ran = run("webhook", "bench", "--url", "127.0.0.1:9443")
    assert (ran.status, "hint: write it as https://127.0.0.1:9443/mutate" in ran.err) == (2, True)


def test_a_body_that_does_not_exist_is_told_which_ones_there_are() -> None:
    ran = bench(9443, "--body", "smiple")
    assert ran.err.startswith("error: --body smiple: no such file or directory\nhint: ")
    assert "simple, three, large" in ran.err


# --- other servers -------------------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """Says 200 and something else than an AdmissionReview."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextlib.contextmanager
def plain_server(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which `serve` gets one connection after the other."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run_it() -> None:
            with contextlib.suppress(OSError):
                while True:
                    serve(server.accept()[0])

        thread = threading.Thread(target=run_it, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_server_without_tls_is_told() -> None:
    with plain_server() as port:
        ran = bench(port)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"error: 127.0.0.1:{port}: it does not speak TLS as a webhook does (")
    assert "hint: is this the port of the webhook?" in ran.err


def test_a_server_that_hangs_up_is_told() -> None:
    with listening(socket.socket.close) as port:
        ran = bench(port)
    assert (ran.status, ran.out) == (1, "")
    assert f"error: 127.0.0.1:{port}: it " in ran.err
    assert "hint: is this the port of the webhook?" in ran.err


def test_a_server_that_is_no_webhook_is_told(tmp_path: Path) -> None:
    from tests.cluster.certificates import Authority

    files = write_certificate(tmp_path, Authority())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    with plain_server(context) as port:
        ran = bench(port, "--ca", tmp_path / "ca.crt", "--connections", "1")
    assert ran.status == 1
    assert "3 of 3 reviews were not answered (no AdmissionReview): it answers, but not as a webhook does" in ran.err


# --- the table -----------------------------------------------------------------------------------------------------


def row(errors: dict[str, int], *, patched: int = 0, body: str = "simple") -> Row:
    outcomes = Outcomes(patched=patched)
    outcomes.errors.update(errors)
    load = Load(benchbodies.Template(benchbodies.review("simple")), 1, 1.0)
    return Row(body, load, Measured(outcomes, Latencies()))


#: Every key that `bench` and `benchhttp` count an error by.
KEYS = (
    *("HTTP 302", "HTTP 400", "HTTP 401", "HTTP 404", "HTTP 405", "HTTP 413", "HTTP 415", "HTTP 500", "HTTP 503"),
    *("no AdmissionReview", "answer to another review", "no answer within 10 s", "the connection was closed"),
    *("no connection", "no HTTP answer", "an answer without length", "an answer without end", "others"),
)


@pytest.mark.parametrize("key", KEYS)
def test_every_error_that_is_counted_has_a_sentence_and_a_cure(key: str) -> None:
    error = benchhints.failed(TO, [row({key: 2}, patched=1)])
    assert error is not None
    assert str(error).startswith(f"127.0.0.1:9443/mutate: 2 of 3 reviews were not answered ({key}): ")
    assert error.hint


def test_the_most_frequent_error_of_all_rows_is_the_one_that_is_told() -> None:
    error = benchhints.failed(TO, [row({"HTTP 404": 1, "HTTP 503": 2}), row({"HTTP 404": 2})])
    assert "5 of 5 reviews were not answered (HTTP 404)" in str(error)


def test_nothing_is_told_where_all_is_well() -> None:
    assert benchhints.failed(TO, [row({}, patched=3)]) is None
    assert benchhints.note(row({}, patched=3)) == ""
    assert benchhints.note(row({})) == ""


@pytest.mark.parametrize(
    ("error", "why", "cure"),
    [
        (asyncio.TimeoutError(), "no connection within 10 s", "firewall"),
        (OSError(errno.EMFILE, "Too many open files"), "too many open files", "fewer --connections"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "network is unreachable", "look at the address"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "it closed the connection before TLS was there", "the port"),
    ],
)
def test_what_the_system_says_has_a_cure_too(error: Exception, why: str, cure: str) -> None:
    told = benchhints.unreachable(TO, error, own_ca=False)
    assert (why in str(told), cure in told.hint) == (True, True)


def test_what_is_not_known_is_not_hidden() -> None:
    with pytest.raises(RuntimeError):
        benchhints.unreachable(TO, RuntimeError(), own_ca=False)
