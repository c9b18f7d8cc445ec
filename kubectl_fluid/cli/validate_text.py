"""Findings for people: `file:line:col: error FL0123 message`, on a terminal with the source and the cure."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.cli.environment import Environment, paint
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.validate_found import Located, Outcome
from kubectl_fluid.validation.finding import Severity

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
#: Columns of a source line that are shown at most.
_WIDTH = 160


def render(outcome: Outcome, environment: Environment) -> Iterator[str]:
    """All findings, one line each; below it on a terminal the source with a caret, and what to do."""
    terminal = environment.stdout_is_terminal
    colours = environment.colours_on(terminal)
    for it in outcome.findings:
        yield _line(it, colours=colours, terminal=terminal) + "\n"
        if terminal:
            yield from (f"{line}\n" for line in _more(it, colours=colours))


def _line(it: Located, *, colours: bool, terminal: bool) -> str:
    severity = it.finding.severity.value
    word = paint(severity, COLOURS[it.finding.severity]) if colours else severity
    place = printable(f"{it.source}:{it.line}:{it.column}")
    name = f"{it.name}: " if it.name else ""
    message = printable(f"{name}{it.sentence}")
    hint = "" if terminal else printable(it.advice)
    return f"{paint(place, 'bold') if colours else place}: {word} {it.finding.code} {message}{hint}"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese characters, for one, take two each, accents none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(it) else 2 if east_asian_width(it) in "WF" else 1 for it in text)


def _more(it: Located, *, colours: bool) -> Iterator[str]:
    if it.shown.strip():
        line = it.shown.rstrip("\r").expandtabs(1)[:_WIDTH]
        number = f"{it.line:>5} | "
        yield f"{number}{printable(line)}"
        caret = f"{'':>{len(number) - 2}}| {'':>{_columns(printable(line[: it.column - 1]))}}^"
        if it.column <= _WIDTH:
            yield paint(caret, COLOURS[it.finding.severity]) if colours else caret
    if it.finding.hint:
        yield f"      {paint('hint:', 'cyan') if colours else 'hint:'} {printable(it.finding.hint)}"
