"""Whoever builds the same files gets the same bytes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from release.platforms import Platform
from tests.release.conftest import Release, building

pytestmark = [pytest.mark.release, pytest.mark.timeout(300)]


def test_a_second_build_of_the_same_files_gives_the_same_bytes(
    release: Release, here: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another folder, with other times, another mask, another seed for hashes and another time zone."""
    clean, output = tmp_path / "another clean folder", tmp_path / "dist"
    shutil.copytree(release.clean, clean)
    for path in clean.rglob("*"):
        os.utime(path, (0, 1_000_000_000))
    monkeypatch.setenv("PYTHONHASHSEED", "4711")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(release.project.epoch))
    mask = os.umask(0o077)
    try:
        building(clean, output, (here,))
    finally:
        os.umask(mask)
    compared = [release.archive(here).name, *(it.name for it in release.folder.glob("kubectl?fluid-[0-9]*"))]
    assert len(compared) == 3
    assert [it for it in compared if (output / it).read_bytes() != (release.folder / it).read_bytes()] == []
