"""The dependencies' wheels: fetched by pip, with the versions and hashes of the lock, and kept in a cache folder."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from release.lock import LOCK, Pin, pins
from release.platforms import MINORS, Native
from release.problem import Problem
from release.run import run

#: What has native code. All others are taken as pure Python, also where there is a faster wheel.
NATIVE = ("pyyaml", "rpds-py")


@dataclass(frozen=True)
class Wheel:
    """A wheel on disk."""

    pin: Pin
    path: Path

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Its members by name."""
        with zipfile.ZipFile(self.path) as archive:
            return {it.filename: archive.read(it) for it in archive.infolist() if not it.is_dir()}

    @cached_property
    def sha256(self) -> str:
        """Of the wheel as a file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def folder(self) -> str:
        """Its `.dist-info`."""
        (name,) = (it for it in self.files if it.endswith(".dist-info/METADATA"))
        return name.partition("/")[0]

    @property
    def metadata(self) -> str:
        """Its METADATA."""
        return self.files[f"{self.folder}/METADATA"].decode()


def cache_folder() -> Path:
    """Where wheels are kept, a folder for each state of the lock."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kubectl-fluid" / f"wheels-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def pure(cache: Path) -> dict[str, Wheel]:
    """Every dependency without native code, and the launchers for Windows."""
    wanted = [pin for pin in pins().values() if pin.name not in NATIVE]
    return _fetched(cache / "pure", wanted, ["--platform", "any", "--python-version", f"3.{MINORS[0]}"])


def native(cache: Path, kind: Native, minor: int) -> dict[str, Wheel]:
    """The native dependencies for one kind of interpreter."""
    wanted = [pin for pin in pins().values() if pin.name in NATIVE]
    platform = [word for tag in kind.tags for word in ("--platform", tag)]
    python = ["--python-version", f"3.{minor}", "--implementation", "cp", "--abi", f"cp3{minor}"]
    return _fetched(cache / f"{kind.name}-cp3{minor}", wanted, [*platform, *python])


def _fetched(folder: Path, wanted: list[Pin], options: list[str]) -> dict[str, Wheel]:
    """What is wanted, from the folder or from pip's index. Raises Problem.

    The folder appears when all of it is there; its files are checked against the lock each time.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder.parent) as name:
            part = Path(name) / "part"
            _download(part, wanted, options)
            part.rename(folder)
    return {wheel.pin.name: wheel for wheel in _checked(folder, wanted)}


def _download(folder: Path, wanted: Iterable[Pin], options: list[str]) -> None:
    folder.mkdir()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lines:
        lines.write("".join(f"{pin.requirement}\n" for pin in wanted))
        lines.flush()
        fixed = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", str(folder)]
        run([sys.executable, "-m", "pip", "download", *fixed, *options, "--requirement", lines.name])


def _checked(folder: Path, wanted: list[Pin]) -> Iterable[Wheel]:
    by_name = {path.name.partition("-")[0].lower().replace("_", "-"): path for path in sorted(folder.glob("*.whl"))}
    for pin in wanted:
        if pin.name not in by_name:
            raise Problem(f"{folder} has no wheel of {pin.name}", f"remove {folder}, so that it is fetched again")
        wheel = Wheel(pin, by_name[pin.name])
        if wheel.sha256 not in pin.hashes:
            raise Problem(f"{wheel.path} is not what the lock says", f"remove {folder}, so that it is fetched again")
        yield wheel
