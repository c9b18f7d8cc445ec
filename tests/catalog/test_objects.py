"""The store of objects from manifests and dumps."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from kubectl_fluid.catalog.objects import ObjectStore, first_of
from kubectl_fluid.claims import Name
from tests.catalog.strategies import damaged
from tests.catalog.world import claim, named, objects, volume


def store_of(*values: Any, namespace: str = "default") -> ObjectStore:
    store = ObjectStore(namespace)
    for value in values:
        store.add(value)
    return store


def test_an_object_is_found_by_kind_namespace_and_name() -> None:
    store = store_of(claim("jfs"))
    assert store.get("PersistentVolumeClaim", "default", "jfs") == claim("jfs")
    assert store.get("PersistentVolumeClaim", "other", "jfs") is None
    assert store.get("Dataset", "default", "jfs") is None


def test_an_object_without_a_namespace_stands_in_the_stores() -> None:
    value = named("Dataset", "jfs", namespace=None)
    assert store_of(value, namespace="ml").get("Dataset", "ml", "jfs") is value


def test_a_volume_is_found_whatever_namespace_is_named() -> None:
    store = store_of(volume() | {"metadata": {"name": "default-jfs", "namespace": "nonsense"}})
    assert store.get("PersistentVolume", "", "default-jfs") is store.get("PersistentVolume", "any", "default-jfs")
    assert len(store) == 1


def test_the_last_object_of_a_name_wins() -> None:
    store = store_of(claim("jfs", {"old": ""}), claim("jfs", {"new": ""}))
    assert store.get("PersistentVolumeClaim", "default", "jfs") == claim("jfs", {"new": ""})


def test_members_of_lists_are_taken_one_by_one_also_of_typed_lists() -> None:
    inner = {"kind": "PersistentVolumeClaimList", "items": [claim("a"), claim("b")]}
    assert len(store_of({"kind": "List", "apiVersion": "v1", "items": [inner, claim("c"), None, 3]})) == 3


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(named("Secret", "jfs", api="v1"), id="a Secret"),
        pytest.param(named("Dataset", "jfs", api="example.com/v1"), id="another group's Dataset"),
        pytest.param(named("DaemonSet", "jfs", api="v1"), id="a DaemonSet without its group"),
        pytest.param({"kind": "Dataset", "apiVersion": "data.fluid.io/v1alpha1"}, id="no metadata"),
        pytest.param(named("Dataset", "", metadata={"name": None}), id="no name"),
        pytest.param(None, id="an empty document"),
    ],
)
def test_what_is_of_no_use_is_passed_over(value: Any) -> None:
    assert len(store_of(value)) == 0


def test_sources_are_asked_in_turn_until_one_has_it() -> None:
    asked: list[str] = []

    def last(*key: str) -> dict[str, Any] | None:
        asked.append(key[-1])
        return None

    get = first_of(store_of(claim("a")).get, store_of(claim("b")).get, last)
    found = [get("PersistentVolumeClaim", "default", name) for name in ("a", "b", "c")]
    assert found == [claim("a"), claim("b"), None]
    assert asked == ["c"]


@given(damaged({"kind": "List", "apiVersion": "v1", "items": objects()}))
def test_nothing_that_is_added_raises(value: Any) -> None:
    store_of(value)


def test_of_secrets_nothing_but_their_names_is_kept() -> None:
    store = ObjectStore("team")
    store.add({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"token": "dG9w"}})
    store.add({"apiVersion": "other.example/v1", "kind": "Secret", "metadata": {"name": "of-another-group"}})
    assert (store.secrets, len(store)) == ({Name("team", "s")}, 0)
    assert store.get("Secret", "team", "s") is None
    assert "dG9w" not in repr(vars(store))
