"""Whether two who inject act on the same Pods: tried on a Pod for each label that asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.doctor.model import Check, Verdict, clipped, unread
from kubectl_fluid.doctor.targets import CONFIGURATION
from kubectl_fluid.explanation.hooks import Hook, Whose, judge
from kubectl_fluid.explanation.selectors import Labels, Request

Object = dict[str, Any]

NAME = "webhook-conflict"
#: A namespace of which nothing is known: it may be any.
ANYWHERE = Labels({}, complete=False)
#: Labels of Pods that ask.
ASKING = ((keys.INJECT, "true"), (keys.INJECT_SERVERFUL, "true"), (keys.SIDECAR_TARGET, "eci"))


def check(hooks: Sequence[Hook] | ClusterError, namespaces: Mapping[str, Labels] | ClusterError) -> Check:
    """`webhook-conflict`. `hooks` are in the order in which the API server comes to them.

    Where the namespaces cannot be read, a selector of theirs is taken to fit.
    """
    if isinstance(hooks, ClusterError):
        return unread(NAME, hooks)
    injecting = [it for it in hooks if it.injects]
    owners = {(it.configuration, it.kind) for it in injecting}
    if len(owners) < 2:  # noqa: PLR2004 - two are a conflict
        return Check(NAME, Verdict.SKIPPED, "there are no two who inject")
    places = {"": ANYWHERE} if isinstance(namespaces, ClusterError) else namespaces
    for key, value in ASKING:
        if not _both(injecting, key, value, "", ANYWHERE):  # in no namespace: thousands of them need not be tried
            continue
        found = {name: both for name, labels in places.items() if (both := _both(injecting, key, value, name, labels))}
        if found:
            return _conflict(found, f"{key}: {value}")
    return Check(NAME, Verdict.OK, f"there are {len(owners)} who inject, none in the way of another")


class Meeting(NamedTuple):
    """Those that act on a Pod and stand in each other's way, the first one to be called first.

    `surely`: two of them at least do. A condition that is not evaluated here, or a namespace whose labels are not
    known, leaves it open.
    """

    hooks: tuple[Hook, ...]
    surely: bool


def _both(hooks: Iterable[Hook], key: str, value: str, namespace: str, labels: Labels) -> Meeting | None:
    """Who meets on such a Pod there."""
    pod = _pod(key, value)
    request = Request(namespace, Labels({key: value}), labels)
    acting: dict[tuple[str, str], Hook] = {}
    sure: dict[tuple[str, str], bool] = {}
    for it in hooks:
        acts, of = judge(it, request, pod).acts, (it.configuration, it.kind)
        if acts is not False:
            acting[of], sure[of] = it, sure.get(of, False) or acts is True
    found = tuple(acting.values())
    certain = tuple(it for of, it in acting.items() if sure[of])
    return Meeting(found, _clash(certain)) if _clash(found) else None


def _clash(found: Sequence[Hook]) -> bool:
    """This program's policies and its webhook go together: what the ones leave the other injects."""
    fluid = [it for it in found if it.whose is Whose.FLUID]
    webhooks = [it for it in found if it.whose is Whose.OURS and it.kind == CONFIGURATION]
    return (bool(fluid) and len(found) > len(fluid)) or len(fluid) > 1 or len(webhooks) > 1


def _pod(key: str, value: str) -> Object:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    return {"metadata": {"labels": {key: value}}, "spec": {"volumes": [volume]}}


def _conflict(found: Mapping[str, Meeting], label: str) -> Check:
    first = next((it for it in found.values() if it.surely), None) or next(iter(found.values()))
    *others, last = map(_named, first.hooks)
    names = tuple(clipped(it) for it in found if it)
    where = "" if not names else f" in namespace {names[0]}" if len(names) == 1 else f" in {len(names)} namespaces"
    act = "act" if first.surely else "may act"
    said = f"{', '.join(others)} and {last} {act} on the same Pods, labelled {label}{where}: the first one injects"
    hint = "keep one of them, or part their namespaces by namespaceSelector"
    details = tuple(f"namespace {it}" for it in names) if len(names) > 1 else ()
    return Check(NAME, Verdict.WARNING, said, hint, details=details)


def _named(hook: Hook) -> str:
    return f"{clipped(hook.configuration)} of {hook.whose.value}"


def labels_by_name(found: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[tuple[str, Labels]]:
    """Labels of namespaces; each has its own name among them."""
    for name, labels in found:
        yield name, Labels({"kubernetes.io/metadata.name": name, **labels})
