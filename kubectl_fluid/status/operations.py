"""Data operations: which dataset each is about, and how far it is."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.claims import Name
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.status.meta import conditions, metadata, name_of
from kubectl_fluid.status.model import Operation
from kubectl_fluid.status.values import text, time

Object = dict[str, Any]


def operation(value: Object) -> tuple[tuple[Name, ...], Operation]:
    """The datasets that an operation is about, and the operation."""
    name = name_of(value)
    spec, status = mapping(value.get("spec")), mapping(value.get("status"))
    targets = [text(it.get("path")) for it in items(spec.get("target"))]
    last = next(iter(reversed(conditions(status))), None)
    found = Operation(
        kind=text(value.get("kind")),
        name=name,
        phase=text(status.get("phase")),
        duration=text(status.get("duration")),
        policy=text(spec.get("policy")),
        paths=tuple(path for path in targets if path),
        waiting=mapping(status.get("waitingFor")).get("operationComplete") is True,
        message=(last.message or last.reason) if last else "",
        created=time(metadata(value).get("creationTimestamp")),
    )
    return _datasets(spec, name.namespace), found


def _datasets(spec: Object, namespace: str) -> tuple[Name, ...]:
    """`spec.dataset` is a mapping, or a name in a DataBackup; a DataMigrate has `from` and `to`."""
    if isinstance(spec.get("dataset"), str):
        return (Name(namespace, spec["dataset"]),)
    ends = [spec.get("dataset"), *(mapping(spec.get(end)).get("dataset") for end in ("from", "to"))]
    named = [Name(text(it.get("namespace")) or namespace, text(it.get("name"))) for it in map(mapping, ends)]
    return tuple(dict.fromkeys(name for name in named if name.name))
