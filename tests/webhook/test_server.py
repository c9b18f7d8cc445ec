"""The HTTP side of the webhook: what is answered, with which status, and what is not put up with."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonpatch
import pytest

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.webhook import bounds
from kubectl_fluid.webhook.connections import Limits
from tests.catalog import world
from tests.webhook import serving
from tests.webhook.serving import JSON, Served, pod, review


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving.serving(tmp_path_factory.mktemp("served"), limits=Limits(read_timeout=0.5)) as it:
        yield it


@pytest.mark.parametrize("path", ["/mutate", "/mutate-fluid-io-v1alpha1-schedulepod", "/mutate?timeout=5s"])
def test_a_pod_is_answered_with_the_patch_that_the_plan_has(served: Served, path: str) -> None:
    store = ObjectStore()
    for value in world.objects():
        store.add(value)
    answer = served.post(review(), path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    patch = json.loads(base64.b64decode(answer.response["patch"], validate=True))
    expected = plan(pod(), claims_from(store.get), Settings(namespace="default", admission=True))
    assert jsonpatch.apply_patch(pod(), patch) == expected.pod
    assert answer.response["auditAnnotations"] == {"outcome": "injected", "reason": "Injected"}


def test_at_the_path_for_eci_every_pod_is_injected_for_eci(served: Served) -> None:
    idle = pod()
    del idle["metadata"]["labels"]
    assert "patch" not in served.post(review(idle)).response
    patch = base64.b64decode(served.post(review(idle), "/mutate/eci").response["patch"])
    assert b"ECI_CONTAINER_TYPE" in patch
    assert b"hostPath" not in patch.replace(b'hostPath":{"path":"/runtime-mnt', b"")


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_the_answer_has_the_version_of_the_question(served: Served, version: str) -> None:
    for uid in ("first", "second"):
        body = json.loads(served.post(review(version=version, uid=uid)).body)
        assert (body["apiVersion"], body["kind"]) == (f"admission.k8s.io/{version}", "AdmissionReview")
        assert (body["response"]["uid"], body["response"]["allowed"]) == (uid, True)


def test_a_refusal_is_an_answer_too(served: Served) -> None:
    response = served.response(review(pod("gone")))
    assert response["allowed"] is False
    assert "PersistentVolumeClaim default/gone does not exist" in response["status"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        pytest.param("GET", "/mutate", None, JSON, 405, id="a review by GET"),
        pytest.param("PUT", "/mutate", b"{}", JSON, 405, id="a review by PUT"),
        pytest.param("POST", "/metrics", b"{}", JSON, 405, id="metrics by POST"),
        pytest.param("POST", "/elsewhere", b"{}", JSON, 404, id="a path that is not there"),
        pytest.param("POST", "/mutate", b"{}", {"Content-Type": "application/yaml"}, 415, id="YAML"),
        pytest.param("POST", "/mutate", b"{}", {}, 415, id="no content type"),
        pytest.param("POST", "/mutate", b"", JSON, 400, id="no body"),
        pytest.param("POST", "/mutate", b"{", JSON, 400, id="half a body"),
        pytest.param("POST", "/mutate", b'{"a": NaN}', JSON, 400, id="NaN"),
        pytest.param("POST", "/mutate", b'{"a": ' + b"9" * 5000 + b"}", JSON, 400, id="a number without end"),
        pytest.param("POST", "/mutate", b'{"a": "\xff"}', JSON, 400, id="no UTF-8"),
        pytest.param("POST", "/mutate", b"[" * 100_000, JSON, 400, id="deep"),
        pytest.param("POST", "/mutate", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, JSON, 400, id="deep and closed"),
        pytest.param("POST", "/mutate", b"[]", JSON, 400, id="a list"),
        pytest.param("POST", "/mutate", b"{}", JSON, 400, id="no review"),
        pytest.param("POST", "/mutate", gzip.compress(b"{}"), {**JSON, "Content-Encoding": "gzip"}, 415, id="gzip"),
        pytest.param("POST", "/mutate", b" " * (bounds.BODY + 1), JSON, 413, id="too large"),
    ],
)
def test_what_is_no_review_gets_its_status_and_no_traceback(
    served: Served, method: str, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    answer = served.ask(method, path, body, headers)
    assert answer.status == status
    assert b"Traceback" not in answer.body
    assert b'File "' not in answer.body
    if status == 405:
        assert answer.headers["Allow"] in ("POST", "GET, HEAD")


def test_a_charset_beside_the_content_type_is_taken(served: Served) -> None:
    assert served.post(review(), **{"Content-Type": "application/json; charset=utf-8"}).status == 200


def test_a_body_of_the_limit_is_read(served: Served) -> None:
    body = json.dumps(review()).encode()
    assert served.post(body + b" " * (bounds.BODY - len(body))).status == 200


def test_a_body_in_chunks_is_read_up_to_the_limit(served: Served) -> None:
    def chunks(size: int) -> Iterator[bytes]:
        body = json.dumps(review()).encode()
        yield body
        for _ in range(size // 65536):
            yield b" " * 65536

    assert served.ask("POST", "/mutate", chunks(200_000), JSON).status == 200
    assert served.ask("POST", "/mutate", chunks(8 * 1024 * 1024), JSON).status == 413


def test_a_pod_that_is_nested_too_deep_to_be_planned_is_the_callers_fault(served: Served) -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"a": deep}
    strange = pod()
    strange["spec"]["volumes"].append({"name": "deep", "csi": {"attributes": deep}})
    assert served.post(review(strange)).status == 200


def test_several_requests_go_over_one_connection(served: Served) -> None:
    connection = served.connect()
    for uid in ("1", "2", "3"):
        connection.request("POST", "/mutate", json.dumps(review(uid=uid)), JSON)
        answer = connection.getresponse()
        assert json.loads(answer.read())["response"]["uid"] == uid
    connection.request("POST", "/mutate", b"{", JSON)
    assert connection.getresponse().read()
    connection.request("GET", "/healthz")
    assert connection.getresponse().read() == b"ok\n"
    connection.close()


def test_requests_that_are_sent_in_a_row_are_answered_in_a_row(served: Served) -> None:
    body = json.dumps(review()).encode()
    request = b"POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
    with raw(served) as connection:
        connection.sendall(request % (len(body), body) * 3)
        received = b""
        while received.count(b'"allowed":true') < 3:
            received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 200 OK") == 3


@contextlib.contextmanager
def raw(served: Served) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection(("127.0.0.1", served.port), timeout=8) as plain,
        served.tls().wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        yield connection


def ended(connection: socket.socket) -> bytes:
    """What still came until the server closed the connection."""
    received = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while part := connection.recv(65536):
            received += part
    return received


@pytest.mark.parametrize("said", [b"", b"POST /mutate HTTP/1.1\r\nHost: x\r\nX-"], ids=["nothing", "half a head"])
def test_who_says_too_little_is_not_waited_for(served: Served, said: bytes) -> None:
    with raw(served) as connection:
        began = time.monotonic()
        connection.sendall(said)
        assert ended(connection) == b""
    assert time.monotonic() - began < 5


def test_a_body_that_does_not_come_is_not_waited_for(served: Served) -> None:
    head = b"POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    with raw(served) as connection:
        connection.sendall(head)
        assert ended(connection).startswith(b"HTTP/1.1 408 ")


def test_who_begins_no_handshake_is_not_waited_for(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=8) as plain:
        assert ended(plain) == b""


def test_a_client_that_goes_away_in_the_middle_leaves_nothing_behind(served: Served) -> None:
    for _ in range(5):
        with raw(served) as connection:
            connection.sendall(b"POST /mutate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
    served.wait(lambda: served.metrics()["kubectl_fluid_webhook_in_flight"] == 0)
    assert served.post(review()).status == 200


NO_HTTP = [
    pytest.param(b"\x00\x01\x02 what?\r\n\r\n", 400, id="bytes"),
    pytest.param(b"FOO /mutate HTTP/1.1\r\nHost: x\r\n\r\n", 400, id="a method that there is not"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n<b>bad</b> header\r\n\r\n", 400, id="a header that is none"),
    pytest.param(b"POST /mutate HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, id="a length that is none"),
    pytest.param(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431, id="a long path"),
    pytest.param(b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, id="a long header"),
]


@pytest.mark.parametrize(("sent", "status"), NO_HTTP)
def test_what_is_no_http_is_told_so_in_one_line(served: Served, sent: bytes, status: int) -> None:
    with raw(served) as connection:
        connection.sendall(sent)
        head, _, body = ended(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 %d " % status)
    assert body.endswith(b"\n")
    assert (body.count(b"\n"), b"<" in body, b"a" * 99 in body) == (1, False, False)
    assert b"\r\nserver: kubectl-fluid\r\n" in head.lower() + b"\r\n"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/mutate", b"{"), ("GET", "/metrics", None), ("GET", "/nowhere", None), ("GET", "/mutate", None)],
)
def test_no_answer_says_which_versions_serve_it(served: Served, method: str, path: str, body: bytes | None) -> None:
    assert served.ask(method, path, body, JSON).headers["Server"] == "kubectl-fluid"
    assert served.post(review()).headers["Server"] == "kubectl-fluid"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP, gzip"])
def test_a_body_that_is_compressed_is_refused_and_not_unpacked(served: Served, coding: str) -> None:
    bomb = gzip.compress(b" " * 2**24)
    answer = served.ask("POST", "/mutate", bomb, {**JSON, "Content-Encoding": coding})
    assert (answer.status, answer.body) == (415, b"the body must not be compressed\n")
    assert answer.headers["Accept-Encoding"] == "identity"
    assert served.post(review(), **{"Content-Encoding": "identity"}).status == 200


@pytest.mark.parametrize("uid", [None, 7, "a" * 100_000, "\ud800", "\x1b[31m"], ids=lambda it: ascii(it)[:9])
def test_a_uid_that_is_none_is_a_bad_request_and_the_log_is_not_filled_with_it(served: Served, uid: Any) -> None:
    before = len(served.said)
    answer = served.post(review(uid=uid))
    assert (answer.status, answer.response["allowed"]) == (400, False)
    assert "request.uid is not a string of at most 256 printable characters" in answer.response["status"]["message"]
    served.wait(lambda: len(served.said) > before)
    line = served.said[before]
    assert "InvalidReview" in line
    assert line.isprintable()
    assert len(line) < 500


def test_what_is_logged_of_a_review_is_cut_and_escaped(served: Served) -> None:
    before = len(served.said)
    named = pod("gone", name="\x1b" * 5000)
    assert served.response(review(named, namespace="\n" * 5000))["allowed"] is False
    (line,) = served.said[before:]
    assert line.isprintable()
    assert len(line) < 10_000


def test_tls_before_1_2_is_refused(served: Served) -> None:
    old = served.tls()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", served.port)) as plain, pytest.raises((ssl.SSLError, OSError)):
        old.wrap_socket(plain, server_hostname="127.0.0.1")


def test_http_2_is_not_offered(served: Served) -> None:
    tls = served.tls()
    tls.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", served.port)) as plain,
        tls.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        assert connection.selected_alpn_protocol() == "http/1.1"


def test_slow_clients_do_not_stop_others(tmp_path: Path) -> None:
    with serving.serving(tmp_path, limits=Limits(read_timeout=5)) as served, contextlib.ExitStack() as stack:
        for _ in range(100):
            connection = stack.enter_context(raw(served))
            connection.sendall(b"POST /mutate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
        began = time.monotonic()
        assert served.post(review()).status == 200
        assert time.monotonic() - began < 1


def test_above_the_limit_of_connections_the_oldest_that_never_asked_is_closed(tmp_path: Path) -> None:
    limits = Limits(read_timeout=5, max_connections=8)
    with serving.serving(tmp_path, limits=limits) as served, contextlib.ExitStack() as stack:
        kept = served.connect()
        kept.request("GET", "/healthz")
        assert kept.getresponse().read() == b"ok\n"
        silent = [stack.enter_context(raw(served)) for _ in range(10)]
        assert ended(silent[0]) == b""
        kept.request("GET", "/healthz")
        assert kept.getresponse().read() == b"ok\n"
        kept.close()
        assert served.post(review()).status == 200


def test_above_the_limit_of_connections_that_asked_the_one_that_was_silent_longest_is_closed(tmp_path: Path) -> None:
    limits = Limits(read_timeout=5, max_connections=4)
    with serving.serving(tmp_path, limits=limits) as served, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(contextlib.closing(served.connect())) for _ in range(5)]
        for connection in (*connections[:4], connections[0], connections[4], connections[0]):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"ok\n"
        connections[1].sock.settimeout(5)
        assert connections[1].sock.recv(1) == b""


def test_an_exception_is_told_to_the_log_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("secret thoughts")

    with serving.serving(tmp_path) as served:
        monkeypatch.setattr("kubectl_fluid.webhook.reviewer.Reviewer.reply", explode)
        answer = served.post(review())
        monkeypatch.undo()
        assert (answer.status, answer.body) == (500, b"this is a bug in kubectl-fluid; its log says more\n")
        assert any("ZeroDivisionError: secret thoughts" in line for line in served.said)
        assert served.post(review()).status == 200


def test_disabled_it_lets_all_pods_through(tmp_path: Path) -> None:
    with serving.serving(tmp_path, disabled=True) as served:
        response = served.response(review(pod("gone")))
        assert response["allowed"] is True
        assert response["auditAnnotations"] == {"outcome": "skipped", "reason": "InjectionDisabled"}
