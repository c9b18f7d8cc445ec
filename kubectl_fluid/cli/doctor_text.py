"""A doctor's report for people."""

from __future__ import annotations

import re
from itertools import groupby

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.explain_page import Mark, Page
from kubectl_fluid.doctor.model import Check, Report, Verdict
from kubectl_fluid.doctor.table import CATEGORIES, NAMES, link

_MARKS = {
    Verdict.OK: Mark.GOOD,
    Verdict.WARNING: Mark.WARNING,
    Verdict.FAILED: Mark.BAD,
    Verdict.UNKNOWN: Mark.UNSURE,
    Verdict.SKIPPED: Mark.NONE,
}
#: Details that are shown, of those that the sentence does not name; `-o json` has all.
MAX_DETAILS = 3
#: Its sentences name the verb and as many rights as help; the page behind the link has them all.
_RIGHTS = "permissions"
_WRONG = (Verdict.WARNING, Verdict.FAILED, Verdict.UNKNOWN)


def render(report: Report, environment: Environment) -> str:
    """A page of 80 columns: a part for each category, then how many checks ended how."""
    page = Page(environment)
    parts = {name: [it for it in report.checks if NAMES[it.name].category == name] for name in CATEGORIES}
    silent = {name: found[0].message for name, found in parts.items() if _is_silent(found)}
    for name, found in parts.items():
        if found and name not in silent:
            page.heading(name.upper(), CATEGORIES[name])
            _category(page, found)
    if silent:
        page.heading("NOT LOOKED AT")
        for why in dict.fromkeys(silent.values()):
            page.item(Mark.NONE, f"{', '.join(name for name, it in silent.items() if it == why)}: {why}")
    page.heading("RESULT", _result(report))
    return page.text()


def _is_silent(found: list[Check]) -> bool:
    """Whether nothing of a category was looked at, for one and the same reason."""
    return bool(found) and all(it.verdict is Verdict.SKIPPED and it.message == found[0].message for it in found)


def _category(page: Page, found: list[Check]) -> None:
    """Neighbours that could not be made, or had nothing to look at, for one and the same reason, are one item."""
    for (verdict, _), neighbours in groupby(found, lambda it: (it.verdict, it.message)):
        several = list(neighbours)
        if verdict in (Verdict.SKIPPED, Verdict.UNKNOWN):
            _check(page, several[0], ", ".join(dict.fromkeys(map(_title, several))))
        else:
            for it in several:
                _check(page, it, _title(it))


def _title(it: Check) -> str:
    """The verb of a permission stands in its sentence."""
    return f"{it.name} {it.subject}" if it.subject and it.name != _RIGHTS else it.name


def _check(page: Page, it: Check, title: str) -> None:
    page.item(_MARKS[it.verdict], f"{title}: {it.message}")
    if it.verdict not in _WRONG:
        return
    details = _unsaid(it)
    for detail in details[:MAX_DETAILS]:
        page.below(detail)
    if len(details) > MAX_DETAILS:
        page.below(f"and {len(details) - MAX_DETAILS} more: see -o json")
    if it.hint:
        page.below(it.hint, "hint")
    page.below(f"see {link(it.name)}")


def _unsaid(it: Check) -> list[str]:
    """Details whose first word, up to a colon, is not in the sentence."""
    if it.name == _RIGHTS:
        return []
    said = set(re.split(r"[\s(),;]+", it.message))
    return [each for each in it.details if each.partition(": ")[0] not in said]


def _result(report: Report) -> str:
    words = ((Verdict.OK, "ok"), (Verdict.WARNING, "warnings"), (Verdict.FAILED, "failed"))
    more = ((Verdict.UNKNOWN, "unknown"), (Verdict.SKIPPED, "skipped"))
    return ", ".join(f"{n} {_word(n, word)}" for verdict, word in (*words, *more) if (n := report.count(verdict)))


def _word(number: int, word: str) -> str:
    return word.removesuffix("s") if number == 1 else word
