"""Jindo's scrape target (Fluid a826600a, pkg/ddc/base/mount_mode.go)."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.catalog.metrics import scrape_target
from kubectl_fluid.claims import Problem


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("", ""),
        ("None", ""),
        ("All", "MountPod,Sidecar"),
        ("MountPod", "MountPod"),
        ("Sidecar", "Sidecar"),
        ("Sidecar,MountPod", "MountPod,Sidecar"),
        ("Sidecar,Sidecar", "Sidecar"),
        ("Sidecar,All", "MountPod,Sidecar"),
        ("Sidecar,None", "Sidecar"),
        ("None,Sidecar", ""),
        ("None,nonsense", ""),
        ("All,nonsense", "MountPod,Sidecar"),
    ],
)
def test_words_are_read_up_to_the_first_all_or_none(text: str, target: str) -> None:
    assert scrape_target("jindo", {"metrics": {"scrapeTarget": text}}) == target


@pytest.mark.parametrize("text", ["sidecar", "Sidecar, MountPod", "Sidecar,", ",", "nonsense,All", 3, True, ["All"]])
def test_any_other_word_is_a_problem(text: Any) -> None:
    problem = scrape_target("jindo", {"metrics": {"scrapeTarget": text}})
    assert isinstance(problem, Problem)
    assert problem.code == "BadScrapeTarget"


@pytest.mark.parametrize("fuse", [{}, {"metrics": None}, {"metrics": 3}, {"metrics": {}}])
def test_a_runtime_that_says_nothing_has_no_target(fuse: dict[str, Any]) -> None:
    assert scrape_target("jindo", fuse) == ""


@pytest.mark.parametrize("runtime", ["juicefs", "alluxio", "thin", "efc"])
def test_only_jindo_has_a_target(runtime: str) -> None:
    assert scrape_target(runtime, {"metrics": {"scrapeTarget": "All"}}) == ""
    assert scrape_target(runtime, {"metrics": {"scrapeTarget": "nonsense"}}) == ""
