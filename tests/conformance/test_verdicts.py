"""Verdicts of a real API server on mutated manifests: the same for each, at the same field, but for a table.

docs/validate-verdicts.md holds the exceptions and their reasons.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.validation.finding import Finding, Severity
from kubectl_fluid.validation.schema import Schema, Schemas, check, load
from kubectl_fluid.validation.schema.report import dotted
from tests.support import ROOT, SHARED

Object = dict[str, Any]

FILES = ("crd-verdicts", "core-verdicts")
#: Share of the cases that have to have the API server's verdict, and of the refused ones that its first field.
LEAST = {"crd-verdicts": (1.0, 0.98), "core-verdicts": (0.97, 0.95)}
ROW = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)

_UNKNOWN = re.compile(r'unknown field "([^"]*)"')
#: Places that the API server tells in the sentence alone.
_IN_SENTENCE = re.compile(
    r'with format \w+ in (\S+)$|\(default format\) in (\S+)$|^Invalid value: "": "(\S+)" must validate'
)


@cache
def schemas() -> Schemas:
    return load()


@cache
def by_kind() -> dict[str, Schema]:
    return {schema.gvk.kind: schema for schema in schemas()}


@cache
def cases_of(name: str) -> tuple[Object, ...]:
    path = SHARED / "conformance" / f"{name}.jsonl.gz"
    if not path.exists():
        return ()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


def parameters() -> list[Any]:
    return [pytest.param(case, id=f"{name} {case['id']}") for name in FILES for case in cases_of(name)]


def errors(case: Object) -> list[Finding]:
    """Each case was sent to where objects of its kind are created, whatever it says of itself."""
    found = check(case["doc"], schemas(), schema=by_kind()[case["kind"]])
    return [it for it in found if it.severity is Severity.ERROR]


def their_fields(case: Object) -> list[str]:
    """Fields of the API server's causes, in one notation; none where it names none."""
    if case["status"] == 400:
        return [plain(it) for it in _UNKNOWN.findall(case["message"])]
    found = []
    for cause in case["causes"]:
        field = cause["field"]
        if field == "<nil>":
            match = _IN_SENTENCE.search(cause["message"])
            field = next(filter(None, match.groups())) if match else ""
        found.append(plain(field))
    return found


def plain(field: str) -> str:
    """A field with keys of mappings after a dot."""
    return re.sub(r"\[([^\]0-9][^\]]*)\]", r".\1", field.lstrip("."))


def our_fields(found: list[Finding]) -> list[str]:
    return [plain(it.field or dotted(it.pointer)) for it in found]


def rows() -> list[str]:
    return ROW.findall((ROOT / "docs" / "validate-verdicts.md").read_text(encoding="utf-8"))


def exception_of(case: Object, found: list[Finding]) -> str | None:
    """The row of the table that a case falls under whose first field differs or whose verdict does."""
    if found and found[0].code in ("FL0001", "FL0002"):
        return "identity"
    if "forbidden" in case["message"] and case["status"] == 403:
        return "cluster"
    return None


@pytest.mark.parametrize("case", parameters())
def test_the_verdict_is_the_api_servers(case: Object) -> None:
    found = errors(case)
    if case["valid"]:
        assert found == []
    else:
        assert found or exception_of(case, found) in rows(), case["message"]


@pytest.mark.parametrize("case", [it for it in parameters() if not it.values[0]["valid"]])
def test_the_api_servers_first_field_is_among_ours(case: Object) -> None:
    found, theirs = errors(case), their_fields(case)
    assert not theirs or theirs[0] in our_fields(found) or exception_of(case, found) in rows()


@pytest.mark.parametrize("name", FILES)
def test_the_shares_that_agree(
    name: str, shared: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    shared(f"conformance/{name}.jsonl.gz")
    counts = Counter[str]()
    for case in cases_of(name):
        found, theirs = errors(case), their_fields(case)
        counts["cases"] += 1
        counts["same verdict"] += case["valid"] == (not found)
        counts["valid, and refused"] += case["valid"] and bool(found)
        counts["with a field"] += bool(theirs)
        counts["same first field"] += bool(theirs) and our_fields(found)[:1] == theirs[:1]
    for what, number in counts.items():
        record_property(f"{name}: {what}", number)
    verdicts, first = LEAST[name]
    assert counts["cases"] >= 100
    assert counts["valid, and refused"] == 0
    assert counts["same verdict"] >= verdicts * counts["cases"], counts
    assert counts["same first field"] >= first * counts["with a field"], counts
