"""One Pod on its way through a cluster's admission: who is called, in which order, and what that order means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from kubectl_fluid.explanation.bundle import left, objections, turns
from kubectl_fluid.explanation.hooks import Hook, Judgement, Whose, concerns, judge
from kubectl_fluid.explanation.model import Admission
from kubectl_fluid.explanation.reads import Cluster
from kubectl_fluid.explanation.selectors import Labels, Request
from kubectl_fluid.injection.settings import Profile, Settings
from kubectl_fluid.shapes import mapping
from kubectl_fluid.webhook.bundle.configuration import ECI_PATH

Object = dict[str, Any]

NOT_ASKED = Admission(asked=False)


def request_for(pod: Object, namespace: str, cluster: Cluster) -> Request:
    """The request that creates this Pod."""
    metadata = mapping(pod.get("metadata"))
    labels = Labels(mapping(metadata.get("labels")))
    return Request(namespace, labels, cluster.labels_of(namespace), str(metadata.get("name") or ""))


def settings_for(pod: Object, namespace: str, cluster: Cluster, settings: Settings) -> Settings:
    """The settings with which whoever injects this Pod will do it: the first of them to be called."""
    request = request_for(pod, namespace, cluster)
    first = next(
        (it for it in cluster.hooks if it.injects and judge(it, request, pod, cluster.templates.get(namespace)).acts),
        None,
    )
    if first is None:
        return settings
    if first.whose is Whose.FLUID:
        return replace(settings, profile=Profile.FLUID)
    return replace(settings, force=True, platform="eci") if first.path == ECI_PATH else settings


def admit(pod: Object, injected: Object, namespace: str, cluster: Cluster) -> Admission:
    """Judges everyone whose rules cover the Pod, each about the Pod that comes to him.

    `injected` is what the first injector makes of it. What others change is not known.
    """
    judged: list[Judgement] = []
    current, templates = pod, cluster.templates.get(namespace)
    told: list[str] = []
    for hook in cluster.hooks:
        request = request_for(current, namespace, cluster)
        if not concerns(hook, request):
            continue
        judgement = judge(hook, request, current, templates)
        judged.append(judgement)
        if hook.is_our_policy and judgement.acts:
            told += [left(it) for it in turns(current, request, templates) if it.code]
        if hook.injects and judgement.acts:
            current = injected
    guards = [it.hook.configuration for it in judged if not it.hook.mutates and it.acts is not False]
    if guards:
        told += objections(current, request_for(current, namespace, cluster), templates, guards)
    notes = (*_notes(judged), *told)
    return Admission(asked=True, judged=tuple(judged), notes=notes, unread=cluster.unread, blind=cluster.blind)


def _notes(judged: list[Judgement]) -> Iterator[str]:
    for check in _NOTES:
        yield from check([it for it in judged if it.hook.mutates])


def _two_injectors(judged: list[Judgement]) -> Iterator[str]:
    """Both find the Pod as it was; the second one then leaves it alone, since the label says that it is done."""
    first = next((it.hook for it in judged if it.hook.injects and it.acts), None)
    others = {it.hook.configuration for it in judged if it.hook.injects and first and it.hook.whose is not first.whose}
    if first and others:
        names = ", ".join(sorted(others))
        yield f"{first.configuration} comes before {names} and injects; the other finds the Pod injected"


def _failure(judged: list[Judgement]) -> Iterator[str]:
    for hook in (it.hook for it in judged if it.hook.injects and it.acts):
        if hook.failure_policy == "Ignore":
            yield f"{_called(hook)}: while it does not answer, Pods are created without their sidecar (Ignore)"
        else:
            yield f"{_called(hook)}: while it does not answer, such Pods are refused (failurePolicy Fail)"


def _after(judged: list[Judgement]) -> Iterator[str]:
    """Others that come later may change the Pod; whether the injector sees that hangs on its reinvocationPolicy."""
    index = next((at for at, it in enumerate(judged) if it.hook.injects and it.acts), None)
    if index is None:
        return
    ours = judged[index].hook
    later = [it.hook for it in judged[index + 1 :] if it.hook.whose is Whose.OTHER and it.acts is not False]
    if not later:
        return
    names = ", ".join(dict.fromkeys(it.configuration for it in later))
    again = ours.reinvocation == "IfNeeded"
    told = "it is asked again if they change the Pod" if again else "it does not see what they change"
    yield f"{names} may change the Pod after {ours.configuration}: {told} (reinvocationPolicy {ours.reinvocation})"


def _late_label(judged: list[Judgement]) -> Iterator[str]:
    """Nobody injects the Pod as it stands, but somebody who comes first may still add the label."""
    if any(it.hook.injects and it.acts is not False for it in judged):
        return
    last = max((at for at, it in enumerate(judged) if it.hook.injects), default=-1)
    before = [it.hook for it in judged[: last + 1] if it.hook.whose is Whose.OTHER and it.acts is not False]
    after = [it.hook for it in judged[last + 1 :] if it.hook.whose is Whose.OTHER and it.acts is not False]
    if last >= 0 and before:
        yield f"{_names(before)} is called before and may add what is missing; this program cannot know"
    if last >= 0 and after:
        yield f"a label that {_names(after)} adds comes too late: configurations are called in the order of their names"


_NOTES: tuple[Callable[[list[Judgement]], Iterator[str]], ...] = (_two_injectors, _failure, _after, _late_label)


def _called(hook: Hook) -> str:
    return hook.name if hook.kind == "MutatingWebhookConfiguration" else hook.configuration


def _names(hooks: list[Hook]) -> str:
    return ", ".join(dict.fromkeys(it.configuration for it in hooks))
