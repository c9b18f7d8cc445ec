"""Findings as SARIF 2.1.0, which code scanning takes."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from kubectl_fluid import __version__
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.validating import UNREADABLE, Located, Outcome
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import BY_CODE
from kubectl_fluid.validation.schema.codes import WHY

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(outcome: Outcome, _: Environment) -> str:
    """One run with its rules and results."""
    codes = sorted({it.finding.code for it in outcome.findings})
    driver = {"name": "kubectl-fluid", "version": __version__, "rules": [_rule(code) for code in codes]}
    results = [_result(it, codes.index(it.finding.code)) for it in outcome.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, Any]:
    rule = BY_CODE.get(code)
    if rule is None:
        why = "The text cannot be read as a manifest." if code == UNREADABLE else WHY.get(code, code)
        return {"id": code, "shortDescription": {"text": why}}
    return {
        "id": code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.cure[0].upper()}{rule.cure[1:]}. See {rule.link}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(it: Located, index: int) -> dict[str, Any]:
    region = {"startLine": it.line, "startColumn": it.column}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(it.source)}, "region": region}}
    if it.name:
        location["logicalLocations"] = [{"fullyQualifiedName": it.name, "kind": "resource"}]
    hint = f" ({it.finding.hint})" if it.finding.hint else ""
    return {
        "ruleId": it.finding.code,
        "ruleIndex": index,
        "level": _LEVELS[it.finding.severity],
        "message": {"text": f"{it.finding.message}{hint}"},
        "locations": [location],
    }


def _uri(source: str) -> str:
    path = PurePath(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
