"""What a verb made of one document."""

from __future__ import annotations

from typing import Any, NamedTuple

from kubectl_fluid.cli.report import Entry
from kubectl_fluid.injection.reason import Outcome

Object = dict[str, Any]


class Changed(NamedTuple):
    """An object (a document, or one item of a List) before and after. Both are shared and must not be changed."""

    old: Object
    new: Object


class Result(NamedTuple):
    """New text and value of a document, what to say about its Pods and itself, and which objects it needs besides.

    `removed`: the document is to be left out.
    """

    text: str
    value: Any
    changed: tuple[Changed, ...] = ()
    entries: tuple[Entry, ...] = ()
    extras: tuple[Object, ...] = ()
    notes: tuple[str, ...] = ()
    removed: bool = False

    @property
    def failed(self) -> bool:
        """Whether one of its Pod templates was refused: then nothing of the document may be used."""
        return any(entry.outcome is Outcome.REFUSED for entry in self.entries)


def text_of(value: Any) -> str:
    """A string, or "" for what should be one and is not."""
    return value if isinstance(value, str) else ""


def object_name(value: Object) -> str:
    """What `kubectl -o name` prints: `job.batch/demo-app`."""
    kind = text_of(value.get("kind")).lower() or "object"
    group = text_of(value.get("apiVersion")).rpartition("/")[0]
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    generated = text_of(metadata.get("generateName"))
    name = text_of(metadata.get("name")) or (f"{generated}*" if generated else "<unnamed>")
    return f"{kind}.{group}/{name}" if group else f"{kind}/{name}"
