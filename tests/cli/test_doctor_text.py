"""A doctor's report as a page."""

from __future__ import annotations

from kubectl_fluid.cli.doctor_text import render
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.doctor.model import Check, Report, Verdict

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict


def page(*checks: Check) -> str:
    return render(Report("here", "https://x", "ml", checks), Environment())


def test_what_is_wrong_comes_with_its_cure_and_where_it_is_explained() -> None:
    made = page(Check("plugin", OK, "fine", "unheard"), Check("kubectl", FAILED, "not there", "install it"))
    assert made == (
        "LOCAL  this machine\n"
        "  ✓ plugin: fine\n"
        "  ✗ kubectl: not there\n"
        "      hint: install it\n"
        "      see docs/doctor.md#kubectl\n"
        "\n"
        "RESULT  1 ok, 1 failed\n"
    )


def test_what_could_not_be_told_for_one_reason_is_one_item() -> None:
    made = page(
        Check("fluid-installed", UNKNOWN, "you may not", "ask"),
        Check("fluid-version", UNKNOWN, "you may not", "ask"),
        Check("fluid-ready", UNKNOWN, "no answer"),
    )
    assert "  ? fluid-installed, fluid-version: you may not\n      hint: ask\n" in made
    assert "  ? fluid-ready: no answer\n      see docs/doctor.md#fluid-ready\n" in made
    assert made.endswith("RESULT  3 unknown\n")


def test_what_failed_is_never_put_together() -> None:
    made = page(
        Check("webhook-trust", FAILED, "empty", subject="a"), Check("webhook-trust", FAILED, "empty", subject="b")
    )
    assert "  ✗ webhook-trust a: empty\n" in made
    assert "  ✗ webhook-trust b: empty\n" in made


def test_categories_that_were_not_looked_at_are_one_part() -> None:
    made = page(
        Check("python", OK, "fine"),
        Check("fluid-installed", SKIPPED, "nobody to ask"),
        Check("fluid-version", SKIPPED, "nobody to ask"),
        Check("permissions", SKIPPED, "nobody to ask"),
    )
    assert "NOT LOOKED AT\n  - fluid, permissions: nobody to ask\n" in made
    assert "FLUID" not in made


def test_details_that_the_sentence_names_are_not_said_twice_and_of_many_only_some() -> None:
    details = ("a: one", "b: two", "c: three", "d: four", "e: five")
    made = page(Check("crds-fields", WARNING, "it differs in a", details=details))
    assert "a: one" not in made
    assert "      b: two\n      c: three\n      d: four\n      and 1 more: see -o json\n" in made


def test_rights_stand_in_their_sentence() -> None:
    made = page(Check("permissions", FAILED, "`inject` will not work", subject="inject", details=("get x", "get y")))
    assert made.startswith("PERMISSIONS  what each verb needs\n  ✗ permissions: `inject` will not work\n      see ")


def test_counts_are_words_that_fit() -> None:
    made = page(Check("clock", WARNING, "off"), Check("reachable", SKIPPED, "no"), Check("kubeconfig", OK, "fine"))
    assert made.endswith("RESULT  1 ok, 1 warning, 1 skipped\n")
