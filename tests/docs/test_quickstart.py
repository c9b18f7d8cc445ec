"""`docs/quickstart.md`: its first half, without a cluster; tests/cluster/test_quickstart_page.py runs the rest."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from tests.docs.replay import replayed, run
from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "quickstart.md"
IN_A_CLUSTER = "## In a cluster\n"


@pytest.mark.timeout(60)
def test_every_command_that_needs_no_cluster_prints_what_the_page_says(golden: Golden, tmp_path: Path) -> None:
    offline, heading, rest = PAGE.read_text().partition(IN_A_CLUSTER)
    assert heading
    golden(PAGE, replayed(offline, partial(run, folder=tmp_path)) + heading + rest)


def test_there_are_ten_commands() -> None:
    assert re.findall(r"^\*\*(\d+)\.\*\* ", PAGE.read_text(), re.MULTILINE) == [str(it) for it in range(1, 11)]
