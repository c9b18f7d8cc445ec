"""Alerts and dashboard: each metric that they name is one that a running server serves."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from kubectl_fluid.cli.settings import unique
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.webhook.access import Access
from kubectl_fluid.webhook.bundle import series
from kubectl_fluid.webhook.bundle.alerts import ALERTS
from kubectl_fluid.webhook.bundle.choices import NAME, SECRET, Choices
from kubectl_fluid.webhook.bundle.dashboard import COLUMNS, PANELS, dashboard
from kubectl_fluid.webhook.bundle.monitoring import monitoring
from kubectl_fluid.webhook.certs import service_names
from kubectl_fluid.webhook.log import Log
from kubectl_fluid.webhook.metrics import PREFIX
from kubectl_fluid.webhook.run import Options, Webhook
from kubectl_fluid.webhook.tls import Certificates, Files
from tests.cli.running import run
from tests.support import ROOT

EXPRESSIONS = [it.expression for it in ALERTS] + [query for panel in PANELS for query, _ in panel.queries]
#: What Prometheus makes of a family of each type.
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


def names_in(expression: str) -> set[str]:
    return set(re.findall(rf"{PREFIX}_\w+", expression))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every series of /metrics of a server that watches a cluster, though that one does not answer."""
    folder = tmp_path_factory.mktemp("certs")
    run("webhook", "certs", "--dir", folder)

    async def scrape() -> str:
        access = Access("http://127.0.0.1:9", dict)
        options = Options("127.0.0.1", 0, Settings(), unique, access, drain=0)
        webhook = Webhook(options, Certificates(Files.of_folder(folder)), Log(lambda _: None))
        await webhook.serve(started=webhook.stop)
        return webhook.metrics.text().decode()

    families = re.findall(r"^# TYPE (\S+) (\S+)$", asyncio.run(scrape()), re.MULTILINE)
    return {f"{name}{suffix}" for name, kind in families for suffix in SUFFIXES.get(kind, ("",))}


def test_a_server_serves_metrics_of_its_own(served: set[str]) -> None:
    assert f"{PREFIX}_in_flight" in served
    assert f"{PREFIX}_review_duration_milliseconds_bucket" in served


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_that_is_asked_for_is_served(served: set[str], expression: str) -> None:
    assert names_in(expression)
    assert names_in(expression) - served == set()


def test_every_name_of_a_series_is_asked_for_somewhere() -> None:
    names = {value for value in vars(series).values() if isinstance(value, str) and value.startswith(f"{PREFIX}_")}
    assert names == set().union(*map(names_in, EXPRESSIONS))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_is_closed(expression: str) -> None:
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing)


def test_the_document_explains_the_alerts_that_there_are() -> None:
    text = (ROOT / "docs" / "webhook.md").read_text()
    assert re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE) == [(it.name, it.severity) for it in ALERTS]


def test_the_document_names_the_metrics_that_are_served(served: set[str]) -> None:
    text = (ROOT / "docs" / "webhook.md").read_text()
    table = text.partition("### Metrics")[2].partition("## ")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    families = {re.sub("_(bucket|sum|count|created)$", "", name.removeprefix(f"{PREFIX}_")) for name in served}
    assert named == families


def test_alerts_ask_for_outcomes_and_reasons_that_there_are() -> None:
    said = set(re.findall(r'(?:outcome|reason)\W+"([\w|]+)"', " ".join(EXPRESSIONS)))
    source = (ROOT / "kubectl_fluid" / "webhook").glob("*.py")
    known = " ".join(Path(it).read_text() for it in source) + " injected skipped refused"
    assert {word for it in said for word in it.split("|")} - set(re.findall(r"\w+", known)) == set()


def test_the_monitor_scrapes_a_name_that_the_certificate_has() -> None:
    monitor = monitoring(Choices(namespace="elsewhere"))[0]
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["tlsConfig"]["serverName"] in service_names(NAME, "elsewhere")
    assert endpoint["tlsConfig"]["ca"]["secret"] == {"name": SECRET, "key": "ca.crt"}
    assert endpoint["path"] == "/metrics"


def test_the_panels_lie_side_by_side() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < COLUMNS
        taken |= cells


def test_the_panels_have_numbers_of_their_own_and_a_source_that_can_be_chosen() -> None:
    panels = dashboard()["panels"]
    assert len({it["id"] for it in panels}) == len(panels) == len(PANELS)
    assert {it["datasource"]["uid"] for it in panels} == {"${datasource}"}


def test_the_dashboard_is_the_one_in_the_config_map() -> None:
    config_map = monitoring(Choices())[-1]
    assert json.loads(config_map["data"]["dashboard.json"]) == dashboard()
