"""`kubectl fluid status -w`: redrawn in place on a terminal, changed rows elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone

from kubectl_fluid.claims import Name
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.jsonpath import render
from kubectl_fluid.cli.status_request import JSONPATH, Request
from kubectl_fluid.cli.status_show import lines, look_of, ordered, plain, tell
from kubectl_fluid.cli.status_table import table
from kubectl_fluid.cli.status_value import single_value
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.manifests import dump
from kubectl_fluid.status.live import Live, following
from kubectl_fluid.status.model import DatasetStatus, Health, Report, Unlisted, Verdict
from kubectl_fluid.status.parts import Wanted

#: Seconds between two looks at the clock: ages go on, and some verdicts depend on them.
TERMINAL, PIPE = 1.0, 5.0


class Talk:
    """Says on stderr what cannot be read, and when the cluster goes and comes back; each of it once."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._told: set[Unlisted] = set()
        self._lost: str = ""

    def about(self, unlisted: Iterable[Unlisted], lost: ClusterError | None) -> None:
        """What is new of it."""
        found = list(unlisted)
        tell([it for it in found if it not in self._told], self._environment)
        self._told = set(found)
        why = str(lost) if lost else ""
        if bool(why) != bool(self._lost):
            sentence = f"{printable(why)}; trying again" if why else "the cluster is there again"
            self._environment.say(self._environment.style(sentence, "yellow"))
        self._lost = why


def watch(api: Api, wanted: Wanted, request: Request, environment: Environment) -> ExitStatus:
    """Go on until somebody ends it."""
    with following(api, wanted) as live:
        if environment.stdout_is_terminal and request.output in ("", "wide"):
            _redraw(live, request, environment)
        else:
            _print_changes(live, request, environment)
    return ExitStatus.OK


def _redraw(live: Live, request: Request, environment: Environment) -> None:
    from kubectl_fluid.cli.status_terminal import Terminal

    terminal = Terminal(environment)
    with terminal.live() as screen:
        while not live.ended.is_set():
            now = _now()
            report = ordered(live.report(now), request)
            notes = [f"{live.lost}; trying again"] if live.lost else []
            screen.update(terminal.drawing(report, request, now, [*lines(report.unlisted), *notes]), refresh=True)
            live.wait(TERMINAL)


def _print_changes(live: Live, request: Request, environment: Environment) -> None:
    printer, talk = Printer(request, environment), Talk(environment)
    while not live.ended.is_set():
        now = _now()
        report = live.report(now)
        talk.about(report.unlisted, live.lost)
        printer.changes(report, now)
        live.wait(PIPE)


class Printer:
    """Prints the rows that differ from those printed last."""

    def __init__(self, request: Request, environment: Environment) -> None:
        self._request, self._environment = request, environment
        self._last: dict[Name, DatasetStatus] | None = None
        self._shown: dict[Name, str] = {}
        self._widths: dict[str, int] = {}

    def changes(self, report: Report, now: datetime) -> None:
        """All rows the first time, those that changed afterwards, and those that are gone, with health `Deleted`."""
        report = ordered(report, self._request)
        present = {it.name: it for it in report.datasets}
        gone = [_deleted(it) for name, it in (self._last or {}).items() if name not in present]
        shown = {it.name: self._text([it], now, headers=False, ages=False) for it in report.datasets}
        changed = [it for it in report.datasets if self._shown.get(it.name) != shown[it.name]]
        headers = self._last is None and self._request.headers
        if changed or gone:
            text = self._text([*changed, *gone], now, headers=headers, ages=True)
            self._environment.stdout.write(text.encode("utf-8", "backslashreplace"))
            self._environment.stdout.flush()
            self._last = present
        self._shown = shown

    def _text(self, rows: list[DatasetStatus], now: datetime, *, headers: bool, ages: bool) -> str:
        """Rows in the form that was asked for; without ages, to compare them."""
        request = self._request
        if not ages:
            rows = [replace(it, created=now) for it in rows]
        if request.output == "name":
            return "".join(f"dataset.data.fluid.io/{printable(it.name.name)}\n" for it in rows)
        values = (single_value(it, ()) for it in rows)
        if request.output == "json":
            return "".join(f"{dump.to_json(it)}\n" for it in values)
        if request.output == "yaml":
            return "".join(f"---\n{dump.to_yaml(it)}" for it in values)
        if request.output == JSONPATH:
            return "".join(render(request.template, it) for it in values)
        if request.trees and request.output != "wide":
            return plain(Report(tuple(rows)), request, self._environment, now) + "\n"
        look = look_of(replace(request, headers=headers), self._environment)
        made = table(rows, look._replace(least=self._widths if ages else {}), now)
        if ages:  # columns stay where they are, or move to the right
            self._widths |= made.widths
        return "".join(f"{line}\n" for line in made.lines)


def _deleted(it: DatasetStatus) -> DatasetStatus:
    return replace(it, health=Health(Verdict.FAILED, "Deleted", "it was deleted"), phase="Deleted")


def _now() -> datetime:
    return datetime.now(timezone.utc)
