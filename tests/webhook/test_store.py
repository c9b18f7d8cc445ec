"""The store: a claim is made once, and again when one of its own objects changes."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.catalog.build import claim_of
from kubectl_fluid.catalog.objects import WANTED, ObjectStore
from kubectl_fluid.webhook.store import Store
from tests.catalog import world

Object = dict[str, Any]


def store_with(*values: Object) -> Store:
    store = Store()
    for value in values or world.objects():
        store.put(value["kind"], value)
    return store


def test_a_claim_is_that_of_the_catalog_and_made_once() -> None:
    store = store_with()
    claim = store.claim("default", "jfs")
    assert claim == world.claim_with()
    assert store.claim("default", "jfs") is claim
    assert store.made == 1


def test_a_claim_that_does_not_exist_is_none_and_costs_nothing() -> None:
    store = store_with()
    assert store.claim("default", "gone") is None
    assert store.made == 0


def test_refresh_makes_the_claims_of_datasets_and_no_others() -> None:
    store = store_with(*world.objects(), world.claim("disk", labels={}))
    store.refresh()
    store.refresh()
    assert store.made == 1
    assert store.claim("default", "disk") is not None
    assert store.made == 2


@pytest.mark.parametrize("value", world.objects(), ids=lambda value: value["kind"])
def test_each_object_of_a_claim_makes_it_anew_when_it_changes(value: Object) -> None:
    store = store_with()
    store.claim("default", "jfs")
    store.put(value["kind"], {**value, "spec": {**value.get("spec", {}), "changed": True}})
    assert store.claim("default", "jfs") is not None
    assert store.made == 2


@pytest.mark.parametrize("value", world.objects(), ids=lambda value: value["kind"])
def test_each_object_of_a_claim_is_missed_when_it_is_gone(value: Object) -> None:
    store = store_with()
    store.claim("default", "jfs")
    store.remove(value["kind"], value)
    kept = ObjectStore()
    for other in world.objects():
        if other is not value and other["kind"] != value["kind"]:
            kept.add(other)
    assert store.claim("default", "jfs") == claim_of(kept.get, "default", "jfs")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"metadata": {"resourceVersion": "9", "managedFields": [{"time": "now"}]}}, id="its version"),
        pytest.param(
            {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}}, id="kubectl"
        ),
        pytest.param({"status": {"numberReady": 7}}, id="its status"),
    ],
)
def test_what_no_claim_is_made_of_may_change(change: Object) -> None:
    store = store_with()
    claim = store.claim("default", "jfs")
    value = copy.deepcopy(world.daemon_set())
    value["metadata"] |= change.pop("metadata", {})
    store.put("DaemonSet", {**value, **change})
    assert store.claim("default", "jfs") == claim


def test_a_claim_that_comes_out_equal_stays_the_same_object() -> None:
    store = store_with()
    claim = store.claim("default", "jfs")
    store.put("Dataset", world.dataset(status={"phase": "Bound", "ufsTotal": "7 GiB"}))
    assert store.claim("default", "jfs") is claim
    assert store.made == 2


def test_other_objects_leave_a_claim_alone() -> None:
    store = store_with()
    store.claim("default", "jfs")
    for value in (
        world.dataset("other"),
        world.claim("other"),
        world.volume("default-other"),
        world.daemon_set("x-fuse"),
    ):
        store.put(value["kind"], value)
    store.claim("default", "jfs")
    assert store.made == 1


def test_an_object_that_was_missing_makes_the_claim_anew_when_it_comes() -> None:
    store = store_with(*world.objects(daemon_set=None))
    broken = store.claim("default", "jfs")
    assert broken is not None
    assert broken.no_sidecar is not None
    store.put("DaemonSet", world.daemon_set())
    assert store.claim("default", "jfs") == world.claim_with()


def test_a_list_takes_the_place_of_all_that_there_was() -> None:
    store = store_with()
    store.claim("default", "jfs")
    store.replace("Dataset", [world.dataset("other")])
    assert store.get("Dataset", "default", "jfs") is None
    assert store.get("Dataset", "default", "other") is not None
    assert store.count("Dataset") == 1
    claim = store.claim("default", "jfs")
    assert claim is not None
    assert claim.broken is not None


@pytest.mark.parametrize(
    "value", [None, {}, {"metadata": {}}, {"metadata": {"name": 3}}, {"metadata": {"name": "x", "namespace": 3}}]
)
def test_what_is_no_object_is_passed_over(value: Any) -> None:
    store = store_with()
    for change in (store.put, store.remove):
        change("Dataset", value)
    assert store.count("Dataset") == 1


def test_a_claim_that_came_and_went_leaves_nothing_behind() -> None:
    store = store_with()
    for _ in range(3):
        store.claim("default", "jfs")
        store.remove("PersistentVolumeClaim", world.claim())
        store.refresh()
        assert store.claim("default", "jfs") is None
        assert (store._claims, store._needs, store._stale) == ({}, {}, {})
        assert store._needed_by == {}
        store.put("PersistentVolumeClaim", world.claim(volumeName="default-jfs"))


@pytest.mark.parametrize("name", ["fluid-serverless", "fluid-plugins", "chain"])
def test_claims_of_what_is_kept_are_claims_of_the_whole_objects(name: str, shared: Callable[[str], Path]) -> None:
    with gzip.open(shared(f"conformance/{name}.jsonl.gz"), "rt") as lines:
        for case in map(json.loads, lines):
            whole, kept = ObjectStore(), Store()
            claims = []
            for value in case["cluster"]:
                whole.add(value)
                if value["kind"] in WANTED:
                    kept.put(value["kind"], value)
                if value["kind"] == "PersistentVolumeClaim":
                    claims.append((value["metadata"]["namespace"], value["metadata"]["name"]))
            for namespace, claim in claims:
                assert kept.claim(namespace, claim) == claim_of(whole.get, namespace, claim)
