from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests.patch import same
from tests.manifests.reading import error, value

# What sigs.k8s.io/yaml v1.4.0 (YAMLToJSON), the library that kubectl reads manifests with, answers: [text, value], or
# [text] where it gives an error.
ANSWERS: list[list[Any]] = json.loads(Path(__file__).with_name("goyaml.json").read_text())


@pytest.mark.parametrize(
    "answer", [answer for answer in ANSWERS if len(answer) == 2], ids=lambda answer: repr(answer[0])
)
def test_a_text_means_what_it_means_to_kubectl(answer: list[Any]) -> None:
    text, expected = answer
    assert value(text) == expected


@pytest.mark.parametrize("text", [answer[0] for answer in ANSWERS if len(answer) == 1])
def test_a_text_that_kubectl_refuses_is_refused(text: str) -> None:
    assert error(text).line


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1", int), ("0x1F", int), ("1e3", float), ("1.0", float), ("yes", bool), ("2001-01-01", str), ("'1'", str)],
)
def test_numbers_keep_their_type(text: str, kind: type) -> None:
    assert type(value(f"v: {text}")["v"]) is kind


@pytest.mark.parametrize("text", ["18446744073709551616", "-9223372036854775809", "0777777777777777777777777777"])
def test_whole_numbers_beyond_64_bits_are_floats(text: str) -> None:
    assert same(value(f"v: {text}"), {"v": float(text)})


@pytest.mark.parametrize("text", [".inf", "-.Inf", "+.INF", ".nan", ".NaN", "1" * 401, "1." + "0" * 400])
def test_numbers_that_json_cannot_hold_are_refused(text: str) -> None:
    found = error(f"a: 1\nv: {text}\n")
    assert (found.line, found.column) == (2, 4)


@pytest.mark.parametrize(
    "key", ["~", "null", '!!null ""', "[a]", "{a: b}", "? [a]\n", "9223372036854775808", "!foo .inf", "!!int .nan"]
)
def test_keys_of_which_kubectl_makes_no_strings_are_refused(key: str) -> None:
    found = error(f"a: 1\n{key}: v\n")
    assert (found.line, found.column) == (2, 3 if key.startswith("?") else 1)
    assert found.hint


#: A key, and the string that kubectl 1.32 makes of it (seen with `kubectl annotate --local -f`).
KEYS = {
    "1": "1", "0x10": "16", "010": "8", "1_000": "1000", "-9223372036854775808": "-9223372036854775808",
    "true": "true", "y": "true", "off": "false", "!!bool y": "true", "2020-01-01": "2020-01-01", "1:30": "1:30",
    "1.5": "1.5", "1.50": "1.5", "+1.5": "1.5", "1.": "1", "!!float 1": "1", "!!str 1.50": "1.50", "-0.0": "-0",
    "1e3": "1000", "999999.9": "999999.9", "1e6": "1e+06", "1234567.0": "1.234567e+06", "0.0001": "0.0001",
    "0.00001": "1e-05", "1e-7": "1e-07", "0.30000000000000004": "0.3", "16777217.0": "1.6777216e+07",
    "9007199254740993.0": "9.007199e+15", "9999999.5": "1e+07", "99999999999999999999": "1e+20", "1e-45": "1e-45",
    "5e-324": "0", "-1e-400": "-0", "1e400": "1e400", "1e300": ".inf", "-1e300": "-.inf", "3.4028236e38": ".inf",
    ".inf": ".inf", "+.INF": ".inf", "-.Inf": "-.inf", ".NaN": ".nan", "!!binary YQ==": "a",
}  # fmt: skip


@pytest.mark.parametrize(("key", "text"), KEYS.items())
def test_a_key_becomes_the_string_that_kubectl_makes_of_it(key: str, text: str) -> None:
    assert value(f"? {key}\n: v\n") == {text: "v"}


def test_a_float_that_is_a_key_elsewhere_by_an_alias_stays_a_float_as_a_value() -> None:
    assert value("a: &a 1.50\n*a : *a\n") == {"a": 1.5, "1.5": 1.5}


@pytest.mark.parametrize("twice", ["1.0: a\n1: b\n", "1.5: a\n'1.5': b\n", "1e3: a\n1000: b\n"])
def test_keys_that_become_the_same_string_are_refused(twice: str) -> None:
    assert "stands twice" in error(twice).message


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_float_as_a_key_is_the_same_32_bit_float(number: float) -> None:
    (text,) = value(f"{number!r}: v\n")
    assert struct.pack("<f", float(text)) == struct.pack("<f", number)


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/name:os", "!foo", "!!set", "!<tag:x,1:y>"]
)
def test_foreign_tags_are_refused(tag: str) -> None:
    for text in (f"a: {tag} x", f"a: {tag} [x]", f"a: {tag} {{x: y}}"):
        assert "tag" in error(text).message
