"""Findings as GitHub's workflow commands, which become annotations on the changed lines."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.validate_found import Located, Outcome
from kubectl_fluid.validation.finding import Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(outcome: Outcome, _: Environment) -> Iterator[str]:
    """A command for each finding."""
    return map(_command, outcome.findings)


def _command(it: Located) -> str:
    properties = f"file={_property(it.source)},line={it.line},col={it.column},title={_property(it.finding.code)}"
    name = f"{it.name}: " if it.name else ""
    return f"::{_COMMANDS[it.finding.severity]} {properties}::{_data(printable(f'{name}{it.sentence}{it.advice}'))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
