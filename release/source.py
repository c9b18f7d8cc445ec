"""The project itself: its time, a clean copy of its files, wheel and sdist."""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

from release.archive import Entry, tar_gz, zip_file
from release.problem import Problem
from release.run import run

ROOT = Path(__file__).resolve().parents[1]
#: Written into the copy's folder, so that setuptools looks at nothing but the copy.
_BUILD = """\
import sys
from setuptools import build_meta
print(getattr(build_meta, sys.argv[1])(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Project:
    """What setup.cfg and git say. `epoch` is the time that every file of a release gets, in seconds."""

    name: str
    version: str
    url: str
    epoch: int


def project() -> Project:
    """Name, version and time of what is built. Raises Problem."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    metadata = config["metadata"]
    scope: dict[str, str] = {}
    exec((ROOT / "kubectl_fluid" / "__init__.py").read_text(encoding="utf-8"), scope)  # noqa: S102 - our own, two lines
    return Project(metadata["name"], scope["__version__"], metadata["url"], _epoch())


def _epoch() -> int:
    """SOURCE_DATE_EPOCH (reproducible-builds.org), else the time of the last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct").strip()
    if not given.isdecimal():
        raise Problem(f"SOURCE_DATE_EPOCH is {given!r}, which is no number of seconds")
    return int(given)


def _git(*words: str) -> str:
    try:
        return run(["git", *words], ROOT)
    except (OSError, Problem) as error:
        hint = "a release is built in a clone of the repository, with git on the PATH"
        raise Problem(f"which files belong to the project is not known: {error}", hint) from None


def copy(folder: Path) -> None:
    """Every file that git tracks or would track, as it is now, with the same modes everywhere."""
    names = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in sorted(filter(None, names.split("\0"))):
        source, target = ROOT / name, folder / name
        if not source.is_file():  # deleted, and not yet committed
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def wheel(folder: Path, output: Path, epoch: int) -> Path:
    """The wheel, built from a copy in `folder` without the network (setuptools must be there).

    setuptools takes modes from the disk, which has them from the umask; they are evened out here.
    """
    path = output / _build("build_wheel", folder, output, epoch)
    with zipfile.ZipFile(path) as made:
        entries = [
            Entry(it.filename, made.read(it), executable=bool(it.external_attr >> 16 & 0o100))
            for it in made.infolist()
            if not it.is_dir()
        ]
    path.write_bytes(zip_file(entries, epoch))
    return path


def sdist(folder: Path, output: Path, epoch: int) -> Path:
    """The sdist. setuptools takes times and owners from the disk; they are evened out here."""
    path = output / _build("build_sdist", folder, output, epoch)
    with tarfile.open(path) as made:
        entries = [_entry(made, member) for member in made.getmembers() if member.isfile()]
    path.write_bytes(tar_gz(entries, epoch))
    return path


def _entry(made: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    content = made.extractfile(member)
    if content is None:
        raise Problem(f"{member.name} in the sdist cannot be read")
    return Entry(member.name, content.read(), executable=bool(member.mode & 0o100))


def _build(hook: str, folder: Path, output: Path, epoch: int) -> str:
    variables = {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    said = run([sys.executable, "-c", _BUILD, hook, str(output.resolve())], folder, variables)
    return said.split()[-1]
