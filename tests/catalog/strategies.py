"""Any JSON in place of any part of an object."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

#: What stands in manifests, and what nobody expects there. Text includes words that the code compares with.
_WORDS = ("", "/", "..", "a/../b", "juicefs", "Bound", "NotReady", "true", "None", "dataset://", "name", "\n", "\ud800")
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(_WORDS)
    | st.text(max_size=8)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("name", "type", "path", "add", "x", "")), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a value, itself included."""
    yield at
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*at, key))


def replaced(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    """A copy in which `new` stands at that path."""
    if not at:
        return new
    changed = copy.deepcopy(value)
    parent = changed
    for key in at[:-1]:
        parent = parent[key]
    parent[at[-1]] = new
    return changed


@st.composite
def damaged(draw: st.DrawFn, value: Any) -> Any:
    """The value with one to three of its parts replaced by anything."""
    for _ in range(draw(st.integers(1, 3))):
        value = replaced(value, draw(st.sampled_from(list(places(value)))), draw(anything))
    return value
