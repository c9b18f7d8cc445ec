"""What is in the archives of all platforms, by looking at them: most of them cannot be started here."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import re
import struct
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from release import elf, lock, tree, windows
from release.build import MAX_ARCHIVE, SUMS
from release.platforms import MINORS, PLATFORMS, Native, Platform
from release.pruning import UNUSED
from tests.release.conftest import Release

pytestmark = [pytest.mark.release, pytest.mark.timeout(60)]
every_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda it: it.name)

#: e_machine of ELF, cputype of Mach-O, Machine of PE.
ELF_MACHINES, MACH_CPUS = {"amd64": 62, "arm64": 183}, {"amd64": 0x01000007, "arm64": 0x0100000C}
PE_MACHINES = {"amd64": 0x8664, "arm64": 0xAA64}
#: What every system of that C library has.
LIBRARIES = {
    "glibc": r"lib(c|m)\.so\.6|libpthread\.so\.0|libdl\.so\.2|libgcc_s\.so\.1|ld-linux-(x86-64|aarch64)\.so\.[12]",
    "musl": r"libc\.musl-(x86_64|aarch64)\.so\.1|libc\.so",
}


@cache
def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {it.name: content.read() for it in archive if (content := archive.extractfile(it)) is not None}


def native_modules(platform: Platform, files: dict[str, bytes]) -> Iterator[tuple[Native, int, str, bytes]]:
    """Each native module with the interpreter that it is for."""
    for native, minor in tree.kinds(platform):
        mark = f".cp3{minor}-{native.tags[0]}.pyd" if platform.windows else f"native/cp3{minor}-{native.name}/"
        for name, content in files.items():
            if name.endswith(mark) or name.startswith(mark):
                yield native, minor, Path(name).name.partition(".")[0], content


@every_platform
def test_an_archive_is_small_and_has_regular_files_alone(release: Release, platform: Platform) -> None:
    path = release.archive(platform)
    assert path.stat().st_size < MAX_ARCHIVE
    with tarfile.open(path) as archive:
        found = archive.getmembers()
    assert [it.name for it in found if not it.isreg()] == []
    assert [it.name for it in found if it.name.startswith(("/", "..")) or "/../" in it.name] == []
    assert len({it.name for it in found}) == len(found)
    assert {(it.uid, it.gid, it.uname, it.gname, it.mtime) for it in found} == {(0, 0, "", "", release.project.epoch)}
    programs = [it.name for it in found if it.mode & 0o111]
    assert programs == ["kubectl-fluid.exe" if platform.windows else "kubectl-fluid"]
    assert {it.mode & 0o022 for it in found} == {0}


def test_names_differ_in_more_than_their_case(release: Release) -> None:
    """macOS and Windows do not tell `A` from `a`."""
    names = list(members(release.archive(PLATFORMS[0])))
    assert len({it.lower() for it in names}) == len(names)


def test_the_checksums_are_those_of_the_files(release: Release) -> None:
    lines = (release.folder / SUMS).read_text().splitlines()
    named = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert sorted(named) == sorted(it.name for it in release.folder.iterdir() if it.name != SUMS)
    for name, digest in named.items():
        assert hashlib.sha256((release.folder / name).read_bytes()).hexdigest() == digest


@every_platform
def test_every_distribution_has_its_licence_and_stands_in_the_sbom(release: Release, platform: Platform) -> None:
    files = members(release.archive(platform))
    assert files["LICENSE"] == (release.clean / "LICENSE").read_bytes()
    carried = {it.partition(".dist-info/")[0].rpartition("/")[2] for it in files if ".dist-info/METADATA" in it}
    names = {it.rpartition("-")[0].replace("_", "-").lower(): it.rpartition("-")[2] for it in carried}
    assert len(names) >= 15
    if platform.windows:
        names["distlib"] = lock.pins()["distlib"].version
    assert {it.split("/")[1] for it in files if it.startswith("licenses/")} == set(names)
    assert all(len(text) > 100 for name, text in files.items() if re.search("licenses/.*/LICEN", name))
    sbom = json.loads(files["sbom.cdx.json"])
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.5")
    assert {it["name"]: it["version"] for it in sbom["components"]} == names
    for component in sbom["components"]:
        assert {it["content"] for it in component["hashes"]} <= set(lock.pins()[component["name"]].hashes)
        assert component["licenses"][0]["expression"]


def test_the_sbom_of_the_release_names_all_that_the_lock_pins_and_an_archive_carries(release: Release) -> None:
    (path,) = release.folder.glob("*.cdx.json")
    found = json.loads(path.read_text())
    assert {it["name"] for it in found["components"]} == set(lock.pins()) - set(UNUSED) | {"distlib"}


@every_platform
def test_native_modules_are_for_their_interpreter(release: Release, platform: Platform) -> None:
    found = list(native_modules(platform, members(release.archive(platform))))
    wanted = {(native.name, minor) for native, minor in tree.kinds(platform)}
    assert {(native.name, minor) for native, minor, name, _ in found if name == "_yaml"} == wanted
    assert {it for it in wanted if not it[0].endswith("musl")} == {
        (native.name, minor) for native, minor, name, _ in found if name == "rpds"
    }
    for native, _, name, content in found:
        check = check_elf if platform.os == "linux" else check_mach if platform.os == "darwin" else check_pe
        check(native, name, content)


def check_elf(native: Native, name: str, content: bytes) -> None:
    _, arch, libc = native.name.split("-")
    assert struct.unpack_from("<H", content, 18)[0] == ELF_MACHINES[arch]
    needed = elf.needed(content)
    assert [it for it in needed if not re.fullmatch(LIBRARIES[libc], it)] == []
    assert needed or libc == "musl"
    assert elf.run_paths(content) == []
    assert f"PyInit_{name}".encode() in content


def check_mach(native: Native, name: str, content: bytes) -> None:
    assert content[:4] == b"\xcf\xfa\xed\xfe"
    assert struct.unpack_from("<I", content, 4)[0] == MACH_CPUS[native.name.split("-")[1]]
    assert f"_PyInit_{name}".encode() in content


def check_pe(native: Native, name: str, content: bytes) -> None:
    (at,) = struct.unpack_from("<I", content, 0x3C)
    assert content[at : at + 4] == b"PE\0\0"
    assert struct.unpack_from("<H", content, at + 4)[0] == PE_MACHINES[native.name.split("-")[1]]
    assert f"PyInit_{name}".encode() in content


@every_platform
def test_nothing_native_is_left_outside_of_the_folders_for_it(release: Release, platform: Platform) -> None:
    names = [it for it in members(release.archive(platform)) if it.endswith((".so", ".pyd", ".dylib", ".dll"))]
    assert len(names) == len(list(native_modules(platform, members(release.archive(platform)))))


def test_bytecode_is_there_for_each_python_of_the_machine_and_needs_no_check(
    release: Release, here: Platform, pythons: dict[int, Path]
) -> None:
    files = members(release.archive(here))
    for minor in MINORS:
        compiled = {name: content for name, content in files.items() if name.endswith(f".cpython-3{minor}.pyc")}
        assert bool(compiled) == (minor in pythons), f"3.{minor}"
        for name, content in compiled.items():
            assert content[4:8] == b"\1\0\0\0", name
            source = name.replace("__pycache__/", "").replace(f".cpython-3{minor}.pyc", ".py")
            assert minor != sys.version_info[1] or content[8:16] == importlib.util.source_hash(files[source])
        if compiled:
            assert f"lib/kubectl_fluid/cli/__pycache__/main.cpython-3{minor}.pyc" in compiled
            assert f"lib/kubernetes/config/__pycache__/kube_config.cpython-3{minor}.pyc" in compiled
            assert f"lib/rich/__pycache__/tree.cpython-3{minor}.pyc" in compiled


@pytest.mark.parametrize("platform", [it for it in PLATFORMS if it.windows], ids=lambda it: it.name)
def test_the_launcher_for_windows_is_a_program_that_ends_with_our_beginning(
    release: Release, platform: Platform
) -> None:
    """It cannot be started here: what distlib's launcher looks for is looked at instead."""
    program = members(release.archive(platform))["kubectl-fluid.exe"]
    check_pe(Native(f"windows-{platform.arch}", ()), "", program + b"PyInit_")
    (at,) = struct.unpack_from("<I", program, 0x3C)
    assert struct.unpack_from("<H", program, at + 92)[0] == 3, "a console program"
    with zipfile.ZipFile(io.BytesIO(program)) as archive:
        assert archive.namelist() == ["__main__.py"]
        assert archive.read("__main__.py") == tree.boot()
        start = archive.start_dir  # of the directory, behind the one member
    line = program.rindex(b"#!", 0, start)
    assert program[line:].startswith(windows.SHEBANG + b"PK\3\4")


def test_the_wheel_and_the_sdist_do_not_hold_what_builds_a_release(release: Release) -> None:
    (wheel,) = release.folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [it for it in names if it.startswith(("release/", "tests/"))] == []
    assert "kubectl_fluid/schemas/data.fluid.io-v1alpha1.json" in names
    (sdist,) = (it for it in release.folder.glob("*.tar.gz") if "-v" not in it.name)
    assert [it for it in members(sdist) if it.count("/") == 1 and it.endswith("/setup.cfg")]
