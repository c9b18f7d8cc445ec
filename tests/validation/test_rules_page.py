"""docs/rules.md is made from the table and from the examples."""

from __future__ import annotations

import re

from kubectl_fluid.validation.rules import RULES
from kubectl_fluid.validation.rules.reference import document
from tests.support import ROOT, Golden
from tests.validation.examples_all import EXAMPLES

PAGE = ROOT / "docs" / "rules.md"
#: The first example of each rule.
SHOWN = {example.code: (example.passing, example.failing) for example in reversed(EXAMPLES)}


def test_the_page_of_rules_is_current(golden: Golden) -> None:
    golden(PAGE, document(SHOWN))


def test_every_link_of_a_rule_leads_to_its_heading() -> None:
    headings = {f"docs/rules.md#{it.lower()}" for it in re.findall(r"^### (FL\d+)$", document(SHOWN), re.MULTILINE)}
    assert {rule.link for rule in RULES} == headings


def test_every_example_shows_a_difference() -> None:
    parts = document(SHOWN).split("\n### ")[1:]
    assert [part[:6] for part in parts if not re.search(r"^[-+] ", part.partition("```diff")[2], re.MULTILINE)] == []
