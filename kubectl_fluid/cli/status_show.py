"""A report on stdout, in the form that was asked for; what could not be read, on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.jsonpath import find, render
from kubectl_fluid.cli.status_request import JSONPATH, Request
from kubectl_fluid.cli.status_table import Look, table
from kubectl_fluid.cli.status_value import item, report_value, single_value
from kubectl_fluid.manifests import dump
from kubectl_fluid.status.health import UNREADABLE
from kubectl_fluid.status.model import DatasetStatus, Report, Unlisted, Verdict

_ORDER = {it.value: n for n, it in enumerate(Verdict)}


def show(report: Report, request: Request, environment: Environment, now: datetime) -> None:
    """Print the report. On a terminal, tables and trees are drawn by `rich`."""
    report = ordered(report, request)
    text = _machine_text(report, request)
    if text is None and environment.stdout_is_terminal:
        from kubectl_fluid.cli.status_terminal import Terminal  # 0.1 s, for rich

        Terminal(environment).show(report, request, now)
        return
    if text is None:
        text = plain(report, request, environment, now)
    environment.stdout.write(text.encode("utf-8", "backslashreplace"))


def plain(report: Report, request: Request, environment: Environment, now: datetime) -> str:
    """The table, or the trees, as text that does not know how wide it may be."""
    if request.trees and request.output != "wide":
        from kubectl_fluid.cli.status_tree import plain_tree, tree

        return "\n".join(plain_tree(tree(it, now)) for it in report.datasets)
    look = look_of(request, environment)
    return "".join(f"{line}\n" for line in table(report.datasets, look, now).lines)


def look_of(request: Request, environment: Environment) -> Look:
    """How a table is to be that does not know how wide it may be."""
    return Look(
        namespace=request.all_namespaces,
        wide=request.output == "wide",
        headers=request.headers,
        colours=environment.colours_on(environment.stdout_is_terminal),
    )


def ordered(report: Report, request: Request) -> Report:
    """The Datasets in the order of `--sort-by`: what has no such value comes last."""
    if not request.sort_by:
        return report
    return replace(report, datasets=tuple(sorted(report.datasets, key=lambda it: _key(item(it), request.sort_by))))


def has_field(report: Report, path: str) -> bool:
    """Whether any Dataset has the field of `--sort-by`; null is one too."""
    return any(find(path, item(it)) for it in report.datasets)


def _key(value: Any, path: str) -> tuple[int, float, str]:
    found = next(iter(find(path, value)), None)
    if isinstance(found, str) and found in _ORDER:
        return 0, _ORDER[found], ""
    if isinstance(found, (int, float)):
        return 0, found, ""
    return (1, 0, found) if isinstance(found, str) else (2, 0, "")


def _machine_text(report: Report, request: Request) -> str | None:
    """The text of a form for programs, None for the others."""
    if request.output == "name":
        return "".join(f"dataset.data.fluid.io/{printable(it.name.name)}\n" for it in report.datasets)
    if request.output not in ("json", "yaml", JSONPATH):
        return None
    one = report.datasets[0] if len(request.names) == 1 and report.datasets else None
    value = single_value(one, report.unlisted) if one is not None else report_value(report)
    if request.output == "json":
        return dump.to_json(value) + "\n"
    return dump.to_yaml(value) if request.output == "yaml" else render(request.template, value)


def tell(unlisted: Iterable[Unlisted], environment: Environment) -> None:
    """A line for each list that could not be read, and what to do, once for each reason."""
    found = list(unlisted)
    for line in lines(found):
        environment.say(environment.style(line, "yellow"))
    hints = {it.reason: it.hint for it in reversed(found) if it.hint}
    for hint in reversed(hints.values()):
        environment.say(f"{environment.style('hint:', 'cyan')} {printable(hint)}")


def lines(unlisted: Iterable[Unlisted]) -> list[str]:
    """`DataLoads: forbidden: …`."""
    return [f"{_plural(it.kind)}: {it.reason.lower()}: {printable(it.message)}" for it in unlisted]


def _plural(kind: str) -> str:
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def missing(report: Report, request: Request) -> list[str]:
    """Names that were asked for and are not there."""
    found = {it.name.name for it in report.datasets}
    return [name for name in request.names if name not in found]


def exit_status(datasets: Sequence[DatasetStatus]) -> ExitStatus:
    """0: all are healthy; 1: something is not; 4: whether it is could not be read."""
    unwell = [it.health for it in datasets if it.health.verdict is not Verdict.HEALTHY]
    if not unwell:
        return ExitStatus.OK
    return ExitStatus.UNREACHABLE if all(it.code in UNREADABLE for it in unwell) else ExitStatus.FAILED
