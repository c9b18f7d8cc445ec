"""`docs/walkthrough.md`: every command in it is run and prints what the page says (`make golden` rewrites the page)."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from tests.docs.replay import replayed, run
from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "walkthrough.md"


@pytest.mark.timeout(60)
def test_every_command_of_the_walkthrough_prints_what_the_page_says(golden: Golden, tmp_path: Path) -> None:
    folder = tmp_path / "eci-juicefs"
    shutil.copytree(ROOT / "examples" / "eci-juicefs", folder)
    golden(PAGE, replayed(PAGE.read_text(), partial(run, folder=folder)))


def test_the_files_of_the_example_are_named_in_the_walkthrough() -> None:
    page = PAGE.read_text()
    assert [path.name for path in (ROOT / "examples" / "eci-juicefs").iterdir() if path.name not in page] == []
