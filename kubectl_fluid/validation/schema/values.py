"""Keywords about a value of the right type: ranges, lengths, patterns, enums, list types, combined schemas."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

from kubectl_fluid.validation.schema import formats
from kubectl_fluid.validation.schema.model import Object, Schema
from kubectl_fluid.validation.schema.patterns import expression
from kubectl_fluid.validation.schema.report import Place, Problem, Report, kind_of

#: Reports what is wrong with a value at a member of a place.
Check = Callable[[Any, Place, "str | int", Report], None]

INT_RANGES = {"int32": 2**31, "int64": 2**63}
_LARGEST_SAFE = 2**53 - 1
_NEARLY = 1e-9
_COMBINED = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "prefixItems", "contains")
_INT_OR_STRING = "x-kubernetes-int-or-string"


def is_integer(value: Any) -> bool:
    """Whether a number counts as an integer: within 64 bits, or a float without decimals that is exact."""
    if type(value) is int:
        return _is_int64(value)
    return type(value) is float and value.is_integer() and abs(value) <= _LARGEST_SAFE


def _is_int64(value: Any) -> bool:
    """Whether Go's JSON reader makes an int64 of a number, and no float."""
    return type(value) is int and -(2**63) <= value < 2**63


def checks_of(schema: Object, within: Schema) -> tuple[Check, ...]:
    """The checks that a schema asks for, besides types, fields and what is below."""
    found: list[Check] = []
    for keyword, value in schema.items():
        make = _CHECKS.get(keyword)
        if make is not None:
            check = make(value, schema)
            if check is not None:
                found.append(check)
    combined = {key: schema[key] for key in _COMBINED if key in schema}
    if schema.get(_INT_OR_STRING):
        combined.pop("anyOf", None)
    if combined:
        found.append(_combined(combined, within))
    return tuple(found)


def _check(
    wrong: Callable[[Any], bool], message: str, code: str = "FL0007", reason: str = "FieldValueInvalid"
) -> Check:
    def check(value: Any, place: Place, key: str | int, report: Report) -> None:
        if wrong(value):
            report.invalid.append(Problem(place, key, code, message.format(value=_shown(value)), reason))

    return check


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004 - a line of a terminal


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _enum(allowed: list[Any], _: Object) -> Check:
    texts = frozenset(it for it in allowed if isinstance(it, str))
    shown = ", ".join(_shown(it) for it in allowed)

    def wrong(value: Any) -> bool:
        return value not in texts if isinstance(value, str) else value is not None and not _among(value, allowed)

    return _check(
        wrong,
        f"{{value}} is not supported: use one of {shown.replace('{', '{{').replace('}', '}}')}",
        "FL0006",
        "FieldValueNotSupported",
    )


def _among(value: Any, allowed: Iterable[Any]) -> bool:
    return any(value == it and isinstance(value, bool) == isinstance(it, bool) for it in allowed)


def _const(wanted: Any, _: Object) -> Check:
    return _enum([wanted], {})


def _pattern(pattern: str, _: Object) -> Check | None:
    compiled = expression(pattern)
    if compiled is None:
        return None
    if formats.is_quantity_pattern(pattern):
        message, code = "{value} is not a quantity: a number with a suffix, like `500m`, `10Gi` or `1e3`", "FL0012"
    elif formats.is_quantities_pattern(pattern):
        message, code = "{value} is not a list of two quantities or more, joined by commas, like `10Gi,20Gi`", "FL0012"
    else:
        message, code = "{value} does not match `" + pattern.replace("{", "{{").replace("}", "}}") + "`", "FL0007"
    return _check(lambda value: isinstance(value, str) and not compiled.search(value), message, code)


def _format(name: str, _: Object) -> Check | None:
    limit = INT_RANGES.get(name)
    if limit is not None:
        return _check(
            lambda value: _is_number(value) and not -limit <= value < limit,
            f"{{value}} is out of range of {name}",
            "FL0010",
        )
    valid = formats.FORMATS.get(name)
    if valid is None:
        return None
    return _check(
        lambda value: isinstance(value, str) and not valid(value), f"{{value}} is not a valid {name}", "FL0013"
    )


def _minimum(limit: Any, schema: Object) -> Check:
    if schema.get("exclusiveMinimum") is True:
        return _check(lambda value: _is_number(value) and value <= limit, f"must be greater than {limit}")
    return _check(lambda value: _is_number(value) and value < limit, f"must be greater than or equal to {limit}")


def _maximum(limit: Any, schema: Object) -> Check:
    if schema.get("exclusiveMaximum") is True:
        return _check(lambda value: _is_number(value) and value >= limit, f"must be less than {limit}")
    return _check(lambda value: _is_number(value) and value > limit, f"must be less than or equal to {limit}")


def _exclusive_minimum(limit: Any, _: Object) -> Check | None:
    if isinstance(limit, bool):
        return None  # as in OpenAPI v3.0, where it goes with `minimum`
    return _check(lambda value: _is_number(value) and value <= limit, f"must be greater than {limit}")


def _exclusive_maximum(limit: Any, _: Object) -> Check | None:
    if isinstance(limit, bool):
        return None
    return _check(lambda value: _is_number(value) and value >= limit, f"must be less than {limit}")


def _multiple_of(divisor: Any, schema: Object) -> Check:
    """As kube-openapi has it, which cuts the divisor's fraction off for whole numbers (seen on an API server).

    What is left may be 0, of which nothing is a multiple; and for an integer a divisor with a fraction is a mistake.
    """
    whole = int(divisor) if math.isfinite(divisor) else 0
    message = f"must be a multiple of {divisor}"
    if whole == divisor:
        return _check(lambda value: _is_number(value) and not _is_multiple(value, whole), message)
    if schema.get("type") == "integer":
        return _check(_is_number, f"{message}, and of integers an API server takes none for that")
    message += f"; of whole numbers an API server takes {f'multiples of {whole}' if whole else 'none'}"
    return _check(
        lambda value: _is_number(value) and not _is_multiple(value, whole if _is_int64(value) else divisor), message
    )


def _is_multiple(value: float, divisor: float) -> bool:
    """Fractions are multiples to nine digits: 0.3 is one of 0.1."""
    if type(divisor) is int and _is_int64(value):
        return divisor > 0 and value % divisor == 0
    try:
        times = value / divisor if divisor >= 1 else 1 / divisor * value
        near = round(times)
    except (OverflowError, ValueError):  # too large for a float, or infinite
        return False
    if abs(times) > _LARGEST_SAFE or (near == 0 and times != 0):
        return False
    return abs(times - near) <= _NEARLY * (abs(times) + abs(near))


def _length(kind: type[str | list[Any] | Object], words: str, sign: int) -> Callable[[int, Object], Check]:
    def make(limit: int, _: Object) -> Check:
        return _check(
            lambda value: isinstance(value, kind) and sign * len(value) > sign * limit,
            words.format(limit=limit),
        )

    return make


def _list_type(name: str, schema: Object) -> Check | None:
    if name == "set":
        return _duplicates(lambda item: [item])
    if name == "map":
        found = schema.get("x-kubernetes-list-map-keys")
        keys = [it for it in found if isinstance(it, str)] if isinstance(found, list) else []
        return _duplicates(
            lambda item: [[key, item[key]] for key in keys if key in item] if isinstance(item, dict) else None
        )
    return None


def _duplicates(identity: Callable[[Any], Any]) -> Check:
    def check(value: Any, place: Place, key: str | int, report: Report) -> None:
        if not isinstance(value, list):
            return
        seen = set[str]()
        for index, item in enumerate(value):
            identified = identity(item)
            if identified is None:
                continue
            text = json.dumps(identified, sort_keys=True)
            if text in seen:
                message = f"is there already: another item of this list has {_said(identified)}"
                report.invalid.append(Problem((place, key), index, "FL0008", message, "FieldValueDuplicate"))
            seen.add(text)

    return check


def _said(identified: list[Any]) -> str:
    pairs = [it for it in identified if isinstance(it, list) and len(it) == 2]  # noqa: PLR2004 - key and value
    return ", ".join(f"{name} {_shown(value)}" for name, value in pairs) or "the same value"


def _unique(wanted: bool, _: Object) -> Check | None:  # noqa: FBT001 - a keyword's value
    return _duplicates(lambda item: [item]) if wanted else None


def _combined(schema: Object, within: Schema) -> Check:
    """What `jsonschema` is for: schemas of schemas."""

    @cache
    def validator() -> Any:
        jsonschema = import_module("jsonschema")
        kind = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern_within})
        return kind({**in_json_schema(schema), "$defs": in_json_schema(within.definitions)})

    def check(value: Any, place: Place, key: str | int, report: Report) -> None:
        for error in validator().iter_errors(value):
            at, last = place, key
            for step in error.absolute_path:
                at, last = (at, last), step
            message = f"{kind_of(value)} does not fit `{error.validator}`: {error.message}"
            report.invalid.append(Problem(at, last, "FL0007", message))

    return check


def _pattern_within(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterable[Any]:
    """`pattern` for `jsonschema`, which would have Python's own reading of it."""
    read = expression(pattern)
    if isinstance(value, str) and read is not None and not read.search(value):
        yield import_module("jsonschema").ValidationError(f"{_shown(value)} does not match `{pattern}`")


def in_json_schema(schema: Any) -> Any:
    """OpenAPI's `nullable` and Boolean exclusive limits in words of JSON Schema."""
    if isinstance(schema, list):
        return [in_json_schema(it) for it in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: in_json_schema(value) for key, value in schema.items()}
    if made.pop("nullable", False) is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if made.get(exclusive) is True and limit in made:
            made[exclusive] = made.pop(limit)
        elif isinstance(made.get(exclusive), bool):
            del made[exclusive]
    return made


_CHECKS: dict[str, Callable[[Any, Object], Check | None]] = {
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "minimum": _minimum,
    "maximum": _maximum,
    "exclusiveMinimum": _exclusive_minimum,
    "exclusiveMaximum": _exclusive_maximum,
    "multipleOf": _multiple_of,
    "minLength": _length(str, "must have at least {limit} characters", -1),
    "maxLength": _length(str, "must have at most {limit} characters", 1),
    "minItems": _length(list, "must have at least {limit} items", -1),
    "maxItems": _length(list, "must have at most {limit} items", 1),
    "minProperties": _length(dict, "must have at least {limit} members", -1),
    "maxProperties": _length(dict, "must have at most {limit} members", 1),
    "uniqueItems": _unique,
    "x-kubernetes-list-type": _list_type,
}
