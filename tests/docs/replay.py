"""Pages whose commands are run: those behind `$ ` in blocks of type `console`, one after the other in one folder.

`kubectl fluid` is this program, so that kubectl need not be there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support import ROOT

FENCE = "```"
# bash finds this function wherever a command says `kubectl`; verbs of kubectl's own go to $KUBECTL.
SHIM = """\
kubectl() {
  if [ "$1" = fluid ]; then shift; "$PYTHON" -m kubectl_fluid "$@"; else "${KUBECTL:-false}" "$@" || return 127; fi
}
"""

Run = Callable[[str], str]


def run(command: str, folder: Path, more: Mapping[str, str] | None = None) -> str:
    """Both streams of a command, in the order in which they were written; `more` are variables."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
        **(more or {}),
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


def replayed(page: str, run: Run) -> str:
    """The page with what its commands print now."""
    lines = iter(page.splitlines(keepends=True))
    made = []
    for line in lines:
        made.append(line)
        if not line.startswith(f"{FENCE}console"):
            continue
        for inside in lines:
            if inside.startswith("$ "):
                made += [inside, run(inside[2:])]
            elif inside.startswith(FENCE):
                made.append(inside)
                break
    return "".join(made)
