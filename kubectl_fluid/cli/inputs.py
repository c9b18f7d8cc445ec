"""From the command line to things to read: files, folders, stdin, pipes, and what kustomize prints."""

from __future__ import annotations

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


class Input(NamedTuple):
    """Something to read, twice if need be.

    `source` is its name for people (control characters escaped); `path` the file, or None where there is no file
    that could be written in place.
    """

    source: str
    path: str | None = None
    replay: Replay | None = None

    def open(self) -> BinaryIO:
        """A reader of bytes that begins at the first one. It and this raise CommandError, never OSError."""
        if self.replay is not None:
            return self.replay.open()
        try:
            file = open(self.path or "", "rb")  # noqa: SIM115, PTH123 - pathlib costs 5 ms of start
        except OSError as error:
            raise CommandError(self.source, system_reason(error)) from error
        return Reader(self.source, file)


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


def collect(names: Sequence[str], *, recursive: bool, kustomize: str | None, environment: Environment) -> list[Input]:
    """What the command line names, in its order; a file once, however many names of it are given.

    Raises CommandError for what is not there, and click.UsageError for a second stdin.
    """
    inputs: list[Input] = []
    seen_folders: set[str] = set()
    seen_files: set[str] = set()
    for name in dict.fromkeys(names):
        for found in _of_name(name, recursive, seen_folders, environment):
            if found.path is not None:
                real = os.path.realpath(found.path)
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
        if environment.stdin_taken:
            raise click.UsageError("stdin can be read only once", click.get_current_context(silent=True))
        environment.stdin_taken = True
        if environment.stdin_is_terminal:
            environment.say("reading manifests from the terminal: end them with Ctrl-D")
        yield Input("stdin", replay=Replay(Reader("stdin", environment.stdin)))
        return
    mode = _mode(name)
    if stat.S_ISDIR(mode):
        yield from _of_folder(name, recursive, seen)
    elif stat.S_ISREG(mode):
        yield Input(printable(name), path=name)
    else:  # a pipe such as <(kubectl get …): asked for by name, but it can be read only once
        reader = Input(printable(name), path=name).open()
        yield Input(printable(name), replay=Replay(reader))


def _mode(name: str) -> int:
    try:
        return os.stat(name).st_mode  # noqa: PTH116 - as above
    except OSError as error:
        hint = "URLs are not fetched: read what curl -fsSL URL prints, with -f -" if "://" in name else ""
        raise CommandError(printable(name), system_reason(error), hint) from error
    except ValueError as error:
        raise CommandError(printable(name), "this is not the name of a file") from error


def _of_folder(folder: str, recursive: bool, seen: set[str]) -> list[Input]:
    found = list(_walk(folder, recursive, seen))
    if not found:
        hint = "" if recursive else "use -R to look into its folders too"
        raise CommandError(printable(folder), "no *.json, *.yaml or *.yml file in this folder", hint)
    return found


def _walk(folder: str, recursive: bool, seen: set[str]) -> Iterator[Input]:
    """Manifests of a folder, sorted by name; each folder once, however many links lead to it."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - as above
    except OSError as error:
        raise CommandError(printable(folder), system_reason(error)) from error
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
    if not stat.S_ISREG(_mode(path)):
        raise CommandError(printable(path), "not a regular file", "to read a pipe or device, give its own name")
    return Input(printable(path), path=path)
