from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.sizing.size import Size
from kubectl_fluid.sizing.specifications import EVERYWHERE, REGIONAL, REGIONS, round_up, specifications
from tests.sizing.pods import size

regions = st.sampled_from([None, "cn-hangzhou"])
sizes = st.builds(
    Size,
    st.fractions(min_value=0, max_value=70, max_denominator=1000),
    st.fractions(min_value=0, max_value=600, max_denominator=1024),
)


@pytest.mark.parametrize(
    ("region", "asked", "given"),
    [
        pytest.param("cn-hangzhou", size(7, 13), size(8, 14), id="the page's example"),
        pytest.param("cn-hangzhou", size("4.25", "8.5"), size(6, 10), id="the example of ignored containers"),
        pytest.param("cn-hangzhou", size(4, 8), size(4, 8), id="the same with the sidecar ignored"),
        pytest.param(None, size(7, 13), size(8, 16), id="what older pages say"),
        pytest.param("us-west-1", size(7, 13), size(8, 16), id="a region without the second table"),
        pytest.param(None, size("4.25", "8.5"), size(8, 16), id="two containers and a sidecar anywhere"),
        pytest.param(None, size("0.1", "0.1"), size("0.25", "0.5"), id="the smallest"),
        pytest.param(None, size(1, 16), size(2, 16), id="memory alone makes the next step"),
        pytest.param(None, size(33, 1), size(52, 96), id="vCPU alone makes the next step"),
        pytest.param(None, size(64, 512), size(64, 512), id="the largest"),
        pytest.param(None, size("64.001", 1), None, id="more vCPU than there are"),
        pytest.param("cn-hangzhou", size(1, 513), None, id="more memory than there is"),
    ],
)
def test_a_size_becomes_the_nearest_specification_that_holds_it(
    region: str | None, asked: Size, given: Size | None
) -> None:
    assert round_up(asked, specifications(region)) == given


@given(sizes, regions)
def test_a_specification_holds_what_was_asked_for(asked: Size, region: str | None) -> None:
    found = round_up(asked, specifications(region))
    assert found is None or found.holds(asked)


@given(sizes, regions)
def test_nothing_smaller_would_have_held_it(asked: Size, region: str | None) -> None:
    table = specifications(region)
    found = round_up(asked, table)
    assert [it for it in table if it.holds(asked) and (found is None or it < found)] == []


@given(sizes, regions)
def test_rounding_twice_changes_nothing(asked: Size, region: str | None) -> None:
    found = round_up(asked, specifications(region))
    assert found is None or round_up(found, specifications(region)) == found


@given(sizes, sizes, regions)
def test_asking_for_more_never_gives_fewer_vcpu(one: Size, more: Size, region: str | None) -> None:
    table = specifications(region)
    smaller, larger = round_up(one, table), round_up(one + more, table)
    assert larger is None or (smaller is not None and smaller <= larger and smaller.vcpu <= larger.vcpu)


@given(sizes)
def test_more_specifications_never_give_a_larger_instance(asked: Size) -> None:
    everywhere, regional = round_up(asked, specifications(None)), round_up(asked, specifications("cn-beijing"))
    assert everywhere is None or (regional is not None and regional <= everywhere)


def test_the_two_tables_share_nothing_and_hold_what_the_page_counts() -> None:
    assert not set(EVERYWHERE) & set(REGIONAL)
    assert (len(EVERYWHERE), len(REGIONAL), len(REGIONS)) == (44, 4 + 11 + 22 + 25, 12)
    assert {it.vcpu for it in REGIONAL} == {2, 4, 6, 8}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (size("4.25", "8.5"), "4.25 vCPU 8.5 GiB"),
        (size(10, 100), "10 vCPU 100 GiB"),
        (Size(Fraction(1, 3), Fraction(0)), "0.334 vCPU 0 GiB"),
    ],
)
def test_a_size_reads_well_and_is_rounded_up(asked: Size, text: str) -> None:
    assert str(asked) == text
