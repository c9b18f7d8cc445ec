"""A slot: one place of a document that holds a Pod template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubectl_fluid.workloads.errors import Pointer
from kubectl_fluid.workloads.path import Object, at, replace


@dataclass(frozen=True, slots=True)
class Slot:
    """One Pod template of a document.

    `pointer` leads from the document's root to the template (to the Pod itself for a Pod, to the entry of
    `spec.templates` for Argo). `pod` has the shape of a Pod (`spec`, and `metadata` where there is some) and shares
    structure with the document: never change it in place. `name` is for reports: `job/demo-app`, or
    `raycluster/demo worker group gpu` where a kind has several templates. `caveat` is a sentence on what this kind's
    controller demands of the result, "" when nothing is special.
    """

    pointer: Pointer
    pod: Object
    kind: str
    name: str
    namespace: str | None = None
    caveat: str = ""

    def put(self, value: Object, new_pod: Object) -> Object:
        """A copy of the document `value` in which this slot holds `new_pod`; the same object if nothing changes.

        Slots of one document may be put one after the other, each into what the one before returned. Raises
        WorkloadError where the kind has no place for what was changed.
        """
        if at(value, self.pointer) is new_pod:
            return value
        result: Object = replace(value, self.pointer, new_pod)
        return result

    def locate(self, pointer: Pointer) -> Pointer:
        """Where in the document the member `pointer` of the Pod stands (the nearest place that the document has)."""
        return (*self.pointer, *pointer)


def is_pod(value: Any) -> bool:
    """True when a template has a spec: without one there is nothing to inject into."""
    return isinstance(value, dict) and isinstance(value.get("spec"), dict)
