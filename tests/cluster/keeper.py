"""Keeps the processes of a control plane, and sees to it that they and their folder are gone with whoever wanted them.

A process of its own: `python keeper.py FOLDER`. Orders come on standard input, each one line of JSON, each answered by
one line: `{"start": NAME, "argv": [...]}` → a process id (its output goes to FOLDER/NAME.log), `{"kill": NAME}` →
null, `{"ended": NAME}` → the exit code, null while it runs. When standard input ends, however that came about (a
finished run, Ctrl-C, SIGKILL), all processes are killed and the folder is removed. SIGKILL, as kube-apiserver takes
more than 10 s for SIGTERM and has nothing worth saving.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any


class Keeper:
    """The processes, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def obey(self, order: dict[str, Any]) -> int | None:
        """Carry out one order."""
        if "start" in order:
            return self.start(order["start"], order["argv"])
        if "kill" in order:
            self.kill(order["kill"])
            return None
        return self.processes[order["ended"]].poll()

    def start(self, name: str, argv: list[str]) -> int:
        """Start a process."""
        self.kill(name)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder
            )
        return self.processes[name].pid

    def kill(self, name: str) -> None:
        """End a process and wait until it is gone."""
        process = self.processes.pop(name, None)
        if process is not None:
            process.kill()
            process.wait()

    def end(self) -> None:
        """End everything, in the opposite order of its start."""
        for name in reversed(list(self.processes)):
            self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)


def main() -> None:
    """Obey until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for whoever wanted the control plane: we end after him
    keeper = Keeper(Path(sys.argv[1]))
    try:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(keeper.obey(json.loads(line))) + "\n")
            sys.stdout.flush()
    finally:
        keeper.end()


if __name__ == "__main__":
    main()
