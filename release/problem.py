"""The one error of a release that cannot be built."""

from __future__ import annotations


class Problem(Exception):
    """What stands in the way, and what to do (`hint`); `python -m release` prints both."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint
