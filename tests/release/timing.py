"""How long programs take to start."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Mapping, Sequence


def least(commands: Sequence[Sequence[str]], variables: Mapping[str, str], times: int = 15) -> list[float]:
    """The least processor time (seconds) of each command; they take turns."""
    best = [float("inf")] * len(commands)
    for _ in range(times):
        for at, command in enumerate(commands):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, env=variables, stdout=subprocess.DEVNULL, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            best[at] = min(best[at], used)
    return best
