"""What Prometheus' operator and Grafana need: ServiceMonitor, alerts, dashboard."""

from __future__ import annotations

from kubectl_fluid.manifests import dump
from kubectl_fluid.webhook.bundle.alerts import prometheus_rule
from kubectl_fluid.webhook.bundle.choices import NAME, SECRET, SELECTOR, Choices
from kubectl_fluid.webhook.bundle.dashboard import dashboard
from kubectl_fluid.webhook.bundle.parts import Object, new

DASHBOARD_FILE = "dashboard.json"
#: Grafana's own chart loads ConfigMaps of this label.
DASHBOARD_LABELS = {"grafana_dashboard": "1"}


def service_monitor(choices: Choices) -> Object:
    """Every replica, over TLS; the authority is the one that stands beside the certificate."""
    endpoint = {
        "port": "https",
        "scheme": "https",
        "path": "/metrics",
        "interval": "30s",
        "tlsConfig": {
            "ca": {"secret": {"name": SECRET, "key": "ca.crt"}},
            "serverName": f"{NAME}.{choices.place}.svc",
        },
    }
    return {
        **new("monitoring.coreos.com/v1", "ServiceMonitor", namespace=choices.place),
        "spec": {"selector": {"matchLabels": SELECTOR}, "endpoints": [endpoint]},
    }


def monitoring(choices: Choices) -> list[Object]:
    """All of it as objects."""
    name = f"{NAME}-dashboard"
    data = {DASHBOARD_FILE: dashboard_text()}
    config_map = new("v1", "ConfigMap", namespace=choices.place, name=name, labels=DASHBOARD_LABELS)
    return [service_monitor(choices), prometheus_rule(choices), {**config_map, "data": data}]


def dashboard_text() -> str:
    """The dashboard as a file."""
    return dump.to_json(dashboard()) + "\n"
