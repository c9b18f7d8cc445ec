from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid.manifests.edit import reconcile, rewrite
from kubectl_fluid.manifests.patch import same
from tests.manifests.reading import document, value

POD = """\
# A training Pod
apiVersion: v1
kind: Pod
metadata:
  name: "train"   # the name
  labels: {app: train, team: 'vision'}
spec:
  # the node
  nodeSelector:
    type: virtual-kubelet

  containers:
    # the trainer
    - name: main
      command: ["python", "x.py"]
      args:
        - --epochs=10   # few
        - |
          two
          lines
      emptyEnv:
    - name: second
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: imagenet
    - name: tmp
      emptyDir: {}
"""


def edited(text: str, *steps: tuple[str, Any]) -> str:
    """The text after each step: `("a/0/b", value)` sets, `a/^` and `a/$` add before and behind a list, `...` drops."""
    found = document(text)
    new = copy.deepcopy(found.value)
    for path, wanted in steps:
        *way, last = path.split("/")
        target = new
        for part in way:
            target = target[int(part)] if isinstance(target, list) else target[part]
        if isinstance(target, list) and last in ("^", "$"):
            target.insert(0 if last == "^" else len(target), wanted)
        elif wanted is ...:
            del target[int(last) if isinstance(target, list) else last]
        else:
            target[int(last) if isinstance(target, list) else last] = wanted
    result = reconcile(found, new)
    assert not result.whole
    assert same(value(result.text), new)
    return result.text


def changes(text: str, new: str) -> tuple[list[str], list[str]]:
    """Lines that went, lines that came; the others stand as before."""
    import difflib

    lines = list(difflib.ndiff(text.splitlines(), new.splitlines()))
    return [line[2:] for line in lines if line[:1] == "-"], [line[2:] for line in lines if line[:1] == "+"]


CASES: dict[str, tuple[list[tuple[str, Any]], list[str], list[str]]] = {
    "a scalar changes where it stands": (
        [("metadata/name", "eval")],
        ['  name: "train"   # the name'],
        ["  name: eval   # the name"],
    ),
    "a key is added at the end": ([("metadata/annotations", {"a": "1"})], [], ["  annotations:", '    a: "1"']),
    "a key is added in a flow mapping": (
        [("metadata/labels/done", "true")],
        ["  labels: {app: train, team: 'vision'}"],
        ["  labels: {app: train, team: 'vision', done: \"true\"}"],
    ),
    "a key goes with its lines": ([("spec/nodeSelector", ...)], ["  nodeSelector:", "    type: virtual-kubelet"], []),
    "an item comes first, above the comment of the one that was first": (
        [("spec/containers/^", {"name": "fuse", "image": "x"})],
        [],
        ["    - name: fuse", "      image: x"],
    ),
    "an item comes last": ([("spec/volumes/$", {"name": "z"})], [], ["    - name: z"]),
    "an item goes": ([("spec/volumes/1", ...)], ["    - name: tmp", "      emptyDir: {}"], []),
    "a key is replaced by another at its place": (
        [("spec/volumes/0", {"name": "data", "hostPath": {"path": "/x"}})],
        ["      persistentVolumeClaim:", "        claimName: imagenet"],
        ["      hostPath:", "        path: /x"],
    ),
    "an empty mapping is filled with lines": (
        [("spec/volumes/1/emptyDir", {"medium": "Memory"})],
        ["      emptyDir: {}"],
        ["      emptyDir:", "        medium: Memory"],
    ),
    "an empty value is filled with lines": ([("spec/containers/0/emptyEnv", [1])], [], ["        - 1"]),
    "a block is emptied": (
        [("spec/volumes", [])],
        [
            "  volumes:",
            "    - name: data",
            "      persistentVolumeClaim:",
            "        claimName: imagenet",
            "    - name: tmp",
            "      emptyDir: {}",
        ],
        ["  volumes: []"],
    ),
    "lines of a literal block change": (
        [("spec/containers/0/args/1", "three\nmore\nlines\n")],
        ["          two"],
        ["          three", "          more"],
    ),
    "a literal block becomes a word": (
        [("spec/containers/0/args/1", "word")],
        ["        - |", "          two", "          lines"],
        ["        - word"],
    ),
    "a word becomes a literal block": (
        [("spec/containers/0/args/0", "a\nb")],
        ["        - --epochs=10   # few"],
        ["        - |-", "          a", "          b"],
    ),
    "a flow list gets an item": (
        [("spec/containers/0/command/$", "yes")],
        ['      command: ["python", "x.py"]'],
        ['      command: ["python", "x.py", "yes"]'],
    ),
    "several changes at one place keep their order": (
        [("spec/containers/0/args/$", "x"), ("spec/containers/0/zz", 1), ("spec/containers/1", {"name": "third"})],
        ["    - name: second"],
        ["        - x", "      zz: 1", "    - name: third"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_only_the_lines_of_a_change_change(case: tuple[list[tuple[str, Any]], list[str], list[str]]) -> None:
    steps, gone, come = case
    new = edited(POD, *steps)
    assert sorted(changes(POD, new)[0]) == sorted(gone)
    assert sorted(changes(POD, new)[1]) == sorted(come)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("name", CASES)
def test_line_ends_stay_as_they_are(name: str, newline: str, end: str) -> None:
    text = (POD.removesuffix("\n") + end).replace("\n", newline)
    new = edited(text, *CASES[name][0])
    assert new.replace("\r\n", "").count("\n") == (0 if newline == "\r\n" else new.count("\n"))
    assert new.endswith("\n") == bool(end)


def test_a_comment_above_the_first_item_stays_above_it() -> None:
    new = edited(POD, ("spec/containers/^", {"name": "fuse"}))
    assert "containers:\n    - name: fuse\n    # the trainer\n    - name: main\n" in new


def test_a_comment_above_a_key_that_goes_stays() -> None:
    assert "# the node\n\n  containers:" in edited(POD, ("spec/nodeSelector", ...))


def test_a_comment_on_the_line_of_a_key_that_is_filled_stays() -> None:
    text = "a:\n  b: {}  # scratch\n  c: 1\n"
    new = edited(text, ("a/b", {"x": 1}))
    assert new == "a:\n  b:  # scratch\n    x: 1\n  c: 1\n"
    assert rewrite(document(new), document(text).value) == text


def test_the_first_key_behind_a_dash_goes_and_comes() -> None:
    text = "- a: 1\n  b: 2\n- c: 3\n"
    assert edited(text, ("0/a", ...)) == "- b: 2\n- c: 3\n"
    assert rewrite(document(text), [{"z": 0, "a": 1, "b": 2}, {"c": 3}]) == "- z: 0\n  a: 1\n  b: 2\n- c: 3\n"


def test_an_added_key_stands_where_the_new_value_has_it() -> None:
    text = "a: 1  # one\nb: 2\n"
    assert rewrite(document(text), {"a": 1, "m": 0, "b": 2}) == "a: 1  # one\nm: 0\nb: 2\n"
    assert rewrite(document(text), {"m": 0, "a": 1, "b": 2}) == "m: 0\na: 1  # one\nb: 2\n"


def test_the_head_of_a_document_stays_its_head() -> None:
    text = "# licence\n# more\na: 1\n"
    assert rewrite(document(text), {"z": 0, "a": 1}) == "# licence\n# more\nz: 0\na: 1\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n    b: 1\n    l:\n    - x\n", "a:\n    b: 1\n    l:\n    - x\n    zz:\n        k:\n        - v\n"),
        ("a:\n b: 1\n l:\n   - x\n", "a:\n b: 1\n l:\n   - x\n zz:\n  k:\n    - v\n"),
        ("a:\n  b: 1\n", "a:\n  b: 1\n  zz:\n    k:\n    - v\n"),
    ],
)
def test_new_lines_are_indented_like_the_others(text: str, expected: str) -> None:
    assert edited(text, ("a/zz", {"k": ["v"]})) == expected


def test_spaces_behind_a_dash_and_lists_in_lists_are_kept() -> None:
    text = "-   a: 1\n    b: 2\n- - x\n  - z\n"
    assert (
        edited(text, ("0/c", 3), ("1/^", "w"), ("1/$", "q"))
        == "-   a: 1\n    b: 2\n    c: 3\n- - w\n  - x\n  - z\n  - q\n"
    )


@pytest.mark.parametrize("mark", ["---\n", "--- # c\n", "\ufeff---\n", "%YAML 1.1\n---\n", "# c\n\n"])
@pytest.mark.parametrize("end", ["", "...\n", "# end\n", "\n\n"])
def test_markers_and_comments_around_a_document_stay(mark: str, end: str) -> None:
    new = edited(f"{mark}a: 1\n{end}", ("b", 2))
    assert new == f"{mark}a: 1\nb: 2\n{end}"


def test_a_list_below_a_document_marker_is_edited() -> None:
    assert edited("---\n- 1\n# c\n- 2\n", ("^", 0), ("2", ...)) == "---\n- 0\n- 1\n# c\n"


def test_blank_lines_that_a_block_keeps_are_not_touched() -> None:
    text = "a: |+\n  x\n\n\nb: 1\n"
    assert edited(text, ("c", 2)) == "a: |+\n  x\n\n\nb: 1\nc: 2\n"
    assert edited("l:\n- |+\n  x\n\n", ("l/$", "q")) == "l:\n- |+\n  x\n\n- q\n"


def test_something_can_be_put_behind_a_block_that_ends_the_file_without_a_line_end() -> None:
    assert edited("a:\n  run: |\n    x", ("b", 1)) == "a:\n  run: |-\n    x\nb: 1"


def test_a_new_block_does_not_end_a_file_that_has_no_line_end() -> None:
    assert edited("a: 1", ("b", "x\ny\n")) == 'a: 1\nb: "x\\ny\\n"'


def test_keys_that_are_numbers_stay_as_they_are_written_beside_an_edit() -> None:
    text = "m:\n  1.50: a\n  0x10: b\n  off: c\n  .NaN: d\n  last: e\n"
    assert edited(text, ("m/q", 3)) == text + "  q: 3\n"
    assert edited(text, ("m/1.5", "z"), ("m/.nan", ...)) == text.replace("1.50: a", "1.50: z").replace(
        "  .NaN: d\n", ""
    )


@pytest.mark.parametrize("name", ["1.5", "1e+06", ".inf", ".nan", "true", "16"])
def test_a_key_that_was_a_number_is_written_as_a_string_where_it_is_written_anew(name: str) -> None:
    from kubectl_fluid.manifests.dump import to_yaml

    assert value(to_yaml({name: name})) == {name: name}
    assert f"{name}: a" not in to_yaml({name: "a"})


def test_explicit_keys_are_written_anew_where_an_edit_needs_it() -> None:
    text = "a: 1  # c\nm:\n  ? x\n  : 1\n  z: 2\n"
    assert edited(text, ("m/q", 3)).startswith("a: 1  # c\nm:\n  x: 1\n")


@pytest.mark.parametrize(
    ("old", "new"), [("yes", True), ("1", 1), (1, 1.0), (None, "null"), (True, "true"), (1, True), ("", None), ([], {})]
)
def test_types_change_exactly(old: Any, new: Any) -> None:
    from kubectl_fluid.manifests.dump import to_yaml

    text = to_yaml({"k": old, "l": [old]})
    assert edited(text, ("k", new), ("l/0", new)) != text


def test_what_is_equal_gives_the_same_text() -> None:
    found = document(POD)
    assert rewrite(found, found.value) is found.raw.text
    assert rewrite(found, copy.deepcopy(found.value)) is found.raw.text


def test_an_empty_document_is_written_whole() -> None:
    result = reconcile(document("# nothing\n"), {"a": [1]})
    assert result.whole
    assert value(result.text) == {"a": [1]}


def test_a_root_of_another_kind_is_replaced_between_its_comments() -> None:
    assert rewrite(document("# c\na: 1\n# d\n"), [1, 2]) == "# c\n- 1\n- 2\n# d\n"
    assert rewrite(document("# c\na: 1\n# d\n"), None) == "# c\nnull\n# d\n"


@pytest.mark.parametrize("wrong", [float("inf"), "\ud800", {"\udfff": 1}])
def test_a_value_that_no_manifest_can_hold_is_refused(wrong: Any) -> None:
    from kubectl_fluid.manifests.errors import ManifestError

    for text in ("a: 1\nb: 2\n", '{"a": 1}'):
        with pytest.raises(ManifestError, match="cannot be written"):
            rewrite(document(text), {"a": 1, "b": [wrong]})


def test_the_document_and_the_new_value_are_not_changed() -> None:
    found = document(POD)
    before, new = copy.deepcopy(found.value), copy.deepcopy(found.value)
    new["spec"]["volumes"].insert(0, {"name": "x"})
    wanted = copy.deepcopy(new)
    rewrite(found, new)
    assert same(found.value, before)
    assert same(new, wanted)
