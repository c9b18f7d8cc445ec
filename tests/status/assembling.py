"""A report of objects that stand in no cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.status.assemble import Assembly, Physicals
from kubectl_fluid.status.model import DatasetStatus, Report
from kubectl_fluid.status.parts import Lists, Wanted, parts

Object = dict[str, Any]

NOW = datetime(2026, 1, 1, 0, 0, 30, tzinfo=timezone.utc)


def report(
    objects: Iterable[Object],
    *,
    errors: Mapping[str, ClusterError] | None = None,
    physicals: Physicals | None = None,
    wanted: Wanted | None = None,
) -> Report:
    """What `gather` would make of these objects; `errors` are the kinds whose list fails."""
    found: dict[str, Any] = {}
    values = list(objects)
    for kind, part in parts(wanted or Wanted(None)).items():
        kept = [part.take(it) for it in values if it["kind"] == kind]
        found[kind] = (errors or {}).get(kind, [it for it in kept if it is not None])
    return Assembly(Lists.of(found), physicals or {}, NOW).report()


def one(objects: Iterable[Object], name: str, **more: Any) -> DatasetStatus:
    """The row of one Dataset."""
    return next(it for it in report(objects, **more).datasets if it.name.name == name)
