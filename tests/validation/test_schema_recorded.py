"""Verdicts on built-in kinds that `tests.cluster.record` took from a real API server: one for each thing it refused."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.validation.finding import Finding, Severity
from kubectl_fluid.validation.schema import Schema, Schemas, check, load
from tests.conformance.test_verdicts import our_fields, their_fields

Object = dict[str, Any]

#: What no file tells, or what nobody writes: it is refused by the API server and not here.
NOT_LOOKED_AT = (
    *("no PriorityClass with name", "RuntimeClass", "not configured on this cluster"),
    *("windowsOptions", "hostProcess", "WindowsOptions"),
)


@cache
def schemas() -> Schemas:
    return load()


@cache
def by_kind() -> dict[str, Schema]:
    return {schema.gvk.kind: schema for schema in schemas()}


@cache
def cases() -> tuple[Object, ...]:
    with gzip.open(Path(__file__).parent / "builtin-verdicts.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


def errors(case: Object) -> list[Finding]:
    found = check(case["doc"], schemas(), schema=by_kind()[case["kind"]])
    return [it for it in found if it.severity is Severity.ERROR]


@pytest.mark.parametrize("case", [pytest.param(it, id=it["id"]) for it in cases() if it["valid"]])
def test_what_was_taken_is_not_refused(case: Object) -> None:
    assert errors(case) == []


def test_nearly_all_of_what_was_refused_is_refused_at_the_same_field() -> None:
    counts, missed = Counter[str](), list[str]()
    for case in cases():
        if case["valid"] or any(it in case["message"] for it in NOT_LOOKED_AT):
            continue
        found, theirs = errors(case), their_fields(case)
        counts["refused"] += 1
        counts["same"] += bool(found)
        if not found:
            missed.append(case["message"])
        counts["with a field"] += bool(theirs)
        counts["same field"] += bool(theirs) and theirs[0] in our_fields(found)
    assert counts["refused"] > 500
    assert counts["same"] >= 0.98 * counts["refused"], missed
    assert counts["same field"] >= 0.95 * counts["with a field"]
