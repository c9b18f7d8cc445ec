"""Fields of a Pod that stand on the workload, where they have no effect."""

from __future__ import annotations

from typing import Any, NamedTuple

from kubectl_fluid.workloads.errors import Pointer
from kubectl_fluid.workloads.find import slots
from kubectl_fluid.workloads.path import at

#: Fields that published examples put one level too high (ACK's page on Jobs: terminationGracePeriodSeconds), and such
#: as no kind in the table has in a spec that holds a Pod template.
POD_FIELDS = ("terminationGracePeriodSeconds", "restartPolicy", "nodeSelector", "tolerations", "imagePullSecrets")


class Lost(NamedTuple):
    """A field without effect: where it stands, and the name of the slot whose Pod lacks it."""

    field: str
    pointer: Pointer
    template: str


def lost_fields(value: Any) -> list[Lost]:
    """Pod fields beside a `template` whose Pod does not have them. Raises what `slots` raises."""
    found = []
    for slot in slots(value):
        if not slot.pointer or slot.pointer[-1] != "template":
            continue
        above, spec = slot.pointer[:-1], slot.pod.get("spec")
        holder = at(value, above)
        if isinstance(holder, dict) and isinstance(spec, dict):
            lost = (field for field in POD_FIELDS if field in holder and field not in spec)
            found += [Lost(field, (*above, field), slot.name) for field in lost]
    return found
