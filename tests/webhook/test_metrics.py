"""Metrics and log: each request counts once, and labels are bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kubectl_fluid.webhook.log import MAX_VALUE, OFTEN, Log
from kubectl_fluid.webhook.metrics import MAX_REASONS, PREFIX, Histogram, Metrics
from tests.webhook import serving
from tests.webhook.serving import JSON, Served, pod, review


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving.serving(tmp_path, metrics_port=0) as it:
        yield it


def reviews(served: Served) -> dict[str, float]:
    prefix = f"{PREFIX}_reviews_total"
    return {name.removeprefix(prefix): value for name, value in served.metrics().items() if name.startswith(prefix)}


def test_each_request_is_counted_once_with_its_outcome_and_reason(served: Served) -> None:
    idle = pod()
    del idle["metadata"]["labels"]
    served.post(review())
    served.post(review())
    served.post(review(idle))
    served.post(review(pod("gone")))
    served.post(b"{")
    served.ask("GET", "/mutate")
    served.ask("POST", "/mutate", b"{}", {"Content-Type": "text/plain"})
    assert reviews(served) == {
        '{outcome="injected",reason="Injected"}': 2,
        '{outcome="skipped",reason="NotRequested"}': 1,
        '{outcome="refused",reason="ClaimNotFound"}': 1,
        '{outcome="error",reason="BadBody"}': 1,
        '{outcome="error",reason="Method"}': 1,
        '{outcome="error",reason="ContentType"}': 1,
    }
    metrics = served.metrics()
    assert metrics[f"{PREFIX}_review_duration_milliseconds_count"] == 7
    assert metrics[f'{PREFIX}_review_duration_milliseconds_bucket{{le="+Inf"}}'] == 7
    assert metrics[f"{PREFIX}_response_bytes_count"] == 7
    assert metrics[f"{PREFIX}_in_flight"] == 0
    assert metrics[f'{PREFIX}_memo_lookups_total{{result="hit"}}'] == 1


def test_what_is_served_is_prometheus_text(served: Served) -> None:
    served.post(review())
    answer = served.ask("GET", "/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.body.decode()))
    assert all(family.name.startswith(PREFIX) and family.documentation for family in families)
    assert {family.name for family in families} >= {f"{PREFIX}_ready", f"{PREFIX}_certificate_expiry_timestamp_seconds"}


def test_health_and_metrics_are_on_a_plain_port_too(served: Served) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", served.webhook.metrics_port)
    for path in ("/healthz", "/readyz", "/metrics"):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
    connection.request("HEAD", "/healthz")
    assert connection.getresponse().read() == b""
    connection.close()


def test_reviews_are_not_answered_without_tls(served: Served) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", served.webhook.metrics_port)
    connection.request("POST", "/mutate", json.dumps(review()), JSON)
    assert connection.getresponse().status == 404
    connection.close()


def test_reasons_are_bounded() -> None:
    metrics = Metrics()
    for number in range(10 * MAX_REASONS):
        metrics.review("refused", f"Reason{number}", 1, 1)
    metrics.review("error", "New", 1, 1)
    assert len(metrics.reviews) <= MAX_REASONS + 4
    assert sum(metrics.reviews.values()) == 10 * MAX_REASONS + 1
    assert metrics.reviews["refused", "Other"] == 9 * MAX_REASONS


def test_a_histogram_counts_up() -> None:
    histogram = Histogram((1, 10))
    for value in (0.5, 1, 5, 100):
        histogram.observe(value)
    assert histogram.cumulative() == [("1.0", 2), ("10.0", 3), ("+Inf", 4)]
    assert histogram.sum == 106.5


def test_a_log_line_is_one_line_whatever_a_request_says() -> None:
    said: list[str] = []
    Log(said.append).info("review\nforged", why='two\nlines "and" quotes', uid="u-1")
    (line,) = said
    assert line.endswith(r'info review\nforged why="two\nlines \"and\" quotes" uid=u-1')


def test_json_lines_hold_the_uid_and_what_was_done() -> None:
    said: list[str] = []
    Log(said.append, as_json=True, verbose=True).debug("review", uid="u-1", ms=0.25)
    line = json.loads(said[0])
    assert (line["level"], line["message"], line["uid"], line["ms"]) == ("debug", "review", "u-1", 0.25)
    assert line["time"].endswith("Z")


def test_what_happens_with_every_request_is_logged_on_demand() -> None:
    said: list[str] = []
    Log(said.append).debug("review")
    assert said == []


def test_a_review_is_logged_with_its_uid_pod_and_outcome(served: Served) -> None:
    served.post(review(uid="the-uid"))
    (line,) = [line for line in served.said if "the-uid" in line]
    assert "uid=the-uid namespace=default pod=app-* outcome=injected reason=Injected ms=" in line


def lines(number: int, **options: bool) -> list[str]:
    """What is said of so many refusals of two sorts, and of a summary."""
    said: list[str] = []
    log = Log(said.append, **options)
    for index in range(number):
        log.often("info", "review", "refused A", uid=index)
        log.often("info", "review", "refused B", uid=index)
        log.often("debug", "review", "injected C", uid=index)
    log.summary()
    return said


def test_what_requests_cause_is_logged_a_few_times_and_then_counted() -> None:
    said = lines(OFTEN + 5)
    assert len([line for line in said if "info review" in line]) == 2 * OFTEN
    *_, first, second = said
    assert first.endswith('info more of: review sort="refused A" number=5')
    assert second.endswith('sort="refused B" number=5')


def test_what_is_rare_is_logged_each_time_and_summed_up_by_nothing() -> None:
    assert len(lines(OFTEN)) == 2 * OFTEN
    said: list[str] = []
    log = Log(said.append)
    for _ in range(3):
        for _ in range(OFTEN):
            log.often("info", "review", "refused A")
        log.summary()
    assert len(said) == 3 * OFTEN


def test_verbose_everything_is_logged() -> None:
    assert len(lines(OFTEN + 5, verbose=True)) == 3 * (OFTEN + 5)


def test_a_flood_of_refusals_does_not_become_a_flood_of_lines(tmp_path: Path) -> None:
    with serving.serving(tmp_path, verbose=False) as served:
        for _ in range(3 * OFTEN):
            served.post(review(pod("gone")))
        refused = [line for line in served.said if "ClaimNotFound" in line and "uid=" in line]
        assert len(refused) == OFTEN
    assert any(f'sort="refused ClaimNotFound" number={2 * OFTEN}' in line for line in served.said)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_value_without_end_is_cut(as_json: bool) -> None:  # noqa: FBT001 - a parameter of the test
    said: list[str] = []
    Log(said.append, as_json=as_json).info("x", why="y" * 100_000)
    assert len(said[0]) < MAX_VALUE + 100


def test_a_pod_without_containers_does_not_count_as_injected(served: Served) -> None:
    empty = pod()
    empty["spec"]["containers"] = None
    served.post(review(empty))
    assert reviews(served) == {'{outcome="skipped",reason="NoContainers"}': 1}
