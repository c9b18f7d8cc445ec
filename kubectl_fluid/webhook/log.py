"""What the server says on stderr: lines for a person, or JSON objects for a collector."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

#: Lines of one sort between two summaries, and seconds between these.
OFTEN, SUMMARY_SECONDS = 20, 60.0
#: Characters of one value; a refusal has 2048 at most.
MAX_VALUE = 2100


class Log:
    """Writes lines through `say`. `verbose` adds what happens with every request."""

    def __init__(self, say: Callable[[str], None], *, as_json: bool = False, verbose: bool = False) -> None:
        self.verbose = verbose
        self._say = say
        self._as_json = as_json
        self._written: Counter[tuple[str, str]] = Counter()

    def debug(self, message: str, **fields: Any) -> None:
        """What happens with every request."""
        if self.verbose:
            self._write("debug", message, fields)

    def info(self, message: str, **fields: Any) -> None:
        """What happens once in a while."""
        self._write("info", message, fields)

    def warning(self, message: str, **fields: Any) -> None:
        """What may need somebody's attention."""
        self._write("warning", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """What is wrong with this program."""
        self._write("error", message, fields)

    def often(self, level: str, message: str, sort: str, **fields: Any) -> None:
        """What requests can make happen as often as they like: OFTEN lines of each sort, then they are only counted.

        `sort` must not be made of what a request holds. With `verbose`, all lines are written.
        """
        if level == "debug" and not self.verbose:
            return
        self._written[message, sort] += 1
        if self.verbose or self._written[message, sort] <= OFTEN:
            self._write(level, message, fields)

    def summary(self) -> None:
        """Say what was only counted since the last summary."""
        for (message, sort), number in self._written.items():
            if number > OFTEN and not self.verbose:
                self._write("info", f"more of: {message}", {"sort": sort, "number": number - OFTEN})
        self._written.clear()

    def _write(self, level: str, message: str, fields: dict[str, Any]) -> None:
        now = time.time()
        fields = {key: _cut(value) for key, value in fields.items()}
        moment = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1000):03d}Z"
        if self._as_json:
            self._say(json.dumps({"time": moment, "level": level, "message": message, **fields}))
        else:
            words = [moment, level, _line(message), *(f"{key}={_word(value)}" for key, value in fields.items())]
            self._say(" ".join(words))


def _cut(value: Any) -> Any:
    return f"{value[:MAX_VALUE]}…" if isinstance(value, str) and len(value) > MAX_VALUE else value


def _line(text: str) -> str:
    """On one line: a request must not write lines of its own into the log."""
    return text if text.isprintable() else json.dumps(text)[1:-1]


def _word(value: Any) -> str:
    text = str(value)
    return text if text and text.isprintable() and " " not in text and '"' not in text else json.dumps(text)
