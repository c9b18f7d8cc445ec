"""Every rule finds the example that breaks it, at its place, and leaves the one alone that keeps it."""

from __future__ import annotations

import io
import re

import pytest

from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import split
from kubectl_fluid.validation.finding import Finding, Severity
from kubectl_fluid.validation.rules import BY_CODE, RULES, Run, Where
from tests.validation.examples import Example
from tests.validation.examples_all import EXAMPLES

EACH = pytest.mark.parametrize("example", EXAMPLES, ids=[f"{i}-{it.code}" for i, it in enumerate(EXAMPLES)])


def found(text: str, run: Run | None = None) -> list[tuple[int, Finding]]:
    """The findings of a stream, each with its line."""
    run = run or Run()
    documents = [parse(raw) for raw in split(io.BytesIO(text.encode()), "x")]
    results = [
        (document, finding)
        for number, document in enumerate(documents)
        for finding in run.add(document.value, Where(0, number))
    ]
    results += [(documents[where.document], finding) for where, finding in run.conclude()]
    return [(line(document, finding), finding) for document, finding in results]


def line(document: Document, finding: Finding) -> int:
    return document.at(finding.pointer)[0]


@EACH
def test_the_example_that_breaks_a_rule_is_found_at_its_place(example: Example) -> None:
    hits = [(number, it) for number, it in found(example.failing) if it.code == example.code]
    assert [number for number, _ in hits][:1] == [example.line], hits


@EACH
def test_the_example_that_keeps_a_rule_breaks_none(example: Example) -> None:
    others = [(number, it.code, it.message) for number, it in found(example.passing) if it.severity is Severity.ERROR]
    assert others == []
    assert example.code not in {it.code for _, it in found(example.passing)}


def test_every_rule_has_an_example() -> None:
    assert {example.code for example in EXAMPLES} == set(BY_CODE)


def test_no_code_stands_twice_in_the_table() -> None:
    assert len(BY_CODE) == len(RULES)
    assert [rule.code for rule in RULES if not re.fullmatch(r"FL0[1-9]\d\d", rule.code)] == []


def test_every_rule_says_why_and_what_to_do() -> None:
    assert [rule.code for rule in RULES if not (rule.title and rule.why.endswith(".") and rule.cure)] == []
    assert [rule.code for rule in RULES if rule.title.endswith(".") or rule.cure.endswith(".")] == []
