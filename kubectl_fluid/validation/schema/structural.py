"""Custom resources: schemas compiled into functions that do what an API server does with such an object.

It prunes (here: reports) unknown fields, drops nulls, sets defaults and validates what is left (apiextensions-apiserver
v0.37, pkg/apiserver/schema/{pruning,defaulting,listtype}; kube-openapi, pkg/validation/validate). `jsonschema` does
that for combined schemas (`oneOf`, `not`, …); for all the rest it would take several times as long, since it knows
none of it and would have to go over a document that was prepared for it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from kubectl_fluid.validation.schema import suggest
from kubectl_fluid.validation.schema.crd import PRESERVE
from kubectl_fluid.validation.schema.model import Object, Schema
from kubectl_fluid.validation.schema.report import Place, Problem, Report, dotted, kind_of, pointer_of
from kubectl_fluid.validation.schema.values import Check, checks_of, is_integer

#: Looks at a value at a member of a place, reports, and returns the value as the API server goes on with it.
Walk = Callable[[Any, Place, "str | int", Report], Any]

#: Fields of an object that others check.
_ELSEWHERE = ("apiVersion", "kind", "metadata")
_INT_OR_STRING = "x-kubernetes-int-or-string"


def compiled(schema: Schema) -> Walk:
    """The walk over a whole object; `apiVersion`, `kind` and `metadata` are left to others."""
    root = dict(schema.resolved(schema.root))
    own = {
        name: it for name, it in root.get("properties", {}).items() if name not in ("apiVersion", "kind", "metadata")
    }
    root["properties"] = {
        **own,
        **{name: {PRESERVE: True, "nullable": True} for name in _ELSEWHERE},
    }
    root["required"] = [name for name in root.get("required", ()) if name in own]
    return _Compiler(schema, drops_status="status" in schema.subresources).walk(root, is_root=True)


class _Compiler:
    """Compiles each definition once; references to it that are met meanwhile find it when they run."""

    def __init__(self, schema: Schema, *, drops_status: bool) -> None:
        self._schema = schema
        self._drops_status = drops_status
        self._by_reference: dict[str, Walk] = {}

    def walk(self, schema: Object, *, is_root: bool = False) -> Walk:
        """The walk for a schema."""
        reference = schema.get("$ref")
        checks = checks_of(schema, self._schema)
        if reference is not None:
            inner = self._referenced(reference)
        else:
            inner = self._shape(schema, nullable=bool(schema.get("nullable")), is_root=is_root)
        return _with_checks(inner, checks) if checks else inner

    def _referenced(self, reference: str) -> Walk:
        known = self._by_reference
        if reference not in known:
            known[reference] = later(known, reference)
            known[reference] = self.walk(self._schema.resolved({"$ref": reference}))
        return known[reference]

    def _shape(self, schema: Object, *, nullable: bool, is_root: bool) -> Walk:
        kind = schema.get("type")
        if isinstance(kind, list):
            nullable, kinds = nullable or "null" in kind, [it for it in kind if it != "null"]
            if len(kinds) > 1 and not {"object", "array"} & set(kinds):
                return _scalar(tuple(kinds), nullable=nullable)
            kind = kinds[0] if len(kinds) == 1 else None
        if schema.get(_INT_OR_STRING):
            return _scalar(("integer", "string"), nullable=nullable)
        if isinstance(kind, str) and kind not in ("object", "array"):
            return _scalar((kind,), nullable=nullable, free=bool(schema.get("format")) and kind == "string")
        return self._container(schema, kind, nullable=nullable, is_root=is_root)

    def _container(self, schema: Object, kind: Any, *, nullable: bool, is_root: bool) -> Walk:
        members = {name: self._schema.resolved(it) for name, it in schema.get("properties", {}).items()}
        properties = schema.get("properties", {})

        def make(name: str) -> _Field:
            walk = self.walk(properties[name])
            if is_root and self._drops_status and name == "status":
                walk = for_unknown_fields(walk)
            return walk, bool(members[name].get("nullable"))

        additional = schema.get("additionalProperties")
        others: _Field = None
        if isinstance(additional, dict):
            others = (self.walk(additional), bool(self._schema.resolved(additional).get("nullable")))
        elif additional is not False or schema.get(PRESERVE):
            others = (_kept, True)
        defaults = {name: it["default"] for name, it in members.items() if "default" in it}
        required = tuple(name for name in schema.get("required", ()) if name not in defaults)
        items = self.walk(schema["items"]) if isinstance(schema.get("items"), dict) else None
        keeps = others is not None and others[0] is _kept
        walk = _an_object(tuple(properties), make, others, defaults, required)
        return _typed_container(kind, walk, _a_list(items), nullable=nullable, keeps_unknown=keeps)


#: What looks at a field, and whether it may be null; None for a field that is unknown.
_Field = tuple[Walk, bool] | None
_DROPPED = object()


def _kept(value: Any, _place: Place, _key: str | int, _report: Report) -> Any:
    return value


#: Stands for a field that nobody has needed yet.
_LATER: _Field = (_kept, False)


def _completer(defaults: Object, required: tuple[str, ...]) -> Callable[[Object, Place, Report], Object]:
    """Adds the defaults that are absent, and reports what is required and absent."""

    def completed(made: Object, here: Place, report: Report) -> Object:
        absent = [name for name in defaults if name not in made]
        if absent:
            made = {**made, **{name: copy.deepcopy(defaults[name]) for name in absent}}
        for name in required:
            if name not in made:
                report.invalid.append(missing(here, name))
        return made

    return completed


def _an_object(
    known: tuple[str, ...],
    make: Callable[[str], _Field],
    others: _Field,
    defaults: Object,
    required: tuple[str, ...],
) -> Callable[[Object, Place, Report], Object]:
    """`make` compiles the field of a known name; this is done when a document has it, since most have few of them."""
    fields: dict[str, _Field] = dict.fromkeys(known, _LATER)
    completed = _completer(defaults, required) if defaults or required else None

    def an_object(value: Object, here: Place, report: Report) -> Object:
        made = value
        for name, member in value.items():
            field = fields.get(name, others)
            if field is _LATER:
                field = fields[name] = make(name)
            if field is None:
                report.unknown.append(unknown(here, name, known))
                continue
            new = _DROPPED if member is None and not field[1] else field[0](member, here, name, report)
            if new is not member:
                made = dict(made) if made is value else made
                made[name] = new
                if new is _DROPPED:
                    del made[name]
                    report.emptied.append((here, name))
        return completed(made, here, report) if completed is not None else made

    return an_object


def for_unknown_fields(walk: Walk) -> Walk:
    """Of the walk's findings only those of unknown fields: the value is dropped before it is validated."""

    def looked_at(value: Any, place: Place, key: str | int, report: Report) -> Any:
        invalid, dropped = len(report.invalid), len(report.dropped)
        walk(value, place, key, report)
        del report.invalid[invalid:], report.dropped[dropped:]
        return value

    return looked_at


def later(known: dict[str, Walk], name: str) -> Walk:
    """A walk that is looked up when it is needed: its definition refers to itself."""

    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        return known[name](value, place, key, report)

    return walk


def _a_list(items: Walk | None) -> Callable[[list[Any], Place, Report], list[Any]]:
    walk = items or _nothing_known

    def a_list(value: list[Any], here: Place, report: Report) -> list[Any]:
        made = [walk(item, here, index, report) for index, item in enumerate(value)]
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value

    return a_list


def _typed_container(
    kind: Any,
    an_object: Callable[[Object, Place, Report], Object],
    a_list: Callable[[list[Any], Place, Report], list[Any]],
    *,
    nullable: bool,
    keeps_unknown: bool,
) -> Walk:
    """An object, a list, or (no type) anything. What has the wrong type is pruned like the right one."""

    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        if type(value) is dict:
            if kind == "array":
                report.invalid.append(wrong_type(place, key, "array", value))
                return _nothing_known(value, place, key, report, because="is a list")
            return an_object(value, (place, key), report)
        if type(value) is list:
            if kind == "object":
                report.invalid.append(wrong_type(place, key, "object", value))
                return value if keeps_unknown else _nothing_known(value, place, key, report, because="is an object")
            return a_list(value, (place, key), report)
        if kind is not None and not (value is None and nullable):
            report.invalid.append(wrong_type(place, key, kind, value))
        return value

    return walk


def _scalar(kinds: tuple[str, ...], *, nullable: bool, free: bool = False) -> Walk:
    """A value of one of the types. `free`: a string with a format, where the API server takes lists as well."""
    integers, numbers = "integer" in kinds, "number" in kinds
    strings, booleans = "string" in kinds, "boolean" in kinds

    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        kind = type(value)
        if kind is str:
            right = strings
        elif kind is bool:
            right = booleans
        elif kind is int or kind is float:
            right = numbers or (integers and is_integer(value))
        elif value is None:
            right = nullable
        else:
            right = free and kind is list
            _nothing_known(value, place, key, report, because=f"is of type {' or '.join(kinds)}")
        if not right:
            report.invalid.append(wrong_type(place, key, " or ".join(kinds), value))
        return value

    return walk


def _with_checks(inner: Walk, checks: tuple[Check, ...]) -> Walk:
    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        before = len(report.invalid)
        value = inner(value, place, key, report)
        if len(report.invalid) == before or type(value) in (dict, list):
            for check in checks:
                check(value, place, key, report)
        return value

    return walk


def _nothing_known(value: Any, place: Place, key: str | int, report: Report, because: str = "") -> Any:
    """Below a place that has no fields, each field is unknown."""
    if type(value) is dict:
        for name in value:
            report.unknown.append(unknown((place, key), name, (), because))
    elif type(value) is list:
        for index, item in enumerate(value):
            _nothing_known(item, (place, key), index, report, because)
    return value


def unknown(place: Place, name: str, known: tuple[str, ...], because: str = "") -> Problem:
    """The problem of a field that the schema does not have; `because` says what its parent is instead."""
    parent = dotted(pointer_of(place))
    message = f"unknown field `{name}`" + (f": `{parent}` {because}" if because else "")
    hint = "mend what it stands in" if because else ""
    return Problem(place, name, "FL0003", message, "FieldValueInvalid", hint, known)


def wrong_type(place: Place, key: str | int, wanted: str, value: Any) -> Problem:
    """The problem of a value of another type."""
    code = "FL0009" if value is None else "FL0004"
    message = f"must be of type {wanted}, not {kind_of(value)}"
    return Problem(place, key, code, message, "FieldValueTypeInvalid", suggest.of_type(wanted, value))


def missing(place: Place, name: str) -> Problem:
    """The problem of a required field that is not there."""
    return Problem(place, name, "FL0005", f"`{name}` is required", "FieldValueRequired")
