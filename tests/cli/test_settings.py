"""What the command line knows from the variables of Fluid's controllers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.world import JOB, write
from tests.support import ROOT

BAD = {"HOME": "/nonexistent", "CRITICAL_FUSE_POD": "perhaps"}
FILES = ROOT / "examples" / "eci-juicefs"


@pytest.mark.parametrize("verb", ["inject", "size"])
def test_a_variable_with_which_fluid_would_not_start_is_a_usage_error_where_something_is_rendered(verb: str) -> None:
    done = run(verb, "--local", "-f", FILES, variables=BAD)
    assert (done.status, done.out) == (2, "")
    assert "CRITICAL_FUSE_POD" in done.err


def test_that_variable_does_not_matter_where_nothing_is_rendered(tmp_path: Path) -> None:
    folder = write(tmp_path, job=JOB)
    done = run("inject", "--local", "-f", folder / "job.yaml", "--objects", folder / "objects.yaml", variables=BAD)
    assert (done.status, "fluid-fuse-jfs" in done.out) == (0, True)
