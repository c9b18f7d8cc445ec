"""The first process of a private machine: `unshare -m -n -p -i -u --fork --kill-child=TERM python -I machine.py PLAN`.

PLAN is a file of JSON: `folder` (for logs and sockets, shared with the outside), `tmpfs` (folders that get a file
system of their own here), `kernel` (files below /proc/sys of which the machine gets copies to write to), `steps`:
`{"run": argv}` has to succeed; with a `name` it is a service, which stays; the next step comes when the path `wait` is
there. The machine ends when this process does (SIGTERM), whatever runs on it; then its mounts, networks and processes
are gone. `folder/machine.pid` holds its process id as seen from outside, `folder/machine.ready` appears when all
services have been started.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PATIENCE = 60
FUSE_CONTROL = Path("/sys/fs/fuse/connections")
#: A line of mountinfo (proc_pid_mountinfo(5)): the minor number of the device is the connection's.
_FUSE = re.compile(r"^\d+ \d+ \d+:(\d+) .* - fuse\S* ", re.MULTILINE)


def isolate(plan: dict[str, Any]) -> None:
    """Give the machine its own view of processes, and file systems that others do not see."""
    folder = Path(plan["folder"])
    # /proc still shows the processes outside, and ourselves under our number there.
    (folder / "machine.pid").write_text(Path("/proc/self").readlink().name)
    run("mount", "-t", "proc", "proc", "/proc")
    run("mount", "--make-rshared", "/")
    if not any(FUSE_CONTROL.iterdir()):
        subprocess.run(["mount", "-t", "fusectl", "fusectl", FUSE_CONTROL], check=False)
    for number, setting in enumerate(plan["kernel"]):
        # A kubelet changes these for the whole kernel: it gets files of that name.
        copied = folder / f"kernel-{number}"
        copied.write_text(Path(setting).read_text())
        run("mount", "--bind", str(copied), setting)
    for place in plan["tmpfs"]:
        Path(place).mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", place)
        run("mount", "--make-shared", place)


def abort_fuse() -> None:
    """End every FUSE connection of the machine's processes.

    A client that holds its own connection and waits for an answer of it cannot even be killed, and would keep the
    machine from ending.
    """
    connections = set()
    for process in Path("/proc").glob("[0-9]*/mountinfo"):
        with suppress(OSError):
            connections |= {found[1] for found in _FUSE.finditer(process.read_text())}
    for number in connections:
        with suppress(OSError):
            (FUSE_CONTROL / number / "abort").write_text("1")


def end(*_: object) -> None:
    """What the machine does at last."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    abort_fuse()
    os._exit(0)


def run(*command: str) -> None:
    """Run a command, which has to succeed."""
    subprocess.run(command, check=True)


def start(folder: Path, name: str, argv: list[str]) -> subprocess.Popen[bytes]:
    """Start a service; its output goes to a file."""
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)


def bury(services: dict[str, subprocess.Popen[bytes]], options: int) -> None:
    """Bury one child, ours or an orphan, which come to the first process. A service that ends ends the machine."""
    try:
        pid, status = os.waitpid(-1, options)
    except ChildProcessError:
        return
    for name, service in services.items():
        if service.pid == pid:
            sys.exit(f"{name} ended with status {os.waitstatus_to_exitcode(status)}")


def main() -> None:
    """Set up, start, and bury until killed."""
    signal.signal(signal.SIGTERM, end)
    plan = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(plan["folder"])
    isolate(plan)
    services: dict[str, subprocess.Popen[bytes]] = {}
    for step in plan["steps"]:
        if "name" not in step:
            run(*step["run"])
            continue
        services[step["name"]] = start(folder, step["name"], step["run"])
        deadline = time.monotonic() + PATIENCE
        while "wait" in step and not Path(step["wait"]).exists():
            bury(services, os.WNOHANG)
            if time.monotonic() > deadline:
                sys.exit(f"{step['name']}: not for {PATIENCE} s is there {step['wait']}")
            time.sleep(0.05)
    (folder / "machine.ready").touch()
    while True:
        bury(services, 0)


if __name__ == "__main__":
    main()
