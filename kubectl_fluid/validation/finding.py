"""One thing that is wrong with a manifest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    """It is refused, or does not work."""
    WARNING = "warning"
    """It is taken, and does something other than it says."""
    INFO = "info"
    """It is taken and works; there is something to know."""


Pointer = tuple[str | int, ...]
"""Where in a document: member names and list indices, from its root."""


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, and what to do.

    `reason` is the API server's word for the kind of mistake (metav1 CauseType: `FieldValueInvalid`,
    `FieldValueRequired`, `FieldValueNotSupported`, `FieldValueDuplicate`, …). `field` is its name of
    the place where that is not the pointer with dots: `spec.containers[0].resources.limits[cpu]`.
    """

    code: str
    severity: Severity
    message: str
    pointer: Pointer
    why: str = ""
    hint: str = ""
    link: str = ""
    reason: str = "FieldValueInvalid"
    field: str = ""
