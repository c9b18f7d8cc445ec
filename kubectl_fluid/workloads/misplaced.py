"""Labels that stand on the workload where only those of the Pod template count."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from kubectl_fluid.workloads.errors import Pointer
from kubectl_fluid.workloads.find import slots
from kubectl_fluid.workloads.path import Object, at


class Misplaced(NamedTuple):
    """A label or annotation that no Pod will have.

    `pointer` is where it stands; `template` is the name of the slot under that object which lacks it.
    """

    key: str
    pointer: Pointer
    template: str


def misplaced(value: Any, keys: Collection[str]) -> list[Misplaced]:
    """Those of the `keys` that stand in metadata above a Pod template while no template below has them.

    Above are the workload itself and, as in a CronJob, the template of a workload in it; `labels` and `annotations`
    are both looked at. Raises what `slots` raises.
    """
    held: dict[tuple[Pointer, str, str], list[tuple[str, bool]]] = {}
    for slot in slots(value):
        carried = {key for _, key in _carried(slot.pod)}
        for depth in range(len(slot.pointer)):
            above = slot.pointer[:depth]
            for part, key in _carried(at(value, above)):
                if key in keys:
                    held.setdefault((above, part, key), []).append((slot.name, key in carried))
    return [
        Misplaced(key, (*above, "metadata", part, key), below[0][0])
        for (above, part, key), below in held.items()
        if not any(has for _, has in below)
    ]


def _carried(holder: Object | list[Any]) -> list[tuple[str, str]]:
    """Labels and annotations of an object: the map they stand in, and the key; what has no such shape has none."""
    metadata = holder.get("metadata") if isinstance(holder, dict) else None
    if not isinstance(metadata, dict):
        return []
    parts = [(part, metadata.get(part)) for part in ("labels", "annotations")]
    return [(part, key) for part, found in parts if isinstance(found, dict) for key in found]
