"""From what the lower rooms say about a document to what is reported of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubectl_fluid.cli.report import Entry
from kubectl_fluid.cli.result import Changed
from kubectl_fluid.injection.reason import Outcome, Reason
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document
from kubectl_fluid.workloads import Slot, WorkloadError, label, objects
from kubectl_fluid.workloads.path import at


def entry(document: Document, slot: Slot | None, outcome: Outcome, reasons: Sequence[Reason]) -> Entry:
    """A line of the report about a Pod template, or about the whole document; its place is that of the mistake."""
    pointer = slot.pointer if slot is not None else ()
    if slot is not None and reasons and reasons[0].pointer:
        pointer = slot.locate(reasons[0].pointer)
    line, _ = document.at(pointer)
    name = slot.name if slot is not None else label(document.value)
    return Entry(outcome, name, f"{document.raw.source}:{line}", reasons)


def document_error(document: Document, error: WorkloadError) -> ManifestError:
    """An error of the workloads room with file, line and column."""
    return document.error(str(error), error.pointer)


def changed_objects(old: Any, new: Any) -> tuple[Changed, ...]:
    """The objects of a document that are not what they were."""
    pairs = zip(objects(old), objects(new), strict=True)
    return tuple(Changed(was, now) for (pointer, was), (_, now) in pairs if at(old, pointer) is not at(new, pointer))
