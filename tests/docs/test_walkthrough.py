"""`docs/walkthrough.md`: every command in it is run and prints what the page says (`make golden` rewrites the page).

Commands stand behind `$ ` in blocks of type `console` and are run one after the other in one copy of
`examples/eci-juicefs`. `kubectl fluid` is this program, so that kubectl need not be there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "walkthrough.md"
FENCE = "```"
# bash finds this function wherever a command says `kubectl`.
SHIM = 'kubectl() { test "$1" = fluid || exit 127; shift; "$PYTHON" -m kubectl_fluid "$@"; }\n'


def run(command: str, folder: Path) -> str:
    """Both streams of a command, in the order in which they were written."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
    }
    done = subprocess.run(
        ["bash", "-c", SHIM + command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    text = done.stdout.decode()
    return text if done.returncode == 0 else f"{text}(exit {done.returncode})\n"


def replayed(page: str, folder: Path) -> str:
    """The page with what its commands print now."""
    lines = iter(page.splitlines(keepends=True))
    made = []
    for line in lines:
        made.append(line)
        if not line.startswith(f"{FENCE}console"):
            continue
        for inside in lines:
            if inside.startswith("$ "):
                made += [inside, run(inside[2:], folder)]
            elif inside.startswith(FENCE):
                made.append(inside)
                break
    return "".join(made)


@pytest.mark.timeout(60)
def test_every_command_of_the_walkthrough_prints_what_the_page_says(golden: Golden, tmp_path: Path) -> None:
    folder = tmp_path / "eci-juicefs"
    shutil.copytree(ROOT / "examples" / "eci-juicefs", folder)
    golden(PAGE, replayed(PAGE.read_text(), folder))


def test_the_files_of_the_example_are_named_in_the_walkthrough() -> None:
    page = PAGE.read_text()
    assert [path.name for path in (ROOT / "examples" / "eci-juicefs").iterdir() if path.name not in page] == []
