"""What an owner has made: its Pods, and the cluster's words on those that could not be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from kubectl_fluid.cluster.errors import ClusterError, Unreachable
from kubectl_fluid.cluster.listing import Resource, collect
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.explanation.kinds import BETWEEN, EVENTS, POD
from kubectl_fluid.explanation.model import Event
from kubectl_fluid.explanation.reads import sentence
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.workloads.find import group_and_kind

Object = dict[str, Any]

#: Events of one object that are shown, the last ones.
MAX_EVENTS = 5


class Owned(NamedTuple):
    """Pods of an owner with the warnings about each, and refusals to create some.

    None stands for what could not be read, and `unread` says why.
    """

    pods: tuple[Object, ...] | None
    events: dict[str, tuple[Event, ...]] | None
    refusals: tuple[Event, ...] | None
    unread: tuple[str, ...] = ()


def owned(api: Api, owner: Object, namespace: str) -> Owned:
    """Everything that an owner has made, directly or through what it makes first. Raises Unreachable."""
    reader = _Reader(api, namespace, [])
    between = BETWEEN.get(group_and_kind(owner))
    makers = {uid_of(owner)}
    if between is not None:
        makers |= {uid_of(it) for it in reader.read(between, _owned_by(makers)) or ()}
    pods = reader.read(POD, _owned_by(makers), labels=selector_of(owner))
    of_pods = {uid_of(it) for it in pods or ()}
    wanted = makers | of_pods
    warnings = reader.read(EVENTS, lambda it: it if _about(it) in wanted else None, fields="type=Warning")
    if warnings is None:
        return Owned(_tuple(pods), None, None, tuple(reader.unread))
    refusals = _last(it for it in warnings if _about(it) in makers)
    events = {
        uid: _last(it for it in warnings if _about(it) == uid) for uid in {_about(it) for it in warnings} & of_pods
    }
    return Owned(_tuple(pods), events, refusals, tuple(reader.unread))


def events_of_pod(api: Api, pod: Object, namespace: str) -> tuple[tuple[Event, ...] | None, tuple[str, ...]]:
    """Warnings about one Pod, and why they could not be read. Raises Unreachable."""
    reader = _Reader(api, namespace, [])
    fields = f"type=Warning,involvedObject.kind=Pod,involvedObject.name={name_of(pod)}"
    found = reader.read(EVENTS, lambda it: it if _about(it) == uid_of(pod) else None, fields=fields)
    return (None if found is None else _last(found)), tuple(reader.unread)


class _Reader(NamedTuple):
    """Lists in one namespace; why one could not be read is added to `unread`."""

    api: Api
    namespace: str
    unread: list[str]

    def read(
        self, resource: Resource, take: Callable[[Object], Object | None], *, labels: str = "", fields: str = ""
    ) -> list[Object] | None:
        """What `take` keeps of a list, None where it could not be read."""
        try:
            return collect(self.api, resource, self.namespace, take, labels=labels, fields=fields)[0]
        except Unreachable:
            raise
        except ClusterError as error:
            self.unread.append(f"{resource.plural}: {sentence(error)}")
            return None


def _owned_by(uids: Iterable[str]) -> Callable[[Object], Object | None]:
    return lambda it: it if _owner_uid(it) in uids else None


def _last(warnings: Iterable[Object]) -> tuple[Event, ...]:
    return tuple(sorted(map(_event, warnings), key=lambda it: it.last)[-MAX_EVENTS:])


def _event(value: Object) -> Event:
    about, series = mapping(value.get("involvedObject")), mapping(value.get("series"))
    count = series.get("count") or value.get("count")
    last = series.get("lastObservedTime") or value.get("lastTimestamp") or value.get("eventTime")
    created = mapping(value.get("metadata")).get("creationTimestamp")
    return Event(
        f"{str(about.get('kind')).lower()}/{about.get('name')}",
        str(value.get("reason") or ""),
        " ".join(str(value.get("message") or "").split()),
        int(count) if isinstance(count, int) and count > 0 else 1,
        str(last or created or ""),
    )


def selector_of(owner: Object) -> str:
    """The owner's selector as a list takes it, "" where it has none: then ownership alone tells its Pods."""
    selector = mapping(mapping(owner.get("spec")).get("selector"))
    labels = mapping(selector.get("matchLabels"))
    if group_and_kind(owner) == ("", "ReplicationController"):
        labels = selector
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()) if isinstance(value, str))


def name_of(value: Object) -> str:
    """`metadata.name`."""
    return str(mapping(value.get("metadata")).get("name"))


def uid_of(value: Object) -> str:
    """`metadata.uid`."""
    return str(mapping(value.get("metadata")).get("uid"))


def _about(event: Object) -> str:
    return str(mapping(event.get("involvedObject")).get("uid"))


def _owner_uid(value: Object) -> str:
    owners = items(mapping(value.get("metadata")).get("ownerReferences"))
    return next((str(it.get("uid")) for it in owners if it.get("controller") is True), "")


def _tuple(found: list[Object] | None) -> tuple[Object, ...] | None:
    return None if found is None else tuple(found)
