"""What is to be done, given what should be and what is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.claims import Name
from kubectl_fluid.policy.sync.actions import Action, Observed, Verb, actions, observed_of
from kubectl_fluid.policy.sync.desired import MANAGER, Wanted, digest, text

Object = dict[str, Any]

NAME = Name("ns", "jfs")
SPEC = {"dataset": {"namespace": "ns", "name": "jfs"}}
WANTED = Wanted(NAME, "uid-of-the-dataset", text(SPEC), digest(SPEC))


def stored(value: Object, **metadata: Any) -> Object:
    """As an API server shows what was applied to it."""
    entry = {"manager": MANAGER, "operation": "Apply"}
    added = {"uid": "u", "resourceVersion": "7", "managedFields": [entry], **metadata}
    return {**value, "metadata": {**value["metadata"], **added}}


OURS = observed_of(stored(WANTED.value))
COMPILED = replace(OURS, ours=False, labelled=False)
FOREIGN = replace(COMPILED, compiled=False)
OTHER = digest({"other": 1})


def verb(wanted: Wanted | None, observed: Observed | None, **served: str) -> Verb | None:
    found = actions({NAME: wanted} if wanted else {}, {NAME: observed} if observed else {}, (), served)
    return found[0].verb if found else None


@pytest.mark.parametrize(
    ("wanted", "observed", "expected"),
    [
        (WANTED, None, Verb.CREATE),
        (WANTED, OURS, Verb.KEEP),
        (WANTED, replace(OURS, digest=OTHER), Verb.CONFIGURE),
        (WANTED, replace(OURS, owners=frozenset({"another"})), Verb.CONFIGURE),
        (WANTED, replace(OURS, labelled=False), Verb.CONFIGURE),
        (WANTED, COMPILED, Verb.CONFIGURE),
        (WANTED, FOREIGN, Verb.LEAVE),
        (None, OURS, Verb.DELETE),
        (None, replace(OURS, labelled=False, compiled=False), Verb.DELETE),
        (None, COMPILED, None),
        (None, FOREIGN, None),
    ],
)
def test_each_row_of_the_table(wanted: Wanted | None, observed: Observed | None, expected: Verb | None) -> None:
    assert verb(wanted, observed) is expected


def test_what_a_server_has_filled_in_is_no_difference() -> None:
    filled = replace(OURS, digest=OTHER)
    assert verb(WANTED, filled, **{WANTED.digest: OTHER}) is Verb.KEEP
    assert verb(WANTED, replace(OURS, digest="a third"), **{WANTED.digest: OTHER}) is Verb.CONFIGURE


def test_what_is_different_is_told() -> None:
    (found,) = actions({NAME: WANTED}, {NAME: replace(OURS, digest=OTHER, labelled=False)}, (), {})
    assert found.why == "spec, labels"


def test_a_deletion_says_whether_there_still_is_a_dataset() -> None:
    (gone,) = actions({}, {NAME: OURS}, (), {})
    (other,) = actions({}, {NAME: OURS}, {NAME}, {})
    assert (gone.dataset, gone.why) == (False, "its Dataset is gone")
    assert (other.dataset, other.why) == (True, "its claim is of other storage")


@pytest.mark.parametrize(
    "metadata", [{}, {"labels": None, "managedFields": "x", "ownerReferences": [1]}, {"labels": 3}]
)
def test_a_template_of_any_shape_is_somebody_elses(metadata: Object) -> None:
    found = observed_of({"metadata": metadata})
    assert [found.ours, found.compiled, found.labelled] == [False] * 3


def test_who_applied_it_counts_where_the_label_was_taken_away() -> None:
    value = stored(WANTED.value, labels={})
    assert observed_of(value).ours
    other = stored(WANTED.value, labels={}, managedFields=[{"manager": MANAGER, "operation": "Update"}])
    assert not observed_of(other).ours


NAMES = st.builds(Name, st.sampled_from("ab"), st.sampled_from("xyz"))
WISHES = st.dictionaries(NAMES, st.builds(lambda spec: (spec, digest(spec)), st.integers(0, 2)))
SEEN = st.dictionaries(
    NAMES,
    st.builds(
        Observed,
        uid=st.just("u"),
        version=st.just("1"),
        digest=st.integers(0, 2).map(digest),
        owners=st.sampled_from([frozenset({"d"}), frozenset({"e"}), frozenset()]),
        ours=st.booleans(),
        labelled=st.booleans(),
        compiled=st.booleans(),
    ),
)


def done(observed: dict[Name, Observed], wished: list[Action]) -> dict[Name, Observed]:
    """What an API server holds afterwards."""
    after = dict(observed)
    for it in wished:
        if it.verb is Verb.DELETE:
            del after[it.name]
        elif it.verb in (Verb.CREATE, Verb.CONFIGURE):
            assert it.wanted is not None
            after[it.name] = Observed("u", "2", it.wanted.digest, frozenset({it.wanted.owner}), True, True, True)  # noqa: FBT003
    return after


@given(WISHES, SEEN)
def test_once_all_is_done_nothing_is_left_to_do_and_what_is_of_others_is_as_it_was(
    wishes: dict[Name, tuple[int, str]], seen: dict[Name, Observed]
) -> None:
    wanted = {name: Wanted(name, "d", text(spec), it) for name, (spec, it) in wishes.items()}
    after = done(seen, actions(wanted, seen, (), {}))
    assert {it.verb for it in actions(wanted, after, (), {})} <= {Verb.KEEP, Verb.LEAVE}
    for name, before in seen.items():
        if not before.ours and not (before.compiled and name in wanted):
            assert after[name] == before
    for name, it in wanted.items():
        assert after[name].digest == it.digest or not (seen[name].ours or seen[name].compiled)
    assert {name for name, it in after.items() if it.ours} <= set(wanted)
