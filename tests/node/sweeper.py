"""Takes away what a node leaves on its machine, however its owner ended. `python -I sweeper.py CGROUP FOLDER...`.

Reads a process id from standard input and waits for its end, then until the machine's first process is gone; then
removes the cgroups (which are empty by then), and those FOLDERs that are empty: mount points that were made for the
machine.
"""

from __future__ import annotations

import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
PATIENCE = 60


def wait(pid: int) -> None:
    """Until there is no such process."""
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)


def remove_cgroups(name: str) -> None:
    """In every hierarchy, children first. A process that was killed may take a moment to leave."""
    for root in [CGROUPS / name, *CGROUPS.glob(f"*/{name}")]:
        for folder in sorted((it for it in root.rglob("*") if it.is_dir()), key=lambda it: -len(it.parts)):
            remove(folder)
        remove(root)


def remove(folder: Path) -> None:
    """Remove an empty folder, in a while if not now."""
    end = time.monotonic() + 5
    while folder.exists() and time.monotonic() < end:
        with suppress(OSError):
            folder.rmdir()
            return
        time.sleep(0.05)


def main() -> None:
    """Wait, then clean."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    pid = 0
    for line in sys.stdin:
        pid = int(line)
    if pid:
        wait(pid)
    remove_cgroups(sys.argv[1])
    others = any(CGROUPS.glob("**/kubectl-fluid-*"))
    # To remove a folder unmounts what other machines have mounted there.
    for folder in () if others else sys.argv[2:]:
        with suppress(OSError):
            Path(folder).rmdir()


if __name__ == "__main__":
    main()
