"""What watches tell, put together."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.cluster.errors import Unreachable
from kubectl_fluid.cluster.following import Back, Gone, Listed, Lost, Put
from kubectl_fluid.cluster.listing import Absent, Forbidden
from kubectl_fluid.policy.sync.known import Known

KEY = ("ns", "a")
AWAY = Lost(Unreachable("cluster", "no answer"))


def nowhere(*_: str) -> None:
    return None


@pytest.fixture
def known() -> Known:
    return Known(["Dataset", "EFCRuntime", "InjectionTemplate"], None)


def filled(known: Known) -> Known:
    for kind in known.unknown:
        known.take(kind, Listed({}))
    return known


def datasets(known: Known) -> Any:
    return known.world(nowhere).objects["Dataset"]


def test_it_is_complete_when_each_kind_was_listed(known: Known) -> None:
    known.take("Dataset", Listed({}))
    assert known.unknown == ["EFCRuntime", "InjectionTemplate"]
    assert not known.complete
    assert filled(known).complete


def test_each_change_is_news_and_what_is_the_same_is_not(known: Known) -> None:
    assert known.take("Dataset", Listed({KEY: 1}))
    assert not known.take("Dataset", Put(KEY, 1))
    assert known.take("Dataset", Put(KEY, 2))
    assert datasets(known) == {KEY: 2}
    assert known.take("Dataset", Gone(KEY))
    assert not known.take("Dataset", Gone(KEY))
    assert not known.take("Dataset", Listed({}))
    assert datasets(known) == {}


def test_while_a_kind_is_lost_it_is_not_complete_and_what_was_known_stays(known: Known) -> None:
    known.take("Dataset", Listed({KEY: 1}))
    filled(known)
    assert known.take("Dataset", AWAY)
    assert not known.take("Dataset", AWAY)
    assert not known.complete
    assert datasets(known) == {KEY: 1}
    assert known.take("Dataset", Back())
    assert known.complete


def test_a_list_ends_a_loss_too(known: Known) -> None:
    filled(known).take("Dataset", AWAY)
    assert known.take("Dataset", Listed({}))
    assert known.complete


def test_a_runtime_that_the_cluster_does_not_know_has_no_objects(known: Known) -> None:
    known.take("EFCRuntime", Lost(Absent("cluster", "it knows no efcruntimes")))
    assert filled(known).complete
    assert known.world(nowhere).objects["EFCRuntime"] == {}


@pytest.mark.parametrize("kind", ["Dataset", "InjectionTemplate"])
def test_without_datasets_or_templates_there_is_nothing_to_be_done(known: Known, kind: str) -> None:
    filled(known).take(kind, Lost(Absent("cluster", "it knows none")))
    assert not known.complete


def test_a_right_that_is_missing_is_a_loss(known: Known) -> None:
    filled(known).take("EFCRuntime", Lost(Forbidden("cluster", "this user may not")))
    assert list(known.lost) == ["EFCRuntime"]
