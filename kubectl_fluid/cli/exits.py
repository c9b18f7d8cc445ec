"""Exit codes: the one list of them. `docs/exit-codes.md` is made from it."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class ExitStatus(IntEnum):
    """What the shell sees.

    1 and 2 are what `kubectl diff` and click use; 124 is `timeout(1)`'s, 130 is 128 + SIGINT.
    """

    OK = 0
    FAILED = 1
    USAGE = 2
    BUG = 3
    UNREACHABLE = 4
    TIMEOUT = 124
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """The sentence that the documentation prints."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitStatus.OK: "Everything asked for was done; a review was answered, also with a refusal.",
    ExitStatus.FAILED: "A check or an injection failed, or something could not be read or written.",
    ExitStatus.USAGE: "The command line is wrong: an unknown option, a missing argument.",
    ExitStatus.BUG: "Something unexpected happened inside this program; please report it with --traceback.",
    ExitStatus.UNREACHABLE: "The cluster cannot be reached, or does not let this user read or write what is needed.",
    ExitStatus.TIMEOUT: "The time given for waiting is over.",
    ExitStatus.INTERRUPTED: "Interrupted with Ctrl-C.",
}


#: Not of this program, which has not begun then: release/launcher/ says it as a shell and env(1) do.
NO_PYTHON = 127
NO_PYTHON_MEANING = "The launcher of krew's archive has found no Python 3.10 or newer"


def document() -> str:
    """The text of docs/exit-codes.md."""
    rows = [f"| {int(status)} | `{status.name}` | {status.meaning} |" for status in ExitStatus]
    return "\n".join([_HEAD, *rows, "", _TAIL])


_HEAD = """\
# Exit codes

Generated from `kubectl_fluid/cli/exits.py`. A code never changes its meaning.

| code | name | meaning |
| --- | --- | --- |"""

_TAIL = f"""\
{NO_PYTHON_MEANING} where the code is {NO_PYTHON}; nothing of the program has run then.

Whatever the code, stdout holds results only. What went wrong stands on stderr as `error: what: why`, mostly with a line
`hint: what to do` below it; `--traceback` shows where in the program it came from.

With several documents, one that fails makes the code 1. `inject` and `uninject` then write nothing at all; with
`--keep-going` they write what could be done, and the code is still 1.
"""
