"""Alert rules, as data. What each of them means and what to do: `docs/webhook.md`, section Alerts."""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_fluid.webhook.bundle import series as s
from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.parts import Object, new

DAY = 86400
_WINDOW = "15m"


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule. `lasting` is how long the expression has to be true; `severity` critical is for at once."""

    name: str
    expression: str
    lasting: str
    severity: str
    summary: str
    description: str


def _more(series: str, selector: str, by: str, than: int) -> str:
    return f"sum by ({by}) {s.increase(series, _WINDOW, selector)} > {than}"


ALERTS = (
    Alert(
        "KubectlFluidWebhookDown",
        f"absent({s.READY} == 1)",
        "2m",
        "critical",
        "No replica of the webhook is ready",
        "With failurePolicy Fail no Pod that asks for a sidecar can be made; with Ignore they are made without one.",
    ),
    Alert(
        "KubectlFluidWebhookBug",
        _more(s.REVIEWS, '{outcome="error",reason="Bug"}', "reason", 0),
        "0m",
        "critical",
        "The webhook answered with an internal error",
        "Its log says more in a line of level error.",
    ),
    Alert(
        "KubectlFluidWebhookErrors",
        _more(s.REVIEWS, '{outcome="error",reason!="Bug"}', "reason", 5),
        "0m",
        "warning",
        "The webhook gets requests that are no reviews ({{ $labels.reason }})",
        "{{ $value | humanize }} within 15 minutes: somebody else calls it, or something stands in between.",
    ),
    Alert(
        "KubectlFluidWebhookRefusals",
        _more(s.REVIEWS, '{outcome="refused"}', "reason", 10),
        "0m",
        "warning",
        "Many Pods are refused ({{ $labels.reason }})",
        "{{ $value | humanize }} within 15 minutes. docs/reasons.md explains the reason; the Pods' owners see it as an "
        "event of their Job or ReplicaSet.",
    ),
    Alert(
        "KubectlFluidWebhookCertificateNearEnd",
        f"min({s.EXPIRY}) - time() < {14 * DAY}",
        "1h",
        "warning",
        "The webhook's certificate ends in {{ $value | humanizeDuration }}",
        "It should have been renewed long ago.",
    ),
    Alert(
        "KubectlFluidWebhookCertificateEnds",
        f"min({s.EXPIRY}) - time() < {2 * DAY}",
        "5m",
        "critical",
        "The webhook's certificate ends in {{ $value | humanizeDuration }}",
        "After that no API server can call it, and no replica is ready.",
    ),
    Alert(
        "KubectlFluidWebhookCertificateFilesBroken",
        f"max by (pod) ({s.FILES_BROKEN}) > 600",
        "0m",
        "warning",
        "A replica cannot use its new certificate for {{ $value | humanizeDuration }}",
        "It serves the one before for as long as that lasts. Its log says what is wrong with the files.",
    ),
    Alert(
        "KubectlFluidWebhookStaleCache",
        f"max by (pod, kind) ({s.CACHE_AGE}) > 150",
        "1m",
        "warning",
        "A replica has not heard of any {{ $labels.kind }} for {{ $value | humanizeDuration }}",
        "After 5 minutes it is not ready any more. It answers with what it knew, and asks for what it does not know.",
    ),
    Alert(
        "KubectlFluidWebhookNotSynced",
        f"min by (pod, kind) ({s.CACHE_SYNCED}) == 0",
        "5m",
        "warning",
        "A replica cannot read all objects of kind {{ $labels.kind }}",
        "It is not ready. Its log says whether it may not, or cannot reach the API server.",
    ),
    Alert(
        "KubectlFluidWebhookWatchesBreak",
        _more(s.WATCH_RESTARTS, '{reason="broken"}', "kind", 10),
        "0m",
        "warning",
        "Watches of {{ $labels.kind }} break again and again",
        "{{ $value | humanize }} times within 15 minutes.",
    ),
    Alert(
        "KubectlFluidWebhookSlow",
        f"{s.quantile(0.99, s.DURATION, '5m')} > 1000",
        "10m",
        "warning",
        "One review in a hundred takes longer than {{ $value | humanize }} ms",
        "The API server gives up after 5 s. Live reads, a starved node, or a very large Pod are the usual causes.",
    ),
)


def prometheus_rule(choices: Choices) -> Object:
    """All alerts, for Prometheus' operator."""
    rules = [
        {
            "alert": alert.name,
            "expr": alert.expression,
            "for": alert.lasting,
            "labels": {"severity": alert.severity},
            "annotations": {"summary": alert.summary, "description": alert.description},
        }
        for alert in ALERTS
    ]
    rule = new("monitoring.coreos.com/v1", "PrometheusRule", namespace=choices.place)
    return {**rule, "spec": {"groups": [{"name": rule["metadata"]["name"], "rules": rules}]}}
