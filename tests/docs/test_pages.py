"""Pages of `docs/` that are made from the program (`make golden` writes them anew), and the index of all pages."""

from __future__ import annotations

import re

import pytest

from kubectl_fluid.cli import exits, reference
from kubectl_fluid.cli.main import VERBS
from tests.cli.running import run
from tests.support import ROOT, Golden

DOCS = ROOT / "docs"


def test_the_page_of_exit_codes_is_current(golden: Golden) -> None:
    golden(DOCS / "exit-codes.md", exits.document())


def test_the_page_of_commands_is_current(golden: Golden) -> None:
    golden(DOCS / "commands.md", reference.document())


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.section])
def test_the_page_of_commands_holds_every_verb(name: str) -> None:
    assert f"\n## kubectl fluid {name}\n" in reference.document()


def test_the_page_of_commands_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = reference.document()
    monkeypatch.setenv("COLUMNS", "40")
    assert reference.document() == wide


@pytest.mark.parametrize("words", [[], ["inject"], ["create", "dataset"]], ids=" ".join)
def test_the_page_of_commands_says_what_help_prints(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(reference.WIDTH))
    assert f"```text\n{run(*words, '--help').out}```\n" in reference.document()


def test_the_index_links_every_page_and_nothing_that_is_not_there() -> None:
    linked = re.findall(r"^- \[[^]]+\]\(([^)]+)\): ", (DOCS / "README.md").read_text(), re.MULTILINE)
    assert sorted(linked) == sorted(page.name for page in DOCS.glob("*.md") if page.name != "README.md")
