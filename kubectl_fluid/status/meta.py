"""What every object has: names, times, conditions."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.claims import Name
from kubectl_fluid.shapes import items, mapping
from kubectl_fluid.status.model import Condition
from kubectl_fluid.status.values import text, time

Object = dict[str, Any]


def metadata(value: Object) -> Object:
    """`metadata`, {} where it is none."""
    return mapping(value.get("metadata"))


def name_of(value: Object) -> Name:
    """Namespace and name."""
    about = metadata(value)
    return Name(text(about.get("namespace")), text(about.get("name")))


def labels(value: Object) -> dict[str, str]:
    """Labels that are text."""
    return texts(metadata(value).get("labels"))


def texts(value: Any) -> dict[str, str]:
    """The members of a mapping that are text."""
    return {key: it for key, it in mapping(value).items() if isinstance(it, str)}


def conditions(status: Object) -> tuple[Condition, ...]:
    """The conditions of a status, in their order."""
    return tuple(
        Condition(
            text(it.get("type")),
            text(it.get("status")),
            text(it.get("reason")),
            text(it.get("message")),
            time(it.get("lastTransitionTime")),
        )
        for it in items(status.get("conditions"))
    )
