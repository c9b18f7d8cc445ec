"""Findings as SARIF 2.1.0, which code scanning takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from kubectl_fluid import __version__
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.validate_check import UNREADABLE
from kubectl_fluid.cli.validate_found import Located, Outcome
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules import BY_CODE
from kubectl_fluid.validation.schema.codes import WHY

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


#: Stands in the document where the results go.
_RESULTS = "RESULTS"


def render(outcome: Outcome, _: Environment) -> Iterator[str]:
    """One run with its rules and results."""
    codes = {code: index for index, code in enumerate(sorted(outcome.codes))}
    driver = {"name": "kubectl-fluid", "version": __version__, "rules": [_rule(code) for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": _RESULTS}
    whole = _json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})
    before, behind = whole.rsplit(f'"{_RESULTS}"', 1)
    yield before
    between = "["
    for it in outcome.findings:
        yield f"{between}\n        {_json(_result(it, codes[it.finding.code])).replace(chr(10), chr(10) + ' ' * 8)}"
        between = ","
    yield f"{'[]' if between == '[' else chr(10) + ' ' * 6 + ']'}{behind}\n"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _rule(code: str) -> dict[str, Any]:
    rule = BY_CODE.get(code)
    if rule is None:
        why = "The file or the document cannot be read." if code == UNREADABLE else WHY.get(code, code)
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
    return {
        "ruleId": it.finding.code,
        "ruleIndex": index,
        "level": _LEVELS[it.finding.severity],
        "message": {"text": f"{it.sentence}{it.advice}"},
        "locations": [location],
    }


def _uri(source: str) -> str:
    path = PurePath(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
