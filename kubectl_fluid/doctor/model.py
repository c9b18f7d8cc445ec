"""What a check says, as values; `document` gives them as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique
from typing import Any, NamedTuple

from kubectl_fluid.cluster.errors import ClusterError

#: Characters of one text of the cluster within a sentence (some of them have no limit there), and of a whole sentence.
MAX_TEXT, MAX_SENTENCE = 200, 1000
#: Other verbs, which can do without a cluster, say so there.
_REACH = "does `kubectl version` reach it? --timeout waits longer"


@unique
class Verdict(Enum):
    """`WARNING`: it works, and a person should know something. `SKIPPED`: there is nothing to look at."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Check(NamedTuple):
    """The answer of one check: `name` is of `table.NAMES`; `subject` is the object or verb that it is about.

    `message` is one sentence, `hint` what to do, `details` what the sentence leaves out.
    """

    name: str
    verdict: Verdict
    message: str
    hint: str = ""
    subject: str = ""
    details: tuple[str, ...] = ()

    def bounded(self) -> Check:
        """The check with nothing in it that fills a screen."""
        details = tuple(it[:MAX_SENTENCE] for it in self.details)
        message, hint = self.message[:MAX_SENTENCE], self.hint[:MAX_SENTENCE]
        return self._replace(message=message, hint=hint, subject=clipped(self.subject), details=details)


@dataclass(frozen=True, slots=True)
class Report:
    """All answers, in the order of the table. `context` and `server` are "" where no kubeconfig says them."""

    context: str
    server: str
    namespace: str
    checks: tuple[Check, ...]

    def count(self, verdict: Verdict) -> int:
        """How many checks ended so."""
        return sum(it.verdict is verdict for it in self.checks)


def clipped(text: Any) -> str:
    """A text of the cluster, short enough for a sentence, on one line."""
    words = " ".join(str(text).split())
    return words if len(words) <= MAX_TEXT else f"{words[:MAX_TEXT]}…"


def listed(names: Iterable[str], most: int = 5) -> str:
    """`a, b, c` and how many more."""
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(clipped(it) for it in found[:most]) + more


def counted(number: int, one: str, many: str = "") -> str:
    """`1 field`, `2 fields`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def unread(name: str, error: ClusterError, subject: str = "") -> Check:
    """The check that could not be made, with the server's reason."""
    hint = _REACH if "--objects" in error.hint else error.hint
    return Check(name, Verdict.UNKNOWN, why(error), hint, subject)


def why(error: ClusterError) -> str:
    """Why something could not be read, without the server's address, which is the same for all."""
    what, _, rest = str(error).partition(": ")
    return rest if what.startswith("cluster http") else str(error)
