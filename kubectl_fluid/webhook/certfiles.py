"""A folder of certificates: `ca.crt`, `ca.key`, `tls.crt`, `tls.key`, named as in a Secret of type kubernetes.io/tls.

Each file is replaced as a whole. A crash between two of them leaves a pair that does not fit, which the next run mends
and which a server that reads the folder must not take; the order below keeps it from being worse than that.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from kubectl_fluid.webhook.certs import CertsError, CertSet

#: File → field, in the order of writing. The bundle comes first: whoever signs must be trusted before.
FILES = {"ca.crt": "ca", "ca.key": "ca_key", "tls.key": "leaf_key", "tls.crt": "leaf"}
MAX_BYTES = 64 * 1024
PUBLIC, PRIVATE, FOLDER = 0o644, 0o600, 0o700
_OTHERS = 0o077
#: A file that waits for its place, see `_write_beside`.
_WAITING = re.compile(rf"\.({'|'.join(map(re.escape, FILES))})\.[0-9a-f]{{16}}")
_YOURS = "name a folder with --dir that you may write; one that is not there is made"


def load(folder: Path) -> CertSet | None:
    """What the folder holds; None when there is neither a bundle nor an authority's key.

    Raises CertsError when one of the two is missing, or when there is a leaf that somebody else must have made; OSError
    for what cannot be read.
    """
    found = {field: _read(folder / name) for name, field in FILES.items()}
    if not found["ca"] and not found["ca_key"]:
        if found["leaf"] or found["leaf_key"]:
            hint = "put ca.crt and ca.key back, or name another folder with --dir: these files would be lost"
            raise CertsError(str(folder), "there is a certificate in it without the authority that signed it", hint)
        return None
    for name in ("ca.crt", "ca.key"):
        if not found[FILES[name]]:
            hint = "put it back, or name another folder with --dir to begin anew"
            raise CertsError(str(folder / name), "it is missing", hint)
    return CertSet(**found)


def save(folder: Path, old: CertSet | None, new: CertSet) -> list[str]:
    """Write the files that differ and return their names. Links stay links. Raises OSError."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    changed = {
        name: getattr(new, field)
        for name, field in FILES.items()
        if old is None or getattr(old, field) != getattr(new, field)
    }
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, content in changed.items():
            path = (folder / name).resolve()
            waiting.append((_write_beside(path, content, PRIVATE if name.endswith(".key") else PUBLIC), path))
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
        _sweep(folder)
        yield
    finally:
        os.close(descriptor)


def exposed(folder: Path) -> list[Path]:
    """Keys that others than their owner may read. None where files have no such modes (Windows)."""
    if os.name != "posix":
        return []
    keys = [folder / name for name in FILES if name.endswith(".key")]
    return [it for it in keys if it.exists() and stat.S_IMODE(it.stat().st_mode) & _OTHERS]


def explained(folder: Path, error: OSError) -> CertsError:
    """What the operating system said about the folder, as a sentence with a cure."""
    if folder.is_symlink() and not folder.exists():
        return CertsError(str(folder), "it is a link that leads nowhere", _YOURS)
    blocking = next((it for it in (folder, *folder.parents) if it.exists() and not it.is_dir()), None)
    if blocking is not None:
        return CertsError(str(blocking), "it is a file, not a folder", _YOURS)
    name = error.filename2 or error.filename  # of a file that is moved, where to
    named = Path(os.fsdecode(name)) if isinstance(name, str | bytes | os.PathLike) else folder
    what = str(named.parent if _WAITING.fullmatch(named.name) else named)
    match error.errno:
        case errno.EACCES | errno.EPERM | errno.EROFS:
            why = "the file system is read-only" if error.errno == errno.EROFS else "permission denied"
            return CertsError(what, why, _YOURS)
        case errno.EISDIR:
            return CertsError(what, "it is a folder, and should be a file of this command", "move it away")
    why = error.strerror or str(error)
    return CertsError(what, why[:1].lower() + why[1:], _YOURS)


def _sweep(folder: Path) -> None:
    """Remove what a run left that was killed: nobody else is at work here."""
    for path in folder.iterdir():
        if _WAITING.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if path.is_symlink():
            hint = "bring back what it leads to, or remove the link"
            raise CertsError(str(path), "it is a link that leads nowhere", hint) from None
        return b""
    if len(content) > MAX_BYTES:
        raise CertsError(str(path), f"it is larger than {MAX_BYTES // 1024} KiB", "this is no file of this command")
    return content


def _write_beside(path: Path, content: bytes, mode: int) -> Path:
    """A file that was not there before, with its final mode from the beginning."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
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
