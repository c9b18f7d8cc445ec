"""A load test: what it sends, what it reads, what it counts, and that it ends. Against our server, and bad ones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.webhook import bench, benchbodies, benchhttp
from kubectl_fluid.webhook.bench import Latencies, Load, Measured, Outcomes
from kubectl_fluid.webhook.benchbodies import NotAReview, Template
from kubectl_fluid.webhook.benchhttp import Answer, Failed, Target
from tests.cluster.certificates import Authority
from tests.webhook import serving
from tests.webhook.serving import Served, pod, review

OBJECTS = tuple((value["kind"], value) for value in benchbodies.cluster())


def simple() -> Template:
    return Template(benchbodies.review("simple"))


# --- what is sent --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", list(benchbodies.BODIES))
def test_each_request_has_a_uid_and_names_of_its_own_and_the_same_length(body: str) -> None:
    template = Template(benchbodies.review(body))
    sent = [template.variant(number) for number in (1, 2, 10**8 + 3)]
    read = [json.loads(text)["request"] for _, text in sent]
    assert [it["uid"] for it in read] == [uid.decode() for uid, _ in sent]
    assert len({it["uid"] for it in read}) == 3
    assert len({it["object"]["metadata"]["generateName"] for it in read}) == 3
    assert {len(text) for _, text in sent} == {template.size}
    assert all(it["object"]["metadata"]["generateName"].endswith("-") for it in read)


def test_all_but_uid_and_names_is_as_it_was() -> None:
    value = review(pod(name="app-7", labels={"job-name": "app", "x": "y"}))
    before = json.dumps(value)
    sent = json.loads(Template(value).variant(5)[1])
    assert sent["request"].pop("uid") == "bench-00000005"
    assert sent["request"]["object"]["metadata"] == {
        "name": "app-00000005",
        "generateName": "app-00000005-",
        "labels": {"job-name": "app-00000005", "x": "y"},
    }
    assert sent["request"]["object"]["spec"] == value["request"]["object"]["spec"]
    assert json.dumps(value) == before


@pytest.mark.parametrize("value", [None, [], {}, {"request": None}, {"request": {"object": []}}], ids=json.dumps)
def test_what_is_no_review_makes_no_template(value: Any) -> None:
    with pytest.raises(NotAReview, match="no AdmissionReview"):
        Template(value)


def test_a_pod_with_strange_metadata_is_sent_all_the_same() -> None:
    strange: tuple[Any, ...] = (None, [], {"labels": [], "name": 3}, {"name": "7"})
    for metadata in strange:
        value = review({"metadata": metadata})
        assert json.loads(Template(value).variant(1)[1])["request"]["uid"] == "bench-00000001"


# --- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://127.0.0.1:9443/mutate", Target("127.0.0.1", 9443, "/mutate")),
        ("https://localhost", Target("localhost", 443, "/mutate")),
        ("https://[::1]:1/x?timeout=5s", Target("::1", 1, "/x?timeout=5s")),
    ],
)
def test_a_url_leads_somewhere(url: str, target: Target) -> None:
    assert benchhttp.target(url) == target


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "127.0.0.1:9443", "https://", "https:///mutate", "https://u:p@127.0.0.1/", ""),
        *("https://127.0.0.1/x\r\nX-Y: z", "https://127.0.0.1/ü", "https://127.0.0.1/a b", "https://127.0.0.1:x/"),
        *("https://127.0.0.1:70000/", "https://[::1/", "https://127.0.0.1/#x"),
    ],
)
def test_a_url_that_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        benchhttp.target(url)


def test_a_host_in_brackets_keeps_them_in_the_head() -> None:
    assert b"\r\nHost: [::1]:8443\r\n" in Target("::1", 8443, "/").head


@pytest.mark.parametrize(
    ("addresses", "local"),
    [
        (["127.0.0.1"], True),
        (["127.8.9.1", "::1", "::ffff:127.0.0.1"], True),
        (["127.0.0.1", "10.0.0.1"], False),
        (["::ffff:10.0.0.1"], False),
        (["fe80::1%eth0"], False),
        (["0.0.0.0"], False),  # noqa: S104 - nobody listens
    ],
)
def test_only_loopback_addresses_are_local(addresses: list[str], *, local: bool) -> None:
    assert bench.is_local([Target("host", 1, "/", it) for it in addresses]) is local


# --- answers -------------------------------------------------------------------------------------------------------


def whole(text: bytes) -> Answer | None:
    """The answer; no beginning of it is taken for one."""
    for end in range(len(text)):
        assert benchhttp.parse(bytearray(text[:end])) is None
    return benchhttp.parse(bytearray(text))


def test_an_answer_with_its_length_is_read() -> None:
    assert whole(b"HTTP/1.1 200 OK\r\ncontent-LENGTH: 2\r\n\r\n{}") == Answer(200, b"{}", stays=True)
    assert whole(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") == Answer(503, b"", stays=False)
    assert whole(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx") == Answer(200, b"x", stays=False)


def test_an_answer_in_chunks_is_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert whole(head + b"2\r\n{}\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n") == Answer(200, b"{}0123456789", stays=True)
    assert whole(head + b"5\r\na\r\n\r\n\r\n0\r\nTrailer: x\r\n\r\n") == Answer(200, b"a\r\n\r\n", stays=True)


@pytest.mark.parametrize(
    "text",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_answer_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(Failed):
        benchhttp.parse(bytearray(text))


def answer(http: int = 200, **response: Any) -> Answer:
    return Answer(http, json.dumps({"response": {"uid": "u", **response}}, indent=1).encode(), stays=True)


def test_answers_are_counted_by_what_they_say() -> None:
    outcomes = Outcomes()
    refused: dict[str, Any] = {
        "allowed": False,
        "status": {"code": 404, "message": "gone"},
        "auditAnnotations": {"reason": "NoClaim"},
    }
    compact = Answer(200, b'{"response":{"uid":"u","allowed":true,"patch":"W10="}}', stays=True)
    said = [
        *(answer(allowed=True, patch="W10="), compact, answer(allowed=True), answer(**refused)),
        *(answer(allowed=False, status={"code": True, "message": 3}), answer(uid="v", allowed=True), answer(500)),
        *(Answer(200, b"<html>", stays=True), Answer(200, b"[" * 100_000, stays=True), Answer(200, b"[]", stays=True)),
    ]
    assert [outcomes.count(it, b"u") for it in said] == [True] * 5 + [False] * 5
    assert (outcomes.patched, outcomes.unchanged, outcomes.message) == (2, 1, "gone")
    assert outcomes.refused == {"404 NoClaim": 1, "no code": 1}
    assert outcomes.errors == {"answer to another review": 1, "HTTP 500": 1, "no AdmissionReview": 3}
    assert outcomes.reviews == 5


def test_a_server_that_always_says_something_else_fills_no_memory() -> None:
    outcomes = Outcomes()
    for number in range(500):
        outcomes.count(answer(allowed=False, status={"code": number, "message": "x" * 10_000}), b"u")
        outcomes.count(answer(number + 300), b"u")
    assert (len(outcomes.refused), outcomes.refused.total()) == (51, 500)
    assert len(outcomes.errors) == 51
    assert len(outcomes.message) == 500


def test_percentiles_are_those_of_the_times() -> None:
    times = Latencies()
    assert (times.percentile(50), times.max) == (0, 0)
    for number in range(1000, 0, -1):
        times.add(number / 10)
    assert [times.percentile(it) for it in (0.1, 50, 90, 99, 100)] == [0.1, 50, 90, 99, 100]
    times.add(123.456)
    assert times.max == 123.456


# --- against servers -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving.serving(tmp_path_factory.mktemp("served"), objects=OBJECTS) as it:
        yield it


def measured(
    folder: Path,
    port: int,
    *,
    template: Template | None = None,
    path: str = "/mutate",
    patience: float = 5,
    **load: Any,
) -> Measured:
    tls = bench.trust((folder / "ca.crt").read_bytes(), insecure=False)
    chosen = Load(**{"template": template or simple(), "connections": 4, "seconds": 10.0, **load})
    return asyncio.run(bench.measure(Target("127.0.0.1", port, path, "127.0.0.1"), tls, chosen, patience))


@pytest.mark.parametrize("body", list(benchbodies.BODIES))
def test_as_many_reviews_as_were_asked_for_are_answered_with_a_patch(served: Served, body: str) -> None:
    before = served.metrics().get('kubectl_fluid_webhook_reviews_total{outcome="injected",reason="Injected"}', 0)
    result = measured(served.folder, served.port, template=Template(benchbodies.review(body)), reviews=101)
    after = served.metrics()['kubectl_fluid_webhook_reviews_total{outcome="injected",reason="Injected"}']
    assert (result.outcomes.patched, result.outcomes.reviews, after - before) == (101, 101, 101)
    assert result.outcomes.errors == {}
    assert 0 < result.latencies.percentile(50) <= result.latencies.percentile(99) <= result.latencies.max * 1.01
    assert result.rate == pytest.approx(101 / result.seconds)


def test_it_ends_when_its_time_is_over(served: Served) -> None:
    began = time.monotonic()
    result = measured(served.folder, served.port, seconds=0.3)
    assert 0.3 <= time.monotonic() - began < 5
    assert result.seconds >= 0.3
    assert result.outcomes.reviews > 4
    assert result.busy > 0


def test_refusals_are_answers_with_their_code(served: Served) -> None:
    result = measured(served.folder, served.port, template=Template(review(pod("nowhere"))), reviews=5)
    assert result.outcomes.refused == {"500 ClaimNotFound": 5}
    assert "ClaimNotFound" in result.outcomes.message
    assert result.outcomes.errors == {}


def test_http_errors_are_no_answers(served: Served) -> None:
    result = measured(served.folder, served.port, path="/nowhere", reviews=6)
    assert (result.outcomes.reviews, result.outcomes.errors) == (0, {"HTTP 404": 6})
    assert result.rate == 0


def test_without_trust_nothing_is_sent(served: Served) -> None:
    to = Target("127.0.0.1", served.port, "/mutate", "127.0.0.1")
    load = Load(simple(), 2, 1.0)
    with pytest.raises(ssl.SSLCertVerificationError):
        asyncio.run(bench.measure(to, bench.trust(None, insecure=False), load))
    assert (
        asyncio.run(bench.measure(to, bench.trust(None, insecure=True), Load(simple(), 1, 1.0, 3))).outcomes.patched
        == 3
    )


def test_who_does_not_listen_is_passed_over(served: Served) -> None:
    there = Target("localhost", served.port, "/", "127.0.0.1")
    assert asyncio.run(bench.reached([there._replace(address="127.9.9.9", port=1), there])) == there
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(bench.reached([there._replace(port=1)]))


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def against(folder: Path, talk: Talk, **load: Any) -> Measured:
    """A load on a server that talks so on each connection."""
    files = serving.write_certificate(folder, Authority())
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(files.certificate, files.key)
    client = bench.trust((folder / "ca.crt").read_bytes(), insecure=False)
    patience = load.pop("patience", 5)

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            await talk(reader, writer)
        writer.close()

    async def both() -> Measured:
        server = await asyncio.start_server(answered, "127.0.0.1", 0, ssl=tls)
        async with server:
            port = server.sockets[0].getsockname()[1]
            to = Target("127.0.0.1", port, "/mutate", "127.0.0.1")
            chosen = Load(**{"template": simple(), "connections": 1, "seconds": 5.0, **load})
            return await bench.measure(to, client, chosen, patience)

    return asyncio.run(both())


async def request_of(reader: asyncio.StreamReader) -> str:
    """The uid of the next request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
    return str(json.loads(await reader.readexactly(length))["request"]["uid"])


def test_a_server_that_closes_after_each_answer_is_asked_on_new_connections(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = b'{"response": {"uid": "%b", "allowed": true}}' % (await request_of(reader)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()

    result = against(tmp_path, talk, reviews=5)
    assert (result.outcomes.unchanged, result.outcomes.errors) == (5, {})


def test_connections_that_break_are_counted_and_opened_again(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.close()

    result = against(tmp_path, talk, reviews=4)
    assert (result.outcomes.reviews, result.outcomes.errors) == (0, {"the connection was closed": 4})


def test_an_answer_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    result = against(tmp_path, talk, reviews=2, patience=0.5)
    assert result.outcomes.errors == {"no answer within 0.5 s": 2}


def test_rubbish_is_an_error_and_not_the_end(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"220 mail.example.com ESMTP\r\n\r\n")
        await writer.drain()

    assert against(tmp_path, talk, reviews=3).outcomes.errors == {"no HTTP answer": 3}
