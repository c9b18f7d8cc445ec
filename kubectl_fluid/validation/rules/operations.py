"""Data operations: which Dataset, when, and whether the runtime can do it (Fluid a826600a, pkg/ddc/base)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubectl_fluid.render.physical import target_of
from kubectl_fluid.render.schedule import ScheduleError, check_schedule
from kubectl_fluid.validation.finding import Pointer, Severity
from kubectl_fluid.validation.rules.near import near
from kubectl_fluid.validation.rules.read import entries, mapping, number, text
from kubectl_fluid.validation.rules.rule import Hit, Rule
from kubectl_fluid.validation.rules.subject import OPERATIONS, Subject

#: Which operations the engine of a runtime has.
SUPPORTED: dict[str, tuple[str, ...]] = {
    "AlluxioRuntime": ("DataLoad", "DataBackup", "DataProcess"),
    "JindoRuntime": ("DataLoad", "DataProcess"),
    "JuiceFSRuntime": ("DataLoad", "DataMigrate", "DataProcess"),
    "ThinRuntime": ("DataProcess",),
    "EFCRuntime": ("DataProcess",),
    "VineyardRuntime": ("DataProcess",),
    "CacheRuntime": ("DataLoad", "DataProcess"),
}


class Target(NamedTuple):
    """The Dataset that an operation works on, and where its name stands."""

    namespace: str
    name: str
    pointer: Pointer


def target(subject: Subject) -> Target | None:
    """The Dataset of an operation, None where it names none."""
    value = subject.value
    if subject.kind == "DataBackup":
        name = text(value, "spec", "dataset")
        return Target(subject.namespace, name, ("spec", "dataset")) if name else None
    if subject.kind == "DataMigrate":
        paths: tuple[Pointer, ...] = (("spec", "to", "dataset"), ("spec", "from", "dataset"))
    else:
        paths = (("spec", "dataset"),)
    for path in paths:
        name = text(value, *path, "name")
        if name:
            return Target(text(value, *path, "namespace") or subject.namespace, name, (*path, "name"))
    return None


def _supported(subject: Subject) -> Iterator[Hit]:
    at, world = target(subject), subject.world
    if at is None:
        return
    dataset = world.find("Dataset", at.namespace, at.name)
    if dataset is None:
        if at.namespace == subject.namespace:
            meant = near(world, "Dataset", at.namespace, at.name)
            severity = Severity.ERROR if world.sure("Dataset") else Severity.WARNING if meant else None
            message = f"TargetDatasetNotFound: there is no Dataset {at.namespace}/{at.name}"
            yield Hit("FL0404", at.pointer, message, f"did you mean {meant}?" if meant else "", severity)
        return
    if target_of(dataset) is not None:
        message = "thinEngine for reference dataset does not support data operations"
        yield Hit("FL0405", at.pointer, message, "work on the Dataset that it mounts")
        return
    runtime = world.runtime(at.namespace, at.name)
    if runtime is None:
        return
    kind, value = runtime
    if subject.kind not in SUPPORTED[kind]:
        message = f"DataOperationNotSupport: a {kind} does not support a {subject.kind}"
        able = ", ".join(SUPPORTED[kind])
        yield Hit("FL0405", at.pointer, message, f"it supports {able}")
    elif kind == "CacheRuntime" and subject.kind == "DataLoad":
        yield from _class_supports(subject, at, text(value, "spec", "runtimeClassName"))


def _class_supports(subject: Subject, at: Target, name: str) -> Iterator[Hit]:
    found = subject.world.find("CacheRuntimeClass", "", name)
    if found is None:
        return
    specs = [it for _, it in entries(found, "dataOperationSpecs") if it.get("name") == "DataLoad"]
    if not any(it.get("command") or it.get("args") for it in specs):
        message = f"DataOperationNotSupport: CacheRuntimeClass {name} says nothing of how to do a DataLoad"
        yield Hit("FL0405", at.pointer, message, "add a DataLoad with command or args to its dataOperationSpecs")


def _ready(subject: Subject) -> Iterator[Hit]:
    """The workers do the work: JuiceFS runs its commands in a worker's Pod."""
    at = target(subject)
    runtime = subject.world.runtime(at.namespace, at.name) if at else None
    if at is not None and runtime and runtime[0] == "JuiceFSRuntime" and not number(runtime[1], "spec", "replicas"):
        message = f"RuntimeNotReady: {at.namespace}/{at.name} has no workers, and a {subject.kind} runs in one"
        yield Hit("FL0406", at.pointer, message)


def _schedule(subject: Subject) -> Iterator[Hit]:
    schedule = text(subject.value, "spec", "schedule")
    if text(subject.value, "spec", "policy") != "Cron":
        return
    if not schedule:
        yield Hit("FL0407", ("spec", "policy"), "ScheduleNotSpecified: policy Cron needs a schedule")
        return
    try:
        check_schedule(schedule)
    except ScheduleError as wrong:
        yield Hit("FL0408", ("spec", "schedule"), str(wrong))


def _on_event(subject: Subject) -> Iterator[Hit]:
    if text(subject.value, "spec", "policy") == "OnEvent":
        message = f"policy OnEvent makes no Job: the {subject.kind} stays Executing for good"
        yield Hit("FL0409", ("spec", "policy"), message)


def _after(subject: Subject) -> Iterator[Hit]:
    before = mapping(subject.value, "spec", "runAfter")
    kind, name = text(before, "kind"), text(before, "name")
    namespace, world = text(before, "namespace") or subject.namespace, subject.world
    if not name or kind not in OPERATIONS:
        return
    chain = [(subject.kind, subject.namespace, subject.name)]
    step = (kind, namespace, name)
    while step not in chain:
        chain.append(step)
        following = mapping(world.own(*step) or {}, "spec", "runAfter")
        if not text(following, "name"):
            break
        step = (text(following, "kind"), text(following, "namespace") or step[1], text(following, "name"))
    else:
        if step == chain[0]:
            way = " -> ".join(f"{it[0]} {it[2]}" for it in (*chain, step))
            yield Hit("FL0410", ("spec", "runAfter", "name"), f"it waits for itself: {way}")
            return
    if world.find(kind, namespace, name) is None:
        message = f"DataOperationNotFound: there is no {kind} {namespace}/{name}"
        yield Hit("FL0411", ("spec", "runAfter", "name"), message)


def _affinity(subject: Subject) -> Iterator[Hit]:
    place = ("spec", "runAfter", "affinityStrategy")
    policy = text(subject.value, *place, "policy")
    if policy not in ("", "Require", "Prefer"):
        yield Hit("FL0412", (*place, "policy"), f"affinityStrategy.policy {policy!r} is neither Require nor Prefer")
    elif policy:
        yield Hit("FL0415", place, f"affinityStrategy {policy} needs the feature gate DataflowAffinity")


def _schedule_cel() -> str:
    """CEL: the schedule has the shape that `check_schedule` takes; ranges that run backwards pass."""
    values = (
        "[+]?0*[0-5]?[0-9]",
        "[+]?0*(1?[0-9]|2[0-3])",
        "[+]?0*([1-9]|[12][0-9]|3[01])",
        "([+]?0*([1-9]|1[0-2])|[A-Za-z]{3})",
        "([+]?0*[0-6]|[A-Za-z]{3})",
    )
    pieces = [f"([*?](-[^,/ ]*)*|{value}(-{value})?)(/[+]?0*[1-9][0-9]*)?" for value in values]
    pattern = "[ \t]+".join(f"(,*{piece}(,+{piece})*,*|,+)" for piece in pieces)
    return (
        "!has(object.spec) || !has(object.spec.policy) || object.spec.policy != 'Cron' || "
        "!has(object.spec.schedule) || "
        f"object.spec.schedule.startsWith('@') || object.spec.schedule.matches('^[ \t]*{pattern}[ \t]*$')"
    )


_ERROR = Severity.ERROR
_SCHEDULED = ("DataLoad", "DataMigrate", "DataProcess")

RULES = (
    Rule(
        "FL0404",
        Severity.INFO,
        "The Dataset of a data operation is not there",
        "The controller looks for it every 20 seconds. An error with --cluster, "
        "a warning where a Dataset of a similar name is among the documents.",
        "create the Dataset, or mend the name",
        OPERATIONS,
        _supported,
        says="TargetDatasetNotFound",
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0405",
        _ERROR,
        "The runtime does not support this data operation",
        "Its phase becomes Failed.",
        "use an operation that the runtime has: see its documentation",
        OPERATIONS,
        _supported,
        says="DataOperationNotSupport",
        together=True,
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0406",
        _ERROR,
        "A data operation needs a worker, and the runtime has none",
        "With replicas 0 (the default) no worker runs; the operation stays Pending.",
        "set spec.replicas of the runtime",
        ("DataLoad", "DataMigrate"),
        _ready,
        says="RuntimeNotReady",
        together=True,
    ),
    Rule(
        "FL0407",
        _ERROR,
        "Policy Cron without a schedule",
        "A DataProcess is refused, and the others make a CronJob that the API server refuses.",
        'set spec.schedule, e.g. "0 3 * * *"',
        _SCHEDULED,
        _schedule,
        says="ScheduleNotSpecified",
        cel="!has(object.spec) || !has(object.spec.policy) || object.spec.policy != 'Cron' || (has("
        "object.spec.schedule) && object.spec.schedule != '')",
        reason="FieldValueRequired",
    ),
    Rule(
        "FL0408",
        _ERROR,
        "A schedule that cannot be read",
        "The API server refuses the CronJob.",
        'write five fields: minute, hour, day, month, weekday, e.g. "0 3 * * *"',
        _SCHEDULED,
        _schedule,
        says="spec.schedule: Invalid value: expected exactly 5 fields",
        cel=_schedule_cel(),
    ),
    Rule(
        "FL0409",
        _ERROR,
        "Policy OnEvent is not implemented",
        "The chart has templates for Once and Cron only: nothing is made, and the operation stays Executing.",
        "use Once, with runAfter where it should follow another operation",
        _SCHEDULED,
        _on_event,
        cel="!has(object.spec) || !has(object.spec.policy) || object.spec.policy != 'OnEvent'",
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0410",
        _ERROR,
        "Data operations wait for each other",
        "None of them ever begins.",
        "break the circle of runAfter",
        OPERATIONS,
        _after,
        together=True,
    ),
    Rule(
        "FL0411",
        Severity.INFO,
        "The operation to run after is not among the documents",
        "Until it is there and Complete, this one waits.",
        "create that operation, or mend kind, namespace and name",
        OPERATIONS,
        _after,
        says="DataOperationNotFound",
        together=True,
        reason="FieldValueNotFound",
    ),
    Rule(
        "FL0412",
        Severity.WARNING,
        "An affinity policy that no code knows",
        "The schema takes any text.",
        "use Require or Prefer",
        OPERATIONS,
        _affinity,
        cel="!has(object.spec) || !has(object.spec.runAfter) || !has(object.spec.runAfter.affinityStrategy) || !has("
        "object.spec.runAfter.affinityStrategy.policy) || object.spec.runAfter.affinityStrategy.policy in ['', "
        "'Require', 'Prefer']",
        reason="FieldValueNotSupported",
    ),
    Rule(
        "FL0415",
        Severity.INFO,
        "An affinity to the operation before",
        "It has an effect only where Fluid runs with the feature gate DataflowAffinity, which is off by default.",
        "turn the feature gate on in Fluid's controllers",
        OPERATIONS,
        _affinity,
        cel="!has(object.spec) || !has(object.spec.runAfter) || !has(object.spec.runAfter.affinityStrategy) || !has("
        "object.spec.runAfter.affinityStrategy.policy) || !(object.spec.runAfter.affinityStrategy.policy in ["
        "'Require', 'Prefer'])",
        reason="FieldValueForbidden",
    ),
)
