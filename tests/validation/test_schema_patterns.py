"""Patterns of schemas: what Go's RE2 takes is taken, and what Python cannot say is not judged."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_fluid.validation.schema.linear import Program, UnknownSyntaxError
from kubectl_fluid.validation.schema.patterns import expression


def patterns() -> st.SearchStrategy[str]:
    """Patterns in the words that RE2 and Python share."""
    single = ["a", "b", "c", "[ab]", "[^a]", ".", r"\w", r"\d", r"\-", "-", "{", "^", r"\Z", r"\b", r"\B"]
    times = ["*", "+", "?", "{2}", "{1,}", "{0,3}", "*?", "+?"]

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return (
            st.tuples(inner, inner).map("".join)
            | st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format)
            | st.tuples(inner, st.sampled_from(times)).map("(?:{0[0]}){0[1]}".format)
        )

    return st.builds(str.__add__, st.sampled_from(["", "(?i)", "(?s)"]), st.recursive(st.sampled_from(single), larger))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^a$", "a", True),
        ("^a$", "a\n", False),
        (r"^a\z", "a", True),
        ("^[[:alnum:]]+$", "aB1", True),
        ("^[[:alnum:]]+$", "a-", False),
        ("^[^[:space:]x]+$", "ab", True),
        ("^[^[:space:]x]+$", "a b", False),
        ("^[[]$", "[", True),
        ("^[]a]+$", "]a", True),
        ("^[^]a]+$", "]", False),
        (r"^\d$", "٣", False),
        (r"^\w$", "ä", False),
        ("(?<n>a)b", "ab", True),
        ("(?P<n>a)b", "ab", True),
        ("(?i)^ABC$", "abc", True),
        (r"^\x{41}$", "A", True),
        (r"^\Qa.b\E$", "a.b", True),
        (r"^\Qa.b\E$", "axb", False),
        (r"\Q(", "(", True),
        (r"^[\]$]$", "$", True),
    ],
)
def test_a_pattern_is_read_as_go_reads_it(pattern: str, text: str, found: bool) -> None:  # noqa: FBT001
    read = expression(pattern)
    assert read is not None
    assert bool(read.search(text)) is found


@pytest.mark.parametrize("pattern", [r"^\p{Greek}+$", r"\pL", "[[:foo:]]", "(", "a(?i)b", r"\x{110000}"])
def test_a_pattern_that_python_cannot_say_judges_nothing(pattern: str) -> None:
    assert expression(pattern) is None


def test_a_pattern_prints_no_warning_of_pythons_own() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert expression("[--a&&b]") is not None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^(a+)+$", "a" * 5000 + "!"),
        ("^([a-z0-9]+-?)*$", "a" * 5000 + "!"),
        (r"^(.*),(.*),(.*)x\z", "a," * 2000),
        ("^(a|a)*$", "a" * 5000 + "!"),
    ],
)
def test_a_pattern_that_takes_python_for_ever_is_answered_at_once(pattern: str, text: str) -> None:
    read = expression(pattern)
    assert read is not None
    assert not read.search(text)


def test_a_long_name_of_a_host_fits_its_usual_pattern() -> None:
    read = expression(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    assert read is not None
    assert read.search("a-b." * 60 + "example")
    assert not read.search("a-b." * 60 + "example-")


@given(patterns(), st.text("abcA1-\n{", min_size=1, max_size=8))  # Python finds no \B in an empty text, Go does
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_a_program_finds_what_python_finds(pattern: str, text: str) -> None:
    assert Program(pattern).search(text) == bool(re.compile(pattern, re.ASCII).search(text))


@pytest.mark.parametrize("pattern", ["(?=a)b*", "(?m)^a", r"(a)\1", "(?i:a)", "a" * 20_000, "(?:(?:a{999}){999}){999}"])
def test_what_re2_or_this_program_does_not_have_is_refused(pattern: str) -> None:
    with pytest.raises(UnknownSyntaxError):
        Program(pattern)
