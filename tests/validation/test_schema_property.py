"""The compiled checks against `jsonschema`, on schemas and values that hypothesis makes up."""

from __future__ import annotations

from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.validation.schema import Gvk, Schema
from kubectl_fluid.validation.schema.report import Report
from kubectl_fluid.validation.schema.structural import compiled

Object = dict[str, Any]

NAMES = st.sampled_from(["a", "b", "c"])
STRINGS = st.sampled_from(["", "x", "xy", "10Gi", "é"])
NUMBERS = st.integers(-3, 3)
SCALARS: st.SearchStrategy[Object] = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("string")}, optional={"minLength": st.integers(0, 2), "pattern": st.just("^x+$")}
    ),
    st.fixed_dictionaries({"type": st.just("integer")}, optional={"minimum": NUMBERS, "maximum": NUMBERS}),
    st.fixed_dictionaries({"type": st.just("boolean")}),
    st.fixed_dictionaries({"type": st.just("string"), "enum": st.lists(STRINGS, min_size=1, max_size=3, unique=True)}),
)


def containers(inner: st.SearchStrategy[Object]) -> st.SearchStrategy[Object]:
    return st.one_of(
        st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.dictionaries(NAMES, inner, max_size=3),
                "additionalProperties": st.just(value=False),
            },
            optional={"required": st.lists(NAMES, max_size=2, unique=True)},
        ),
        st.fixed_dictionaries({"type": st.just("object"), "additionalProperties": inner}),
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": inner},
            optional={"minItems": st.integers(0, 2), "maxItems": st.integers(0, 2)},
        ),
        st.builds(lambda one, two: {"anyOf": [one, two]}, inner, inner),
    )


SCHEMAS = st.recursive(SCALARS, containers, max_leaves=6)
VALUES = st.recursive(
    st.one_of(STRINGS, NUMBERS, st.booleans(), st.floats(-3, 3).filter(lambda it: not it.is_integer())),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)


@given(SCHEMAS, VALUES)
def test_a_value_without_nulls_is_valid_exactly_where_jsonschema_says_so(schema: Object, value: Any) -> None:
    whole = {"type": "object", "properties": {"spec": schema}, "additionalProperties": False}
    walk = compiled(Schema(Gvk("example.com", "v1", "Widget"), whole, {}, "here"))
    report = Report()
    walk({"spec": value}, None, "", report)
    found = [*report.decoding, *report.unknown, *report.invalid]
    assert (not found) == jsonschema.Draft202012Validator(whole).is_valid({"spec": value})
    assert all(it.pointer[0] == "spec" for it in found)
