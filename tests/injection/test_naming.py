"""Names of sidecars and their volumes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.injection import naming

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
labels = st.from_regex(LABEL, fullmatch=True)
claims = st.one_of(labels, st.from_regex(r"[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?(\.[a-z0-9]{1,30}){1,6}", fullmatch=True))


@pytest.mark.parametrize(
    ("name", "suffix", "taken", "expected"),
    [
        pytest.param("script", "-0", [], "script-0", id="free"),
        pytest.param("script", "-0", ["script-0"], "fluid--0", id="the first six characters give way, as Fluid does"),
        pytest.param("juicefs-fuse-mount", "-0", ["juicefs-fuse-mount-0"], "fluid-s-fuse-mount-0", id="a longer one"),
        pytest.param(
            "check-fluid-mount-ready", "", ["check-fluid-mount-ready"], "fluid-fluid-mount-ready", id="no end"
        ),
        pytest.param("mem", "-0", ["mem-0"], "fluid-mem-0", id="five characters, where Fluid panics"),
        pytest.param("data", "-0", ["data-0"], "fluid-data-0", id="six characters, where Fluid's name is not valid"),
        pytest.param("script", "-0", ["script-0", "fluid--0"], "fluid-script-0", id="the second name is taken too"),
        pytest.param(
            "script", "-0", ["script-0", "fluid--0", "fluid-script-0"], "fluid-script-0-2", id="and the third, numbered"
        ),
    ],
)
def test_a_volume_of_profile_fluid_is_called(name: str, suffix: str, taken: list[str], expected: str) -> None:
    assert naming.fluid_volume(name, suffix, taken) == expected


@given(labels, st.sampled_from(["", "-0", "-17"]), st.integers(0, 4))
def test_a_volume_of_profile_fluid_has_a_free_and_valid_name_however_many_are_taken(
    name: str, suffix: str, clashes: int
) -> None:
    taken: list[str] = []
    for _ in range(clashes + 1):
        made = naming.fluid_volume(name, suffix, taken)
        assert made not in taken
        assert LABEL.fullmatch(made)
        taken.append(made)


@given(st.sampled_from([naming.PREFIX, "script", "juicefs-fuse-mount"]), claims, st.integers(0, 3))
def test_a_name_after_a_claim_is_free_and_valid(prefix: str, claim: str, clashes: int) -> None:
    taken: list[str] = []
    for _ in range(clashes + 1):
        made = naming.by_claim(prefix, claim, taken)
        assert made not in taken
        assert LABEL.fullmatch(made)
        taken.append(made)


def test_a_short_claim_stands_in_the_name_as_it_is() -> None:
    assert naming.by_claim("fluid-fuse", "demo", []) == "fluid-fuse-demo"


def test_dots_of_a_claim_become_dashes_and_two_such_claims_are_told_apart() -> None:
    first = naming.by_claim("fluid-fuse", "a.b", [])
    assert first == "fluid-fuse-a-b"
    assert naming.by_claim("fluid-fuse", "a-b", [first]) == "fluid-fuse-a-b-2"


def test_long_claims_that_differ_at_their_end_get_different_names() -> None:
    one, other = (naming.by_claim("fluid-fuse", "x" * 250 + end, []) for end in ("one", "two"))
    assert len(one) == len(other) == naming.LIMIT
    assert one != other


def test_a_shortened_name_does_not_have_two_dashes_where_it_was_cut() -> None:
    assert naming.fit("a" * 53 + "-" + "b" * 20).startswith("a" * 53 + "-")
    assert "--" not in naming.fit("a" * 53 + "-" + "b" * 20)


def test_half_of_a_surrogate_pair_is_no_reason_to_fail() -> None:
    assert len(naming.fit("\ud800" * 80)) <= naming.LIMIT


def test_the_next_number_is_one_that_neither_sidecar_has() -> None:
    taken = ["fluid-fuse-1", "init-fluid-fuse-2", "app"]
    assert [naming.next_index(taken, start) for start in (0, 1, 2, 3)] == [0, 3, 3, 3]
