"""Objects that cannot be read as what their kind says."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.rule import WORKLOAD, Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject


def _walks(subject: Subject) -> Iterable[Hit]:
    """Finding the Pod templates raises WorkloadError where something on the way has the wrong type."""
    del subject.slots[:0]
    return ()


RULES = (
    Rule(
        "FL0500",
        Severity.ERROR,
        "Something on the way to a Pod template has the wrong type",
        "No Pod can be made of it, so nothing else about it can be checked.",
        "see the fields of this kind",
        (WORKLOAD,),
        _walks,
        reason="FieldValueTypeInvalid",
    ),
)
