"""Manifests with the mistakes that Fluid's own pages and samples make: all of them are found, and correct ones pass.

In `samples/`, a comment `#! CODE …` stands on each line on which something is wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.running import run

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.yaml"))
FOUND = re.compile(r":(\d+):\d+: (?:error|warning) (FL\d{4}) ", re.ASCII)


def wanted(path: Path) -> Counter[tuple[int, str]]:
    """Line and code of each finding."""
    lines = enumerate(path.read_text().splitlines(), 1)
    return Counter((number, code) for number, line in lines for code in line.partition("#!")[2].split())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_told_what_is_wrong_with_it_and_nothing_else(path: Path) -> None:
    ran = run("validate", "--strict", path)
    assert Counter((int(line), code) for line, code in FOUND.findall(ran.out)) == wanted(path), ran.out
    assert ran.status == (1 if wanted(path) else 0)


def test_there_are_good_samples_and_bad_ones() -> None:
    assert {path.stem.startswith("good-") for path in SAMPLES if not wanted(path)} == {True}
    assert {path.stem.startswith("good-") for path in SAMPLES if wanted(path)} == {False}
    assert len(SAMPLES) >= 13


def test_encrypt_options_in_options_are_told_where_they_belong() -> None:
    ran = run("validate", next(path for path in SAMPLES if path.stem == "encrypt-options-in-options"))
    assert "must be of type string, not array (`encryptOptions` stands beside `options`, not in it)" in ran.out
