from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.cli.errors import printable


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("job.yaml", "job.yaml"),
        ("größe.yaml", "größe.yaml"),
        ("a\x1b[31m.yaml", "a\\x1b[31m.yaml"),
        ("a\nb", "a\\nb"),
        ("\u202efdp.yaml", "\\u202efdp.yaml"),
        ("caf\udce9.yaml", "caf\\xe9.yaml"),
    ],
)
def test_nothing_that_steers_a_terminal_is_printed(text: str, safe: str) -> None:
    assert printable(text) == safe


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_every_text_becomes_printable_and_encodable(text: str) -> None:
    safe = printable(text)
    assert safe.isprintable()
    safe.encode()
