from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests import events
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.nodes import Mapping, Node, Scalar, Sequence
from kubectl_fluid.manifests.parse import Document
from kubectl_fluid.manifests.patch import same
from tests.manifests import texts
from tests.manifests.reading import document, value


def scalars(node: Node | None) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Mapping):
        return [leaf for pair in zip(node.keys, node.values, strict=True) for part in pair for leaf in scalars(part)]
    return [leaf for item in node.items for leaf in scalars(item)] if isinstance(node, Sequence) else []


@pytest.mark.parametrize(
    "text",
    [
        "é: ü\nb: [é, '😀', x]\n",
        "\ufeffé: ü\r\nb: |\r\n  é\r\n\r\nc: 'x'\r\n",
        '\ufeff{"é": "ü",\r\n\t"b": ["😀", 1]}',
        "# é\n---\n- é\n- - ü: 1\n",
    ],
)
def test_nodes_point_at_their_characters(text: str) -> None:
    found = document(text)
    for leaf in scalars(found.root):
        written = found.raw.text[leaf.start : leaf.end]
        if leaf.style == "|":
            assert written.startswith("|")
            assert not written.endswith("\n")
        else:
            assert written.strip("'\"") == str(leaf.value)


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ((), (3, 1)),
        (("spec",), (4, 1)),
        (("spec", "volumes"), (5, 3)),
        (("spec", "volumes", 0), (6, 5)),
        (("spec", "volumes", 1, "name"), (7, 6)),
        (("spec", "volumes", "1", "name"), (7, 6)),
        (("spec", "volumes", 7), (5, 3)),
        (("spec", "volumes", 0, "pvc", "claim"), (6, 15)),
        (("spec", "missing", "more"), (4, 1)),
        (("spec", "volumes", "x"), (5, 3)),
    ],
)
def test_a_pointer_leads_to_line_and_column(parts: tuple[str | int, ...], place: tuple[int, int]) -> None:
    text = "a: 1\n---\nkind: Pod\nspec:\n  volumes:\n  - {name: a, pvc: 1}\n  -  name: b\n"
    assert document(text).at(parts) == place


def test_a_pointer_leads_through_aliases_and_merges() -> None:
    found = document("base: &b\n  env:\n    x: 1\none: *b\ntwo:\n  <<: *b\n  z: 1\n")
    assert found.at(("one", "env", "x")) == (3, 5)
    assert found.at(("two", "env", "x")) == (6, 3)
    assert found.at(("two", "z")) == (7, 3)


def test_a_byte_order_mark_takes_no_column() -> None:
    assert document("\ufeffa: [b]\n").at(("a", 0)) == (1, 5)


def test_an_error_can_be_made_about_a_place() -> None:
    found = document("a:\n  b: 3\n").error("no list", ("a", "b"), "write a list")
    assert str(found) == "x.yaml:2:3: no list"
    assert found.hint == "write a list"


@pytest.mark.parametrize(
    "text", ["", "\n", "# only a comment\n", "---\n", "--- # c\n", "~", "\ufeff", "...\n", "---\n...\n"]
)
def test_a_document_may_be_empty(text: str) -> None:
    found = [document(text).value] if text else []
    assert found in ([], [None])


def test_an_alias_shares_the_value_of_its_anchor() -> None:
    found = value("a: &x {k: [1]}\nb: *x\n")
    assert found["a"] is found["b"]


def test_an_anchor_may_be_used_again() -> None:
    assert value("a: &x 1\nb: *x\nc: &x 2\nd: *x\n") == {"a": 1, "b": 1, "c": 2, "d": 2}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": "\\ud83d\\ude00\\/"}', {"a": "😀/"}),
        ('{\t"a":\t1,\n\t"b":\t[\t1\t]\t}\n\t', {"a": 1, "b": [1]}),
        ('{"' + "k" * 5000 + '": 1}', {"k" * 5000: 1}),
        ('{"a": "\x7f"}', {"a": "\x7f"}),
        ('{"a": 1.0, "b": -0.5e-3, "c": 18446744073709551616}', {"a": 1.0, "b": -0.5e-3, "c": 18446744073709551616.0}),
        ('---\n{"a": null, "b": true, "c": false}', {"a": None, "b": True, "c": False}),
        ("{}", {}),
        ("[]", []),
        ("[[],{}]", [[], {}]),
    ],
)
def test_json_is_read_as_json(text: str, expected: Any) -> None:
    found = document(text)
    assert found.json
    assert same(found.value, expected)


@pytest.mark.parametrize("text", ['{"a": 1,}', "{'a': 1}", '{"a": 010}', "{a: 1}", '{"a": 1} # c', '{"a": tRuE}'])
def test_what_looks_like_json_and_is_not_is_read_as_yaml(text: str) -> None:
    found = document(text)
    assert not found.json
    assert list(found.value) == ["a"]


@given(texts.VALUES, texts.JSON_STYLES)
def test_json_means_the_same_to_us_and_to_a_json_reader(expected: Any, style: dict[str, Any]) -> None:
    text = json.dumps({"v": expected}, **style)
    assert same(value(text), json.loads(text))


@given(texts.DOCUMENTS, texts.HANDS)
def test_every_hand_can_be_read(expected: dict[str, Any], hand: texts.Hand) -> None:
    assert same(value(hand.document(expected)), expected)


def tree(node: Node | None) -> Any:
    if isinstance(node, Mapping):
        return [
            node.start,
            node.end,
            [(tree(key), tree(inner)) for key, inner in zip(node.keys, node.values, strict=True)],
        ]
    if isinstance(node, Sequence):
        return [node.start, node.end, [tree(item) for item in node.items]]
    return None if node is None else [node.start, node.end]


@given(texts.DOCUMENTS, texts.HANDS)
def test_without_libyaml_values_and_places_are_the_same(expected: dict[str, Any], hand: texts.Hand) -> None:
    text = hand.document(expected)
    with_it = document(text)
    without = pure(text)
    assert same(without.value, with_it.value)
    assert tree(without.root) == tree(with_it.root)


def pure(text: str) -> Document:
    library, events.LIBYAML = events.LIBYAML, None
    try:
        return document(text)
    finally:
        events.LIBYAML = library


def test_without_libyaml_half_a_surrogate_pair_is_refused_too() -> None:
    with pytest.raises(Exception, match="surrogate"):
        pure('a: "\\ud800"\n')


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_has_a_value_or_an_error(text: str) -> None:
    with contextlib.suppress(ManifestError):
        value(text or " ")
