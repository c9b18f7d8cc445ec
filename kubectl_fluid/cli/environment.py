"""Everything that a process is given: the one place that touches `sys` and `os.environ`."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from kubectl_fluid.cli.errors import CommandError, system_reason

#: SGR codes of the few colours in use.
COLOURS = {"green": "32", "yellow": "33", "red": "31", "cyan": "36", "bold": "1", "dim": "2"}


@dataclass
class Environment:
    """Streams (bytes), variables and program name of one run; tests make their own.

    `color` is what `--color` said. `program` is what usage calls this program, `path` the file that was started. stdout
    holds results and nothing else; everything said to a person goes through `say` to stderr. `begun` is when the run
    began, on the monotonic clock.
    """

    program: str = "kubectl-fluid"
    path: str = ""
    arguments: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    stdin: BinaryIO = field(default_factory=io.BytesIO)
    stdout: BinaryIO = field(default_factory=io.BytesIO)
    stderr: BinaryIO = field(default_factory=io.BytesIO)
    stdin_is_terminal: bool = False
    stdout_is_terminal: bool = False
    stderr_is_terminal: bool = False
    encoding: str = "utf-8"
    color: str = "auto"
    traceback: bool = False
    stdin_taken: bool = False
    begun: float = field(default_factory=time.monotonic)

    @classmethod
    def of_process(cls) -> Environment:
        """The environment of this process. A stream that was closed by the caller fails when it is used."""
        stdin, stdout, stderr = (cast("io.TextIOWrapper | None", it) for it in (sys.stdin, sys.stdout, sys.stderr))
        return cls(
            program=program_name(sys.argv[0]),
            path=os.path.abspath(sys.argv[0]),  # noqa: PTH100 - pathlib costs 5 ms of start
            arguments=sys.argv[1:],
            variables=os.environ,
            stdin=_Closed("standard input") if stdin is None else cast("BinaryIO", stdin.buffer),
            stdout=_Closed("standard output")
            if stdout is None
            else _Named("standard output", cast("BinaryIO", stdout.buffer)),
            stderr=io.BytesIO() if stderr is None else cast("BinaryIO", stderr.buffer),
            stdin_is_terminal=stdin is not None and stdin.isatty(),
            stdout_is_terminal=stdout is not None and stdout.isatty(),
            stderr_is_terminal=stderr is not None and stderr.isatty(),
            encoding="utf-8" if stderr is None else stderr.encoding,
            begun=time.monotonic() - _age(),
        )

    def say(self, text: str) -> None:
        """Write one line to stderr. Nobody left to talk to is no reason to fail."""
        try:
            self.stderr.write((text + "\n").encode(self.encoding, "backslashreplace"))
            self.stderr.flush()
        except (OSError, ValueError):
            pass

    def style(self, text: str, colour: str) -> str:
        """The text in a colour, if stderr shows colours."""
        return paint(text, colour) if self.colours_on(self.stderr_is_terminal) else text

    def can_say(self, text: str) -> bool:
        """Whether stderr's encoding has these characters."""
        try:
            text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def colours_on(self, is_terminal: bool) -> bool:
        """Whether a stream gets colours: `--color`, then NO_COLOR, then the FORCE variables, then the terminal.

        See no-color.org and bixense.com/clicolors; click knows neither.
        """
        if self.color != "auto":
            return self.color == "always"
        if self.variables.get("NO_COLOR"):
            return False
        if any(self.variables.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
            return True
        return is_terminal and self.variables.get("TERM") != "dumb"

    def ignore_interrupts(self) -> None:
        """Another Ctrl-C would only interrupt the interpreter's own end, with a traceback."""
        if isinstance(self.stdout, _Named):
            import signal

            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def abandon_stdout(self) -> None:
        """Nobody reads stdout any more: keep the interpreter from complaining about it while it ends."""
        if isinstance(self.stdout, _Named):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _age() -> float:
    """Seconds for which this process is there, its imports among them: what Linux says, else what is usual."""
    try:
        with open("/proc/self/stat", "rb") as file:  # noqa: PTH123 - pathlib costs 5 ms of start
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        return max(time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"), 0)
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.1


def paint(text: str, colour: str) -> str:
    """The text between the ANSI codes of a colour."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


def program_name(argv0: str) -> str:
    """What usage calls this program: `kubectl fluid` when kubectl (or its plugin's name) started it.

    kubectl starts a plugin by its file's name, `kubectl-fluid` (krew's best practices ask for this).
    """
    name = os.path.basename(argv0)  # noqa: PTH119 - pathlib costs 5 ms of start
    return "kubectl fluid" if name.startswith("kubectl-") else "python -m kubectl_fluid"


class _Named(io.RawIOBase, BinaryIO):
    """A stream whose errors say which one it is; a reader that went away is no error of it."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        super().__init__()
        self.what = name
        self._stream = stream

    def write(self, data: Any) -> int:
        try:
            return self._stream.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CommandError(self.what, system_reason(error)) from error

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CommandError(self.what, system_reason(error)) from error


class _Closed(io.RawIOBase, BinaryIO):
    """Stands for a standard stream that the caller closed (`>&-`)."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.what = name

    def read(self, size: int = -1) -> bytes:
        raise CommandError(self.what, "it is closed")

    def write(self, data: object) -> int:
        raise CommandError(self.what, "it is closed")
