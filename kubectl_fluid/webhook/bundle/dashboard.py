"""The Grafana dashboard, as data: a table of panels, laid out two or four to a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubectl_fluid.webhook.bundle import series as s
from kubectl_fluid.webhook.bundle.choices import NAME

Object = dict[str, Any]

COLUMNS = 24
#: The dashboard's variable for the Prometheus that is asked.
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """`queries`: PromQL and the legend of what comes of it. `width` in Grafana's 24 columns; `unit` is Grafana's."""

    title: str
    about: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    width: int = 12
    kind: str = "timeseries"


_RATE = "$__rate_interval"
_REFUSED = '{outcome="refused"}'

PANELS = (
    Panel(
        "Replicas that are ready",
        "0 stops every Pod that asks for a sidecar, where the failure policy is Fail",
        ((f"sum({s.READY})", ""),),
        width=6,
        kind="stat",
    ),
    Panel("Certificate ends in", "The first of all replicas", ((f"min({s.EXPIRY}) - time()", ""),), "s", 6, "stat"),
    Panel(
        "Refused in an hour",
        "Pods that could not be made; one that is tried again counts again",
        ((f"sum({s.increase(s.REVIEWS, '1h', _REFUSED)}) or vector(0)", ""),),
        width=6,
        kind="stat",
    ),
    Panel("Under way", "Reviews that are being answered now", ((f"sum({s.IN_FLIGHT})", ""),), width=6, kind="stat"),
    Panel(
        "Reviews by outcome",
        "Each review has one outcome",
        ((f"sum by (outcome) (rate({s.REVIEWS}[{_RATE}]))", "{{outcome}}"),),
        "reqps",
    ),
    Panel(
        "Refusals and errors by reason",
        "docs/reasons.md explains the reasons",
        ((f'sum by (reason) (rate({s.REVIEWS}{{outcome=~"refused|error"}}[{_RATE}]))', "{{reason}}"),),
        "reqps",
    ),
    Panel(
        "Latency",
        "From the request's last byte to the answer, in the server",
        tuple((s.quantile(share, s.DURATION, _RATE), f"p{share * 100:g}") for share in (0.5, 0.9, 0.99)),
        "ms",
    ),
    Panel(
        "Size of the answers",
        "Patches of large Pods weigh on the API server",
        tuple((s.quantile(share, s.RESPONSE, _RATE), f"p{share * 100:g}") for share in (0.5, 0.99)),
        "bytes",
    ),
    Panel(
        "Age of the caches",
        "Since the API server was last heard of; up to a minute is usual, after 5 a replica is not ready",
        ((f"max by (kind) ({s.CACHE_AGE})", "{{kind}}"),),
        "s",
    ),
    Panel("Objects in the caches", "Of one replica", ((f"max by (kind) ({s.CACHE_OBJECTS})", "{{kind}}"),)),
    Panel(
        "Live reads",
        "Claims that the caches did not have when a Pod named them",
        ((f"sum by (result) (rate({s.LIVE_READS}[{_RATE}]))", "{{result}}"),),
        "reqps",
    ),
    Panel(
        "Watches begun anew",
        "`ended` is usual, `broken` is not",
        ((f"sum by (reason) (rate({s.WATCH_RESTARTS}[{_RATE}]))", "{{reason}}"),),
    ),
    Panel(
        "Answers that were ready",
        "Share of the reviews of Pods like others before",
        ((f'sum(rate({s.MEMO}{{result="hit"}}[{_RATE}])) / sum(rate({s.MEMO}[{_RATE}]))', "hits"),),
        "percentunit",
    ),
)


def dashboard() -> Object:
    """The whole dashboard, as Grafana imports it."""
    return {
        "uid": NAME,
        "title": "kubectl-fluid webhook",
        "tags": ["kubectl-fluid"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": _laid_out(PANELS),
    }


def _laid_out(panels: tuple[Panel, ...]) -> list[Object]:
    made: list[Object] = []
    x = y = row = 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.width > COLUMNS:
            x, y = 0, y + row
        row = 4 if panel.kind == "stat" else 8
        made.append(_panel(number, panel, {"x": x, "y": y, "w": panel.width, "h": row}))
        x += panel.width
    return made


def _panel(number: int, panel: Panel, place: Object) -> Object:
    return {
        "id": number,
        "title": panel.title,
        "description": panel.about,
        "type": panel.kind,
        "gridPos": place,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
            for index, (expression, legend) in enumerate(panel.queries)
        ],
    }
