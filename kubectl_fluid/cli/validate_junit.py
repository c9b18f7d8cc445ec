"""Findings as JUnit's XML: a suite for each file, a case for each object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, groupby
from xml.sax.saxutils import escape, quoteattr

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.validate_found import Located, Outcome, Suite
from kubectl_fluid.validation.finding import Pointer, Severity

#: What XML 1.0 cannot hold, not even as a reference.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Case = tuple[str, list[Located]]
#: The severities that make a case fail.
Failing = tuple[Severity, ...]


def render(outcome: Outcome, _: Environment) -> Iterator[str]:
    """The whole document; warnings are failures with --strict, else output."""
    failing = (Severity.ERROR, Severity.WARNING) if outcome.strict else (Severity.ERROR,)
    totals = [_totals(cases, failing) for _, cases in _suites(outcome)]
    tests, failures = sum(it[0] for it in totals), sum(it[1] for it in totals)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="kubectl-fluid" tests="{tests}" failures="{failures}">\n'
    for (source, cases), (number, wrong) in zip(_suites(outcome), totals, strict=True):
        yield f'  <testsuite name={_attribute(source)} tests="{number}" failures="{wrong}">\n'
        for name, found in cases:
            yield from (f"{line}\n" for line in _case(name, source, found, failing))
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _suites(outcome: Outcome) -> Iterator[tuple[str, Iterator[Case]]]:
    """The cases of each file; they are to be used up before the next file is asked for."""
    for (_, source), suites in groupby(outcome.documents, lambda it: (it.where.input, it.source)):
        yield source, chain.from_iterable(map(_cases, suites))


def _cases(suite: Suite) -> Iterator[Case]:
    found: dict[Pointer, list[Located]] = {}
    for it in suite.findings:
        found.setdefault(it.start, []).append(it)
    for checked in suite.checked:
        yield checked.name, found.pop(checked.start, [])
    for those in found.values():
        yield those[0].name or "document", those


def _totals(cases: Iterator[Case], failing: Failing) -> tuple[int, int]:
    tests = failures = 0
    for _, found in cases:
        tests += 1
        failures += any(it.finding.severity in failing for it in found)
    return tests, failures


def _case(name: str, source: str, found: list[Located], failing: Failing) -> list[str]:
    head = f"    <testcase name={_attribute(name)} classname={_attribute(source)}"
    if not found:
        return [f"{head}/>"]
    lines = [f"{head}>"]
    for it in found:
        finding = it.finding
        text = escape(_text(f"{it.source}:{it.line}:{it.column}: {it.sentence}{it.advice}"))
        if finding.severity in failing:
            lines.append(f'      <failure type="{finding.code}" message={_attribute(it.sentence)}>{text}</failure>')
        else:
            lines.append(f"      <system-out>{finding.severity.value} {finding.code} {text}</system-out>")
    return [*lines, "    </testcase>"]


def _text(text: str) -> str:
    return _NO_XML.sub(lambda found: ascii(found[0])[1:-1], text)


def _attribute(text: str) -> str:
    return quoteattr(_text(text))
