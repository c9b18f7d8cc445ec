"""`docs/kubectl-fluid.1`, the man page, is made from the program and is one that man(1) can show."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from kubectl_fluid.cli import manual
from kubectl_fluid.cli.main import VERBS
from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "kubectl-fluid.1"


def test_the_man_page_is_current(golden: Golden) -> None:
    golden(PAGE, manual.document())


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.section])
def test_the_man_page_holds_every_verb(name: str) -> None:
    assert re.search(rf"^\.SS kubectl fluid {name} ", manual.document(), re.MULTILINE)


def test_no_line_of_text_is_taken_for_a_macro() -> None:
    known = {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".I", ".RI", ".BR", ".nf", ".fi", '.\\"'}
    lines = manual.document().splitlines()
    assert {it.split()[0] for it in lines if it.startswith((".", "'"))} <= known


def test_groff_sets_it_without_a_complaint() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8"], input=manual.document(), capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    shown = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)  # bold and underlined, in either way
    assert "kubectl fluid inject [flags] [FILE]..." in shown
    assert "--mount-check" in shown
