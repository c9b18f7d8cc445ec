"""Kubernetes quantities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests import quantity
from kubectl_fluid.manifests.quantity import Format, Quantity, QuantityError, bytes_size, canonical, parse

REGULAR_EXPRESSION = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ("0", "0"),
        ("0Gi", "0"),
        ("40Gi", "40Gi"),
        ("1024Mi", "1Gi"),
        ("1536Mi", "1536Mi"),
        ("12.5Gi", "12800Mi"),
        ("1.9Gi", "2040109465600m"),
        ("1023Ki", "1023Ki"),
        ("1024", "1024"),
        ("0.5Ki", "512"),
        ("0.1Ki", "102400m"),
        ("100000000", "100M"),
        ("10G", "10G"),
        ("1500M", "1500M"),
        ("1000m", "1"),
        ("0.5", "500m"),
        (".5", "500m"),
        ("5.", "5"),
        ("+3", "3"),
        ("-1500m", "-1500m"),
        ("1e3", "1e3"),
        ("12E6", "12e6"),
        ("1e-3", "1e-3"),
        ("1E", "1E"),
        ("1000E", "1000E"),
        ("0.1n", "1n"),
        ("1.0000000001", "1000000001n"),
        ("9999999Ei", "9223372036854775807"),
    ],
)
def test_a_quantity_is_written_in_its_shortest_form(text: str, shortest: str) -> None:
    assert canonical(text) == shortest


def test_json_numbers_are_quantities() -> None:
    assert [canonical(number) for number in (2, 0.5, 1e22, -3)] == ["2", "500m", "10e21", "-3"]


@pytest.mark.parametrize("text", ["", " ", "2GB", "Gi", ".", "1.2.3", "--1", "1 Gi", "1,5", "٣", "1\n2", "0x10"])
def test_other_texts_are_refused_with_kubernetes_sentence(text: str) -> None:
    with pytest.raises(QuantityError) as error:
        parse(text)
    assert str(error.value) == REGULAR_EXPRESSION


@pytest.mark.parametrize("text", ["2K", "1i", "1GiK", "1mm", "1e", "1ee3", "1u5"])
def test_an_unknown_suffix_has_a_sentence_of_its_own(text: str) -> None:
    with pytest.raises(QuantityError, match="unable to parse quantity's suffix"):
        parse(text)


@pytest.mark.parametrize("value", [True, None, [], {}, float("nan"), float("inf")])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(QuantityError):
        parse(value)  # type: ignore[arg-type]


def test_numbers_that_nobody_means_are_refused_at_once() -> None:
    for text in ("1e1000000000", "1e-1000000000", "9" * 5000, "0." + "1" * 5000, 10**5000):
        with pytest.raises(QuantityError, match="larger than any machine"):
            parse(text)


def test_many_zeros_are_nothing_special() -> None:
    assert canonical("0" * 5000 + "1.5" + "0" * 5000) == "1500m"


def test_the_value_is_rounded_up() -> None:
    assert [parse(text).value for text in ("1500m", "1.9Gi", "-1500m", "1n")] == [2, 2040109466, -1, 1]


def test_quantities_compare_by_their_number() -> None:
    assert parse("1Gi") == parse("1024Mi")
    assert hash(parse("1Gi")) == hash(parse("1024Mi"))
    assert parse("1G") < parse("1Gi")
    assert parse("1Gi") >= parse("1G")
    assert parse("1") != 1
    assert not parse("0m")


def test_formats_are_kept() -> None:
    assert [parse(text).format for text in ("1Gi", "1G", "1e9")] == [
        Format.BINARY_SI,
        Format.DECIMAL_SI,
        Format.DECIMAL_EXPONENT,
    ]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0.00B"), (1023, "1023.00B"), (2**31, "2.00GiB"), (40 * 2**30, "40.00GiB"), (3 * 2**60, "3072.00PiB")],
)
def test_sizes_are_printed_as_fluid_prints_them(count: int, text: str) -> None:
    assert bytes_size(count) == text


SUFFIXES = st.sampled_from(["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "e3", "E-2"])


@given(number=st.integers(-(10**12), 10**12), decimals=st.integers(0, 12), suffix=SUFFIXES)
def test_the_shortest_form_is_the_same_quantity_and_its_own_shortest_form(
    number: int, decimals: int, suffix: str
) -> None:
    digits = f"{abs(number):0{decimals + 1}d}"
    text = f"{'-' if number < 0 else ''}{digits[: len(digits) - decimals]}.{digits[len(digits) - decimals :]}{suffix}"
    shortest = canonical(text)
    assert parse(shortest) == parse(text)
    assert canonical(shortest) == shortest
    assert "." not in shortest


@given(nano=st.integers(-(2**63), 2**63 - 1).map(lambda it: it * 977), written=st.sampled_from(Format))
def test_every_number_is_written_so_that_it_reads_the_same(nano: int, written: Format) -> None:
    assert parse(str(Quantity(nano, written))).nano == nano


@given(st.text(max_size=12))
def test_any_text_is_a_quantity_or_an_error(text: str) -> None:
    try:
        value = parse(text)
    except QuantityError:
        return
    assert parse(str(value)) == value


@given(st.integers(0, 2**70))
def test_sizes_name_a_number_and_a_unit(count: int) -> None:
    text = bytes_size(count)
    assert text.endswith(quantity._BYTE_UNITS)
    assert float(text.rstrip("KMGTPiB")) >= 0
