"""What the checks say of webhook configurations."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.doctor.handshake import NotReached
from kubectl_fluid.doctor.model import Check, Verdict
from kubectl_fluid.doctor.targets import targets
from kubectl_fluid.doctor.webhooks import checks
from kubectl_fluid.explanation.hooks import webhooks

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict
ASKS = {"matchLabels": {"serverless.fluid.io/inject": "true"}}
CONDITION = [{"name": "asks", "expression": "false"}]


def judged(name: str, **entry: Any) -> Check:
    """What is said of a configuration with one entry, whose webhook is at a URL."""
    client = {"url": "https://hooks.example/mutate"}
    entries = [{"name": "serverless.inject.kubectl-fluid.io", "clientConfig": client, **entry}]
    hooks = webhooks([{"kind": "MutatingWebhookConfiguration", "metadata": {"name": "hooks"}, "webhooks": entries}])
    seen = dict.fromkeys(targets(hooks), NotReached("connection refused"))
    (made,) = (it for it in checks(hooks, seen, 0) if it.name == name)
    return made


@pytest.mark.parametrize(
    ("entry", "verdict", "said"),
    [
        ({"objectSelector": ASKS}, OK, "Pods that ask are refused (Fail), and no others"),
        ({}, WARNING, "Pods that do not ask are refused too (Fail: serverless.inject.kubectl-fluid.io)"),
        ({"objectSelector": {}}, WARNING, "Pods that do not ask are refused too"),
        ({"objectSelector": {"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}}, WARNING, "do not ask"),
        ({"matchConditions": CONDITION}, OK, "Pods that ask are refused (Fail)"),
        ({"failurePolicy": "Ignore", "objectSelector": ASKS}, WARNING, "created without their sidecar (Ignore: "),
        ({"failurePolicy": "Ignore"}, WARNING, "created without their sidecar (Ignore: "),
    ],
)
def test_what_becomes_of_pods_while_it_is_down(entry: dict[str, Any], verdict: Verdict, said: str) -> None:
    made = judged("webhook-failure-policy", **entry)
    assert (made.verdict, bool(made.hint)) == (verdict, verdict is WARNING)
    assert said in made.message


def test_a_webhook_at_a_url_has_no_service_to_look_at() -> None:
    made = judged("webhook-service", objectSelector=ASKS)
    assert (made.verdict, made.subject) == (SKIPPED, "hooks")
    assert made.message == "it is registered by URL (https://hooks.example:443), without a Service"
