"""Turning rules off: by code or pattern, by a comment at the place, by an annotation on the object."""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatchcase

_COMMENT = re.compile(r"#\s*kubectl-fluid:\s*disable=([A-Za-z0-9*?,\s]+)")
_ONLY_COMMENT = re.compile(r"\s*#")


def codes(text: str) -> tuple[str, ...]:
    """The codes or patterns (`FL05*`) of a list that commas or blanks separate."""
    return tuple(part.upper() for part in re.split(r"[,\s]+", text) if part)


def matches(code: str, patterns: Collection[str]) -> bool:
    """Whether one of the patterns stands for the code."""
    return any(fnmatchcase(code, pattern) for pattern in patterns)


class Comments:
    """The comments of one document: `# kubectl-fluid: disable=FL0123` on the line of a finding or right above it.

    Above means directly above, with nothing but other comments between. `first` is the number of the text's first
    line.
    """

    def __init__(self, text: str, first: int) -> None:
        self._off: dict[int, tuple[str, ...]] = {}
        if "kubectl-fluid:" not in text:
            return
        pending: tuple[str, ...] = ()
        for number, line in enumerate(text.split("\n"), first):
            found = _COMMENT.search(line)
            here = codes(found[1]) if found else ()
            if _ONLY_COMMENT.match(line):
                pending += here
                continue
            if here or pending:
                self._off[number] = (*pending, *here)
            pending = ()

    def silence(self, code: str, line: int) -> bool:
        """Whether a finding of this code on this line is turned off."""
        return bool(self._off) and matches(code, self._off.get(line, ()))
