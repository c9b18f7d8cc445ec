"""The keeper of a control plane's processes, seen from whoever wants them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

#: Data in memory: nothing waits for a disk, and none wears out. A container's /dev/shm may be far too small (64 MB).
MEMORY = Path("/dev/shm")  # noqa: S108 - made by the system, and our folder in it is made with mode 0700
ROOM = 512 * 1024 * 1024


class Kept:
    """Processes and a folder that end with this object, or with this process in whatever way it ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kubectl-fluid-", dir=_place()))
        try:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", str(Path(__file__).with_name("keeper.py")), str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for us
            )
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def start(self, name: str, argv: list[str]) -> None:
        """Start a process; a running one of that name is killed before."""
        self._order(start=name, argv=argv)

    def kill(self, name: str) -> None:
        """Kill a process, and wait until it is gone."""
        self._order(kill=name)

    def ended(self, name: str) -> int | None:
        """Exit code of a process, None while it runs."""
        return self._order(ended=name)

    def log(self, name: str) -> str:
        """The end of what a process said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def end(self) -> None:
        """Kill everything and remove the folder."""
        if self._keeper.stdin and self._keeper.stdout:
            self._keeper.stdin.close()
            self._keeper.wait()
            self._keeper.stdout.close()

    def _order(self, **order: object) -> int | None:
        if self._keeper.stdin is None or self._keeper.stdout is None:
            raise RuntimeError("the keeper was started without pipes")
        self._keeper.stdin.write(json.dumps(order).encode() + b"\n")
        self._keeper.stdin.flush()
        answer: int | None = json.loads(self._keeper.stdout.readline())
        return answer


def _place() -> str | None:
    """The folder for the data, None for the usual one of temporary files."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    return str(MEMORY)
