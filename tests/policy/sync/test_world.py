"""What is kept of a cluster's objects."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.claims import Name
from kubectl_fluid.policy.sync.world import READ, World, kept, resources
from tests.cluster import fluid_objects
from tests.conformance.test_serverless import FILES, cases_of

Object = dict[str, Any]


def lookups(values: list[Object]) -> tuple[Any, Any]:
    """Claims of the whole objects, and of what is kept of them."""
    whole, rest = ObjectStore(), ObjectStore()
    for value in values:
        whole.add(value)
        rest.add(kept(value["kind"], value) if value["kind"] in READ else value)
    return claims_from(whole.get), claims_from(rest.get)


@pytest.mark.parametrize("file", FILES)
def test_claims_are_the_same_of_what_is_kept_as_of_the_whole(file: str) -> None:
    for case in cases_of(file):
        whole, rest = lookups(case["cluster"])
        for value in case["cluster"]:
            if value["kind"] == "PersistentVolumeClaim":
                name = value["metadata"]["namespace"], value["metadata"]["name"]
                assert rest(*name) == whole(*name)


def test_what_changes_by_the_minute_is_not_kept() -> None:
    before, after = fluid_objects.dataset("ns", "jfs"), fluid_objects.dataset("ns", "jfs")
    after["metadata"] |= {"resourceVersion": "8", "managedFields": [{"time": "later"}], "generation": 3}
    after["status"] |= {"cacheStates": {"cached": "1GiB"}, "ufsTotal": "2GiB"}
    before["status"]["conditions"] = [{"type": "Ready", "message": "m", "lastUpdateTime": "then"}]
    after["status"]["conditions"] = [{"type": "Ready", "message": "m", "lastUpdateTime": "now"}]
    assert kept("Dataset", before) == kept("Dataset", after)
    after["status"]["phase"] = "Failed"
    assert kept("Dataset", before) != kept("Dataset", after)


@pytest.mark.parametrize("value", [{}, {"metadata": 3, "status": "x"}, {"status": {"conditions": [1]}}])
def test_objects_of_any_shape_are_kept(value: Object) -> None:
    assert (kept("Dataset", value) or {})["metadata"] == {}


def test_of_daemon_sets_only_those_of_fuse_clients_are_kept() -> None:
    daemon_set = fluid_objects.daemon_set("ns", "jfs")
    assert kept("DaemonSet", daemon_set) is not None
    daemon_set["metadata"]["name"] = "kube-proxy"
    assert kept("DaemonSet", daemon_set) is None


def test_what_is_not_covered_is_asked_for_elsewhere() -> None:
    asked = []

    def elsewhere(kind: str, namespace: str, name: str) -> Object | None:
        asked.append((kind, namespace, name))
        return {"elsewhere": True}

    dataset = fluid_objects.dataset("ns", "jfs")
    world = World("ns", {"Dataset": {("ns", "jfs"): dataset}}, elsewhere)
    assert world.get("Dataset", "ns", "jfs") == dataset
    assert world.get("Dataset", "ns", "none") is None
    assert world.get("Dataset", "other", "jfs") == {"elsewhere": True}
    assert world.get("PersistentVolume", "ns", "ns-jfs") == {"elsewhere": True}
    assert asked == [("Dataset", "other", "jfs"), ("PersistentVolume", "ns", "ns-jfs")]
    assert world.datasets == {Name("ns", "jfs"): ""}


def test_no_secret_is_read() -> None:
    assert "secrets" not in {it.plural for it in resources().values()}
