"""Events, the newest last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from kubectl_fluid.shapes import mapping
from kubectl_fluid.status.meta import metadata
from kubectl_fluid.status.model import Event
from kubectl_fluid.status.values import count, text, time

Object = dict[str, Any]

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


def event(value: Object) -> Event:
    """An Event of the core group; both ways of counting repetitions are in use."""
    series = mapping(value.get("series"))
    about = mapping(value.get("involvedObject"))
    times = (
        series.get("lastObservedTime"),
        value.get("lastTimestamp"),
        value.get("eventTime"),
        metadata(value).get("creationTimestamp"),
    )
    return Event(
        type=text(value.get("type")),
        reason=text(value.get("reason")),
        message=" ".join(text(value.get("message")).split()),
        about=f"{text(about.get('kind'))} {text(about.get('name'))}".strip(),
        count=count(series.get("count")) or count(value.get("count")) or 1,
        seen=next((moment for it in times if (moment := time(it))), None),
    )


def ordered(events: Iterable[Event]) -> tuple[Event, ...]:
    """By time, each once."""
    return tuple(sorted(dict.fromkeys(events), key=lambda it: (it.seen or _NEVER, it.about, it.reason)))
