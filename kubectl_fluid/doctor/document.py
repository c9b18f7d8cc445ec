"""A Report as JSON: apiVersion, kind, camelCase. `schemas/doctor-report.json` describes it."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.doctor.model import Check, Report, Verdict
from kubectl_fluid.doctor.table import CATEGORIES, NAMES, link

Object = dict[str, Any]

API_VERSION, KIND = "kubectl-fluid.io/v1alpha1", "DoctorReport"


def document(report: Report) -> Object:
    """All of it. Absent is what does not apply."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "context": report.context or None,
        "server": report.server or None,
        "namespace": report.namespace or None,
        "summary": {it.value: report.count(it) for it in Verdict},
        "categories": [
            {"name": name, "checks": [_check(it) for it in found]}
            for name in CATEGORIES
            if (found := [it for it in report.checks if NAMES[it.name].category == name])
        ],
    }


def _check(it: Check) -> Object:
    made: Object = {"name": it.name}
    if it.subject:
        made["subject"] = it.subject
    made |= {"verdict": it.verdict.value, "message": it.message}
    if it.hint:
        made["hint"] = it.hint
    if it.details:
        made["details"] = list(it.details)
    return made | {"link": link(it.name)}
