"""Bytecode for each minor of Python that this machine has, so that a start compiles nothing and writes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from release.platforms import MINORS
from release.problem import Problem

_COMPILER = Path(__file__).parent / "launcher" / "compile.py"
_ASK = "import json, sys; print(json.dumps([sys.implementation.name, *sys.version_info[:3]]))"
#: Nothing of the caller's may show in what is made: neither its variables nor the order of its sets.
_VARIABLES = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNODEBUGRANGES": "1", "LC_ALL": "C.UTF-8"}


def interpreters() -> dict[int, Path]:
    """Of each minor of MINORS, a CPython that is here.

    From the folders in KUBECTL_FLUID_PYTHONS (as PATH), then from PATH, then from pyenv's and uv's folders.
    """
    found: dict[int, Path] = {}
    for minor in MINORS:
        path = next((it for it in _candidates(minor) if _minor(it) == minor), None)
        if path is not None:
            found[minor] = path
    return found


def _candidates(minor: int) -> Iterator[Path]:
    name = f"python3.{minor}"
    for path in (os.environ.get("KUBECTL_FLUID_PYTHONS", ""), os.environ.get("PATH", "")):
        known = shutil.which(name, path=path) if path else None
        if known:
            yield Path(known)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    yield from sorted(pyenv.glob(f"versions/3.{minor}.*/bin/{name}"))
    yield from sorted(data.glob(f"uv/python/cpython-3.{minor}.*/bin/{name}"))


def _minor(path: Path) -> int:
    """The minor of a CPython that runs, else 0: pyenv's shims stand on the PATH for versions that are not on."""
    try:
        done = subprocess.run([path, "-I", "-S", "-c", _ASK], capture_output=True, check=True, timeout=30)
        name, major, minor, _ = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
    return int(minor) if (name, major) == ("cpython", 3) else 0


def compiled(files: dict[str, bytes], python: Path) -> dict[str, bytes]:
    """Bytecode of the modules in `files` that the program loads, by the name under which Python looks for it.

    `files` must have the program and its dependencies below `lib/`. Raises Problem.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for inside, content in files.items():
            path = folder / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        done = subprocess.run(
            [python, "-S", _COMPILER], cwd=folder, env=_VARIABLES, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Problem(f"{python} cannot compile what an archive carries: {done.stderr.strip()[-500:]}")
        return {it.relative_to(folder).as_posix(): it.read_bytes() for it in sorted(folder.rglob("*.pyc"))}
