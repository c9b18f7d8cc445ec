"""Archives whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

_FILE, _PROGRAM = 0o644, 0o755
_REGULAR = 0o100000


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file of an archive. There are no others: krew refuses links, and makes folders by itself."""

    name: str
    content: bytes
    executable: bool = False

    @property
    def mode(self) -> int:
        """Permissions."""
        return _PROGRAM if self.executable else _FILE


def tar_part(entries: Iterable[Entry], epoch: int) -> bytes:
    """The beginning of a .tar.gz, or more of it: sorted by name, every file from the same second, owned by nobody.

    Several of them in a row are one archive (RFC 1952: a file is a series of members), and what many archives have in
    common is compressed once.
    """
    return _gzip(b"".join(map(partial(_blocks, epoch), sorted(entries, key=lambda it: it.name))))


def tar_gz(entries: Iterable[Entry], epoch: int, before: bytes = b"") -> bytes:
    """A .tar.gz; `before` is a part, or several, that comes first."""
    return before + tar_part(entries, epoch) + _gzip(tarfile.NUL * tarfile.BLOCKSIZE * 2)


def _blocks(epoch: int, entry: Entry) -> bytes:
    member = tarfile.TarInfo(entry.name)
    member.size, member.mode, member.mtime = len(entry.content), entry.mode, epoch
    padding = tarfile.NUL * (-len(entry.content) % tarfile.BLOCKSIZE)
    return member.tobuf(tarfile.PAX_FORMAT) + entry.content + padding


def _gzip(content: bytes) -> bytes:
    """Without a name or a time; `gzip.compress` would name the system that it runs on."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:
        stream.write(content)
    return packed.getvalue()


def zip_file(entries: Iterable[Entry], epoch: int) -> bytes:
    """A .zip in the order given. Its times have two seconds' precision and no time zone: UTC is written."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for entry in entries:
            member = zipfile.ZipInfo(entry.name, time.gmtime(epoch)[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, wherever it is made: the mode counts
            member.external_attr = (_REGULAR | entry.mode) << 16
            archive.writestr(member, entry.content)
    return packed.getvalue()
