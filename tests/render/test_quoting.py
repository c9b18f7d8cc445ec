"""Values in shell scripts."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kubectl_fluid.render.quoting import escape, is_one_plain_word, refused_character, runs_values

SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a", "a"),
        ("a b", "a b"),
        ("it's", "it's"),
        ('q"uote', 'q"uote'),
        ("back\\slash", "back\\slash"),
        ("", ""),
        ("$a", "$'$a'"),
        ("$'a'", r"$'$\'a\''"),
        ("a\\;b", r"$'a\\;b'"),
        ("(x)", "$'(x)'"),
    ],
)
def test_values_are_written_as_fluid_writes_them(value: str, written: str) -> None:
    assert escape(value) == written


@pytest.mark.parametrize(
    ("value", "character"),
    [
        ("a\nb", "\n"),
        ("a\rb", "\r"),
        ("a\x00b", "\0"),
        ("a;\nb", "\n"),
        ("a\u2028b", "\u2028"),
        ("a<b", "<"),
        ("#a", "#"),
        ("a #b", "#"),
        ("a#b", ""),
        ("a;<b", ""),
        ("a\tb", ""),
        ("plain", ""),
    ],
)
def test_characters_that_change_the_commands_are_refused(value: str, character: str) -> None:
    assert refused_character(value) == character


@pytest.mark.parametrize("value", ["a b", "it's", 'q"', "a\\b", "*", "a?", "[x]", "a\tb"])
def test_a_value_that_the_program_does_not_get_as_it_is_is_known(value: str) -> None:
    assert not is_one_plain_word(value)


@pytest.mark.parametrize("value", ["", "a", "/a:/b", "s3://x", "a b;c", "a=b,c"])
def test_other_values_are_one_word(value: str) -> None:
    assert is_one_plain_word(value)


@pytest.mark.parametrize(
    ("script", "runs"),
    [
        pytest.param("true a\ntrue b\n", False, id="plain words"),
        pytest.param("true $'a;b'\n", False, id="quoted"),
        pytest.param("true x'\ntrue $';id'\ntrue y'\n", True, id="a quote before turns quotes inside out"),
        pytest.param("true x' $';id'\n", False, id="a quote that is never closed runs nothing"),
        pytest.param("true $'x\\';id #'\n", True, id="dash ends the string at the escaped quote"),
        pytest.param("true q\" $'`id`' \"\n", True, id="double quotes around a substitution"),
        pytest.param("true q\" $'a;b' \"\n", False, id="double quotes around an operator"),
        pytest.param("true \\;id\n", False, id="an escaped operator"),
        pytest.param("true ${METAURL} a$b\n", False, id="variables are no commands"),
        pytest.param("true a;id", True, id="no newline at the end"),
        pytest.param("true # ;id\n", False, id="a comment"),
        pytest.param("true # '\ntrue ;id #'\n", True, id="a quote in a comment"),
        pytest.param("true a#'\ntrue ;id'\n", False, id="a number sign inside of a word"),
        pytest.param("true \\ #'\ntrue ;id'\n", False, id="a number sign behind an escaped space"),
    ],
)
def test_operators_of_values_are_seen(script: str, runs: bool) -> None:  # noqa: FBT001
    assert runs_values(script) is runs


VALUES = st.text("ab '\"\\$`;&|()>x=", max_size=10)


@pytest.mark.skipif(not SHELLS, reason="needs dash or bash")
@pytest.mark.timeout(60)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@example(values=["x'", "';touch RAN'"])
@example(values=["x';touch RAN #"])
@given(values=st.lists(VALUES, min_size=1, max_size=3))
def test_what_is_not_seen_to_run_does_not_run(values: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Real shells: a script that passes never runs the command that each value tries to smuggle in."""
    smuggled = [f"{value}touch RAN" if ";" in value or "|" in value else value for value in values]
    lines = [f"true {' '.join(f'--o={escape(value)}' for value in smuggled)}", f"true -o {escape(','.join(smuggled))}"]
    script = "\n".join(lines) + "\n"
    if runs_values(script) or any(map(refused_character, smuggled)):
        return
    for shell in SHELLS:
        folder = tmp_path_factory.mktemp("shell")
        subprocess.run(
            [shell, "-c", script],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=5,
            env={"PATH": "/bin:/usr/bin"},
        )
        assert not (folder / "RAN").exists(), script
