"""Running the program in tests: in this process with streams of bytes, or as a real one."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run."""

    status: int
    out: str
    err: str


def run(*arguments: str | Path, stdin: bytes | str = b"", variables: Mapping[str, str] | None = None) -> Ran:
    """Run a command line in this process."""
    environment = Environment(
        program="kubectl fluid",
        arguments=[str(argument) for argument in arguments],
        variables={"HOME": "/nonexistent"} if variables is None else variables,
        stdin=io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin),
        stdout=(out := io.BytesIO()),
        stderr=(err := io.BytesIO()),
    )
    status = main(environment)
    return Ran(status, out.getvalue().decode(), err.getvalue().decode())


def start(*arguments: str | Path, stdin: bytes = b"", **variables: str) -> Ran:
    """Run a command line as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "kubectl_fluid", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env={**os.environ, "HOME": "/nonexistent", **variables},
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
