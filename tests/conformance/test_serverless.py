"""Every reference answer of Fluid's own webhook: our Pod is equal, or a row of docs/divergences.md says why not."""

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

from tests.conformance.verdict import EQUAL, REFUSED_ALIKE, judge
from tests.support import ROOT, SHARED

Object = dict[str, Any]

FILES = ("fluid-serverless", "fluid-plugins")
ROW = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)


@cache
def cases_of(name: str) -> tuple[Object, ...]:
    """The cases of one file; none where the reference answers are not there."""
    path = SHARED / "conformance" / f"{name}.jsonl.gz"
    if not path.exists():
        return ()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


def parameters() -> list[Any]:
    return [pytest.param(case, id=f"{name} {case['name']}") for name in FILES for case in cases_of(name)]


def rows() -> list[str]:
    return ROW.findall((ROOT / "docs" / "divergences.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", parameters())
def test_the_pod_is_fluids_or_a_row_of_the_table_says_why_not(case: Object) -> None:
    verdict = judge(case)
    assert verdict in (EQUAL, REFUSED_ALIKE, *rows())


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", FILES)
def test_most_cases_of_each_file_are_equal(
    name: str, shared: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    shared(f"conformance/{name}.jsonl.gz")
    counts = Counter(map(judge, cases_of(name)))
    for verdict, number in sorted(counts.items()):
        record_property(f"{name}: {verdict}", number)
    alike = counts[EQUAL] + counts[REFUSED_ALIKE]
    report = ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common())
    print(f"\n{name}: {counts.total()} cases: {report}")  # noqa: T201 - shown by pytest -s, and where it fails
    assert counts.total() > 0
    assert alike >= 0.75 * counts.total(), report
