"""Benchmarks judge by their limits, and `make bench` knows them all. What they measure is not run here."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.__main__ import SUITES
from benchmarks.figures import Figure, report
from tests.support import ROOT


@pytest.mark.parametrize(
    ("figure", "fine"),
    [
        pytest.param(Figure("x", 3.0, "times", 3), True, id="at the most"),
        pytest.param(Figure("x", 3.1, "times", 3), False, id="above the most"),
        pytest.param(Figure("x", 3.0, "times", 3, at_least=True), True, id="at the least"),
        pytest.param(Figure("x", 2.9, "times", 3, at_least=True), False, id="below the least"),
        pytest.param(Figure("x", 3.1, "times"), True, id="no limit"),
    ],
)
def test_a_figure_keeps_its_limit_or_says_so(figure: Figure, *, fine: bool) -> None:
    assert figure.fine is fine
    assert ("LIMIT NOT KEPT" in str(figure)) is not fine


def test_one_limit_that_is_not_kept_spoils_the_report_and_all_figures_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def measures(*values: float) -> Iterator[Figure]:
        return (Figure(f"figure {value:g}", value, "times", 3) for value in values)

    assert report([lambda: measures(1, 4), lambda: measures(2)]) is False
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "figure 1",
        "figure 4",
        "figure 2",
    ]
    assert report([lambda: measures(1, 2)]) is True


def test_every_suite_measures_something() -> None:
    assert [name for name, module in SUITES.items() if not importlib.import_module(module).MEASURES] == []


def test_an_unknown_suite_is_a_usage_error_that_names_the_known_ones() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such suite: nothing" in done.stderr
