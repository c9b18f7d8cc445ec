"""A whole release, from the source to the manifest."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from release import bytecode, krew, sbom, source, tree, wheels, windows
from release.archive import Entry, tar_gz, tar_part
from release.licences import licence_files
from release.platforms import MINORS, PLATFORMS, Platform, natives
from release.problem import Problem
from release.source import Project
from release.wheels import Wheel

#: Bytes. krew unpacks an archive again at each upgrade, and people wait for it.
MAX_ARCHIVE = 15 * 1000 * 1000
SUMS = "SHA256SUMS"

Say = Callable[[str], None]
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Parts:
    """What archives are put together from.

    `shared` is the part that all of them begin with. `native` has the native wheels of each interpreter (name, minor).
    """

    project: Project
    shared: bytes
    pure: dict[str, Wheel]
    native: dict[tuple[str, int], dict[str, Wheel]]


def build(clean: Path, output: Path, platforms: Sequence[Platform], say: Say) -> list[Path]:
    """Write a release into the folder `output`, and give the files. Raises Problem.

    `clean` holds the project's files as `source.copy` makes them; nothing is written there.
    """
    project = source.project()
    _clear(output)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / project.name
        shutil.copytree(clean, copy)
        made = [source.wheel(copy, output, project.epoch), source.sdist(copy, output, project.epoch)]
    parts = _parts(project, made[0], _besides(clean), platforms, say)
    made += _in_parallel(lambda platform: _write(parts, platform, output), platforms)
    every = [*parts.pure.values(), *(wheel for found in parts.native.values() for wheel in found.values())]
    made.append(output / f"{project.name}-v{project.version}.cdx.json")
    made[-1].write_bytes(sbom.document(project, every, windows=True))
    made += _manifest(project, output, platforms, say)
    sums = "".join(f"{_sha256(path)}  {path.name}\n" for path in sorted(made))
    for path in made:
        say(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    made.append(output / SUMS)
    made[-1].write_text(sums)
    return made


def _clear(output: Path) -> None:
    """Remove what an earlier release left in the folder, by its checksums."""
    output.mkdir(parents=True, exist_ok=True)
    sums = output / SUMS
    for line in sums.read_text().splitlines() if sums.exists() else ():
        (output / Path(line.split(maxsplit=1)[1]).name).unlink(missing_ok=True)
    sums.unlink(missing_ok=True)


def _in_parallel(work: Callable[[T], R], tasks: Iterable[T]) -> list[R]:
    """All results, in order. What takes time is done by zlib and by other processes, so threads do."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, tasks))


def _write(parts: Parts, platform: Platform, output: Path) -> Path:
    path = output / krew.archive_name(parts.project, platform.name)
    path.write_bytes(archive(parts, platform))
    if path.stat().st_size >= MAX_ARCHIVE:
        raise Problem(
            f"{path.name} has {path.stat().st_size / 1e6:.1f} MB, and {MAX_ARCHIVE / 1e6:.0f} MB are the most",
            "leave more out (release/pruning.py)",
        )
    return path


def _besides(clean: Path) -> dict[str, bytes]:
    """What an archive has besides what is in wheels."""
    placed = {"LICENSE": "LICENSE", "share/man/man1/kubectl-fluid.1": "docs/kubectl-fluid.1"}
    return {name: (clean / path).read_bytes() for name, path in placed.items()}


def _parts(project: Project, wheel: Path, besides: dict[str, bytes], platforms: Sequence[Platform], say: Say) -> Parts:
    cache = wheels.cache_folder()
    pure = wheels.pure(cache)
    wanted = [(kind, minor) for kind in natives(tuple(platforms)) for minor in kind.minors]
    fetched = _in_parallel(lambda it: wheels.native(cache, *it), wanted)
    native = {(kind.name, minor): found for (kind, minor), found in zip(wanted, fetched, strict=True)}
    with zipfile.ZipFile(wheel) as archive:
        own = {it.filename: archive.read(it) for it in archive.infolist() if not it.is_dir()}
    # Their Python files are the same in all of them.
    files = tree.pure_files(own, [*pure.values(), *fetched[0].values()])
    pythons = bytecode.interpreters()
    say(f"bytecode for Python {', '.join(f'3.{it}' for it in pythons)}")
    if missing := [f"3.{it}" for it in MINORS if it not in pythons]:
        say(f"none for {', '.join(missing)}, which this machine does not have: it will start more slowly there")
    compiled = _in_parallel(lambda python: bytecode.compiled(files, python), pythons.values())
    shared = files | besides
    for made in compiled:
        shared |= made
    return Parts(project, tar_part(_entries(shared), project.epoch), pure, native)


def _entries(files: Mapping[str, bytes]) -> Iterable[Entry]:
    return (Entry(name, content) for name, content in files.items())


def archive(parts: Parts, platform: Platform) -> bytes:
    """The archive of one platform."""
    epoch = parts.project.epoch
    files: dict[str, bytes] = {}
    used = list(parts.pure.values())
    for kind, minor in tree.kinds(platform):
        files |= tree.native_files(kind, minor, parts.native[kind.name, minor])
        used += parts.native[kind.name, minor].values()
    files["sbom.cdx.json"] = sbom.document(parts.project, used, windows=platform.windows)
    if platform.windows:
        distlib = parts.pure["distlib"]
        files |= {f"licenses/distlib/{name}": text for name, text in licence_files(distlib).items()}
        program = Entry(f"{parts.project.name}.exe", windows.launcher(platform.arch, distlib, epoch), executable=True)
    else:
        program = Entry(parts.project.name, tree.launcher(), executable=True)
    return tar_gz([program, *_entries(files)], epoch, parts.shared)


def _manifest(project: Project, output: Path, platforms: Sequence[Platform], say: Say) -> list[Path]:
    """The manifest for krew, which names all platforms."""
    if set(platforms) != set(PLATFORMS):
        say("no manifest: it names all platforms")
        return []
    sums = {it.name: _sha256(output / krew.archive_name(project, it.name)) for it in platforms}
    path = output / f"{krew.PLUGIN}.yaml"
    path.write_text(krew.render(project, sums))
    return [path]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
