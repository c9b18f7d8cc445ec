"""Counters of the server: plain numbers while requests are answered, metrics when somebody asks for them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

PREFIX = "kubectl_fluid_webhook"
#: Upper bounds of latencies in milliseconds, and of answers in bytes.
MILLISECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
BYTES = (256, 1024, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 1048576)
#: So many reasons become labels; the program has fewer, and none of them comes from a request.
MAX_REASONS = 100
OTHER = "Other"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Histogram:
    """How many values were at most so large."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def cumulative(self) -> list[tuple[str, float]]:
        """Pairs of bound and count, as Prometheus has them."""
        total, pairs = 0, []
        for bound, count in zip((*map(_bound, self.bounds), "+Inf"), self.counts, strict=True):
            total += count
            pairs.append((bound, float(total)))
        return pairs


def _bound(value: float) -> str:
    return str(float(value))


class Metrics:
    """What has been counted. `gauges` are asked when somebody asks: name → (what it is, label, values by label)."""

    def __init__(self) -> None:
        self.reviews: dict[tuple[str, str], int] = {}
        self.milliseconds = Histogram(MILLISECONDS)
        self.bytes = Histogram(BYTES)
        self.in_flight = 0
        self.restarts: dict[tuple[str, str], int] = {}
        self.live_reads: dict[str, int] = {}
        self.gauges: dict[str, tuple[str, str, Callable[[], Mapping[str, float]]]] = {}
        self.counters: dict[str, tuple[str, str, Callable[[], Mapping[str, float]]]] = {}

    def review(self, outcome: str, reason: str, milliseconds: float, size: int) -> None:
        """Count an answer: its one outcome (`injected`, `skipped`, `refused` or `error`) and the reason for it."""
        key = (outcome, reason)
        if key not in self.reviews and len(self.reviews) >= MAX_REASONS:
            key = (outcome, OTHER)
        self.reviews[key] = self.reviews.get(key, 0) + 1
        self.milliseconds.observe(milliseconds)
        self.bytes.observe(size)

    def restart(self, kind: str, reason: str) -> None:
        """Count a watch that was begun anew: it `ended` as watches do, was `broken`, or its version was `gone`."""
        self.restarts[kind, reason] = self.restarts.get((kind, reason), 0) + 1

    def live_read(self, result: str) -> None:
        """Count a claim that was read from the API server because of one request."""
        self.live_reads[result] = self.live_reads.get(result, 0) + 1

    def text(self) -> bytes:
        """All metrics in Prometheus' text format, whose content type is CONTENT_TYPE."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(self))
        return generate_latest(registry)


class _Collector:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import HistogramMetricFamily

        it = self._metrics
        about = "AdmissionReviews answered, by their one outcome and its reason"
        yield _counter("reviews", about, ("outcome", "reason"), it.reviews.items())
        for name, about, histogram in (
            ("review_duration_milliseconds", "From the request's last byte to the answer", it.milliseconds),
            ("response_bytes", "Size of the answers", it.bytes),
        ):
            yield HistogramMetricFamily(
                f"{PREFIX}_{name}", about, buckets=histogram.cumulative(), sum_value=histogram.sum
            )
        about = "Watches that were begun anew: ended as they do, broken, or their version gone"
        yield _counter("watch_restarts", about, ("kind", "reason"), it.restarts.items())
        about = "Claims that were read from the API server because the caches did not have them"
        yield _counter("live_reads", about, ("result",), [((key,), value) for key, value in it.live_reads.items()])
        yield _gauge("in_flight", "AdmissionReviews under way", "", {"": it.in_flight})
        for name, (about, label, values) in it.gauges.items():
            yield _gauge(name, about, label, values())
        for name, (about, label, values) in it.counters.items():
            yield _counter(name, about, (label,), [((key,), value) for key, value in values().items()])


def _counter(name: str, about: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> Any:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"{PREFIX}_{name}", about, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> Any:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"{PREFIX}_{name}", about, labels=(label,) if label else ())
    for key, value in values.items():
        family.add_metric((key,) if label else (), value)
    return family
