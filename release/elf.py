"""Native modules of Linux: without what only a debugger reads."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from release.problem import Problem

_MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little-endian: both processors of PLATFORMS
_HEADERS_AT, _SECTIONS_AT = 32, 40
_SECTION_FIELDS = 58  # e_shentsize, e_shnum, e_shstrndx
_HEADER, _PROGRAM = 64, 56
_LOAD, _DYNAMIC = 1, 2
_NEEDED, _STRINGS, _RUNPATH, _RPATH = 1, 5, 29, 15


@dataclass(frozen=True, slots=True)
class Segment:
    """One program header."""

    kind: int
    offset: int
    address: int
    size: int


def is_elf(content: bytes) -> bool:
    """Whether this is a program or library of Linux that is understood here."""
    return content.startswith(_MAGIC)


def segments(content: bytes) -> list[Segment]:
    """All that a loader reads. Raises Problem for a file of another kind."""
    if not is_elf(content):
        raise Problem("a native module for Linux is no 64-bit little-endian ELF file")
    (at,) = struct.unpack_from("<Q", content, _HEADERS_AT)
    (number,) = struct.unpack_from("<H", content, 56)
    return [_segment(content, at + index * _PROGRAM) for index in range(number)]


def _segment(content: bytes, at: int) -> Segment:
    kind, _, offset, address, _, size = struct.unpack_from("<IIQQQQ", content, at)
    return Segment(kind, offset, address, size)


def shortened(content: bytes) -> bytes:
    """The same library up to the end of its last segment, without section headers.

    A loader goes by segments alone; behind them stand debugging information and the full table of symbols, four
    fifths of PyYAML's. What is loaded stays byte for byte.
    """
    end = max(it.offset + it.size for it in segments(content))
    cut = bytearray(content[:end])
    struct.pack_into("<Q", cut, _SECTIONS_AT, 0)
    struct.pack_into("<HHH", cut, _SECTION_FIELDS, 0, 0, 0)
    return bytes(cut)


def needed(content: bytes) -> list[str]:
    """Names of the libraries that a library needs (DT_NEEDED)."""
    return list(_strings(content, _NEEDED))


def run_paths(content: bytes) -> list[str]:
    """Where it looks for them first (DT_RPATH, DT_RUNPATH)."""
    return [*_strings(content, _RPATH), *_strings(content, _RUNPATH)]


def _strings(content: bytes, wanted: int) -> Iterator[str]:
    held = segments(content)
    dynamic = next((it for it in held if it.kind == _DYNAMIC), None)
    if dynamic is None:
        return
    pairs = list(struct.iter_unpack("<qQ", content[dynamic.offset : dynamic.offset + dynamic.size // 16 * 16]))
    (strings,) = (value for tag, value in pairs if tag == _STRINGS)
    table = next(it for it in held if it.kind == _LOAD and it.address <= strings < it.address + it.size)
    base = strings - table.address + table.offset
    for tag, value in pairs:
        if tag == wanted:
            yield content[base + value : content.index(b"\0", base + value)].decode()
