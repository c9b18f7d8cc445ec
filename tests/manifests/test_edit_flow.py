from __future__ import annotations

import json
from typing import Any

import pytest

from kubectl_fluid.manifests.edit import rewrite
from tests.manifests.reading import document
from tests.manifests.test_edit_block import edited

SAMPLE = {"kind": "Pod", "spec": {"containers": [{"name": "a", "args": ["x"]}], "volumes": [], "labels": {}}}


@pytest.mark.parametrize(
    "style",
    [{"indent": 2}, {"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}, {}],
    ids=["2", "4", "tab", "compact", "one line"],
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_json_comes_out_as_its_writer_would_write_it(style: dict[str, Any], end: str) -> None:
    text = json.dumps(SAMPLE, **style) + end
    new = json.loads(text)
    new["spec"]["containers"].insert(0, {"name": "fuse", "env": [{"name": "A", "value": "1"}], "e": {}})
    new["spec"]["containers"][1]["args"] += ["z"]
    new["spec"]["labels"]["done"] = "true"
    new["spec"]["volumes"] += [{"name": "v"}, "😀"]
    new["metadata"] = {"annotations": {"a": None}}
    del new["kind"]
    new = {**new}
    changed = rewrite(document(text), new)
    assert changed == json.dumps(new, **style, ensure_ascii=False) + end
    assert rewrite(document(changed), json.loads(text)) == text


def test_json_with_windows_line_ends_keeps_them() -> None:
    text = json.dumps(SAMPLE, indent=2).replace("\n", "\r\n")
    new = {**SAMPLE, "metadata": {"name": "a"}}
    assert rewrite(document(text), new) == json.dumps(new, indent=2).replace("\n", "\r\n")


def test_json_that_is_indented_by_hand_keeps_its_shape() -> None:
    text = '{ "a": 1,\n  "b": [ 1, 2 ],\n  "c": { "d": 1 } }\n'
    assert edited(text, ("b/$", 3), ("c/e", 2)) == '{ "a": 1,\n  "b": [ 1, 2, 3 ],\n  "c": { "d": 1, "e": 2 } }\n'


@pytest.mark.parametrize(
    ("text", "steps", "expected"),
    [
        ("a: [1,2]\n", [("a/$", 3)], "a: [1,2,3]\n"),
        ("a: [1, 2]\n", [("a/^", "yes")], 'a: ["yes", 1, 2]\n'),
        ("a: [1, 2, 3]\n", [("a/0", ...)], "a: [2, 3]\n"),
        ("a: [1, 2, 3]\n", [("a/1", ...)], "a: [1, 3]\n"),
        ("a: [1, 2, 3]\n", [("a/2", ...)], "a: [1, 2]\n"),
        ("a: [1, 2]\n", [("a", [])], "a: []\n"),
        ("a: [1, 2,]\n", [("a/$", 3)], "a: [1, 2, 3,]\n"),
        ("a: {b: 1}\n", [("a/c", "x, y")], 'a: {b: 1, c: "x, y"}\n'),
        ("a: {b: 1, c: 2}\n", [("a/b", ...)], "a: {c: 2}\n"),
        ("a: {b: 1, c: 2}\n", [("a/c", ...)], "a: {b: 1}\n"),
        ("a: {b: 1, c: 2}  # d\n", [("a/b", {"x": [1]})], "a: {b: {x: [1]}, c: 2}  # d\n"),
        ("a: {b, c: , d: 1}\n", [("a/b", 1), ("a/c", 2)], "a: {b: 1, c: 2, d: 1}\n"),
        ('a: {"b": 1}\n', [("a/c", "x")], 'a: {"b": 1, "c": "x"}\n'),
        ('a: {"b":1}\n', [("a/c", "x")], 'a: {"b":1, "c":"x"}\n'),
        ("a: {\n  b: 1,\n  c: 2\n}\n", [("a/d", 3)], "a: {\n  b: 1,\n  c: 2,\n  d: 3\n}\n"),
        ("a: [\n  {b: 1}, # x\n  {b: 2} # y\n]\n", [("a/1/c", 3)], "a: [\n  {b: 1}, # x\n  {b: 2, c: 3} # y\n]\n"),
        ("a: [b: 1, c]\n", [("a/0/z", 2)], "a: [{b: 1, z: 2}, c]\n"),
        ("a: {}\n", [("a/b", {"c": 1})], "a:\n  b:\n    c: 1\n"),
        ("{a: 1}\n", [("b", 2)], "{a: 1, b: 2}\n"),
        ("--- {a: 1}\n", [("b", 2)], "--- {a: 1, b: 2}\n"),
    ],
)
def test_flow_collections_are_edited_between_their_brackets(
    text: str, steps: list[tuple[str, Any]], expected: str
) -> None:
    assert edited(text, *steps) == expected


def test_escapes_of_surrogate_pairs_stay() -> None:
    text = '{"a": "\\ud83d\\ude00", "b": 1}'
    assert edited(text, ("b", 2)) == '{"a": "\\ud83d\\ude00", "b": 2}'
