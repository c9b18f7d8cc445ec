"""What stands beside a Pod template, where it has no effect: labels of the workload, fields one level too high."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from kubectl_fluid import keys
from kubectl_fluid.injection.reason import Outcome, Reason
from kubectl_fluid.manifests.parse import Document
from kubectl_fluid.workloads import Slot, lost_fields, misplaced

#: Labels and annotations that people put on the workload by mistake.
MISPLACED = (keys.INJECT, keys.SIDECAR_TARGET, keys.INJECT_SERVERFUL, keys.INJECT_DEPRECATED)
#: Those that steer an injected Pod to its platform, and are as often put on the workload.
LOST_WITH_IT = (keys.ECI, keys.ACS, keys.UNPRIVILEGED, keys.CACHE_DIR, keys.PLATFORM)

#: A template's name, and a place above it.
Place = tuple[str, tuple[str | int, ...]]


class Besides:
    """Looks through a document once, however many templates it has, and only if somebody asks."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def asking(self, slot: Slot) -> tuple[Reason, ...]:
        """Labels that would ask for a sidecar."""
        return tuple(self._of(slot, self._asking))

    def steering(self, slot: Slot) -> tuple[Reason, ...]:
        """Labels and fields that an injected Pod lacks."""
        return (*self._of(slot, self._steering), *self._of(slot, self._fields))

    @cached_property
    def _asking(self) -> dict[Place, list[Reason]]:
        return self._labels(MISPLACED)

    @cached_property
    def _steering(self) -> dict[Place, list[Reason]]:
        return self._labels(LOST_WITH_IT)

    @cached_property
    def _fields(self) -> dict[Place, list[Reason]]:
        found = defaultdict(list)
        for lost in lost_fields(self._document.value):
            line, _ = self._document.at(lost.pointer)
            message = f"{lost.field} stands beside the Pod template (line {line}), where it has no effect"
            reason = Reason("MisplacedField", Outcome.INJECTED, message, "move it to the template's spec")
            found[lost.template, lost.pointer[:-1]].append(reason)
        return found

    def _labels(self, wanted: tuple[str, ...]) -> dict[Place, list[Reason]]:
        found = defaultdict(list)
        for lost in misplaced(self._document.value, wanted):
            line, _ = self._document.at(lost.pointer)
            message = f"{lost.key} stands on the workload (line {line}), where no Pod will have it"
            hint = "move it to the labels of the Pod template"
            reason = Reason("MisplacedLabel", Outcome.SKIPPED, message, hint)
            found[lost.template, lost.pointer[:-3]].append(reason)
        return found

    @staticmethod
    def _of(slot: Slot, found: dict[Place, list[Reason]]) -> Iterator[Reason]:
        if found:
            for depth in range(len(slot.pointer) + 1):
                yield from found.get((slot.name, slot.pointer[:depth]), ())
