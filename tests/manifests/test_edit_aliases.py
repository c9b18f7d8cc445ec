from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests.edit import reconcile, rewrite
from kubectl_fluid.manifests.patch import same
from tests.manifests import texts
from tests.manifests.reading import document, value

TEMPLATES = (
    """\
base: &b
  image: x
  env:
    - name: A   # c
      value: '1'
one:
  <<: *b
  name: one
two:
  <<: *b   # m
  image: q
three: *b
""",
    """\
labels: &l {app: a, tier: b}
spec:
  selector: {matchLabels: *l}
  containers:
  - &c
    name: main
    args: [&arg x, *arg]
  - *c
  - <<: *c
    name: other
""",
    """\
x: &s hello
w: *s
z: [*s, *s]
m: {k: *s, j: &n {a: *s}}
v: *n
u:
  <<: [*n, {b: 1}]
  c: 2
""",
    """\
a: &a
  k: 1
b: &b
  <<: *a
  l: 2
c:
  <<: *b
  m: 3
d: &s
- 1
- 2
e: *s
""",
)
EXTRA: list[Any] = [None, True, 1, "x", [], {}, [1, 2], {"q": 1}, {"name": "n", "image": "i"}, "yes"]


@given(st.sampled_from(TEMPLATES), st.randoms(use_true_random=False), st.integers(1, 3))
def test_an_edit_changes_no_other_place_of_a_shared_value(text: str, chance: random.Random, count: int) -> None:
    found = document(text)
    new = found.value
    for _ in range(count):
        new = texts.changed(new, chance, EXTRA)
    result = reconcile(found, new)
    assert same(value(result.text), new)
    assert not result.whole or not isinstance(new, dict)


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("a: &x {k: 1}\nb: *x\n", {"a": {"k": 2}, "b": {"k": 1}}, "a: &x {k: 2}\nb:\n  k: 1\n"),
        ("a: &x {k: 1}\nb: *x\n", {"a": {"k": 2}, "b": {"k": 2}}, "a: &x {k: 2}\nb: *x\n"),
        ("a: &x {k: 1}\nb: *x\n", {"a": {"k": 1}, "b": {"k": 2}}, "a: &x {k: 1}\nb:\n  k: 2\n"),
        ("a: &x {k: 1}\nb: *x\n", {"b": {"k": 1}}, "b:\n  k: 1\n"),
        ("a: &x {k: 1}\nb: *x\n", {"a": {"k": 1}}, "a: &x {k: 1}\n"),
        (
            "a: &x\n  k: 1  # c\nb: *x\n",
            {"a": {"k": 1, "l": 2}, "b": {"k": 1}},
            "a: &x\n  k: 1  # c\n  l: 2\nb:\n  k: 1\n",
        ),
        (
            "a: &x {k: 1}\nb:\n  <<: *x\n  l: 1\n",
            {"a": {"k": 1}, "b": {"k": 2, "l": 1}},
            "a: &x {k: 1}\nb:\n  <<: *x\n  k: 2\n  l: 1\n",
        ),
        ("a: &x {k: 1}\nb:\n  <<: *x\n  l: 1\n", {"a": {"k": 1}, "b": {"l": 1}}, "a: &x {k: 1}\nb:\n  l: 1\n"),
        (
            "a: &x {k: 1}\nb:\n  <<: *x\n  l: 1\n",
            {"a": {"k": 3}, "b": {"k": 1, "l": 1}},
            "a: &x {k: 3}\nb:\n  <<: *x\n  k: 1\n  l: 1\n",
        ),
        (
            "a: &x {k: 1}\nb:\n  <<: *x\n  l: 1\n",
            {"a": {"k": 1}, "b": {"k": 1, "l": 1, "z": 1}},
            "a: &x {k: 1}\nb:\n  <<: *x\n  l: 1\n  z: 1\n",
        ),
    ],
)
def test_a_shared_value_is_written_out_only_where_it_differs(text: str, new: Any, expected: str) -> None:
    assert rewrite(document(text), new) == expected
