"""What each verb may do."""

from __future__ import annotations

import pytest

from kubectl_fluid.cli.main import VERBS as COMMANDS
from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.doctor.model import Check, Verdict
from kubectl_fluid.doctor.permissions import Rights, checks
from kubectl_fluid.doctor.rights import VERBS, Right, all_of_them

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict


def judged(*missing: Right, namespace: str | None = "ml") -> dict[str, Check]:
    rights: Rights = {it: it not in missing for it in all_of_them()}
    return {it.subject: it for it in checks(rights, namespace)}


def test_who_may_everything_can_use_every_verb() -> None:
    assert {it.verdict for it in judged().values()} == {OK}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_without_what_it_must_have_will_not_work(verb: str) -> None:
    for right in VERBS[verb].must:
        made = judged(right)[verb]
        assert made.verdict is (SKIPPED if VERBS[verb].audience else FAILED)
        assert right.text("ml") in made.message
        assert f"then `kubectl auth can-i {right.text('ml')}` says yes" in made.hint


@pytest.mark.parametrize("verb", [verb for verb, needs in VERBS.items() if needs.may])
def test_a_verb_without_what_it_may_have_has_gaps(verb: str) -> None:
    for right in VERBS[verb].may:
        made = judged(right)[verb]
        assert (made.verdict, right.text("ml") in made.message) == (WARNING, True)


def test_a_verb_that_lists_everywhere_needs_other_rights_than_within_a_namespace() -> None:
    needs = VERBS["policy sync"]
    (within,), (everywhere,) = needs.within, needs.everywhere
    assert (within.text("ml"), everywhere.text(None)) == ("get persistentvolumes", "list persistentvolumes")
    for namespace, right, other in (("ml", within, everywhere), (None, everywhere, within)):
        assert right.text(namespace) in judged(right, namespace=namespace)["policy sync"].message
        assert judged(other, namespace=namespace)["policy sync"].verdict is OK


def test_rights_are_written_as_kubectl_takes_them() -> None:
    right = Right("list", "datasets", "data.fluid.io")
    assert right.text("ml") == "list datasets.data.fluid.io -n ml"
    assert right.text(None) == "list datasets.data.fluid.io -A"
    assert Right("get", "persistentvolumes", namespaced=False).text("ml") == "get persistentvolumes"


@pytest.mark.parametrize("verb", [verb for verb, needs in VERBS.items() if needs.audience])
def test_nothing_is_wrong_where_a_verb_is_not_for_everybody(verb: str) -> None:
    made = judged(VERBS[verb].must[-1])
    assert {it.verdict for it in made.values()} == {OK, SKIPPED}
    assert f"which is for {VERBS[verb].audience}, will not work" in made[verb].message


def test_who_may_not_even_ask_cannot_tell() -> None:
    error = Forbidden("cluster https://x", "this user may not create a SelfSubjectAccessReview")
    rights: Rights = dict.fromkeys(all_of_them(), error)
    assert {it.verdict for it in checks(rights, None)} == {UNKNOWN}


def test_no_verb_needs_secrets() -> None:
    assert [it for it in all_of_them() if it.resource in ("secrets", "*")] == []


def test_each_row_is_about_a_verb_of_this_program() -> None:
    assert {it.split()[0] for it in VERBS} <= set(COMMANDS)
