"""A unified diff of one file, made while the file's documents stream by: a few lines are held, not the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from difflib import SequenceMatcher

CONTEXT = 3
COLOURS = {"-": "red", "+": "green", "@": "cyan"}


class UnifiedDiff:
    """Feed it the old and new text piece by piece; it calls `write` with the lines of the diff."""

    def __init__(self, name: str, write: Callable[[str], None]) -> None:
        self._name = name.lstrip("/")
        self._write = write
        self._old = self._new = 1  # number of the next line
        self._before: deque[str] = deque(maxlen=CONTEXT)
        self._hunk: list[tuple[str, str]] = []
        self._after: list[str] = []
        self._begin = (1, 1)
        self._titled = False

    def same(self, text: str) -> None:
        """A piece that did not change."""
        for line in lines_of(text):
            self._same_line(line)

    def changed(self, old: str, new: str) -> None:
        """A piece that changed from `old` to `new`."""
        a, b = lines_of(old), lines_of(new)
        head = common_head(a, b)
        tail = common_head(a[: head - 1 if head else None : -1], b[: head - 1 if head else None : -1])
        end_a, end_b = len(a) - tail, len(b) - tail
        for line in a[:head]:
            self._same_line(line)
        self._middle(a[head:end_a], b[head:end_b])
        for line in a[end_a:]:
            self._same_line(line)

    def end(self) -> None:
        """The end of the file."""
        self._close()

    def _middle(self, a: list[str], b: list[str]) -> None:
        for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b).get_opcodes():
            if tag == "equal":
                for line in a[a1:a2]:
                    self._same_line(line)
                continue
            for line in a[a1:a2]:
                self._changed_line("-", line)
            for line in b[b1:b2]:
                self._changed_line("+", line)

    def _same_line(self, line: str) -> None:
        if self._hunk:
            self._after.append(line)
            if len(self._after) > 2 * CONTEXT:
                self._close()
        else:
            self._before.append(line)
        self._old += 1
        self._new += 1

    def _changed_line(self, sign: str, line: str) -> None:
        if not self._hunk:
            self._begin = (self._old - len(self._before), self._new - len(self._before))
            self._hunk = [(" ", kept) for kept in self._before]
        self._hunk += [(" ", kept) for kept in self._after]
        self._after = []
        self._hunk.append((sign, line))
        if sign == "-":
            self._old += 1
        else:
            self._new += 1

    def _close(self) -> None:
        if not self._hunk:
            return
        hunk = self._hunk + [(" ", line) for line in self._after[:CONTEXT]]
        self._before = deque(self._after, maxlen=CONTEXT)
        self._hunk, self._after = [], []
        if not self._titled:
            self._titled = True
            self._write(f"--- a/{self._name}\n")
            self._write(f"+++ b/{self._name}\n")
        old = _range(self._begin[0], sum(sign != "+" for sign, _ in hunk))
        new = _range(self._begin[1], sum(sign != "-" for sign, _ in hunk))
        self._write(f"@@ -{old} +{new} @@\n")
        for sign, line in hunk:
            self._write(sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n")


def lines_of(text: str) -> list[str]:
    """Lines with their ends. Only a line feed ends a line, as in `diff` and `git`."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def common_head(a: list[str], b: list[str]) -> int:
    """How many lines both begin with: most of a document stays, and finding that is cheap."""
    limit = min(len(a), len(b))
    return next((index for index in range(limit) if a[index] != b[index]), limit)


def _range(start: int, count: int) -> str:
    return f"{start if count else start - 1},{count}"
