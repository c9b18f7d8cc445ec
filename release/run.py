"""Running a command."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from release.problem import Problem


def run(command: Sequence[str | Path], folder: Path | None = None, variables: Mapping[str, str] | None = None) -> str:
    """Standard output of a command, which gets `variables` besides our own. Raises Problem with what it said."""
    environment = {**os.environ, **(variables or {})}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise Problem(f"`{' '.join(map(str, command))}` failed:\n{said}")
    return done.stdout
