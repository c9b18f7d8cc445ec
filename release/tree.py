"""What stands in the folder that krew unpacks, but for bytecode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from release import elf
from release.licences import licence_files
from release.platforms import Native, Platform
from release.problem import Problem
from release.pruning import UNUSED, kept
from release.wheels import Wheel

_LAUNCHER = Path(__file__).parent / "launcher"
#: Wheel → the module in it that is native, as the launcher looks for it.
_MODULES = {"pyyaml": "yaml/_yaml", "rpds-py": "rpds/rpds"}


def pure_files(own: dict[str, bytes], wheels: Iterable[Wheel]) -> dict[str, bytes]:
    """`lib/` and `share/`, which are the same on every platform, and all licences.

    `own` are the files of the project's wheel. `wheels` has one of each native distribution too, for its Python files.
    """
    files: dict[str, bytes] = {}
    for name, content in own.items():
        if ".data/data/share/" in name:
            files["share/" + name.partition(".data/data/share/")[2]] = content
        elif ".dist-info/" not in name:
            files[f"lib/{name}"] = content
    for wheel in wheels:
        if wheel.pin.name in UNUSED:
            continue
        files |= {f"licenses/{wheel.pin.name}/{name}": text for name, text in licence_files(wheel).items()}
        # For importlib.metadata, and for scanners; the long description behind it is of no use here.
        files[f"lib/{wheel.folder}/METADATA"] = wheel.metadata.partition("\n\n")[0].encode() + b"\n"
        for name, content in kept(wheel.pin.name, wheel.files, wheel.pin.version).items():
            if not _native_file(name):
                _add(files, f"lib/{name}", content)
    files["lib/rpds/rpds.py"] = (_LAUNCHER / "rpds.py").read_bytes()
    return files


def _add(files: dict[str, bytes], name: str, content: bytes) -> None:
    if files.setdefault(name, content) != content:
        raise Problem(f"{name} comes from two distributions")


def _native_file(name: str) -> bool:
    return name.endswith((".so", ".pyd", ".dylib")) or ".libs/" in name


def native_files(kind: Native, minor: int, wheels: dict[str, Wheel]) -> dict[str, bytes]:
    """The native modules for one interpreter, in a folder of its own, as short as they can be.

    Those for Windows stand beside the Python files of their package, where the interpreter finds them by their names:
    the processes that multiprocessing spawns there do not go through our launcher.

    A module whose wheel brings a library along is left out, since the program can do without (launcher/rpds.py): that
    of rpds-py for musl brings GCC's, under the GPL, whose sources would have to come with it.
    """
    folder = f"native/cp3{minor}-{kind.name}"
    files: dict[str, bytes] = {}
    for name, module in _MODULES.items():
        inside = [it for it in wheels[name].files if _native_file(it)]
        if any(".libs/" in it for it in inside):
            continue
        for path in inside:
            if not path.startswith(f"{module}."):
                raise Problem(f"{path} in a wheel of {name} is a native module that the launcher does not know")
            content = wheels[name].files[path]
            short = elf.shortened(content) if elf.is_elf(content) else content
            files[f"lib/{path}" if path.endswith(".pyd") else f"{folder}/{Path(module).name}.so"] = short
    return files


def launcher() -> bytes:
    """The program for Unix: a shell script and Python's beginning in one."""
    return (_LAUNCHER / "head.sh").read_bytes() + boot()


def boot() -> bytes:
    """Python's beginning."""
    return (_LAUNCHER / "boot.py").read_bytes()


def kinds(platform: Platform) -> Iterator[tuple[Native, int]]:
    """The interpreters for which an archive has native modules."""
    return ((native, minor) for native in platform.natives for minor in native.minors)
