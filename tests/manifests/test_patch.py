from __future__ import annotations

import copy
import itertools
import random
import time
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests.patch import align, diff, same
from tests.manifests import texts

CHANCE = st.randoms(use_true_random=False)


def applied(old: Any, operations: list[dict[str, Any]]) -> Any:
    return jsonpatch.apply_patch(copy.deepcopy(old), copy.deepcopy(operations))


@given(texts.VALUES, texts.VALUES)
def test_the_patch_turns_any_value_into_any_other(old: Any, new: Any) -> None:
    assert same(applied(old, diff(old, new)), new)


@given(texts.VALUES, CHANCE, st.lists(texts.VALUES, min_size=1, max_size=3), st.integers(1, 4))
def test_the_patch_of_a_few_changes_leads_to_them_and_changes_nothing_else(
    old: Any, chance: random.Random, extra: list[Any], count: int
) -> None:
    new = old
    for _ in range(count):
        new = texts.changed(new, chance, extra)
    before = copy.deepcopy((old, new))
    operations = diff(old, new)
    assert same(applied(old, operations), new)
    assert same([old, new], list(before))
    assert {operation["op"] for operation in operations} <= {"add", "remove", "replace"}


@given(texts.VALUES)
def test_equal_values_need_no_operation(value: Any) -> None:
    assert diff(value, value) == []
    assert diff(value, copy.deepcopy(value)) == []


@pytest.mark.parametrize(
    "pair", [(True, 1), (1, 1.0), (False, 0), (0, None), ("1", 1), ([], {}), ("", None), (0.0, False)]
)
def test_values_of_different_types_are_different(pair: tuple[Any, Any]) -> None:
    one, other = pair
    assert diff({"a": one}, {"a": other}) == [{"op": "replace", "path": "/a", "value": other}]
    assert diff([[one]], [[other]]) != []
    assert not same([{"a": one}], [{"a": other}])


def named(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "image": "x"} for name in names]


@pytest.mark.parametrize(
    ("old", "new", "operations"),
    [
        (named("a"), named("z", "a"), [("add", "/0")]),
        (named("a", "b"), named("b"), [("remove", "/0")]),
        (named("a", "b", "c"), named("a", "z", "c"), [("remove", "/1"), ("add", "/1")]),
        (named("a"), [{"name": "a", "image": "y"}], [("replace", "/0/image")]),
        (
            named("a", "b"),
            [*named("z"), {"name": "a"}, *named("b", "c")],
            [("add", "/0"), ("add", "/3"), ("remove", "/1/image")],
        ),
        (["x", "y"], ["x", "z"], [("replace", "/1")]),
        (["x", "y"], ["x", "y", "z"], [("add", "/2")]),
        (["x", "x"], ["x"], [("remove", "/1")]),
        (["a", "b", "c", "d"], ["b", "c", "d", "e"], [("remove", "/0"), ("add", "/3")]),
        ([{"key": "a", "v": 1}], [{"key": "b", "v": 1}, {"key": "a", "v": 2}], [("add", "/0"), ("replace", "/1/v")]),
        ([], [1], [("add", "/0")]),
        ([1], [], [("remove", "/0")]),
    ],
)
def test_lists_are_patched_where_they_differ(old: list[Any], new: list[Any], operations: list[tuple[str, str]]) -> None:
    found = diff(old, new)
    assert [(operation["op"], operation["path"]) for operation in found] == operations
    assert same(applied(old, found), new)


def test_mounts_of_one_volume_are_told_apart_by_their_path() -> None:
    mounts = [{"name": "data", "mountPath": path} for path in ("/a", "/b", "/c")]
    assert diff(mounts, [mounts[0], mounts[2]]) == [{"op": "remove", "path": "/1"}]


def test_keys_are_escaped() -> None:
    assert diff({}, {"a/b~c": 1}) == [{"op": "add", "path": "/a~1b~0c", "value": 1}]


def test_another_root_is_one_replacement() -> None:
    assert diff({"a": 1}, [1]) == [{"op": "replace", "path": "", "value": [1]}]


@given(st.lists(texts.NAMED, max_size=6), st.lists(texts.NAMED, max_size=6))
def test_pairs_rise_on_both_sides(old: list[Any], new: list[Any]) -> None:
    pairs = align(old, new)
    assert all(0 <= left < len(old) and 0 <= right < len(new) for left, right in pairs)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in itertools.pairwise(pairs))


@pytest.mark.parametrize("order", ["kept", "shuffled"])
def test_long_lists_are_aligned_fast(order: str) -> None:
    old = [{"name": f"E{number}", "value": "v"} for number in range(20_000)]
    new = [*copy.deepcopy(old[:9_000]), {"name": "new"}, *copy.deepcopy(old[9_001:])]
    if order == "shuffled":
        random.Random(1).shuffle(new)  # noqa: S311
    start = time.process_time()
    operations = diff(old, new)
    assert time.process_time() - start < 2
    if order == "kept":
        assert [(operation["op"], operation["path"]) for operation in operations] == [
            ("remove", "/9000"),
            ("add", "/9000"),
        ]
