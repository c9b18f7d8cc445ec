from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests.dump import Style, flow, to_json, to_yaml
from kubectl_fluid.manifests.patch import same
from kubectl_fluid.manifests.textscalar import string
from tests.manifests import texts
from tests.manifests.reading import value

NASTY = st.text("ab -:#\n\t'\"{}[],&*!|>%@`=?~\\\r\x00\x85\u2028\ufeff\xa0é😀", max_size=10) | st.text(
    "0123456789-+.:_eExobTZ ", max_size=8
)
STYLES = st.sampled_from([Style(), Style(4, 2), Style(2, 2), Style(1, 1), Style(clip=False)])
ANY = st.recursive(
    texts.SCALARS | NASTY,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NASTY | texts.KEYS | st.just("k" * 1100), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(ANY, STYLES)
def test_yaml_means_the_same_to_us_and_to_readers_of_yaml_1_1(expected: Any, style: Style) -> None:
    text = to_yaml(expected, style)
    assert same(value(text), expected)
    assert same(yaml.safe_load(text), expected)
    assert text.endswith("\n")


@given(ANY, st.sampled_from([None, 2, 4]))
def test_json_means_the_same_to_json_and_yaml_readers(expected: Any, indent: int | None) -> None:
    text = to_json({"v": expected}, indent)
    assert same(json.loads(text), {"v": expected})
    assert same(value(text), {"v": expected})


@given(ANY)
def test_flow_style_stands_behind_a_key(expected: Any) -> None:
    if len(text := flow(expected)) < 1000:
        assert same(value(f"k: {text}\n"), {"k": expected})


@given(st.lists(st.text("abé", max_size=3) | st.just("one\ntwo\n"), min_size=1, max_size=3))
def test_an_ended_text_is_not_needed_without_clipping(parts: list[str]) -> None:
    text = to_yaml({"v": parts}, Style(clip=False))
    assert same(value(text.removesuffix("\n")), {"v": parts})


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a b",
        "nginx:1.27",
        "http://x/y?z=1",
        "100m",
        "16Gi",
        "--epochs=10",
        "-c",
        "/bin/sh",
        "$(POD_IP)",
        "a#b",
        "it's",
        "x, y?z",
        "_",
    ],
)
def test_harmless_strings_stand_plain(text: str) -> None:
    expected = '"x, y?z"' if "," in text else text
    assert string(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "No",
        "on",
        "y",
        "N",
        "true",
        "null",
        "~",
        "",
        "1",
        "1e3",
        "0x1",
        "1_000",
        "0o7",
        "2001-01-01",
        "22:22",
        "1:2:3",
        ".5",
        "-1",
        "+1",
        " a",
        "a ",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "=",
        "<<",
        "- a",
        "-",
        "?",
        ":",
        "---",
        "...",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "{",
        "[",
        "a\tb",
        "a\nb",
        "\x00",
        "\x85",
        "é",
        "😀",
        ".inf",
        ".NaN",
        "1.2.3",
        "10.0.0.1",
        "1,000",
        "0b1",
        "017",
        "0.1",
        "'a'",
        '"a"',
    ],
)
def test_what_a_reader_could_take_for_something_else_is_quoted(text: str) -> None:
    assert string(text)[0] in "'\""


def test_text_with_quotes_stands_in_single_quotes() -> None:
    assert string('[{"op":"it\'s"}]') == """'[{"op":"it''s"}]'"""


def test_lines_stand_in_a_literal_block() -> None:
    assert to_yaml({"a": {"run": "set -e\n\n  x: $1\n", "b": "x\ny"}}) == (
        "a:\n  run: |\n    set -e\n\n      x: $1\n  b: |-\n    x\n    y\n"
    )


@pytest.mark.parametrize("text", [" a\nb", "\na", "a\n\n", "a\n \nb", "a\n\tb", "a\r\nb", "a\x07\nb", "\n", "\ta\n"])
def test_lines_that_a_literal_block_cannot_hold_exactly_are_quoted(text: str) -> None:
    assert to_yaml([text]).startswith('- "')


def test_styles_differ_in_indentation() -> None:
    sample = {"a": {"b": [{"c": 1, "d": []}, [2, 3]], "e": {}}}
    assert to_yaml(sample) == "a:\n  b:\n  - c: 1\n    d: []\n  - - 2\n    - 3\n  e: {}\n"
    assert (
        to_yaml(sample, Style(4, 2)) == "a:\n    b:\n      - c: 1\n        d: []\n      - - 2\n        - 3\n    e: {}\n"
    )


def test_json_is_pretty_or_compact() -> None:
    assert to_json({"a": [1, {}], "b": []}) == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'
    assert to_json({"a": [1, {}], "b": []}, None) == '{"a":[1,{}],"b":[]}'


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_json_has_no_infinity(number: float) -> None:
    for write in (to_yaml, to_json):
        with pytest.raises(ValueError, match="JSON has no"):
            write([number])


def test_json_has_no_other_types() -> None:
    with pytest.raises(TypeError, match="tuple"):
        to_yaml({"a": ()})


def test_half_a_surrogate_pair_is_written_as_an_escape() -> None:
    assert to_json(["\ud800"]) == '[\n  "\\ud800"\n]'
    assert to_yaml(["\ud800"]) == '- "\\ud800"\n'
