"""A report of what a cluster has now: one list for each kind, all of them at once. Secrets are never asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from kubectl_fluid.claims import Name
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import collect, read
from kubectl_fluid.cluster.parallel import together
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.status.assemble import Assembly, Physical, Physicals, reason_of, refers_to
from kubectl_fluid.status.events import event, ordered
from kubectl_fluid.status.kinds import DATASETS, EVENTS, RUNTIMES
from kubectl_fluid.status.meta import name_of
from kubectl_fluid.status.model import DatasetStatus, Event, Report, Unlisted
from kubectl_fluid.status.parts import Lists, Part, Wanted, parts
from kubectl_fluid.status.runtimes import runtime
from kubectl_fluid.status.values import text

Object = dict[str, Any]

#: Events of so many data operations are asked for beside the Dataset's own.
_MAX_OPERATIONS = 5


def gather(api: Api, wanted: Wanted, now: datetime) -> Report:
    """The report. Raises ClusterError when the Datasets themselves cannot be read."""
    found = together({kind: partial(_list, api, part, wanted.namespace) for kind, part in parts(wanted).items()})
    lists = Lists.of(found)
    if isinstance(lists.datasets, ClusterError):
        raise lists.datasets
    report = Assembly(lists, physicals(api, lists.datasets), now).report()
    return with_events(api, report) if wanted.detail else report


def _list(api: Api, part: Part, namespace: str | None) -> list[Any]:
    return collect(api, part.resource, namespace, part.take, labels=part.labels, fields=part.fields)[0]


def physicals(api: Api, datasets: Sequence[Object]) -> Physicals:
    """The Datasets that others refer to, as far as they are not among them."""
    known = {name_of(it) for it in datasets}
    targets = {target for it in datasets if (target := refers_to(it))} - known
    return together({name: partial(_physical, api, name) for name in sorted(targets)})


def _physical(api: Api, name: Name) -> Physical | None:
    dataset = read(api, DATASETS, name.namespace, name.name)
    if dataset is None:
        return None
    named = next(iter(items(mapping(dataset.get("status")).get("runtimes"))), {})
    kind = RUNTIMES.get(text(named.get("type")))
    if kind is None:
        return Physical(dataset, None)
    try:
        found = read(api, kind.resource, name.namespace, text(named.get("name")) or name.name)
    except ClusterError:
        return Physical(dataset, None, runtimes_read=False)
    return Physical(dataset, runtime(found, kind) if found is not None else None)


def with_events(api: Api, report: Report) -> Report:
    """The report with the events of each of its Datasets."""
    found = together({it.name: partial(_events, api, it) for it in report.datasets})
    datasets = tuple(replace(it, events=_known(found[it.name])) for it in report.datasets)
    failed = [it for it in found.values() if isinstance(it, ClusterError)]
    unlisted = [Unlisted(EVENTS.kind, reason_of(it), str(it), it.hint) for it in failed[:1]]
    return Report(datasets, (*report.unlisted, *unlisted))


def _known(events: tuple[Event, ...] | ClusterError) -> tuple[Event, ...] | None:
    return None if isinstance(events, ClusterError) else events


def _events(api: Api, dataset: DatasetStatus) -> tuple[Event, ...]:
    """Those about objects of the Dataset's name (its runtime and claim have the same) and its data operations."""
    names = [dataset.name.name, *(it.name.name for it in (dataset.operations or ())[:_MAX_OPERATIONS])]
    found: list[Event] = []
    for name in dict.fromkeys(names):
        fields = f"involvedObject.name={name}"
        found += collect(api, EVENTS, dataset.name.namespace, event, fields=fields)[0]
    return ordered(found)
