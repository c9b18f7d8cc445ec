"""Explanations for people."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.explain_page import Mark, Page
from kubectl_fluid.explanation.hooks import Judgement, Whose
from kubectl_fluid.explanation.model import (
    ClaimView,
    ContainerState,
    Event,
    Existing,
    Explanation,
    Finding,
    Planned,
    Verdict,
    Workload,
)
from kubectl_fluid.explanation.podstate import FAILING
from kubectl_fluid.injection.reason import Outcome

_MARKS = {Verdict.WORKS: Mark.GOOD, Verdict.WRONG: Mark.BAD, Verdict.UNKNOWN: Mark.UNSURE}
_OUTCOMES = {Outcome.INJECTED: Mark.GOOD, Outcome.SKIPPED: Mark.NONE, Outcome.REFUSED: Mark.BAD, None: Mark.UNSURE}
_ANSWERS = {True: Mark.GOOD, False: Mark.NONE, None: Mark.UNSURE}
_NONE = "<none>"


def render(found: Sequence[Explanation], environment: Environment) -> str:
    """A page for each, parted by an empty line."""
    page = Page(environment)
    for it in found:
        _explanation(page, it)
    return page.text()


def _explanation(page: Page, it: Explanation) -> None:
    page.heading(it.name, f"namespace {it.namespace}" + (f", {it.place}" if it.place else ""))
    if it.triggers:
        _decision(page, it)
    _claims(page, it)
    _admission(page, it)
    if it.pod is not None:
        _pod(page, it.pod)
    if it.workload is not None:
        _workload(page, it.workload)
    if it.unread:
        page.heading("NOT READ")
        for line in it.unread:
            page.item(Mark.UNSURE, line)
    page.heading("DIAGNOSIS")
    _finding(page, it.finding)


def _finding(page: Page, it: Finding) -> None:
    page.item(_MARKS[it.verdict], f"{it.code}: {it.message}")
    if it.hint:
        page.below(it.hint, "hint")


def _decision(page: Page, it: Explanation) -> None:
    page.heading("DECISION", _decided(it.planned))
    for row in it.triggers:
        value = _NONE if row.value is None else row.value
        page.item(_ANSWERS[row.holds], f"{row.name}: {value}" + (f" ({row.means})" if row.decides else ""))
    # What is said of one claim stands with the claim.
    for reason in it.planned.reasons:
        if not reason.claim and reason.outcome is not Outcome.REFUSED:
            page.below(f"{reason.code}: {reason.message}")
    for reason in it.planned.warnings:
        page.item(Mark.WARNING, f"{reason.code}: {reason.message}")
        if reason.hint:
            page.below(reason.hint, "hint")


def _decided(it: Planned) -> str:
    if it.unread:
        return f"cannot be told: {it.unread}"
    if it.outcome is Outcome.REFUSED:
        return f"{it.branch}, refused" if it.branch else "refused"
    if it.outcome is Outcome.SKIPPED:
        return "nothing is added"
    return f"{it.branch}, platform {it.platform}" if it.branch == "serverless" else it.branch


def _claims(page: Page, it: Explanation) -> None:
    page.heading("CLAIMS", "" if it.claims else _NONE)
    for claim in it.claims:
        _claim(page, claim, it)


def _claim(page: Page, it: ClaimView, of: Explanation) -> None:
    state = next((found for found in (of.pod.sidecars if of.pod else ()) if found.name == it.sidecar), None)
    missed = of.pod is not None and not of.pod.injected
    mark = _OUTCOMES[None if it.unread else it.reason.outcome]
    if it.sidecar:
        mark = _mark(state, of.pod) if state and of.pod else Mark.NONE if missed else Mark.GOOD
    page.item(mark, it.name + (f": dataset {it.dataset} ({it.runtime})" if it.dataset else ""))
    whole = of.planned.reasons and it.reason.code == of.planned.reasons[0].code and not of.planned.reasons[0].claim
    if it.unread:
        page.below(it.unread)
    elif not whole and it.reason.code != "Injected":
        page.below(f"{it.reason.code}: {it.reason.message}")
    if it.reason.hint:
        page.below(it.reason.hint, "hint")
    for mount in it.mounts:
        page.below(f"container {mount.container} reads it at {mount.path}")
    if not it.mounts:
        page.below("no container mounts it")
    if it.sidecar:
        how = f": {_how(state)}" if state else ", were the Pod created now" if missed else ""
        page.below(f"sidecar {it.sidecar} serves it{how}")


def _admission(page: Page, of: Explanation) -> None:
    it, injected = of.admission, of.pod is not None and of.pod.injected
    if not it.asked:
        page.heading("ADMISSION", "no cluster was asked")
        return
    page.heading("ADMISSION", "of the Pod as it was before its injection" if injected else "in the order of the calls")
    for line in it.unread:
        page.item(Mark.UNSURE, line)
    shown = [hook for hook in it.judged if hook.hook.whose is not Whose.OTHER or hook.acts is not False]
    for hook in shown:
        page.item(_ANSWERS[hook.acts], _judgement(hook))
    others = len(it.judged) - len(shown)
    if others:
        page.item(Mark.NONE, f"{others} more for Pods {'is' if others == 1 else 'are'} not called for this one")
    elif not shown and not it.unread:
        page.item(Mark.NONE, "no webhook or policy of this cluster is called for Pods")
    for note in () if injected else it.notes:
        page.item(Mark.WARNING, note)


def _judgement(it: Judgement) -> str:
    hook = it.hook
    whose = "" if hook.whose is Whose.OTHER else f", of {hook.whose.value}"
    if it.acts is False:
        return f"{hook.name}: {it.why}"
    does = "called" if hook.kind == "MutatingWebhookConfiguration" else "applied"
    return f"{hook.name} ({hook.kind} {hook.configuration}{whose}): " + (
        f"is {does}" if it.acts else f"may be {does}: {it.why}"
    )


def _pod(page: Page, it: Existing) -> None:
    where = f" on node {it.node}" if it.node else ""
    injected = "with sidecars" if it.injected else "without sidecars"
    page.heading("POD", f"{it.phase or 'no status yet'}{where}, created {it.created or _NONE} {injected}")
    if it.reason:
        page.item(Mark.BAD, it.reason)
    if it.scheduled:
        page.item(Mark.BAD, f"not scheduled: {it.scheduled}")
    for container in it.sidecars:
        _container(page, container, it, sidecar=True)
    for container in it.others:
        _container(page, container, it, sidecar=False)
    _events(page, it.events)


def _container(page: Page, it: ContainerState, of: Existing, *, sidecar: bool) -> None:
    kind = ("native sidecar" if it.native else "sidecar") if sidecar else "container"
    dataset = f" of {it.dataset}" if it.dataset else ""
    page.item(_mark(it, of), f"{kind} {it.name}{dataset}: {_how(it)}")
    if it.message:
        page.below(it.message)


def _mark(it: ContainerState, of: Existing) -> Mark:
    if it.ended_well or (it.ready and it.mounted is not False):
        return Mark.GOOD
    failed = it.state == "terminated" or (it.state == "waiting" and it.reason in FAILING)
    # A sidecar is ended by its kubelet once the application has ended, and seldom with 0.
    return Mark.BAD if failed and of.phase != "Succeeded" else Mark.NONE


def _how(it: ContainerState) -> str:
    words = [f"{it.state or 'not reported yet'}{f' ({it.reason})' if it.reason else ''}"]
    if it.state == "running":
        words.append("ready" if it.ready else "not ready")
        if it.dataset:
            words.append({True: "mounted", False: "not mounted yet", None: "nothing tells whether mounted"}[it.mounted])
    if it.restarts:
        words.append(f"{it.restarts} restarts" + (f", last {it.last}" if it.last else ""))
    return ", ".join(words)


def _events(page: Page, found: tuple[Event, ...] | None) -> None:
    if found is None:
        page.item(Mark.UNSURE, "its events could not be read")
    for it in found or ():
        times = f"{it.times} times, last " if it.times > 1 else ""
        page.item(Mark.WARNING, f"{it.reason} ({times}{it.last}): {it.message}")


def _workload(page: Page, it: Workload) -> None:
    count = "could not be read" if it.pods is None else str(len(it.pods) + it.more)
    page.heading("PODS", count + (f", the Job is {it.state}" if it.state else ""))
    for of in it.pods or ():
        page.item(_MARKS[of.finding.verdict], f"{of.pod.name}: {of.finding.code}: {of.finding.message}")
    if it.more:
        page.item(Mark.NONE, f"{it.more} more")
    if it.refusals is None:
        page.item(Mark.UNSURE, "events of Pods that could not be created could not be read")
    for event in it.refusals or ():
        times = f"{event.times} times, last " if event.times > 1 else ""
        page.item(Mark.WARNING, f"{event.about}: {event.reason} ({times}{event.last}): {event.message}")
