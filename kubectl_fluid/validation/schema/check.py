"""Checking one object against the schema of its kind, with an API server's rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from kubectl_fluid.validation.finding import Finding, Pointer, Severity
from kubectl_fluid.validation.schema import names, structural, suggest, typed, versions
from kubectl_fluid.validation.schema.codes import WHY
from kubectl_fluid.validation.schema.core.features import NEVER, SINCE
from kubectl_fluid.validation.schema.fieldpath import field_path
from kubectl_fluid.validation.schema.metadata import check_metadata
from kubectl_fluid.validation.schema.model import Gvk, Object, Schema, Schemas
from kubectl_fluid.validation.schema.order import rank
from kubectl_fluid.validation.schema.report import BEYOND_LIMIT, ROOT, Place, Problem, Report, dotted, pointer_of
from kubectl_fluid.validation.schema.values import is_integer

_TOP: Place = (None, ROOT)
_METADATA: Object = {"$ref": "#/$defs/meta.v1.ObjectMeta"}
_INT32 = 2**31
#: What is said of values that a decoder takes for none.
_UNDECODED = ("FL0004", "FL0010", "FL0012", "FL0013")
_NO_SCHEMA = "give its CRD or schema with --schema-location, or pass it over with --ignore-missing-schemas"


def check(value: Any, schemas: Schemas, *, schema: Schema | None = None) -> list[Finding]:
    """What an API server (strict field validation) would refuse in an object, in the order of its answers.

    Where it would stop at the first mistake of a kind, the rest is found too. `schema` is the kind that the object is
    taken for, when it need not say so itself: API servers take a built-in kind's `apiVersion` and `kind` from the
    request's path. A kind that has no schema is one finding, FL0002.
    """
    if not isinstance(value, dict):
        return [_finding(Problem(None, ROOT, "FL0001", "an object is a mapping with `apiVersion` and `kind`"), None)]
    identity = _identity(value, schemas, schema)
    found = schema or schemas.for_object(value)
    if found is None or any(it.severity is Severity.ERROR for it in identity):
        return identity
    try:
        checker = schemas.checker(found, _checker)
        report = checker(value)
    except RecursionError:
        return [_finding(Problem(None, ROOT, "FL0001", "is nested too deeply"), None)]
    by = _by_rank if found.builtin else _duplicates_last
    problems = [*report.decoding, *sorted(report.unknown, key=_by_path), *sorted(report.invalid, key=by)]
    emptied = _emptied(report, found) if report.emptied else ()
    return [*identity, *_findings(problems, found), *emptied, *_dropped(report)]


def _by_path(problem: Problem) -> str:
    return dotted(problem.pointer)


def _duplicates_last(problem: Problem) -> bool:
    return problem.code == "FL0008"


def _by_rank(problem: Problem) -> tuple[int, ...]:
    return rank(problem.pointer)


def _findings(problems: list[Problem], schema: Schema) -> list[Finding]:
    """One for each place and sentence.

    A required field is not missed where it is there under a misspelt name, or holds what could not be decoded.
    """
    there = {
        (*it.pointer[:-1], suggest.nearest(str(it.key), it.known)) if it.code == "FL0003" else it.pointer
        for it in problems
        if it.code in _UNDECODED or (it.code == "FL0003" and it.known)
    }
    found: dict[tuple[Any, ...], Finding] = {}
    for problem in problems:
        if problem.code == "FL0005" and problem.pointer in there:
            continue
        found.setdefault((problem.pointer, problem.message), _finding(problem, schema))
    return list(found.values())


def _emptied(report: Report, schema: Schema) -> Iterator[Finding]:
    """Warnings of mappings and lists that are null: what belongs below them was left out, or is not indented."""
    for pointer in map(pointer_of, report.emptied):
        of = schema.below(pointer) if pointer[0] not in ("metadata", "status") else None
        if of is not None and of.get("type") in ("object", "array"):
            message = f"`{pointer[-1]}` is empty (null), which is the same as leaving it out"
            yield Finding("FL0016", Severity.WARNING, message, pointer, WHY["FL0016"], "fill it or remove it")


def _dropped(report: Report) -> Iterator[Finding]:
    """Warnings of fields that an API server takes and drops."""
    for place, feature in report.dropped:
        pointer, since = pointer_of(place), SINCE[feature]
        until = "" if since == NEVER else f", and on from 1.{since} on"
        message = f"`{pointer[-1]}` is dropped by Kubernetes 1.{report.minor}: {feature} is off by default{until}"
        hint = f"remove it, or turn the feature gate {feature} on"
        yield Finding("FL0017", Severity.WARNING, message, pointer, WHY["FL0017"], hint)


def _finding(problem: Problem, schema: Schema | None) -> Finding:
    pointer = problem.pointer
    hint = problem.hint
    if problem.code == "FL0004" and schema is not None:
        hint = suggest.beside(schema, pointer) or hint
    if problem.code == "FL0003" and schema is not None and not hint:
        hint = versions.elsewhere(schema, pointer) or suggest.hint(schema, pointer, problem.known)
    return Finding(
        problem.code,
        Severity.ERROR,
        problem.message,
        pointer,
        WHY[problem.code],
        hint,
        reason=problem.reason,
        field=_field(problem, pointer, schema),
    )


def _field(problem: Problem, pointer: Pointer, schema: Schema | None) -> str:
    path = field_path(
        pointer,
        problem.reason,
        builtin=schema is not None and schema.builtin and problem.code != "FL0003",
        beyond_limit=BEYOND_LIMIT in problem.message,
    )
    return path if path != dotted(pointer) else ""


def _identity(value: Object, schemas: Schemas, schema: Schema | None) -> list[Finding]:
    """`apiVersion` and `kind`: they must be there, and known."""
    taken = schema or schemas.for_object(value)
    for field in ("apiVersion", "kind"):
        given = value.get(field)
        if given is not None and not isinstance(given, str):
            return [_finding(Problem(_TOP, field, "FL0001", f"`{field}` must be a string"), None)]
        if given:
            continue
        problem = Problem(_TOP, field, "FL0001", f"`{field}` is missing", "FieldValueRequired")
        if taken is None or not taken.builtin:
            return [_finding(problem, None)]
        hint = f"write `{field}: {taken.gvk.api_version if field == 'apiVersion' else taken.gvk.kind}`"
        message = f"{problem.message}: kubectl refuses that, an API server takes it from the request's path"
        return [
            Finding("FL0015", Severity.WARNING, message, (field,), WHY["FL0015"], hint, reason="FieldValueRequired")
        ]
    gvk = Gvk.of(value)
    if gvk is not None and (taken is None or not taken.describes(gvk)):
        return [_unknown_kind(gvk, schemas, taken)]
    return []


def _unknown_kind(gvk: Gvk, schemas: Schemas, wanted: Schema | None) -> Finding:
    known = schemas.kinds(gvk.api_version)
    field = "kind" if known else "apiVersion"
    if wanted is not None:
        field = "kind" if gvk.api_version == wanted.gvk.api_version else "apiVersion"
        hint = f"this is where a {wanted.gvk} is expected"
    elif (of := schemas.metadata_source) and of.minor and (other := versions.kind_elsewhere(gvk, of.minor)):
        field, hint = "apiVersion", other
    else:
        field, hint = _of_another_version(gvk, schemas, known)
    problem = Problem(_TOP, field, "FL0002", f"no schema is known of {gvk}", hint=hint)
    return _finding(problem, None)


def _of_another_version(gvk: Gvk, schemas: Schemas, known: Collection[str]) -> tuple[str, str]:
    """The field that is wrong and what to do: a kind misspelt, of another group or version, or one that has no schema.

    `known` are the kinds of the `apiVersion`.
    """
    nearest = suggest.nearest(gvk.kind, known)
    if nearest:
        return "kind", f"did you mean `{nearest}`?"
    others = sorted({it.gvk.api_version for it in schemas if it.gvk.kind == gvk.kind})
    if not others:
        return "kind" if known else "apiVersion", _NO_SCHEMA
    said = f"a {gvk.kind} is of {' or '.join(others)}"
    if known or gvk.group in {it.rpartition("/")[0] for it in others} or suggest.nearest(gvk.api_version, others):
        return "apiVersion", said
    return "apiVersion", f"{said}; for one of {gvk.group or 'the core group'} {_NO_SCHEMA}"


Checker = Callable[[Object], Report]


def _checker(schema: Schema, schemas: Schemas) -> Checker:
    return _builtin(schema) if schema.builtin else _custom(schema, schemas)


def _custom(schema: Schema, schemas: Schemas) -> Checker:
    walk = structural.compiled(schema)
    metadata = _metadata_walk(schemas)
    replicas = schema.subresources.get("scale", {}).get("specReplicasPath", "").split(".")[1:]

    def checker(value: Object) -> Report:
        report = Report()
        decoded = metadata(value.get("metadata") or {}, _TOP, "metadata", report)
        if type(decoded) is dict:
            check_metadata(decoded, (_TOP, "metadata"), report, names.dns_subdomain)
        after = walk(value, None, ROOT, report)
        if replicas:
            _check_scale(after, replicas, report)
        return report

    return checker


def _check_scale(value: Any, path: list[str], report: Report) -> None:
    """The scale subresource takes an integer that is not negative, whatever the schema says."""
    place: Place = _TOP
    for name in path[:-1]:
        value = value.get(name) if isinstance(value, dict) else None
        place = (place, name)
    replicas = value.get(path[-1]) if isinstance(value, dict) else None
    if type(replicas) is int and replicas < 0:
        message = f"{replicas}: should be a non-negative integer"
        report.invalid.append(Problem(place, path[-1], "FL0014", message))
    elif type(replicas) is float and is_integer(replicas):
        report.invalid.append(Problem(place, path[-1], "FL0014", f"{replicas}: must be written as an integer"))


def _metadata_walk(schemas: Schemas) -> structural.Walk:
    source = schemas.metadata_source
    return typed.Types(source).walk(_METADATA) if source else _no_metadata


def _no_metadata(value: Any, _place: Place, _key: str | int, _report: Report) -> Any:
    return value


def _builtin(schema: Schema) -> Checker:
    from kubectl_fluid.validation.schema import builtin

    return builtin.checker(schema)
