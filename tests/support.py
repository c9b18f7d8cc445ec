"""What tests of several rooms lean on: where things are, reference answers, golden files."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]

#: Reference answers lie beside the checkout: they are large and several projects use them.
SHARED = ROOT.parent / "shared"

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def unavailable(reason: str) -> NoReturn:
    """Skip this test because the machine lacks something; in CI fail, since nobody reads there what was skipped."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


def shared(name: str) -> Path:
    """Path of `../shared/<name>`; see `unavailable` for what happens where it is missing."""
    path = SHARED / name
    if not path.exists():
        unavailable(f"no reference answers: ../shared/{name} is missing")
    return path


@dataclass(frozen=True, slots=True)
class Golden:
    """Compares text with a file that holds what it should be, or writes that file (`--update-golden`)."""

    update: bool

    def __call__(self, path: Path, actual: str) -> None:
        """Fail with a unified diff unless the file `path` holds exactly `actual` (byte for byte, as UTF-8)."""
        __tracebackhide__ = True
        content = actual.encode()
        expected = path.read_bytes() if path.exists() else None
        if expected == content:
            return
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            return
        where = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        if expected is None:
            problem = "is missing"
        else:
            problem = "does not hold this output:\n" + _difference(expected.decode(errors="replace"), actual)
        pytest.fail(f"{where} {problem}\nif the output is right: `make golden`, and look at the diff", pytrace=False)


def _difference(expected: str, actual: str) -> str:
    lines = difflib.unified_diff(
        expected.splitlines(keepends=True), actual.splitlines(keepends=True), "golden", "actual"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ no newline at the end\n" for line in lines)
