from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.cli.jsonpath import PathError, find, render

VALUE: dict[str, Any] = {
    "kind": "List",
    "items": [
        {"metadata": {"name": "a", "labels": {"app.io/x": "1"}}, "phase": "Bound", "n": 3, "gone": None},
        {"metadata": {"name": "b", "labels": {}}, "phase": "Failed", "n": 1.5, "ok": True},
        {"metadata": {"name": "c"}, "phase": "Bound", "n": 10, "of": [1, {"x": 2}]},
    ],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{.kind}", "List"),
        ("{.items[*].metadata.name}", "a b c"),
        ("{.items[0].metadata.name}", "a"),
        ("{.items[-1:].metadata.name}", "c"),
        ("{.items[-1].metadata.name}", "c"),
        ("{.items[0:2].metadata.name}", "a b"),
        ("{.items[::2].metadata.name}", "a c"),
        ("{$.items[*].n}", "3 1.5 10"),
        ("{..name}", "a b c"),
        ("{.items[*]['phase']}", "Bound Failed Bound"),
        (r"{.items[0].metadata.labels.app\.io/x}", "1"),
        ("{.items[0].metadata.labels['app.io/x']}", "1"),
        ('{.items[?(@.phase=="Bound")].metadata.name}', "a c"),
        ("{.items[?(@.n > 2)].metadata.name}", "a c"),
        ("{.items[?(@.ok==true)].metadata.name}", "b"),
        ("{.items[?(@.of)].metadata.name}", "c"),
        ("{.items[?(@.metadata.name!='a')].n}", "1.5 10"),
        ('{range .items[*]}{.metadata.name}{"\\t"}{.phase}{"\\n"}{end}', "a\tBound\nb\tFailed\nc\tBound\n"),
        ("name: {.kind}, {.nothing}!", "name: List, !"),
        ("{.items[2].of}", '[1,{"x":2}]'),
        ("{.items[1].ok} {.items[0].gone}", "true "),
        ("{.items[*].*.name}", "a b c"),
        ("{.items[99]}", ""),
        ('{"{"}{.kind}{"}"}', "{List}"),
        ("", ""),
    ],
)
def test_a_template_gives_what_kubectl_gives(template: str, text: str) -> None:
    assert render(template, VALUE) == text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{.items[*}", "no path"),
        ("{.items", "a brace is not closed"),
        ("{range .items[*]}{.x}", "without {end}"),
        ("{end}", "without {range}"),
        ("{.items[?(@.x==y)]}", "no number, no text"),
        ("{.items[x]}", "is none of"),
        ("x" * 10_001, "longer"),
    ],
)
def test_a_template_that_cannot_be_read_says_where(template: str, words: str) -> None:
    with pytest.raises(PathError, match=words):
        render(template, VALUE)


@pytest.mark.parametrize("path", [".items[0].n", "items[0].n", "{.items[0].n}", " {.items[0].n} "])
def test_a_path_may_be_written_as_for_sort_by(path: str) -> None:
    assert find(path, VALUE) == [3]


@given(st.text(alphabet=".[]{}*?()@'\"\\=:0a-, $", max_size=30))
def test_any_text_is_a_template_or_an_error(template: str) -> None:
    with contextlib.suppress(PathError):
        render(template, VALUE)
