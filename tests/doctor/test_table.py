"""The table of checks, and the page that explains them."""

from __future__ import annotations

import re

from kubectl_fluid.doctor.document import document
from kubectl_fluid.doctor.model import Check, Report, Verdict
from kubectl_fluid.doctor.rights import VERBS, Needs, Right
from kubectl_fluid.doctor.table import CATEGORIES, NAMES, link
from tests.doctor import schema
from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "doctor.md"
SCREEN = re.compile(r"(<!-- screen: (\S+) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
TABLE = re.compile(r"(\| check \| looks at \|\n\| --- \| --- \|\n)(?:\|.*\n)*")
RIGHTS = re.compile(r"(\| verb \| does not work without \| has gaps without \|\n\| --- \| --- \| --- \|\n)(?:\|.*\n)*")


def test_the_page_is_current(golden: Golden) -> None:
    text = SCREEN.sub(lambda it: it[1] + (ROOT / it[2]).read_text() + it[4], PAGE.read_text())
    rows = "".join(f"| [{name}](#{name}) | {row.what} |\n" for name, row in NAMES.items())
    text = TABLE.sub(lambda it: it[1] + rows, text)
    needs = "".join(f"| `{verb}` | {needed(it)} | {told(it.may)} |\n" for verb, it in VERBS.items())
    golden(PAGE, RIGHTS.sub(lambda it: it[1] + needs, text))


def needed(needs: Needs) -> str:
    """What a verb does not work without."""
    with_all = f" (with -A {told(needs.everywhere)} instead)" if needs.everywhere else ""
    return told((*needs.must, *needs.within)) + with_all


def told(rights: tuple[Right, ...]) -> str:
    """Verbs, each with what it is about."""
    found: dict[str, list[str]] = {}
    for it in rights:
        found.setdefault(it.verb, []).append(it.resource)
    return "; ".join(f"{verb} {', '.join(dict.fromkeys(names))}" for verb, names in found.items()) or "nothing"


def test_each_check_has_a_heading_and_each_heading_a_check() -> None:
    headings = re.findall(r"^### ([a-z-]+)$", PAGE.read_text(), re.MULTILINE)
    assert headings == list(NAMES)


def test_each_check_has_a_category_and_each_category_checks() -> None:
    assert list(dict.fromkeys(row.category for row in NAMES.values())) == list(CATEGORIES)


def test_the_document_of_any_check_is_what_the_schema_says() -> None:
    made = [
        Check(name, verdict, "it is so", hint, subject, details)
        for name in NAMES
        for verdict in Verdict
        for hint, subject, details in (("", "", ()), ("do", "it", ("a", "b")))
    ]
    document_of_all = document(Report("context", "https://x", "ml", tuple(made)))
    schema.check(document_of_all)
    assert [it["name"] for it in document_of_all["categories"]] == list(CATEGORIES)
    assert sum(document_of_all["summary"].values()) == len(made)


def test_a_link_leads_to_the_page() -> None:
    assert (ROOT / link("plugin").partition("#")[0]) == PAGE
