"""Findings as JUnit's XML: a suite for each file, a case for each object."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.validating import Located, Outcome
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules import Where

#: What XML 1.0 cannot hold, not even as a reference.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Case = tuple[str, list[Located]]


def render(outcome: Outcome, _: Environment) -> str:
    """The whole document; warnings count as failures where they are told with --strict only, else as output."""
    suites = _suites(outcome)
    failures = sum(_failed(found) for cases in suites.values() for _, found in cases)
    tests = sum(map(len, suites.values()))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="kubectl-fluid" tests="{tests}" failures="{failures}">')
    for source, cases in suites.items():
        wrong = sum(_failed(found) for _, found in cases)
        lines.append(f'  <testsuite name={_attribute(source)} tests="{len(cases)}" failures="{wrong}">')
        for name, found in cases:
            lines += _case(name, source, found)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _suites(outcome: Outcome) -> dict[str, list[Case]]:
    found: dict[tuple[Where, Pointer], list[Located]] = {}
    for it in outcome.findings:
        found.setdefault((it.where, it.start), []).append(it)
    suites: dict[str, list[Case]] = {}
    for checked in outcome.checked:
        cases = suites.setdefault(checked.source, [])
        cases.append((checked.name, found.pop((checked.where, checked.start), [])))
    for those in found.values():
        suites.setdefault(those[0].source, []).append((those[0].name or "document", those))
    return suites


def _failed(found: list[Located]) -> bool:
    return any(it.finding.severity is Severity.ERROR for it in found)


def _case(name: str, source: str, found: list[Located]) -> list[str]:
    head = f"    <testcase name={_attribute(name)} classname={_attribute(source)}"
    if not found:
        return [f"{head}/>"]
    lines = [f"{head}>"]
    for it in found:
        finding = it.finding
        text = escape(_text(f"{it.source}:{it.line}:{it.column}: {finding.message}"))
        if finding.severity is Severity.ERROR:
            lines.append(f'      <failure type="{finding.code}" message={_attribute(finding.message)}>{text}</failure>')
        else:
            lines.append(f"      <system-out>{finding.severity.value} {finding.code} {text}</system-out>")
    return [*lines, "    </testcase>"]


def _text(text: str) -> str:
    return _NO_XML.sub(lambda found: ascii(found[0])[1:-1], text)


def _attribute(text: str) -> str:
    return quoteattr(_text(text))
