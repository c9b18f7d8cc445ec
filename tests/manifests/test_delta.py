from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests.delta import MAX_DELTA, apply_delta, make_delta

LINES = st.lists(st.sampled_from(["a: 1\n", "# c\n", "b:\r\n", "  - é\n", "x", "😀\n", "\n"]), max_size=12).map("".join)


@given(LINES, LINES)
def test_a_delta_leads_from_one_text_to_the_other(approximate: str, exact: str) -> None:
    assert apply_delta(approximate, make_delta(approximate, exact)) == exact


def test_a_delta_holds_only_what_differs() -> None:
    text = "".join(f"key{number}: value\n" for number in range(1000))
    changed = text.replace("key500: value", "key500: value # why").replace("key2: ", "key2:  ")
    delta = make_delta(text, changed)
    assert len(delta) < 60
    assert apply_delta(text, delta) == changed


def test_equal_texts_have_an_empty_delta() -> None:
    assert len(json.loads(make_delta("a", "a"))) == 1


def test_very_different_long_texts_take_little_time() -> None:
    one, other = (
        "".join(f"{number}\n" for number in range(50_000)),
        "".join(f"{number * 7}\n" for number in range(50_000)),
    )
    assert make_delta(one, other)


def test_a_delta_of_another_text_is_not_applied() -> None:
    assert apply_delta("other", make_delta("a", "b")) is None


HASH = json.loads(make_delta("abc", "abc"))[0]


@pytest.mark.parametrize(
    "delta",
    [
        "",
        "[",
        "{}",
        "[]",
        "null",
        "[" * 100_000,
        "9" * 10_000,
        [HASH, 0],
        [HASH, 0, 1],
        [HASH, 0, 1, 2],
        [HASH, "0", 1, "x"],
        [HASH, True, 1, "x"],
        [HASH, 0.0, 1, "x"],
        [HASH, -1, 1, "x"],
        [HASH, 0, -1, "x"],
        [HASH, 3, 1, "x"],
        [HASH, 4, 0, "x"],
        [HASH, 1, 1, "x", 0, 1, "y"],
        [HASH, 0, 10**30, "x"],
        [HASH, 0, 0, "\ud800"],
        [HASH, 0, 0, "x" * MAX_DELTA],
        [[HASH], 0, 0, "x"],
    ],
    ids=lambda delta: str(delta)[:40],
)
def test_a_malformed_or_hostile_delta_is_not_applied(delta: Any) -> None:
    assert apply_delta("abc", delta if isinstance(delta, str) else json.dumps(delta)) is None


@given(st.text(max_size=20), st.text(max_size=40))
def test_any_text_as_a_delta_gives_nothing(text: str, delta: str) -> None:
    assert apply_delta(text, delta) is None
