"""The platforms of a release, and which native modules an archive carries for each."""

from __future__ import annotations

from dataclasses import dataclass

#: Minors of Python 3 for which native modules and bytecode are carried. Others start too, from source and without them.
MINORS = (10, 11, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class Native:
    """A kind of interpreter that needs native modules of its own.

    `name` is what the launcher calls it (see launcher/boot.py). `tags` are the platforms of wheels that it takes, by
    PEP 425, 600 and 656.
    """

    name: str
    tags: tuple[str, ...]
    minors: tuple[int, ...] = MINORS


@dataclass(frozen=True, slots=True)
class Platform:
    """An archive: krew selects it by Go's names of system and processor, and by nothing else.

    So one for Linux has native modules for both C libraries, and one for Windows on arm64 has those for x86-64 too,
    since most people's Python is of that kind there. An interpreter for which there are none does without, slower.
    """

    os: str
    arch: str
    natives: tuple[Native, ...]

    @property
    def name(self) -> str:
        """As in the name of its archive."""
        return f"{self.os}-{self.arch}"

    @property
    def windows(self) -> bool:
        """Whether its launcher is an .exe."""
        return self.os == "windows"


def _linux(arch: str, machine: str) -> Platform:
    glibc = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
    musl = ("musllinux_1_2", "musllinux_1_1")
    natives = (("glibc", glibc), ("musl", musl))
    return Platform(
        "linux",
        arch,
        tuple(Native(f"linux-{arch}-{libc}", tuple(f"{it}_{machine}" for it in tags)) for libc, tags in natives),
    )


_MACS = (
    Native("darwin-amd64", tuple(f"macosx_{it}_x86_64" for it in ("10_9", "10_12", "10_13", "10_15", "11_0"))),
    Native("darwin-arm64", ("macosx_11_0_arm64",)),
)
# Python has installers for Windows on arm64 from 3.11 on, PyYAML has wheels from 3.12 on.
_WINDOWS = (Native("windows-amd64", ("win_amd64",)), Native("windows-arm64", ("win_arm64",), (12, 13, 14)))

PLATFORMS = (
    _linux("amd64", "x86_64"),
    _linux("arm64", "aarch64"),
    Platform("darwin", "amd64", _MACS[:1]),
    Platform("darwin", "arm64", _MACS[1:]),
    Platform("windows", "amd64", _WINDOWS[:1]),
    Platform("windows", "arm64", _WINDOWS),
)


def natives(platforms: tuple[Platform, ...] = PLATFORMS) -> tuple[Native, ...]:
    """Every kind of interpreter that the platforms name, once."""
    return tuple(dict.fromkeys(native for platform in platforms for native in platform.natives))
