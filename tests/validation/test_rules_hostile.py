"""Rules look at what nobody has checked: whatever stands anywhere in an object, they answer."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import RawDocument
from kubectl_fluid.validation.rules import BY_CODE, Run, Where
from tests.validation.examples_all import EXAMPLES

STREAMS = [
    [parse(RawDocument("x", 0, 1, part)).value for part in text.split("---\n")]
    for example in EXAMPLES
    for text in (example.passing, example.failing)
]
TEXTS = ["1Gi", "juicefs://", "dataset://", "dataset://a/b", "a,b", "pvc://", "Cron", "@every", "0", "\n<"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**40),
    st.floats(allow_nan=False),
    st.text(max_size=6),
    st.sampled_from(TEXTS),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, pointer: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a value but the root."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [(*pointer, key) for key, _ in children]
    return found + [place for key, item in list(children) for place in places(item, (*pointer, key))]


@st.composite
def streams(draw: st.DrawFn) -> list[Any]:
    """The documents of an example with some values replaced by anything."""
    documents: list[Any] = copy.deepcopy(draw(st.sampled_from(STREAMS)))
    for _ in range(draw(st.integers(1, 3))):
        document = draw(st.sampled_from(documents))
        pointer = draw(st.sampled_from(places(document) or [()]))
        holder: Any = document
        for part in pointer[:-1]:
            holder = holder[part]
        if pointer:
            holder[pointer[-1]] = draw(VALUES)
    return documents


@pytest.mark.timeout(60)
@given(streams())
def test_rules_answer_whatever_they_are_given(documents: list[Any]) -> None:
    before = copy.deepcopy(documents)
    run = Run()
    found = [it for number, value in enumerate(documents) for it in run.add(value, Where(0, number))]
    found += [finding for _, finding in run.conclude()]
    assert {it.code for it in found} <= set(BY_CODE)
    assert all(isinstance(part, str | int) for it in found for part in it.pointer)
    assert documents == before


@pytest.mark.parametrize("value", [None, [], "a", 1, {"kind": "List", "apiVersion": "v1", "items": 1}, {"items": [{}]}])
def test_rules_answer_to_what_is_no_object(value: Any) -> None:
    run = Run()
    run.add(value, Where(0, 0))
    list(run.conclude())


def test_values_of_secrets_are_not_kept() -> None:
    run = Run()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"key": "dG9wc2VjcmV0"}}
    run.add(secret, Where(0, 0))
    kept = [subject.value for subject in run.world.subjects()]
    assert [it["data"] for it in kept] == [{"key": ""}]
    assert "dG9wc2VjcmV0" not in str(kept)


def test_many_objects_lie_in_a_file_and_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from kubectl_fluid.validation.rules import store

    monkeypatch.setattr(store, "IN_MEMORY", 100)
    run = Run()
    for number, name in enumerate(["a", "b", "c"]):
        value = {"apiVersion": "data.fluid.io/v1alpha1", "kind": "Dataset", "metadata": {"name": name}, "spec": {}}
        assert run.add(value, Where(0, number)) == []
    found = [(where.document, it.code) for where, it in run.conclude()]
    run.close()
    assert found == [(0, "FL0111"), (1, "FL0111"), (2, "FL0111")]
