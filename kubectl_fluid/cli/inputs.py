"""From the command line to things to read: files, folders, stdin, pipes, and what kustomize prints."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

import click

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable, system_reason
from kubectl_fluid.cli.spool import Replay

#: What counts as a manifest in a folder; kubectl has the same list.
EXTENSIONS = (".json", ".yaml", ".yml")
STDIN = "-"
#: What to do about a file that the system does not give.
_CURES = {
    errno.ENOENT: "is the name right? A relative one begins in the folder that the program runs in",
    errno.EACCES: "give the user that runs the program the right to read it",
}


class Fault(NamedTuple):
    """Why something cannot be read, and what to do."""

    why: str
    hint: str = ""


class Input(NamedTuple):
    """Something to read, twice if need be.

    `source` is its name for people (control characters escaped); `path` the file, or None where there is no file
    that could be written in place. `fault`: why it cannot be read, as far as that is known before it is opened.
    """

    source: str
    path: str | None = None
    replay: Replay | None = None
    fault: Fault | None = None

    def open(self) -> BinaryIO:
        """A reader of bytes that begins at the first one. It and this raise CommandError, never OSError."""
        if self.fault is not None:
            raise CommandError(self.source, *self.fault)
        if self.replay is not None:
            return self.replay.open()
        try:
            file = open(self.path or "", "rb")  # noqa: SIM115, PTH123 - pathlib costs 5 ms of start
        except OSError as error:
            raise CommandError(self.source, *_fault(self.path or "", error)) from error
        return Reader(self.source, file)


_NOTHING_DEEP = Fault("no *.json, *.yaml or *.yml file in this folder")
_NOTHING = _NOTHING_DEEP._replace(hint="use -R to look into its folders too")
_NOT_REGULAR = Fault("not a regular file", "to read a pipe or device, give its own name")


class Reader(io.RawIOBase, BinaryIO):
    """A file whose reads fail with a sentence that names it."""

    def __init__(self, source: str, file: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        try:
            return self._file.read(size)
        except OSError as error:
            raise CommandError(self._source, system_reason(error)) from error

    def close(self) -> None:
        """As of any file."""
        self._file.close()
        super().close()


def collect(
    names: Sequence[str], *, recursive: bool, kustomize: str | None, environment: Environment, faults: bool = False
) -> list[Input]:
    """What the command line names, in its order; a file once, however many names of it are given.

    Raises CommandError for what is not there, and click.UsageError for a second stdin. With `faults`, files and folders
    that cannot be read are inputs as well: opening them raises that error.
    """
    inputs: list[Input] = []
    seen_folders: set[str] = set()
    seen_files: set[str] = set()
    for name in dict.fromkeys(names):
        for found in _of_name(name, recursive, seen_folders, environment):
            if found.fault is not None and not faults:
                raise CommandError(found.source, *found.fault)
            if found.path is not None:
                real = os.path.realpath(found.path) if found.fault is None else found.path
                if real in seen_files:
                    continue
                seen_files.add(real)
            inputs.append(found)
    if kustomize is not None:
        from kubectl_fluid.cli.kustomize import build

        inputs.append(Input(printable(f"kustomize {kustomize}"), replay=build(kustomize, environment)))
    return inputs


def _of_name(name: str, recursive: bool, seen: set[str], environment: Environment) -> Iterator[Input]:
    if name == STDIN:
        yield _stdin(environment)
        return
    mode = _mode(name)
    if isinstance(mode, Fault):
        yield _faulty(name, mode)
    elif stat.S_ISDIR(mode):
        if os.path.realpath(name) in seen:
            return
        found = list(_walk(name, recursive, seen))
        yield from found or [_faulty(name, _NOTHING_DEEP if recursive else _NOTHING)]
    elif stat.S_ISREG(mode):
        yield Input(printable(name), path=name)
    else:  # a pipe such as <(kubectl get …): asked for by name, but it can be read only once
        yield _pipe(name)


def _stdin(environment: Environment) -> Input:
    if environment.stdin_taken:
        raise click.UsageError("stdin can be read only once", click.get_current_context(silent=True))
    environment.stdin_taken = True
    if environment.stdin_is_terminal:
        environment.say("reading manifests from the terminal: end them with Ctrl-D")
    return Input("stdin", replay=Replay(Reader("stdin", environment.stdin)))


def _pipe(name: str) -> Input:
    try:
        file = open(name, "rb")  # noqa: SIM115, PTH123 - pathlib costs 5 ms of start
    except OSError as error:
        return _faulty(name, _fault(name, error))
    return Input(printable(name), replay=Replay(Reader(printable(name), file)))


def _faulty(path: str, fault: Fault) -> Input:
    return Input(printable(path), path=path, fault=fault)


def _fault(path: str, error: OSError) -> Fault:
    """Why the system does not give a file or folder."""
    hint = _CURES.get(error.errno or 0, "")
    if "://" in path:
        hint = "URLs are not fetched: read what curl -fsSL URL prints, with -f -"
    elif error.errno != errno.EACCES and os.path.islink(path):  # noqa: PTH114 - pathlib costs 5 ms of start
        hint = f"it is a link to {printable(os.readlink(path))}: mend or remove the link"  # noqa: PTH115 - as above
    return Fault(system_reason(error), hint)


def _mode(name: str) -> int | Fault:
    """The mode of a file, or why there is none."""
    try:
        return os.stat(name).st_mode  # noqa: PTH116 - as above
    except OSError as error:
        return _fault(name, error)
    except ValueError:
        return Fault("this is not the name of a file")


def _walk(folder: str, recursive: bool, seen: set[str]) -> Iterator[Input]:
    """Manifests of a folder, sorted by name; each folder once, however many links lead to it."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - as above
    except OSError as error:
        yield _faulty(folder, _fault(folder, error))
        return
    for name in names:
        path = name if folder in (".", "./") else os.path.join(folder, name)  # noqa: PTH118 - as above
        is_manifest = name.endswith(EXTENSIONS)
        if not is_manifest and not recursive:
            continue
        if os.path.isdir(path):  # noqa: PTH112 - as above
            if recursive:
                yield from _walk(path, recursive, seen)
        elif is_manifest:
            yield _regular(path)


def _regular(path: str) -> Input:
    mode = _mode(path)
    if isinstance(mode, Fault):
        return _faulty(path, mode)
    if not stat.S_ISREG(mode):
        return _faulty(path, _NOT_REGULAR)
    return Input(printable(path), path=path)
