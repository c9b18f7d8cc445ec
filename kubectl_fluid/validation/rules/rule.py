"""What a rule is: one row of the table, and what its check gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kubectl_fluid.validation.finding import Finding, Pointer, Severity

if TYPE_CHECKING:
    from kubectl_fluid.validation.rules.subject import Subject

#: Stands among the kinds of a rule for every kind that makes Pods.
WORKLOAD = "workload"
#: Where each rule is explained; the anchor is its code.
PAGE = "docs/rules.md"


class Hit(NamedTuple):
    """A rule of this code is broken at a place of the object.

    `hint` and `severity` take the place of the rule's own: what is certain with a cluster may only be worth a word
    without one.
    """

    code: str
    pointer: Pointer
    message: str
    hint: str = ""
    severity: Severity | None = None


Check = Callable[["Subject"], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    `title` is what is wrong and `why` what comes of it. `says` is the sentence of Fluid's controller or of the API
    server, where there is one. `check` looks at one object (several rules may share it); with `together` it is called
    once all documents have been seen. `cel` is true for an object that keeps the rule, as a ValidatingAdmissionPolicy
    has it; "" where one object does not tell. `reason` is metav1's word for the kind of mistake.
    """

    code: str
    severity: Severity
    title: str
    why: str
    cure: str
    kinds: tuple[str, ...]
    check: Check
    says: str = ""
    together: bool = False
    cel: str = ""
    reason: str = "FieldValueInvalid"

    @property
    def link(self) -> str:
        """The rule's place in the documentation."""
        return f"{PAGE}#{self.code.lower()}"

    def finding(self, hit: Hit, start: Pointer) -> Finding:
        """What is reported; `start` leads from the document to the object."""
        return Finding(
            code=self.code,
            severity=hit.severity or self.severity,
            message=hit.message,
            pointer=(*start, *hit.pointer),
            why=self.why,
            hint=hit.hint or self.cure,
            link=self.link,
            reason=self.reason,
        )


class Also(NamedTuple):
    """A further check, for other kinds, whose hits are of rules that stand in the table already."""

    kinds: tuple[str, ...]
    check: Check
    together: bool = False
