"""Findings as the API server would say them: a metav1.Status for each object, by file, as kubectl-validate has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import Any

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.validate_found import Checked, Located, Outcome, Suite
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.schema.report import dotted

_INVALID = 422
_BAD_REQUEST = 400


def render(outcome: Outcome, _: Environment) -> Iterator[str]:
    """One JSON object: file → list of Status."""
    names: dict[str, int] = {}
    before = "{"
    for (number, source), suites in groupby(outcome.documents, lambda it: (it.where.input, it.source)):
        first = names.setdefault(source, number)
        name = source if first == number else f"{source} (input {number + 1})"  # a file may be called stdin
        yield f"{before}\n  {_json(name)}: "
        between = "["
        for status in chain.from_iterable(map(_statuses, suites)):
            yield f"{between}\n    {_json(status).replace(chr(10), chr(10) + '    ')}"
            between = ","
        yield "\n  ]"
        before = ","
    yield "{}\n" if before == "{" else "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _statuses(suite: Suite) -> Iterator[dict[str, Any]]:
    """One for each object, then one for what is no object."""
    by_object: dict[Pointer, list[Located]] = {}
    for it in suite.findings:
        by_object.setdefault(it.start, []).append(it)
    for checked in suite.checked:
        yield _status(checked, by_object.pop(checked.start, []))
    yield from map(_unreadable, by_object.values())


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
