"""Built-in kinds: schemas compiled into functions that do what Go does when it decodes such an object.

An API server decodes a built-in kind into a Go type of its own, strictly (sigs.k8s.io/json; encoding/json): null and
absent are the same, a number has to fit its type, and quantities, times and the like read their own text. The walk
returns the object as it is afterwards, without nulls. Enums and required fields, which the OpenAPI document tells, are
looked at as well; the rules that it does not tell stand in `builtin`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from kubectl_fluid.validation.schema import formats, suggest
from kubectl_fluid.validation.schema.core.features import dropped
from kubectl_fluid.validation.schema.crd import GROUP_VERSION_KIND, PRESERVE
from kubectl_fluid.validation.schema.model import Object, Schema
from kubectl_fluid.validation.schema.report import NEWEST, Place, Problem, Report, kind_of
from kubectl_fluid.validation.schema.structural import Walk, for_unknown_fields, later, missing, unknown
from kubectl_fluid.validation.schema.values import INT_RANGES

#: Definitions whose JSON is read by code of their own that takes (nearly) anything.
_BYTE = 256
_FREE = ("FieldsV1", "JSON", "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray")

#: Zero values: what null in a list or map becomes.
_ZEROS: dict[str, Callable[[], Any]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
}

#: Fields that the OpenAPI document says are required, and that an API server does not miss: definition → names.
NOT_MISSED: dict[str, frozenset[str]] = {
    "core.v1.HTTPHeader": frozenset({"value"}),
    "batch.v1.PodFailurePolicy": frozenset({"rules"}),
    # Rules, since what is in them is missed when they are missing.
    **dict.fromkeys(
        ("apps.v1.DaemonSetSpec", "apps.v1.DeploymentSpec", "apps.v1.ReplicaSetSpec"),
        frozenset({"selector", "template"}),
    ),
    # What older versions say is required, and take without it: newer ones no longer say so.
    "apps.v1.StatefulSetSpec": frozenset({"selector", "template", "serviceName"}),
    "networking.v1.NetworkPolicySpec": frozenset({"podSelector"}),
    "batch.v1.PodFailurePolicyOnPodConditionsPattern": frozenset({"status"}),
    "rbac.v1.RoleRef": frozenset({"apiGroup"}),
    "scheduling.v1.PriorityClass": frozenset({"value"}),
    "batch.v1.JobSpec": frozenset({"template"}),
    "core.v1.PodSpec": frozenset({"containers"}),  # a rule, since they are missed without a spec as well
    # Those of an object itself have a rule; those of a template go nowhere.
    "meta.v1.OwnerReference": frozenset({"apiVersion", "kind", "name", "uid"}),
}

#: A quantity as Go reads it, which takes a suffix without digits (and reads zero).
_QUANTITY = re.compile(r"[+-]?[0-9]*(\.[0-9]*)?(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)", re.ASCII)


class Types:
    """The definitions of one schema document, each compiled once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._by_name: dict[str, Walk] = {}
        self._name_of_root = next((name for name, it in schema.definitions.items() if it is schema.root), "")

    def walk(self, schema: Object) -> Walk:
        """The walk for a schema."""
        reference = schema.get("$ref")
        if reference is None:
            return self._made(schema, self._name_of_root if schema is self._schema.root else "")
        name = reference.rpartition("/")[2]
        known = self._by_name
        if name not in known:
            known[name] = later(known, name)
            known[name] = self._made(self._schema.definitions[name], name)
        return known[name]

    def _made(self, schema: Object, name: str) -> Walk:
        if name.rpartition(".")[2] in _FREE or schema.get(PRESERVE):
            return _free
        special = _BY_FORMAT.get(schema.get("format", ""))
        if special is not None:
            return special
        kind = schema.get("type")
        if kind == "array":
            enum = self._schema.resolved(schema["items"]).get("enum")
            if enum:
                return _array(_enum(frozenset(enum), empty=False), str)
            return _array(self.walk(schema["items"]), self._zero(schema["items"]))
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return _map(self.walk(schema["additionalProperties"]), self._zero(schema["additionalProperties"]))
        if kind == "object":
            return self._struct(schema, name)
        return _scalar(kind, schema.get("format", ""), schema.get("enum"))

    def _zero(self, schema: Object) -> Callable[[], Any]:
        resolved = self._schema.resolved(schema)
        if resolved.get("format") == "quantity":
            return lambda: "0"
        return _ZEROS.get(resolved.get("type", "string"), str)

    def _struct(self, schema: Object, name: str) -> Walk:
        properties = {key: self.walk(member) for key, member in schema.get("properties", {}).items()}
        off = dropped(name, self._schema.minor or NEWEST)
        # Nor is the status taken over from a request that creates.
        unheeded = {*off, "status"} if GROUP_VERSION_KIND in schema else set(off)
        for field in unheeded & properties.keys():
            properties[field] = for_unknown_fields(properties[field])
        required = set(schema.get("required", ())) - NOT_MISSED.get(name, frozenset()) - off.keys()
        return _a_struct(properties, tuple(sorted(required)), off)


def _a_struct(properties: dict[str, Walk], required: tuple[str, ...], off: dict[str, str]) -> Walk:
    """An object with these fields; those that are `off` (with their features) are left out afterwards."""
    known = tuple(properties)

    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        if type(value) is not dict:
            return _refuse(value, place, key, report, "object", {})
        here = (place, key)
        made = value
        for field, member in value.items():
            inner = properties.get(field)
            if inner is None:
                report.unknown.append(unknown(here, field, known))
                made = dict(made) if made is value else made
                del made[field]  # rules must not meet what nobody has decoded
            elif member is None:
                made = dict(made) if made is value else made
                del made[field]
            elif (new := inner(member, here, field, report)) is not member:
                made = dict(made) if made is value else made
                made[field] = new
        if off and not off.keys().isdisjoint(made):
            report.dropped += [((here, field), off[field]) for field in made if field in off]
            made = {field: member for field, member in made.items() if field not in off}
        for field in required:
            if made.get(field) in (None, ""):
                report.invalid.append(missing(here, field))
        return made

    return walk


def _refuse(value: Any, place: Place, key: str | int, report: Report, wanted: str, instead: Any) -> Any:
    message = f"must be of type {wanted}, not {kind_of(value)}"
    hint = suggest.of_type(wanted, value)
    report.decoding.append(Problem(place, key, "FL0004", message, "FieldValueTypeInvalid", hint))
    return instead


def _array(items: Walk, zero: Callable[[], Any]) -> Walk:
    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        if type(value) is not list:
            return _refuse(value, place, key, report, "array", [])
        here = (place, key)
        made = [items(zero() if item is None else item, here, index, report) for index, item in enumerate(value)]
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value

    return walk


def _map(members: Walk, zero: Callable[[], Any]) -> Walk:
    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        if type(value) is not dict:
            return _refuse(value, place, key, report, "object", {})
        here = (place, key)
        made = {
            name: members(zero() if member is None else member, here, name, report) for name, member in value.items()
        }
        return made if any(made[name] is not value[name] for name in made) else value

    return walk


def _scalar(kind: str | None, format_: str, enum: list[Any] | None) -> Walk:
    if kind == "integer":
        limit = INT_RANGES.get(format_, 2**63)
        return _integer(limit, format_ or "int64")
    if kind == "boolean":
        return _of_type((bool,), "boolean", instead=False)
    if kind == "number":
        return _of_type((int, float), "number", instead=0)
    if enum:
        return _enum(frozenset(enum), empty=True)
    return _of_type((str,), "string", instead="")


def _of_type(types: tuple[type, ...], wanted: str, *, instead: Any) -> Walk:
    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        return value if type(value) in types else _refuse(value, place, key, report, wanted, instead)

    return walk


def _integer(limit: int, name: str) -> Walk:
    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        if type(value) is not int:
            return _refuse(value, place, key, report, "integer", 0)
        if not -limit <= value < limit:
            report.decoding.append(Problem(place, key, "FL0010", f"{value} is out of range of {name}"))
            return 0
        return value

    return walk


def _enum(allowed: frozenset[str], *, empty: bool) -> Walk:
    """`empty`: an empty value is the same as none, and becomes the default."""
    shown = ", ".join(f"`{it}`" for it in sorted(allowed) if it)

    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        if type(value) is not str:
            return _refuse(value, place, key, report, "string", "")
        if value not in allowed and (value or not empty):
            message = f'"{value}" is not supported: use one of {shown}'
            report.invalid.append(Problem(place, key, "FL0006", message, "FieldValueNotSupported"))
        return value

    return walk


def _free(value: Any, _place: Place, _key: str | int, _report: Report) -> Any:
    return value


def _quantity(value: Any, place: Place, key: str | int, report: Report) -> Any:
    if type(value) in (int, float):
        return str(value) if type(value) is int else repr(value)
    if type(value) is not str:
        return _refuse(value, place, key, report, "quantity", "0")
    text = value.strip(" ")
    if text and _QUANTITY.fullmatch(text):
        return value
    message = f'"{value[:60]}" is not a quantity: a number with a suffix, like `500m`, `10Gi` or `1e3`'
    report.decoding.append(Problem(place, key, "FL0012", message))
    return "0"


def _int_or_string(value: Any, place: Place, key: str | int, report: Report) -> Any:
    return value if type(value) is str else _integer(2**31, "int32")(value, place, key, report)


def _formatted(valid: Callable[[str], bool], wanted: str) -> Walk:
    def walk(value: Any, place: Place, key: str | int, report: Report) -> Any:
        if type(value) is not str:
            return _refuse(value, place, key, report, wanted, "")
        if not valid(value):
            report.decoding.append(Problem(place, key, "FL0013", f'"{value[:60]}" is not a valid {wanted}'))
        return value

    return walk


_base64 = _formatted(formats.is_base64, "text in base64")


def _bytes(value: Any, place: Place, key: str | int, report: Report) -> Any:
    """Text in base64; Go takes a list of small numbers as well."""
    if type(value) is list and all(it is None or (type(it) is int and 0 <= it < _BYTE) for it in value):
        return base64.b64encode(bytes(it or 0 for it in value)).decode()
    return _base64(value, place, key, report)


_BY_FORMAT: dict[str, Walk] = {
    "quantity": _quantity,
    "int-or-string": _int_or_string,
    "date-time": _formatted(formats.is_time, "time (like `2026-01-31T12:00:00Z`)"),
    "date-time-micro": _formatted(formats.is_time, "time (like `2026-01-31T12:00:00.000000Z`)"),
    "byte": _bytes,
}
