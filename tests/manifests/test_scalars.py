from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

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


@pytest.mark.parametrize("key", ["1.5", "~", "null", "[a]", "{a: b}", "? [a]\n"])
def test_keys_that_are_no_strings_are_refused(key: str) -> None:
    assert "key" in error(f"{key}: v\n").message


def test_a_key_that_is_a_number_becomes_a_string() -> None:
    assert value("1: a\n0x10: b\ntrue: c\n") == {"1": "a", "16": "b", "true": "c"}


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/name:os", "!foo", "!!set", "!<tag:x,1:y>"]
)
def test_foreign_tags_are_refused(tag: str) -> None:
    for text in (f"a: {tag} x", f"a: {tag} [x]", f"a: {tag} {{x: y}}"):
        assert "tag" in error(text).message
