"""`kubectl fluid status --wait`: until the Datasets are as they should be, or the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.status_connect import UNREACHED
from kubectl_fluid.cli.status_request import Request
from kubectl_fluid.cli.status_show import missing, show, tell
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.status.health import UNREADABLE
from kubectl_fluid.status.live import Live, following
from kubectl_fluid.status.model import DatasetStatus, Report, Verdict
from kubectl_fluid.status.parts import Wanted

#: Seconds between two looks at the clock.
TICK = 5.0


def _unhealthy(it: DatasetStatus) -> str:
    return "" if it.health.verdict is Verdict.HEALTHY else f"{it.health.verdict.value}: {it.health.message}"


def _unbound(it: DatasetStatus) -> str:
    return "" if it.phase in ("Bound", "Updating", "DataMigrating") else f"its phase is {it.phase or 'blank'}"


def _unloaded(it: DatasetStatus) -> str:
    if unbound := _unbound(it):
        return unbound
    if it.operations is None:
        return "its DataLoads cannot be read"
    loads = [each for each in it.operations if each.kind == "DataLoad"]
    running = [each for each in loads if each.running]
    if running:
        return f"DataLoad {running[0].name.name} is {running[0].phase or 'new'}"
    if not loads:
        return "it has no DataLoad"
    newest = loads[0]
    return "" if newest.phase == "Complete" else f"DataLoad {newest.name.name} has failed: {newest.message}"


#: By goal: what keeps a Dataset from it, "" where nothing does.
GOALS: dict[str, Callable[[DatasetStatus], str]] = {"healthy": _unhealthy, "bound": _unbound, "loaded": _unloaded}


def wait(api: Api, wanted: Wanted, request: Request, environment: Environment) -> ExitStatus:
    """Print the report once the goal is reached, or at the end of the time."""
    end = None if request.timeout is None else time.monotonic() + request.timeout
    try:
        with following(api, wanted, request.timeout) as live:
            report, now, status, why = _until(live, request, environment, end)
    except TimeoutError:
        sentence = f"{_span(request.timeout)} are over: {api.shown} has not answered"
        raise CommandError(f"--wait={request.goal}", sentence, UNREACHED, ExitStatus.TIMEOUT) from None
    show(report, request, environment, now)
    tell(report.unlisted, environment)
    if status is not ExitStatus.OK:
        sentence = f"{_span(request.timeout)} are over: {why}" if status is ExitStatus.TIMEOUT else why
        raise CommandError(
            f"--wait={request.goal}", sentence, "see what is wrong with `kubectl fluid status dataset/NAME`", status
        )
    return status


def _until(
    live: Live, request: Request, environment: Environment, end: float | None
) -> tuple[Report, datetime, ExitStatus, str]:
    said = ""
    while True:
        now = datetime.now(timezone.utc)
        report = live.report(now)
        why = _why_not(report, request)
        if not why:
            return report, now, ExitStatus.OK, ""
        if hopeless := _hopeless(report, request):
            return report, now, hopeless, why
        left = TICK if end is None else end - time.monotonic()
        if left <= 0:
            return report, now, ExitStatus.TIMEOUT, why
        if why != said:
            environment.say(f"waiting: {printable(why)}")
            said = why
        live.wait(min(left, TICK))


def _why_not(report: Report, request: Request) -> str:
    """What the first Dataset that has not reached the goal lacks."""
    if absent := missing(report, request):
        return f"dataset {absent[0]}: there is none"
    if not report.datasets:
        return "there is no Dataset"
    lacks = GOALS[request.goal]
    return next((f"dataset {it.name.name}: {why}" for it in report.datasets if (why := lacks(it))), "")


def _hopeless(report: Report, request: Request) -> ExitStatus | None:
    """The code to end with where waiting does not help: a right is missing, or what was waited for has failed."""
    forbidden = any(it.reason == "Forbidden" for it in report.unlisted)
    for it in report.datasets:
        blind = it.health.code in UNREADABLE if request.goal == "healthy" else it.operations is None
        if forbidden and blind and request.goal != "bound":
            return ExitStatus.UNREACHABLE
        loads = [each for each in it.operations or () if each.kind == "DataLoad"]
        if request.goal == "loaded" and loads and loads[0].phase == "Failed":
            return ExitStatus.FAILED
    return None


def _span(seconds: float | None) -> str:
    return f"{seconds:g} s"
