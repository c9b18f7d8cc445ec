from __future__ import annotations

import io
import os

import pytest

from kubectl_fluid.cli.environment import Environment, program_name


@pytest.mark.parametrize(
    ("color", "variables", "terminal", "on"),
    [
        pytest.param("auto", {}, True, True, id="a terminal has colours"),
        pytest.param("auto", {}, False, False, id="a pipe has none"),
        pytest.param("auto", {"TERM": "dumb"}, True, False, id="a dumb terminal has none"),
        pytest.param("auto", {"NO_COLOR": "1"}, True, False, id="NO_COLOR"),
        pytest.param("auto", {"NO_COLOR": ""}, True, True, id="an empty NO_COLOR does not count"),
        pytest.param("auto", {"FORCE_COLOR": "1"}, False, True, id="FORCE_COLOR"),
        pytest.param("auto", {"FORCE_COLOR": "0"}, False, False, id="FORCE_COLOR=0 forces nothing"),
        pytest.param("auto", {"CLICOLOR_FORCE": "1"}, False, True, id="CLICOLOR_FORCE"),
        pytest.param("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False, id="NO_COLOR beats FORCE_COLOR"),
        pytest.param("always", {"NO_COLOR": "1"}, False, True, id="--color=always beats NO_COLOR"),
        pytest.param("never", {"FORCE_COLOR": "1"}, True, False, id="--color=never beats FORCE_COLOR"),
    ],
)
def test_colours(color: str, variables: dict[str, str], *, terminal: bool, on: bool) -> None:
    assert Environment(color=color, variables=variables).colours_on(terminal) is on


@pytest.mark.parametrize(
    ("argv0", "name"),
    [
        ("/usr/local/bin/kubectl-fluid", "kubectl fluid"),
        ("kubectl-fluid-linux_amd64", "kubectl fluid"),
        ("/lib/kubectl_fluid/__main__.py", "python -m kubectl_fluid"),
    ],
)
def test_usage_calls_the_program_as_it_was_called(argv0: str, name: str) -> None:
    assert program_name(argv0) == name


def test_what_the_encoding_lacks_is_escaped() -> None:
    environment = Environment(encoding="ascii", stderr=(err := io.BytesIO()))
    environment.say("✓ näme")
    assert err.getvalue() == b"\\u2713 n\\xe4me\n"


def test_a_stderr_that_nobody_reads_is_no_reason_to_fail() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as broken:
        Environment(stderr=broken).say("hello")
