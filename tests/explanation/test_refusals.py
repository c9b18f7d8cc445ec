"""What the API server's words on a Pod that it refused mean."""

from __future__ import annotations

import pytest

from kubectl_fluid.explanation.model import Event
from kubectl_fluid.explanation.refusals import meaning
from kubectl_fluid.injection.reason import Outcome, Reason
from kubectl_fluid.webhook.review import refusal, sentence

OURS = Reason("ClaimNotFound", Outcome.REFUSED, "PersistentVolumeClaim ml/jfs does not exist", "create it first")


def event(message: str) -> Event:
    return Event("job/train", "FailedCreate", f"Error creating: {message}", 1, "")


def test_a_refusal_of_our_webhook_is_read_back() -> None:
    status = refusal("uid", 500, OURS.code, sentence(OURS))["status"]
    found = meaning(
        event(f'admission webhook "serverless.inject.kubectl-fluid.io" denied the request: {status["message"]}')
    )
    assert (found.code, found.message, found.hint) == ("ClaimNotFound", f"job/train: {OURS.message}", OURS.hint)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (
            'Internal error occurred: failed calling webhook "x": failed to call webhook: connection refused',
            "WebhookDown",
        ),
        ('pods "x" is forbidden: violates PodSecurity "baseline:latest": privileged', "PodSecurity"),
        ('pods "x" is forbidden: exceeded quota: q, requested: cpu=2, used: cpu=9, limited: cpu=10', "Quota"),
        ('failed to collect runtime infos from PVCs [a b]: dataset "ml/a" not bound', "CreationRefused"),
        ("something else", "CreationRefused"),
        ("kubectl-fluid: NoSuchCode: x", "CreationRefused"),
    ],
)
def test_other_words_are_told_by_what_they_are_about(message: str, code: str) -> None:
    found = meaning(event(message))
    assert found.code == code
    assert message in found.message
    assert found.hint
