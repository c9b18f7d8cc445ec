"""Whether a Pod is injected, and how.

| disabled | done | serverless asked | serverful asked | force | branch      |
| -------- | ---- | ---------------- | --------------- | ----- | ----------- |
| yes      |      |                  |                 |       | Disabled    |
| no       | yes  |                  |                 |       | AlreadyDone |
| no       | no   | yes              |                 |       | serverless  |
| no       | no   | no               | yes             | no    | serverful   |
| no       | no   | no               |                 | yes   | serverless  |
| no       | no   | no               | no              | no    | NotRequested|

The first row that fits counts (Fluid a826600a, pkg/webhook/handler/mutating/mutating_handler.go); asking and forcing
by `alibabacloud.com/fluid-sidecar-target` and `--force` are this project's.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.reason import Outcome, Reason, Refusal
from kubectl_fluid.injection.settings import Settings

TRUE = "true"


@unique
class Branch(Enum):
    """What is done to the Pod: sidecars, or only steering it to nodes that have the cache."""

    SERVERLESS = "serverless"
    SERVERFUL = "serverful"


class Decision(NamedTuple):
    """The branch, or None and the reason to leave the Pod alone."""

    branch: Branch | None
    reason: Reason | None = None


DISABLED = Reason("Disabled", Outcome.SKIPPED, f"label {keys.ENABLE} is false")
ALREADY_INJECTED = Reason("AlreadyInjected", Outcome.SKIPPED, f"label {keys.DONE} is true: it was injected before")
NOT_REQUESTED = Reason(
    "NotRequested",
    Outcome.SKIPPED,
    "the Pod does not ask for a sidecar",
    f'label the Pod template `{keys.INJECT}: "true"`',
)


def decide(draft: Draft, settings: Settings) -> Decision:
    """The first row of the table above that fits this Pod."""
    labels = draft.labels
    if labels.get(keys.ENABLE) == "false":
        return Decision(None, DISABLED)
    if labels.get(keys.DONE) == TRUE:
        return Decision(None, ALREADY_INJECTED)
    if asks_for_sidecar(draft, settings):
        return Decision(Branch.SERVERLESS)
    if settings.force:
        return Decision(Branch.SERVERLESS)
    if labels.get(keys.INJECT_SERVERFUL) == TRUE:
        return Decision(Branch.SERVERFUL)
    return Decision(None, NOT_REQUESTED)


def asks_for_sidecar(draft: Draft, settings: Settings) -> bool:
    """Whether one of the labels that ask for a sidecar is there."""
    labels = draft.labels
    return (
        labels.get(keys.INJECT) == TRUE
        or labels.get(keys.INJECT_DEPRECATED) == TRUE
        or keys.SIDECAR_TARGET in labels
        or (bool(settings.platform_key) and settings.platform_key in labels)
    )


def platform_name(draft: Draft, settings: Settings) -> str:
    """Name of the platform that the Pod, or the caller, chose.

    Fluid a826600a, pkg/utils/annotations.go GetServerlessPlatform; the caller's `--platform` and ack-fluid's label
    come before its rules. Raises Refusal where two labels contradict each other.
    """
    labels = draft.labels
    if settings.platform is not None:
        return settings.platform
    if keys.SIDECAR_TARGET in labels:
        return labels[keys.SIDECAR_TARGET]
    if settings.platform_key and settings.platform_key in labels:
        if labels.get(keys.INJECT) == TRUE:
            raise Refusal(
                "ConflictingLabels",
                f"labels {settings.platform_key} and {keys.INJECT} exclude each other",
                f"drop {settings.platform_key} and use the annotation {keys.PLATFORM}",
            )
        return labels[settings.platform_key]
    if labels.get(keys.UNPRIVILEGED) == TRUE:
        return "unprivileged"
    if labels.get(keys.INJECT_DEPRECATED) == TRUE and labels.get(keys.INJECT) != TRUE:
        return "default"
    return draft.annotations.get(keys.PLATFORM) or "default"
