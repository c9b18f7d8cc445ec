"""Writing changed files: each one whole or not at all, and none before all of them are on the disk."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import NamedTuple

from kubectl_fluid.cli.errors import CommandError, printable, system_reason


class Before(NamedTuple):
    """A file as it was when it was read. `path` is the file itself, not a link to it."""

    path: str
    stat: os.stat_result

    @classmethod
    def of(cls, path: str) -> Before:
        """Look at a file now."""
        return cls(os.path.realpath(path), os.stat(path))  # noqa: PTH116 - pathlib costs 5 ms of start

    def unchanged(self) -> bool:
        """Whether it still is what was read."""
        now = os.stat(self.path)  # noqa: PTH116 - as above
        return (now.st_ino, now.st_size, now.st_mtime_ns) == (
            self.stat.st_ino,
            self.stat.st_size,
            self.stat.st_mtime_ns,
        )


def replace_all(files: Iterable[tuple[Before, Iterable[bytes]]]) -> None:
    """Write each file beside its old one, then rename them all. Raises CommandError before any file changed.

    A crash leaves old files or new ones, never half of one. Renaming itself can still fail half way (a disk that
    turns read-only): the error then says which files are new already. Mode is kept, and the owner where allowed; other
    hard links of a file keep the old text, since writing into the file itself could be cut off half way. A run that is
    killed may leave a file `.NAME.xxxxxxxx` behind.
    """
    waiting: list[tuple[str, Before]] = []
    try:
        waiting.extend((_write_beside(before, chunks), before) for before, chunks in files)
        for _, before in waiting:
            if not before.unchanged():
                raise CommandError(printable(before.path), "it was changed by somebody else meanwhile", "run it again")
        _rename(waiting)
    finally:
        for temporary, _ in waiting:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - as above


def _write_beside(before: Before, chunks: Iterable[bytes]) -> str:
    import tempfile

    folder, name = os.path.split(before.path)
    if not os.access(before.path, os.W_OK):
        raise CommandError(printable(before.path), "permission denied", "this file may not be written")
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{name[:200]}.", dir=folder or ".")
    except OSError as error:
        raise CommandError(printable(folder or "."), system_reason(error)) from error
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - as above
            file.writelines(chunks)
            file.flush()
            with contextlib.suppress(PermissionError):
                os.fchown(file.fileno(), before.stat.st_uid, before.stat.st_gid)
            os.fchmod(file.fileno(), before.stat.st_mode & 0o7777)
            os.fsync(file.fileno())
    except BaseException as error:
        os.unlink(temporary)  # noqa: PTH108 - as above
        if isinstance(error, OSError):
            raise CommandError(printable(before.path), system_reason(error)) from error
        raise
    return temporary


def _rename(waiting: list[tuple[str, Before]]) -> None:
    done: list[str] = []
    for temporary, before in waiting:
        try:
            os.replace(temporary, before.path)  # noqa: PTH105 - as above
        except OSError as error:
            hint = f"already written: {', '.join(map(printable, done))}" if done else ""
            raise CommandError(printable(before.path), system_reason(error), hint) from error
        done.append(before.path)
    for folder in {os.path.dirname(path) for path in done}:  # noqa: PTH120 - as above
        _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    with contextlib.suppress(OSError):  # the new names are there already; some file systems cannot sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
