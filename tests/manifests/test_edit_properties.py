from __future__ import annotations

import difflib
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_fluid.manifests.edit import reconcile, rewrite
from kubectl_fluid.manifests.patch import same
from tests.manifests import texts
from tests.manifests.reading import document, value

CHANCE = st.randoms(use_true_random=False)
EXTRA = st.lists(texts.VALUES, min_size=1, max_size=4)


@st.composite
def written(draw: st.DrawFn) -> str:
    """A document in somebody's style: block, flow, mixed, JSON, with comments or without."""
    content = draw(texts.DOCUMENTS)
    if draw(st.integers(0, 3)):
        return draw(texts.HANDS).document(content)
    style: dict[str, Any] = draw(texts.JSON_STYLES)
    return json.dumps(content, **style)


@settings(max_examples=400)
@given(written(), CHANCE, EXTRA, st.integers(1, 4))
def test_the_text_has_the_new_value(text: str, chance: random.Random, extra: list[Any], count: int) -> None:
    found = document(text)
    new = found.value
    for _ in range(count):
        new = texts.changed(new, chance, extra)
    result = reconcile(found, new)
    assert same(value(result.text), new)
    assert not result.whole
    if "\r\n" in text:
        assert "\n" not in result.text.replace("\r\n", "")


@settings(max_examples=300)
@given(written(), CHANCE, EXTRA)
def test_one_more_entry_changes_no_other_line_and_goes_without_a_trace(
    text: str, chance: random.Random, extra: list[Any]
) -> None:
    found = document(text)
    new = texts.grown(found.value, chance, extra)
    changed = rewrite(found, new)
    before, after = found.raw.text.split("\n"), changed.split("\n")
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    assert len(before) - sum(block.size for block in blocks) <= 1  # a flow collection's line, the last line of JSON
    assert rewrite(document(changed), found.value) == found.raw.text


@given(written(), st.lists(st.sampled_from("pqr"), min_size=1, max_size=3, unique=True), texts.VALUES)
def test_new_keys_of_the_document_come_and_go(text: str, names: list[str], extra: Any) -> None:
    found = document(text)
    changed = rewrite(found, {**found.value, **dict.fromkeys(names, extra)})
    assert rewrite(document(changed), found.value) == found.raw.text
