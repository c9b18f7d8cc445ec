"""What stands behind a webhook's Service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.doctor.behind import Behind, check
from kubectl_fluid.doctor.model import Verdict
from kubectl_fluid.doctor.targets import Address, Service, Target, targets
from kubectl_fluid.explanation.hooks import Whose, webhooks
from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.configuration import configuration

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict
TARGET = Target("hooks", Whose.OURS, Service("ours", "webhook", 443), None, b"")


def found(ready: int = 2, known: int = 2, *, exists: bool = True, has_port: bool = True, external: str = "") -> Behind:
    return Behind(exists, has_port, ready, known, external)


@pytest.mark.parametrize(
    ("seen", "verdict", "said"),
    [
        (found(), OK, "Service ours/webhook has 2 ready addresses"),
        (found(2, 3), WARNING, "has 2 ready addresses of 3"),
        (found(1, 1), WARNING, "one ready address only"),
        (found(0, 2), FAILED, "no ready Pod is behind Service ours/webhook (2 Pods are not ready)"),
        (found(0, 0), FAILED, "no ready Pod is behind Service ours/webhook: "),
        (found(exists=False), FAILED, "does not exist"),
        (found(has_port=False), FAILED, "has no port 443"),
        (found(0, 0, has_port=False, external="hooks.example"), OK, "stands for hooks.example"),
        (Forbidden("cluster https://x", "this user may not get services -n ours"), UNKNOWN, "may not get services"),
        (ClusterError("cluster https://x", "HTTP 500 instead of services"), UNKNOWN, "HTTP 500"),
    ],
)
def test_each_state(seen: Behind | ClusterError, verdict: Verdict, said: str) -> None:
    made = check(TARGET, seen)
    assert (made.verdict, made.subject) == (verdict, "hooks")
    assert said in made.message
    assert bool(made.hint) is (verdict in (WARNING, FAILED))


def test_fluids_webhook_has_one_replica_by_its_chart() -> None:
    made = check(replace(TARGET, whose=Whose.FLUID), found(1, 1))
    assert made.verdict is OK
    assert "while it restarts nobody answers" in made.message


def test_entries_of_one_configuration_that_call_one_place_are_one_target() -> None:
    value = configuration(Choices(ca=b"PEM"))
    (only,) = targets(webhooks([{"kind": "MutatingWebhookConfiguration", **value}]))
    assert only.service == Service("kubectl-fluid", "kubectl-fluid-webhook", 443)
    assert (only.ca, only.whose, only.shown) == (b"PEM", Whose.OURS, "Service kubectl-fluid/kubectl-fluid-webhook")


def of_client(client: object) -> Target:
    entry = {"name": "serverless.inject.kubectl-fluid.io", "clientConfig": client}
    value = {"kind": "MutatingWebhookConfiguration", "metadata": {"name": "hooks"}, "webhooks": [entry]}
    (only,) = targets(webhooks([value]))
    return only


@pytest.mark.parametrize(
    ("client", "service", "address"),
    [
        ({"url": "https://hooks.example:8443/mutate"}, None, Address("hooks.example", 8443)),
        ({"url": "https://hooks.example/mutate"}, None, Address("hooks.example", 443)),
        ({"url": "https://[::1]:8443"}, None, Address("::1", 8443)),
        ({"url": "http://hooks.example"}, None, None),
        ({"url": "https://x:99999"}, None, None),
        ({"url": "https://[x"}, None, None),
        ({"service": {"name": "a", "namespace": "b", "port": 8443}}, Service("b", "a", 8443), None),
        ({"service": {"name": "a", "namespace": "b"}}, Service("b", "a", 443), None),
        ({"service": "nonsense"}, None, None),
        ("nonsense", None, None),
    ],
)
def test_the_place_of_a_webhook(client: object, service: Service | None, address: Address | None) -> None:
    made = of_client(client)
    assert (made.service, made.address) == (service, address)


def test_a_bundle_that_is_not_base64_is_none() -> None:
    assert of_client({"url": "https://x", "caBundle": "&&"}).ca is None
