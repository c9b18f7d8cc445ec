"""Runs the launcher of an archive with a Python that tells, at its end, which modules it has loaded."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SPY = """\
import atexit, json, runpy, sys
flags, launcher, words = sys.argv[1:4], sys.argv[4], sys.argv[5:]
assert flags == ["-I", "-S", "-B"], flags
known = set(sys.modules)

def tell():
    held = [(name, module, getattr(module, "__spec__", None)) for name, module in list(sys.modules.items())]
    found = {
        name: [getattr(module, "__file__", None), getattr(spec, "cached", None)]
        for name, module, spec in held
        if name not in known and name != "__main__"
    }
    import os, sysconfig
    standard = [os.path.realpath(sysconfig.get_path(it)) for it in ("stdlib", "platstdlib")]
    with open(TOLD, "w") as file:
        json.dump({"modules": found, "standard": standard, "compiled": sys.implementation.cache_tag}, file)

START = %r
if START:
    class Late:
        def find_spec(self, name, path=None, target=None):
            if name == "multiprocessing":
                import kubectl_fluid.cli.workers as workers
                sys.meta_path.remove(self)
                workers.start_method = lambda: START
    sys.meta_path.insert(0, Late())

TOLD = %r
if __name__ == "__main__":
    atexit.register(tell)
    sys.argv = [launcher, *words]
    sys.path[:] = [it for it in sys.path if not it.endswith("spy")]
    runpy.run_path(launcher, run_name="__main__")
"""


@dataclass(frozen=True)
class Spied:
    """A run, and each module that it loaded: its file and where its bytecode would be."""

    status: int
    out: str
    err: str
    modules: dict[str, tuple[str | None, str | None]]
    standard: tuple[str, ...]

    @property
    def files(self) -> list[str]:
        return [file for file, _ in self.modules.values() if file]

    def strangers(self, tree: Path) -> list[str]:
        """Files of modules that are neither the archive's nor the standard library's."""
        own = str(tree.resolve())
        return [
            it
            for it in map(str, (Path(file).resolve() for file in self.files))
            if not it.startswith((own + "/lib/", own + "/native/"))
            and it != own + "/kubectl-fluid"
            and (not it.startswith(tuple(f"{each}/" for each in self.standard)) or "-packages/" in it)
        ]

    def uncompiled(self, tree: Path) -> list[str]:
        """Modules of the archive that were compiled as they were loaded."""
        own = [(file, cached) for file, cached in self.modules.values() if file and Path(file).is_relative_to(tree)]
        assert own
        return [file for file, cached in own if file.endswith(".py") and not (cached and Path(cached).exists())]


def spy(tree: Path, python: Path, words: list[str], folder: Path, *, start: str = "") -> Spied:
    """Run a command of the archive. `start` is how multiprocessing is to start processes."""
    told = folder / "told.json"
    program = folder / "spy.py"
    program.write_text(_SPY % (start, str(told)))
    wrapper = folder / "python"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.quote(str(python))} -I -S -B {shlex.quote(str(program))} "$@"\n')
    wrapper.chmod(0o755)
    variables = {"KUBECTL_FLUID_PYTHON": str(wrapper), "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    command = [str(tree / "kubectl-fluid"), *words]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    found = json.loads(told.read_text()) if told.exists() else {"modules": {}, "standard": []}
    modules = {name: (file, cached) for name, (file, cached) in found["modules"].items()}
    return Spied(done.returncode, done.stdout, done.stderr, modules, tuple(found["standard"]))
