from __future__ import annotations

import jsonpointer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.manifests import pointer

KEYS = st.lists(st.text("a~/01 é", max_size=5), max_size=5)


@given(KEYS)
def test_a_pointer_comes_back(parts: list[str]) -> None:
    assert pointer.parse(pointer.join(parts)) == tuple(parts)


@given(KEYS)
def test_a_pointer_is_what_others_make_of_its_parts(parts: list[str]) -> None:
    assert pointer.join(parts) == jsonpointer.JsonPointer.from_parts(parts).path


def test_an_index_is_written_as_a_number() -> None:
    assert pointer.join(("spec", "a/b~c", 0)) == "/spec/a~1b~0c/0"


def test_no_parts_are_the_whole_document() -> None:
    assert pointer.join(()) == ""
    assert pointer.parse("") == ()


@pytest.mark.parametrize("text", ["a", "a/b", "/~", "/a~2", "/~01~"])
def test_a_malformed_pointer_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"~|begins"):
        pointer.parse(text)
