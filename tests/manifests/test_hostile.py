from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_fluid.manifests.edit import reconcile
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.limits import MAX_DEPTH
from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.patch import same
from tests.manifests.reading import error, split, value


def assert_has_place(found: ManifestError) -> None:
    assert found.line
    assert found.message


def bomb(levels: int, width: int) -> str:
    lines = ["a0: &a0 [" + ", ".join(["x"] * width) + "]"]
    lines += [f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * width) + "]" for level in range(1, levels)]
    return "\n".join(lines) + "\n"


def test_an_alias_bomb_is_refused() -> None:
    assert "aliases" in error(bomb(9, 9)).message


def test_a_bomb_of_one_long_string_is_refused() -> None:
    assert "aliases" in error("a: &a " + "x" * 100_000 + "\nb: [" + "*a," * 1000 + "]\n").message


def test_a_bomb_of_merges_is_refused() -> None:
    lines = ["a0: &a0 {" + ", ".join(f"k{number}: v" for number in range(1000)) + "}"]
    lines += [f"b{number}:\n  <<: *a0" for number in range(2000)]
    assert "aliases" in error("\n".join(lines)).message


def test_a_chain_of_aliases_cannot_nest_beyond_the_limit() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{level}: &a{level} [*a{level - 1}]" for level in range(1, 200)]
    assert "nested" in error("\n".join(lines)).message


def test_a_few_aliases_are_fine() -> None:
    assert len(value(bomb(4, 5))["a3"]) == 5


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, '{"a":' * 100_000, "- " * 100_000, "{a: [" * 5000])
def test_deep_nesting_is_refused(text: str) -> None:
    assert "nest" in error(text).message


@pytest.mark.parametrize("text", ["{" * 5000, "? " * 5000, "[{" * 5000])
def test_deep_nesting_of_keys_is_refused(text: str) -> None:
    assert error(text).line == 1


def test_the_greatest_depth_is_taken() -> None:
    assert value("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert value("k: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)) is not None
    assert "nest" in error("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).message


def test_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubectl_fluid.manifests.build.MAX_NODES", 1000)
    monkeypatch.setattr("kubectl_fluid.manifests.jsonread.MAX_NODES", 1000)
    assert "more than 1,000 values" in error("- a\n" * 1001).message
    assert "more than 1,000 values" in error("[" + "1," * 1001 + "1]").message
    assert len(value("- a\n" * 900)) == 900


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "9" * 1_000_000,
        '{"a": ' + "9" * 1_000_000 + "}",
        "a: " + "1_" * 500_000,
        "a: [" + "[], " * 100_000 + "]",
        "a: '" + "''" * 500_000 + "'",
        "%" * 1_000_000,
        "#\n" * 500_000 + "---\n",
        "%TAG ! x\n" * 50_000,
        "a:\n" + " x\n" * 200_000,
        '{"a": "' + "\\" * 999_999,
    ],
    ids=lambda text: text[:12],
)
def test_long_inputs_take_little_time(text: str) -> None:
    start = time.process_time()
    try:
        for raw in split(text):
            parse(raw)
    except ManifestError as found:
        assert_has_place(found)
    assert time.process_time() - start < 5


def test_a_truncated_document_is_an_error_or_another_document() -> None:
    text = "a: &x {k: ['1', \"2\"]}\nb: |\n  t\nc: !!str 1\nd: *x\n"
    for end in range(len(text)):
        try:
            value(text[:end] or " ")
        except ManifestError as found:
            assert_has_place(found)


SEEDS = (
    b"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a  # c\n    args: [x, 'y']\n  volumes: []\n",
    b"a: &x {k: [1,2]}\nb: *x\nc:\n  <<: *x\n  z: |\n    t\n",
    b'{"a":[1,2,{"b":"\\ud83d\\ude00"}],"c":1e3}\n{"d":null}',
    b"%YAML 1.1\n---\na: !!int '1'\n? x\n: z\n- - a\n",
    b"a: >+\n  x\n\n\nb: 'it''s'\n...\n---\n# c\n[a, {b: c}, d: e]\n",
)
TOKENS = (
    *(
        b"---\n",
        b"...",
        b"\t",
        b"{",
        b"}",
        b"[",
        b"]",
        b": ",
        b"- ",
        b"? ",
        b"&a ",
        b"*a",
        b"!!str ",
        b"<<: ",
        b"|\n",
        b">-\n",
    ),
    *(b'"', b"'", b"\r", b"\n", b"#", b"%", b"@", b"\\u12", b"1e999", b".inf"),
    *(b"\x00", b"\xff", b"\xc3\xa9", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\x85"),
)


def mutated(seed: bytes, chance: random.Random) -> bytes:
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        place, what = chance.randrange(len(data) + 1), chance.random()
        if what < 0.4:
            data[place:place] = chance.choice(TOKENS)
        elif what < 0.6:
            del data[place : place + chance.randint(1, 20)]
        elif what < 0.7:
            del data[place:]
        elif what < 0.85:
            start = chance.randrange(len(data) + 1)
            data[place:place] = data[start : start + chance.randint(1, 40)]
        else:
            data[place : place + 1] = bytes([chance.randrange(256)])
    return bytes(data)


@settings(max_examples=1000)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
def test_a_mutated_stream_is_read_edited_or_refused(seed: bytes, number: int) -> None:
    data = mutated(seed, random.Random(number))  # noqa: S311
    try:
        documents = split(data)
    except ManifestError as found:
        assert_has_place(found)
        return
    assert "".join(raw.text for raw in documents).encode() == data
    for raw in documents:
        try:
            content = parse(raw)
        except ManifestError as found:
            assert_has_place(found)
            continue
        if isinstance(content.value, dict):
            wanted = {**content.value, "zz": {"q": [1]}}
            wanted.pop(next(iter(content.value), ""), None)
            assert same(value(reconcile(content, wanted).text), wanted)


@given(st.binary(max_size=60))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        for raw in split(data):
            parse(raw)
    except ManifestError as found:
        assert_has_place(found)
