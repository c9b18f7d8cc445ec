"""Fields that Fluid takes and does nothing with, and keys that are deprecated."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_fluid.render import ignored
from kubectl_fluid.validation.finding import Severity
from kubectl_fluid.validation.rules.juicefs import KIND as JUICEFS
from kubectl_fluid.validation.rules.juicefs import is_juicefs
from kubectl_fluid.validation.rules.operations import target
from kubectl_fluid.validation.rules.read import places, text
from kubectl_fluid.validation.rules.rule import Also, Hit, Rule
from kubectl_fluid.validation.rules.subject import Subject
from kubectl_fluid.validation.rules.thin import KIND as THIN
from kubectl_fluid.validation.rules.thin import profile_selector

_MIGRATE = (ignored.Ignored("DataMigrate", "spec.block", ""),)
_BY_KIND = {
    kind: tuple(row for row in (*ignored.JUICEFS, *ignored.THIN, *_MIGRATE) if row.kind == kind)
    for kind in (JUICEFS, THIN, "DataMigrate")
}
_ROWS = {JUICEFS: ignored.JUICEFS, THIN: ignored.THIN}


def _of_kind(subject: Subject) -> Iterator[Hit]:
    yield from _hits(_BY_KIND[subject.kind], subject)


def _of_dataset(subject: Subject) -> Iterator[Hit]:
    """A Dataset's fields have an effect or not by the kind of its runtime."""
    found = subject.world.runtime(subject.namespace, subject.name) if subject.name else None
    kind = found[0] if found else JUICEFS if is_juicefs(subject.value) else ""
    yield from _hits(_ROWS.get(kind, ()), subject)


def _of_data_load(subject: Subject) -> Iterator[Hit]:
    """Alluxio and others load metadata and replicas; JuiceFS does not. Nothing is said where no document tells."""
    at = target(subject)
    if at is None:
        return
    found = subject.world.runtime(at.namespace, at.name)
    dataset = None if found else subject.world.find("Dataset", at.namespace, at.name)
    if (found and found[0] == JUICEFS) or (dataset is not None and is_juicefs(dataset)):
        yield from _hits(ignored.DATA_LOAD, subject)


def _hits(rows: tuple[ignored.Ignored, ...], subject: Subject) -> Iterator[Hit]:
    for row in ignored.written(rows, subject.value):
        holder = row.path.rpartition(".")[0]
        beside = {it[:-1] for it in places(subject.value, f"{holder}.{row.beside}")} if row.beside else ()
        for pointer in places(subject.value, row.path):
            if not row.beside or pointer[:-1] in beside:
                yield Hit("FL0601", pointer, row.problem.message, row.problem.hint)


def _unset(holder: str, path: list[str], beside: str = "") -> str:
    """CEL: nothing stands at a path below `holder` (or not `beside` it), as `read.places` has it."""
    name, _, items = path[0].partition("[")
    place = f"{holder}.{name}"
    if items:
        listed = f"i{len(holder.split('.'))}"
        if items == "1:]":
            return f"(!has({place}) || {place}.size() < 2)"
        return f"(!has({place}) || {place}.all({listed}, {_unset(listed, path[1:], beside)}))"
    if path[1:]:
        return f"(!has({place}) || {_unset(place, path[1:], beside)})"
    other = f" || {_unset(holder, [beside])}" if beside else ""
    return f"(!has({place}) || dyn({place}) in [dyn(''), dyn(false), dyn(0), dyn([]), dyn({{}})]{other})"


def _unset_of(kind: str) -> str:
    """CEL: an object of this kind has none of the fields that are ignored."""
    rows = ((row.path.removeprefix("spec.").split("."), row.beside) for row in _BY_KIND[kind])
    unset = " && ".join(_unset("object.spec", path, beside) for path, beside in rows)
    return f"(object.kind != '{kind}' || !has(object.spec) || ({unset}))"


def _policy(subject: Subject) -> Iterator[Hit]:
    policy, spec = text(subject.value, "spec", "policy") or "Once", ("spec",)
    if policy != "Cron" and text(subject.value, "spec", "schedule"):
        yield Hit("FL0602", (*spec, "schedule"), f"schedule has no effect with policy {policy}", "set policy: Cron")
    if policy == "Cron" and next(places(subject.value, "spec.ttlSecondsAfterFinished"), None):
        yield Hit(
            "FL0602", (*spec, "ttlSecondsAfterFinished"), "ttlSecondsAfterFinished has no effect with policy Cron"
        )


_CRON = (
    "!has(object.spec) || (has(object.spec.policy) && object.spec.policy == 'Cron' ? "
    f"{_unset('object.spec', ['ttlSecondsAfterFinished'])} : {_unset('object.spec', ['schedule'])})"
)

RULES = (
    Rule(
        "FL0601",
        Severity.WARNING,
        "A field that this runtime ignores",
        "The schema has it, since all runtimes share it, but nothing is done with it.",
        "remove it",
        (JUICEFS, THIN, "DataMigrate"),
        _of_kind,
        cel=" && ".join(_unset_of(kind) for kind in _BY_KIND),
        reason="FieldValueForbidden",
    ),
    Rule(
        "FL0602",
        Severity.WARNING,
        "A field that this policy ignores",
        "schedule belongs to policy Cron, ttlSecondsAfterFinished to policy Once.",
        "remove it, or change the policy",
        ("DataLoad", "DataMigrate", "DataProcess"),
        _policy,
        cel=_CRON,
        reason="FieldValueForbidden",
    ),
)

#: Further checks that give hits of FL0601.
MORE = (
    Also(("Dataset",), _of_dataset, together=True),
    Also(("DataLoad",), _of_data_load, together=True),
    Also(("ThinRuntimeProfile",), profile_selector),
)
