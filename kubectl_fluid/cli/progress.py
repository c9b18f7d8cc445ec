"""A line on a terminal that says how far a long run has come."""

from __future__ import annotations

import time

from kubectl_fluid.cli.environment import Environment

#: Seconds before anything is said, and between two updates.
PATIENCE = 1.0
PAUSE = 0.1
_EVERY = 32
_CLEAR = b"\r\x1b[K"


class Progress:
    """Call it with the number of things done; `clear` before anything else is written."""

    def __init__(self, environment: Environment, what: str) -> None:
        self._environment = environment
        self._what = what
        self._next = time.monotonic() + PATIENCE if environment.stderr_is_terminal else None
        self._calls = 0
        self._shown = False

    def __call__(self, number: int) -> None:
        """Show the number, if it is time to."""
        self._calls += 1
        if self._next is None or self._calls % _EVERY:
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PAUSE
            self._write(_CLEAR + f"{number:,} {self._what}…".encode(self._environment.encoding, "replace"))
            self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._write(_CLEAR)
            self._shown = False

    def _write(self, data: bytes) -> None:
        try:
            self._environment.stderr.write(data)
            self._environment.stderr.flush()
        except (OSError, ValueError):
            self._next = None
