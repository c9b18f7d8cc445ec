"""What is told to a person on stderr: a line per Pod template, its reasons, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.codes import WARNINGS
from kubectl_fluid.injection.reason import Outcome, Reason

#: Glyph, its stand-in where the encoding has no such character, colour.
MARKS = {
    Outcome.INJECTED: ("✓", "+", "green"),
    Outcome.SKIPPED: ("-", "-", "yellow"),
    Outcome.REFUSED: ("✗", "x", "red"),
}
HINT_INDENT = "    "
#: What may hold for many Pods of a run in the same words.
ONCE = {*WARNINGS, "SidecarEnds"}


class Entry(NamedTuple):
    """What happened to one Pod template: `name` as in `job.batch/demo-app`, `place` as in `job.yaml:12`."""

    outcome: Outcome
    name: str
    place: str
    reasons: Sequence[Reason]


@dataclass
class Report:
    """Speaks while the work goes on, so that it holds nothing but counters.

    `words` name the outcomes in the verb's own language (`uninject` removes, it does not inject).
    """

    environment: Environment
    quiet: bool = False
    verbose: bool = False
    words: dict[Outcome, str] = field(default_factory=lambda: {outcome: outcome.value for outcome in Outcome})
    counts: Counter[Outcome] = field(default_factory=Counter)
    errors: int = 0
    _warned: set[Reason] = field(default_factory=set)

    def entry(self, entry: Entry) -> None:
        """One Pod template."""
        self.counts[entry.outcome] += 1
        if self.quiet and entry.outcome is not Outcome.REFUSED:
            return
        first, *others = entry.reasons or (None,)
        where = f"{printable(entry.name)} ({entry.place})"
        self.environment.say(f"{self._mark(entry.outcome)} {where}{_because(first)}")
        self._hint(first)
        for reason in others:
            if reason.code in ONCE and reason in self._warned and not self.verbose:
                continue  # what holds for every Pod of a run is said once
            self._warned.add(reason)
            self.environment.say(f"{HINT_INDENT}{_because(reason).removeprefix(': ')}")
            self._hint(reason)

    def note(self, text: str) -> None:
        """Something beside the Pod templates."""
        if not self.quiet:
            self.environment.say(self.environment.style(printable(text), "dim"))

    def summary(self, fate: str, *, written: bool = True) -> None:
        """The last line: how many of each, and what became of the output."""
        if self.quiet and not self.failed:
            return
        words = self.words if written else {**self.words, Outcome.INJECTED: f"would be {self.words[Outcome.INJECTED]}"}
        counts = [f"{self.counts[outcome]} {words[outcome]}" for outcome in MARKS if self.counts[outcome]]
        if self.errors:
            counts.append(f"{self.errors} unreadable")
        self.environment.say(f"{', '.join(counts) or 'no Pod templates found'}{fate}")

    @property
    def failed(self) -> bool:
        """Whether anything went wrong."""
        return bool(self.errors or self.counts[Outcome.REFUSED])

    def _mark(self, outcome: Outcome) -> str:
        glyph, plain, colour = MARKS[outcome]
        mark = glyph if self.environment.can_say(glyph) else plain
        width = max(map(len, self.words.values()))
        return self.environment.style(f"{mark} {self.words[outcome]:<{width}}", colour)

    def _hint(self, reason: Reason | None) -> None:
        if reason is not None and reason.hint:
            self.environment.say(f"{HINT_INDENT}{self.environment.style('hint:', 'cyan')} {printable(reason.hint)}")


def _because(reason: Reason | None) -> str:
    return f": {reason.code}: {printable(reason.message)}" if reason is not None else ""
