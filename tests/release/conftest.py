"""One release for a whole run: built from the files as they are, with all platforms, and unpacked once."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from release import build, bytecode, source
from release.platforms import PLATFORMS, Platform
from release.problem import Problem
from tests.release import tools
from tests.support import unavailable

ARCHES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Release:
    """`clean` holds the files that it was built from, `folder` what came of them."""

    project: source.Project
    clean: Path
    folder: Path

    def archive(self, platform: Platform) -> Path:
        return self.folder / f"kubectl-fluid-v{self.project.version}-{platform.name}.tar.gz"


def building(clean: Path, output: Path, platforms: tuple[Platform, ...]) -> list[str]:
    """Build, and give what was said; without the package index the test is skipped, or fails in CI."""
    said: list[str] = []
    try:
        build.build(clean, output, platforms, said.append)
    except Problem as problem:
        if "pip download" not in str(problem):
            raise
        unavailable(f"the dependencies of a release cannot be fetched: {str(problem)[-300:]}")
    return said


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Built now, or (KUBECTL_FLUID_DIST, a folder) the one that is about to be published."""
    clean, given = tmp_path_factory.mktemp("clean"), os.environ.get("KUBECTL_FLUID_DIST")
    source.copy(clean)
    if given:
        return Release(source.project(), clean, Path(given))
    folder = tmp_path_factory.mktemp("dist")
    building(clean, folder, PLATFORMS)
    return Release(source.project(), clean, folder)


@pytest.fixture(scope="session")
def here() -> Platform:
    """The platform of this machine."""
    name = f"{platform.system().lower()}-{ARCHES.get(platform.machine(), platform.machine())}"
    found = next((it for it in PLATFORMS if it.name == name and not it.windows), None)
    if found is None:
        pytest.skip(f"no archive can be started on {name}")
    return found


@pytest.fixture(scope="session")
def tree(release: Release, here: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The archive of this machine, unpacked in a folder that everybody may read and nobody may write."""
    folder = tmp_path_factory.mktemp("store") / "fluid v0.1.0"
    with tarfile.open(release.archive(here)) as archive:
        archive.extractall(folder, filter="data")
    for path in [folder, *folder.parents[:3]]:  # pytest's folders are for their owner alone
        path.chmod(path.stat().st_mode | 0o055)
    subprocess.run(["chmod", "-R", "a-w", folder], check=True)
    yield folder
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)


@pytest.fixture(scope="session")
def pythons() -> dict[int, Path]:
    """The Pythons of this machine, by minor."""
    return bytecode.interpreters()


@pytest.fixture
def writable(tree: Path, tmp_path: Path) -> Path:
    """A copy of it that can be changed."""
    folder = tmp_path / "copy"
    shutil.copytree(tree, folder)
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def krew(tmp_path_factory: pytest.TempPathFactory) -> tools.Krew:
    """The real krew, and a folder in which both it and kubectl are found."""
    try:
        programs = tools.obtain()
    except tools.Missing as reason:
        unavailable(str(reason))
    folder = tmp_path_factory.mktemp("programs")
    for name, path in programs.items():
        (folder / {"krew": "kubectl-krew"}.get(name, name)).symlink_to(path)
    tools.write_kubectl(folder)
    return tools.Krew(folder)
