"""What is looked at on this machine: versions, and the programs on PATH."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import kubectl_fluid
from kubectl_fluid import __version__

PLUGIN = "kubectl-fluid"
#: Packages that this program stands on and whose versions differ in what matters.
PACKAGES = ("kubernetes", "click", "jsonschema")
#: On Windows a program's name ends so.
_SUFFIXES = (".exe", ".bat", ".cmd") if os.name == "nt" else ("",)
#: Seconds and bytes for another program's answer to `--version`.
_PATIENCE, _MAX_ANSWER = 5, 200
_HEAD = 1024


class Program(NamedTuple):
    """A file that kubectl would start. `ours`: it runs this very installation; `says` is its answer to `--version`."""

    path: str
    ours: bool
    says: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """`plugins` are in the order of PATH, each file once; `kubectl` is "" where there is none."""

    python: str
    program: str
    packages: Mapping[str, str]
    plugins: tuple[Program, ...]
    kubectl: str


def look(variables: Mapping[str, str]) -> Machine:
    """This machine. `variables` are the environment's. Others' plugins are started, with `--version`."""
    path = variables.get("PATH", "")
    return Machine(
        python=platform.python_version(),
        program=__version__,
        packages={name: version for name in PACKAGES if (version := _version(name))},
        plugins=tuple(_program(it) for it in _found(PLUGIN, path)),
        kubectl=next(_found("kubectl", path), ""),
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _found(name: str, path: str) -> Iterator[str]:
    seen = set()
    for folder in path.split(os.pathsep):
        for suffix in _SUFFIXES:
            file = os.path.join(folder or ".", name + suffix)  # noqa: PTH118 - paths are text here
            real = os.path.realpath(file)
            if os.path.isfile(file) and os.access(file, os.X_OK) and real not in seen:  # noqa: PTH113 - as above
                seen.add(real)
                yield file


def _program(path: str) -> Program:
    ours = _is_ours(path)
    return Program(path, ours, "" if ours else _says(path))


def _is_ours(path: str) -> bool:
    """Whether a file starts the very installation that runs here.

    Either a script for the Python that runs here, which has one installation of this program; or the program of an
    archive (krew's), which has its library below its own folder.
    """
    home = os.path.dirname(os.path.realpath(path))  # noqa: PTH120 - as above
    if os.path.realpath(kubectl_fluid.__file__).startswith(os.path.join(home, "")):  # noqa: PTH118 - as above
        return True
    try:
        with Path(path).open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    python = os.fsencode(os.path.join(os.path.dirname(sys.executable), ""))  # noqa: PTH118, PTH120 - as above
    return b"kubectl_fluid" in head and python in head.partition(b"import")[0]


def _says(path: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - what kubectl itself would start
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    text = (done.stdout or done.stderr)[:_MAX_ANSWER].decode("utf-8", "replace").strip()
    return text.splitlines()[0] if text and not done.returncode else ""
