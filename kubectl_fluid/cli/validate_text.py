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
    message = printable(f"{name}{it.finding.message}")
    hint = "" if terminal or not it.finding.hint else f" ({printable(it.finding.hint)})"
    return f"{paint(place, 'bold') if colours else place}: {word} {it.finding.code} {message}{hint}"


def _more(it: Located, *, colours: bool) -> Iterator[str]:
    if it.shown.strip():
        text = printable(it.shown.rstrip("\r").expandtabs(1)[:_WIDTH])
        number = f"{it.line:>5} | "
        yield f"{number}{text}"
        caret = f"{'':>{len(number) - 2}}| {'':>{it.column - 1}}^"
        if it.column <= _WIDTH:
            yield paint(caret, COLOURS[it.finding.severity]) if colours else caret
    if it.finding.hint:
        yield f"      {paint('hint:', 'cyan') if colours else 'hint:'} {printable(it.finding.hint)}"
