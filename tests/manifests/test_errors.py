from __future__ import annotations

import pickle

import pytest

from tests.manifests.reading import error


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a:\n\tb: 1\n", (2, 1), "tab"),
        ("a:\n  b: 1\n\tc: 2\n", (3, 1), "tab"),
        ("a: b: c\n", (1, 5), "':'"),
        ("a: 1\n b: 2\n", (2, 3), "':'"),
        ("a: [1, 2\n", (2, 1), "bracket"),
        ("a: {b: 1\nc: 2\n", (2, 2), "bracket"),
        ("a:\n  - b\n c: d\n", (3, 2), "key"),
        ("- a\nb: 1\n", (2, 1), "list"),
        ("a: 1\nfoo\n", (2, 1), "':' is missing"),
        ('a: 1\nb: "x\n\nc: 2\n', (2, 4), "closing quote"),
        ("a: 'x\n---\n", (1, 4), "closing quote"),
        ("a: @x\n", (1, 4), "cannot begin with '@'"),
        ("a: `x`\n", (1, 4), "cannot begin with '`'"),
        ("a: %x\n", (1, 4), "cannot begin with '%'"),
        ('a: "\\q"\n', (1, 5), "escape"),
        ('a: "\\ud800"\n', (1, 7), "escape"),
        ('{"a": "\\ud800"}\n', (1, 7), "surrogate"),
        ("a: *x\n", (1, 4), "no anchor"),
        ("a: &x [*x]\n", (1, 8), "contains itself"),
        ("a: 1\nb: 2\na: 3\n", (3, 1), "'a' stands twice"),
        ('{"a": 1,\n "a": 2}', (2, 2), "'a' stands twice"),
        ("x: {on: 1, true: 2}\n", (1, 12), "'true' stands twice"),
        ("a: 'x\x01'\n", (1, 6), "U+0001"),
        ("é: x\ny: 'ü\x7f'\n", (2, 6), "U+007F"),
        ("name: {{ .Values.name }}\n", (1, 8), "key must be a string"),
        ("a: 1\x85---\nb: 2\n", (1, 6), "second document"),
        ("[a] b\n", (1, 5), "document"),
        ("<<: x\n", (1, 5), "merge"),
        ("%YAML 9.9\n---\na: 1\n", (1, 1), "version"),
        ("a: !x!y z\n", (1, 4), "tag"),
        ("? a\n? b\n: - c\n d\n", (4, 2), ""),
    ],
)
def test_an_error_is_a_sentence_with_its_place(text: str, place: tuple[int, int], message: str) -> None:
    found = error(text)
    assert (found.line, found.column) == place, str(found)
    assert message in found.message
    assert "\n" not in found.message
    assert str(found) == f"x.yaml:{place[0]}:{place[1]}: {found.message}"


def test_lines_count_from_the_start_of_the_source() -> None:
    assert error("a: 1\n---\n\nb: 2\nb: 3\n").line == 5


def test_an_error_without_a_place_names_the_source_only() -> None:
    found = error(b"\xff\xfe")
    found.line = None
    assert str(found).startswith("x.yaml: ")


def test_an_error_survives_the_way_to_another_process() -> None:
    found = error("a: @x\n")
    again = pickle.loads(pickle.dumps(found))  # noqa: S301
    assert (str(again), again.hint) == (str(found), found.hint)
