"""Where each kind of workload keeps its Pod templates; knows nothing of Fluid.

`slots(value)` finds the templates of a document, `Slot.put` writes one back into a copy of it. The kinds stand in
`table`; what has no Pod template to write into has a sentence that says what to do instead (`refusal`).
"""

from __future__ import annotations

from kubectl_fluid.workloads.errors import WorkloadError
from kubectl_fluid.workloads.find import known, objects, refusal, slots
from kubectl_fluid.workloads.label import label
from kubectl_fluid.workloads.lost import Lost, lost_fields
from kubectl_fluid.workloads.misplaced import Misplaced, misplaced
from kubectl_fluid.workloads.slot import Slot

__all__ = [
    "Lost",
    "Misplaced",
    "Slot",
    "WorkloadError",
    "known",
    "label",
    "lost_fields",
    "misplaced",
    "objects",
    "refusal",
    "slots",
]
