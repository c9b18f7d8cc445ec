"""What an API server's message on a Pod that it refused to create means. Events carry it, in the words of a person."""

from __future__ import annotations

import re
from typing import NamedTuple

from kubectl_fluid.codes import CODES
from kubectl_fluid.explanation.model import Event, Finding, Verdict

#: `webhook.review.refusal` writes it like this.
_OURS = re.compile(r"kubectl-fluid: ([A-Z][A-Za-z]+): (.*)")


class _Kind(NamedTuple):
    pattern: re.Pattern[str]
    code: str
    hint: str


_KINDS = (
    _Kind(
        re.compile(r"failed calling webhook|failed to call webhook"),
        "WebhookDown",
        "look at the Pods behind the webhook's Service; for kubectl-fluid's: "
        "`kubectl -n kubectl-fluid get pods`, and docs/webhook.md",
    ),
    _Kind(
        re.compile(r"violates PodSecurity"),
        "PodSecurity",
        "use a platform whose sidecar needs less (label the Pod for eci or acs, or as unprivileged), or a namespace "
        "whose label pod-security.kubernetes.io/enforce is privileged",
    ),
    _Kind(re.compile(r"exceeded quota"), "Quota", "raise the quota: `kubectl describe quota`"),
    _Kind(
        re.compile(r"failed to collect runtime infos from PVCs"),
        "CreationRefused",
        "Fluid's webhook refuses a Pod until its claims exist and their Datasets are bound: `kubectl get pvc,dataset`",
    ),
)


def meaning(event: Event) -> Finding:
    """The finding that an event stands for; the message is the API server's own."""
    ours = _OURS.search(event.message)
    if ours and ours[1] in CODES:
        message, _, hint = ours[2].partition("; ")
        return Finding(Verdict.WRONG, ours[1], f"{event.about}: {message}", hint)
    for kind in _KINDS:
        if kind.pattern.search(event.message):
            return Finding(Verdict.WRONG, kind.code, f"{event.about}: {event.message}", kind.hint)
    return Finding(Verdict.WRONG, "CreationRefused", f"{event.about}: {event.message}", "cure what the message names")
