"""Findings as the API server would say them: a metav1.Status for each object, by file, as kubectl-validate has it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.validating import Checked, Located, Outcome
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import Where
from kubectl_fluid.validation.schema.report import dotted

_INVALID = 422
_BAD_REQUEST = 400


def render(outcome: Outcome, _: Environment) -> str:
    """One JSON object: file → list of Status."""
    by_object: dict[tuple[Where, Any], list[Located]] = {}
    for it in outcome.findings:
        by_object.setdefault((it.where, it.start), []).append(it)
    files: dict[str, list[tuple[Where, Any]]] = {}
    for checked in outcome.checked:
        status = _status(checked, by_object.pop((checked.where, checked.start), []))
        files.setdefault(checked.source, []).append((checked.where, status))
    for (where, _), found in by_object.items():
        files.setdefault(found[0].source, []).append((where, _unreadable(found)))
    shown = {source: [it[1] for it in sorted(those, key=lambda it: it[0])] for source, those in files.items()}
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def _status(checked: Checked, found: list[Located]) -> dict[str, Any]:
    errors = [it for it in found if it.finding.severity is Severity.ERROR]
    details: dict[str, Any] = {"name": checked.object_name, "group": checked.group, "kind": checked.kind}
    if found:
        ordered = sorted(found, key=lambda it: it.finding.code >= "FL0100")  # the API server speaks first
        details["causes"] = [_cause(it) for it in ordered]
    status = {**_head(errors=bool(errors)), "details": details}
    if errors:
        kind = f"{checked.kind}.{checked.group}" if checked.group else checked.kind
        status |= {"message": f'{kind} "{checked.object_name}" is invalid: {_sentences(errors)}', "reason": "Invalid"}
        status["code"] = _INVALID
    return status


def _unreadable(found: list[Located]) -> dict[str, Any]:
    causes = {"causes": [_cause(it) for it in found]}
    head = _head(errors=True)
    return {**head, "message": _sentences(found), "reason": "BadRequest", "details": causes, "code": _BAD_REQUEST}


def _head(*, errors: bool) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure" if errors else "Success"}


def _sentences(found: Iterable[Located]) -> str:
    return "; ".join(": ".join(filter(None, [dotted(it.pointer), it.finding.message])) for it in found)


def _cause(it: Located) -> dict[str, Any]:
    """A StatusCause; the members behind the first three are ours."""
    finding = it.finding
    field = finding.field or dotted(it.pointer)
    cause: dict[str, Any] = {"reason": finding.reason, "message": finding.message, "field": field}
    cause |= {"code": finding.code, "severity": finding.severity.value, "line": it.line, "column": it.column}
    return cause | ({"hint": finding.hint} if finding.hint else {})
