"""A folder of certificates: `ca.crt`, `ca.key`, `tls.crt`, `tls.key`, named as in a Secret of type kubernetes.io/tls.

Each file is replaced as a whole. A crash between two of them leaves a pair that does not fit, which the next run mends
and which a server that reads the folder must not take; the order below keeps it from being worse than that.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from kubectl_fluid.webhook.certs import CertsError, CertSet

#: File → field, in the order of writing. The bundle comes first: whoever signs must be trusted before.
FILES = {"ca.crt": "ca", "ca.key": "ca_key", "tls.key": "leaf_key", "tls.crt": "leaf"}
MAX_BYTES = 64 * 1024
PUBLIC, PRIVATE, FOLDER = 0o644, 0o600, 0o700


def load(folder: Path) -> CertSet | None:
    """What the folder holds; None when there is neither a bundle nor an authority's key.

    Raises CertsError when one of the two is missing, OSError for what cannot be read.
    """
    found = {field: _read(folder / name) for name, field in FILES.items()}
    if not found["ca"] and not found["ca_key"]:
        return None
    for name in ("ca.crt", "ca.key"):
        if not found[FILES[name]]:
            hint = "put it back, or name another folder with --dir to begin anew"
            raise CertsError(str(folder / name), "it is missing", hint)
    return CertSet(**found)


def save(folder: Path, old: CertSet | None, new: CertSet) -> list[str]:
    """Write the files that differ and return their names. Raises OSError."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    changed = {
        name: getattr(new, field)
        for name, field in FILES.items()
        if old is None or getattr(old, field) != getattr(new, field)
    }
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, content in changed.items():
            waiting.append((_write_beside(folder / name, content), folder / name))
        for temporary, path in waiting:
            temporary.replace(path)
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)
    _sync(folder)
    return list(changed)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No other run of this program changes the folder meanwhile. Raises CertsError when one does.

    On systems without `flock` (Windows) nobody is held off.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CertsError(str(folder), "another run of this command is at work in it", "try again") from None
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return b""
    if len(content) > MAX_BYTES:
        raise CertsError(str(path), f"it is larger than {MAX_BYTES // 1024} KiB", "this is no file of this command")
    return content


def _write_beside(path: Path, content: bytes) -> Path:
    """A file that was not there before, with its final mode from the beginning."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    mode = PRIVATE if path.suffix == ".key" else PUBLIC
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # noqa: PTH123 - of a descriptor
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):  # the names are there already; some file systems cannot sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
