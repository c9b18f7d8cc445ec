"""`kubectl fluid webhook bench`: its table, its JSON, and what it does not do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kubectl_fluid.webhook import benchbodies, bounds
from tests.cli.running import Ran, run
from tests.webhook import serving
from tests.webhook.serving import Served, pod, review


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    printed = yaml.safe_load_all(run("webhook", "bench", "--print-objects").out)
    objects = tuple((value["kind"], value) for value in printed)
    with serving.serving(tmp_path_factory.mktemp("served"), objects=objects) as it:
        yield it


def bench(served: Served, *arguments: str, path: str = "/mutate") -> Ran:
    url = f"https://127.0.0.1:{served.port}{path}"
    return run("webhook", "bench", "--url", url, "--ca", str(served.folder / "ca.crt"), *arguments)


def test_the_table_has_a_row_for_each_body_and_each_kind_of_answer(served: Served) -> None:
    ran = bench(served, "--body", "simple", "--body", "three", "--reviews", "40", "--connections", "2")
    assert ran.status == 0, ran.err
    speed, answers = ran.out.split("\n\n")
    heading, *rows = speed.splitlines()
    assert heading.split("   ")[0].strip() == "BODY"
    assert [row.split()[0] for row in rows] == ["simple", "three"]
    assert all(float(row.split()[3]) > 0 for row in rows)
    assert [row.split() for row in answers.splitlines()[1:]] == [
        [body, *["allowed", "with", "a", "patch"], "40"] for body in ("simple", "three")
    ]


def test_the_json_has_the_same_numbers(served: Served) -> None:
    ran = bench(served, "--reviews", "30", "-o", "json")
    value = json.loads(ran.out)
    (item,) = value["items"]
    assert (value["kind"], item["body"], item["connections"], item["patched"]) == (
        "WebhookBenchmarkList",
        "simple",
        8,
        30,
    )
    assert item["reviewsPerSecond"] == pytest.approx(30 / item["seconds"], rel=0.05)
    assert list(item["milliseconds"]) == ["p50", "p90", "p99", "max"]
    assert (item["refused"], item["errors"]) == ({}, {})


def test_a_review_of_ones_own_can_be_sent_and_its_refusal_is_told(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "review.json"
    file.write_text(json.dumps(review(pod("nowhere"))))
    ran = bench(served, "--body", str(file), "--reviews", "3")
    assert ran.status == 0
    assert "refused: " in ran.out
    assert f"note: {file}: the first refusal was: kubectl-fluid: ClaimNotFound: " in ran.err


def test_reviews_that_were_not_answered_make_it_fail(served: Served) -> None:
    ran = bench(served, "--reviews", "3", path="/nowhere")
    assert (ran.status, "error: HTTP 404" in ran.out) == (1, True)


def test_a_load_goes_to_loopback_addresses_unless_it_is_allowed(served: Served) -> None:
    # A block for documentation (RFC 5737): nobody is there, and nobody is asked.
    ran = run("webhook", "bench", "--url", "https://192.0.2.1/mutate", "--seconds", "0.1")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("error: 192.0.2.1: it is not an address of this machine")
    assert "--yes-remote" in ran.err
    assert bench(served, "--yes-remote", "--reviews", "1").status == 0


def test_a_certificate_that_is_not_trusted_is_told_with_its_cure(served: Served) -> None:
    url = f"https://127.0.0.1:{served.port}/mutate"
    ran = run("webhook", "bench", "--url", url, "--reviews", "1")
    assert ran.status == 1
    assert "its certificate is not trusted" in ran.err
    assert "--ca" in ran.err
    assert run("webhook", "bench", "--url", url, "--reviews", "1", "--insecure").status == 0


def test_where_nobody_listens_it_says_so() -> None:
    ran = run("webhook", "bench", "--url", "https://127.0.0.1:1/mutate", "--reviews", "1")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("error: 127.0.0.1:1: nobody listens there\n")


def test_the_printed_objects_are_those_that_the_bodies_name() -> None:
    printed = list(yaml.safe_load_all(run("webhook", "bench", "--print-objects").out))
    assert printed == benchbodies.cluster()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        pytest.param([], 2, "missing option '--url'", id="no url"),
        pytest.param(["--url", "http://127.0.0.1/"], 2, "does not begin with https://", id="no tls"),
        pytest.param(["--url", "https://127.0.0.1/", "--ca", "x", "--insecure"], 2, "exclude each other", id="both"),
        pytest.param(["--url", "https://127.0.0.1/", "--seconds", "1", "--reviews", "1"], 2, "exclude", id="both ends"),
        pytest.param(["--url", "https://127.0.0.1/", "--seconds", "601"], 2, "601", id="too long"),
        pytest.param(["--url", "https://127.0.0.1/", "--connections", "1025"], 2, "1025", id="too many"),
        pytest.param(["--url", "https://127.0.0.1/", "--ca", ""], 2, "--ca is empty", id="empty ca"),
        pytest.param(["--url", "https://127.0.0.1/", "--ca", "/nonexistent/ca.crt"], 1, "no such file", id="no ca"),
        pytest.param(
            ["--url", "https://127.0.0.1/", "--body", "/nonexistent/review.json"], 1, "no such file", id="no body"
        ),
    ],
)
def test_a_wrong_command_line_is_told_what_is_wrong(arguments: list[str], status: int, words: str) -> None:
    ran = run("webhook", "bench", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert ran.err.startswith("error: ")
    assert words in ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"{", "it is not JSON"),
        (b"\xff", "it is not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b"{}", "no AdmissionReview with a Pod"),
        (b" " * (bounds.BODY + 1), f"larger than {bounds.BODY} bytes"),
    ],
    ids=["broken", "binary", "deep", "other", "large"],
)
def test_a_file_that_is_no_review_is_told(tmp_path: Path, text: bytes, words: str) -> None:
    file = tmp_path / "review.json"
    file.write_bytes(text)
    ran = run("webhook", "bench", "--url", "https://127.0.0.1:1/", "--body", str(file))
    assert (ran.status, ran.out) == (1, "")
    assert words in ran.err
