"""The launcher for Windows: distlib's, which starts the Python that its `#!` line names on a zip at its own end."""

from __future__ import annotations

from release.archive import Entry, zip_file
from release.problem import Problem
from release.tree import boot
from release.wheels import Wheel

#: Go's name of the processor → distlib's launcher for console programs.
_LAUNCHERS = {"amd64": "distlib/t64.exe", "arm64": "distlib/t64-arm.exe"}
#: `/usr/bin/env` has the launcher look for python.exe on the PATH (simple_launcher, launcher.c). Options as on Unix.
SHEBANG = b"#!/usr/bin/env python -I -S -B\n"


def launcher(arch: str, distlib: Wheel, epoch: int) -> bytes:
    """`kubectl-fluid.exe`. Raises Problem."""
    program = distlib.files.get(_LAUNCHERS[arch])
    if program is None or not program.startswith(b"MZ"):
        raise Problem(f"{distlib.path.name} has no {_LAUNCHERS[arch]}")
    return program + SHEBANG + zip_file([Entry("__main__.py", boot())], epoch)
