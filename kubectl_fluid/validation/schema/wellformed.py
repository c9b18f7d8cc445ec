"""Whether a schema is one, said quickly: for a large CustomResourceDefinition `jsonschema` takes a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})


def well_formed(schema: Any) -> bool:
    """True where each keyword has the type that it must have; False where that is not so, or not known."""
    if not isinstance(schema, dict):
        return isinstance(schema, bool)
    for keyword, value in schema.items():
        test = _KEYWORDS.get(keyword)
        if test is None:
            if not keyword.startswith("x-"):
                return False
        elif not test(value):
            return False
    return True


def _type(value: Any) -> bool:
    if isinstance(value, list):
        return 0 < len(value) == len({it for it in value if isinstance(it, str)} & _TYPES)
    return isinstance(value, str) and value in _TYPES


def _named(value: Any) -> bool:
    return isinstance(value, dict) and all(map(well_formed, value.values()))


def _listed(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(well_formed, value))


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(it, str) for it in value) and len(set(value)) == len(value)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _limit(value: Any) -> bool:
    return isinstance(value, (int, float))  # OpenAPI 3.0 has Boolean ones


def _size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _divisor(value: Any) -> bool:
    return _number(value) and value > 0


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


def _anything(_: Any) -> bool:
    return True


_KEYWORDS: dict[str, Callable[[Any], bool]] = {
    "type": _type,
    "required": _names,
    "enum": _is(list),
    "multipleOf": _divisor,
    "uniqueItems": _is(bool),
    "nullable": _is(bool),
    **dict.fromkeys(("properties", "$defs", "definitions"), _named),
    **dict.fromkeys(("items", "additionalProperties", "not"), well_formed),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _listed),
    **dict.fromkeys(("pattern", "format", "$ref", "description", "title", "$schema", "$comment"), _is(str)),
    **dict.fromkeys(("minimum", "maximum"), _number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _limit),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
        _size,
    ),
    **dict.fromkeys(("default", "example", "externalDocs", "const"), _anything),
}
