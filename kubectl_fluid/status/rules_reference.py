"""Verdicts on a Dataset that refers to another one (`dataset://…`): it has what that one has."""

from __future__ import annotations

from collections.abc import Callable

from kubectl_fluid.status.case import Case
from kubectl_fluid.status.model import Verdict
from kubectl_fluid.status.rules import Rule


def _unreadable(case: Case) -> str | None:
    if case.refers_to is None or case.physical_read:
        return None
    return f"the Dataset {case.refers_to} that it refers to cannot be read"


def _missing(case: Case) -> str | None:
    if case.refers_to is None or case.physical is not None:
        return None
    return f"the Dataset {case.refers_to} that it refers to does not exist"


def _nested(case: Case) -> str | None:
    if case.physical is None or case.physical.refers_to is None:
        return None
    return f"the Dataset {case.refers_to} that it refers to refers to another one itself"


def _is(verdict: Verdict) -> Callable[[Case], str | None]:
    def find(case: Case) -> str | None:
        if case.physical is None or case.physical.health.verdict is not verdict:
            return None
        return f"it refers to {case.refers_to}: {case.physical.health.message}"

    return find


def _referenced(verdict: Verdict) -> Rule:
    return Rule(
        f"Referenced{verdict.value}",
        verdict,
        f"the Dataset that it refers to is {verdict.value}",
        _is(verdict),
        "see `kubectl fluid status` of {target}",
    )


REFERENCE: tuple[Rule, ...] = (
    Rule(
        "ReferencedUnreadable",
        Verdict.UNKNOWN,
        "the Dataset that it refers to could not be read, mostly for want of rights in its namespace",
        _unreadable,
        "ask for the right to get datasets.data.fluid.io in the namespace of {target}",
    ),
    Rule(
        "ReferencedMissing",
        Verdict.FAILED,
        "the Dataset that it refers to does not exist",
        _missing,
        "create {target}, or correct the mountPoint",
    ),
    Rule(
        "ReferencedNested",
        Verdict.FAILED,
        "the Dataset that it refers to is itself one that refers to another, which Fluid refuses",
        _nested,
        "refer to the Dataset at the end of that chain",
    ),
    *map(_referenced, (Verdict.FAILED, Verdict.UNKNOWN, Verdict.DEGRADED, Verdict.PROGRESSING)),
)
