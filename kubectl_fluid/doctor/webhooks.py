"""Checks of the webhooks that inject: Fluid's and this program's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kubectl_fluid import keys
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.doctor import behind, trust
from kubectl_fluid.doctor.behind import Behind
from kubectl_fluid.doctor.handshake import NotReached, Shown
from kubectl_fluid.doctor.model import Check, Verdict, clipped, counted, listed, unread
from kubectl_fluid.doctor.targets import CONFIGURATION, Target
from kubectl_fluid.explanation.hooks import Hook
from kubectl_fluid.explanation.selectors import Labels, select

NAMES = (
    "webhook-installed",
    "webhook-service",
    "webhook-trust",
    "webhook-certificate",
    "webhook-failure-policy",
)
#: Webhooks that are looked at; a cluster has two or three.
MAX_TARGETS = 16
Seen = Behind | Shown | NotReached | ClusterError


def checks(hooks: Sequence[Hook] | ClusterError, seen: Mapping[Target, Seen], now: float) -> Iterator[Check]:
    """All of them but `webhook-conflict`. `seen` is what was found at each target that could be looked at."""
    if isinstance(hooks, ClusterError):
        yield from (unread(name, hooks) for name in NAMES)
        return
    injecting = [it for it in hooks if it.injects and it.kind == CONFIGURATION]
    if not injecting:
        yield from _nothing()
        return
    yield _installed(injecting)
    yield from _services(seen)
    yield from (trust.bundle(it, now) for it in seen)
    yield from _certificates(seen, now)
    yield from _failure_policies(injecting)


def _nothing() -> Iterator[Check]:
    said = "no webhook of Fluid or of this program is registered: none puts sidecars into Pods"
    hint = "inject manifests before they are applied, or install one: docs/webhook.md"
    yield Check(NAMES[0], Verdict.SKIPPED, said, hint)
    yield from (Check(name, Verdict.SKIPPED, "there is no webhook that injects") for name in NAMES[1:])


def _installed(injecting: list[Hook]) -> Check:
    entries: dict[tuple[str, str], int] = {}
    for it in injecting:
        key = it.configuration, it.whose.value
        entries[key] = entries.get(key, 0) + 1
    said = listed(f"{name} of {whose} ({counted(n, 'entry', 'entries')})" for (name, whose), n in entries.items())
    return Check(NAMES[0], Verdict.OK, said)


def _services(seen: Mapping[Target, Seen]) -> Iterator[Check]:
    for target, found in seen.items():
        if isinstance(found, Behind | ClusterError):
            yield behind.check(target, found)
        elif target.service is None:
            said = f"it is registered by URL ({clipped(target.shown)}), without a Service"
            yield Check(NAMES[1], Verdict.SKIPPED, said, subject=target.configuration)


def _certificates(seen: Mapping[Target, Seen], now: float) -> Iterator[Check]:
    for target, found in seen.items():
        if isinstance(found, Shown | NotReached):
            yield trust.certificate(target, found, now)
        elif target.service is not None:
            said = f"{clipped(target.shown)} is inside of the cluster: its certificate is not seen from here"
            yield Check("webhook-certificate", Verdict.SKIPPED, said, subject=target.configuration)


def _failure_policies(injecting: list[Hook]) -> Iterator[Check]:
    name = NAMES[4]
    for configuration in list(dict.fromkeys(it.configuration for it in injecting))[:MAX_TARGETS]:
        entries = [it for it in injecting if it.configuration == configuration]
        ignoring = [it.name for it in entries if it.failure_policy == "Ignore"]
        stopping = [it.name for it in entries if it.failure_policy != "Ignore" and _comes_unasked(it)]
        if stopping:
            said = f"while it does not answer, Pods that do not ask are refused too (Fail: {listed(stopping)})"
            hint = f"its objectSelector should select Pods by the label that asks, as {keys.INJECT}"
            yield Check(name, Verdict.WARNING, said, hint, configuration)
        elif ignoring:
            said = f"while it does not answer, Pods are created without their sidecar (Ignore: {listed(ignoring)})"
            hint = "failurePolicy Fail refuses them until it answers: docs/webhook.md"
            yield Check(name, Verdict.WARNING, said, hint, configuration)
        else:
            said = "while it does not answer, Pods that ask are refused (Fail), and no others"
            yield Check(name, Verdict.OK, said, subject=configuration)


def _comes_unasked(hook: Hook) -> bool:
    """Whether a Pod without any label comes to it; conditions are not evaluated, and taken to keep it away."""
    selected = all(select(it.get("objectSelector"), Labels({})).answer is not False for it in hook.criteria)
    return selected and not hook.conditions
