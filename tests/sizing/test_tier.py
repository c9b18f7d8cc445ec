from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid.manifests import quantity
from kubectl_fluid.sizing.request import requested
from kubectl_fluid.sizing.tier import MemoryTier, memory_tiers, without_tiers
from tests.sizing.pods import Object, amounts, container, pod, size

MEM = {"mediumtype": "MEM", "path": "/dev/shm", "quota": "40Gi"}  # noqa: S108 - a path in a manifest


def runtime(level: Object, **fuse: Any) -> Object:
    metadata = {"name": "jfs", "namespace": "ml"}
    return {
        "kind": "JuiceFSRuntime",
        "metadata": metadata,
        "spec": {"fuse": fuse, "tieredstore": {"levels": [level]}},
    }


def injected(limits: Object | None, requests: Object | None) -> Object:
    value = pod(container("fluid-fuse-jfs", limits, requests), container("app", None, amounts(1, "2Gi")))
    value["metadata"]["labels"] = {
        "dataset-name.sidecar.fluid.io/fluid-fuse-jfs": "jfs",
        "dataset-namespace.sidecar.fluid.io/fluid-fuse-jfs": "ml",
    }
    return value


def tiers(value: Object, of: Object | None) -> list[MemoryTier]:
    def get(kind: str, namespace: str, name: str) -> Object | None:
        return of if (kind, namespace, name) == ("JuiceFSRuntime", "ml", "jfs") else None

    return list(memory_tiers(value, get))


def test_a_request_that_is_the_tiers_quota_comes_from_the_tier() -> None:
    value = injected(None, amounts(1, "40Gi"))
    (found,) = tiers(value, runtime(MEM))
    assert (found.container, found.runtime, found.quota) == ("fluid-fuse-jfs", "ml/jfs", quantity.parse("40Gi"))
    assert requested(value).size == size(2, 42)
    assert requested(without_tiers(value, [found])).size == size(2, 2)


def test_the_runtimes_own_request_stays_where_the_controller_has_not_written_over_it() -> None:
    value = injected(None, amounts(1, "40Gi"))
    found = tiers(value, runtime(MEM, resources={"requests": {"memory": "1Gi"}}))
    assert requested(without_tiers(value, found)).size == size(2, 3)


def test_taking_the_tier_out_leaves_the_pod_alone() -> None:
    value = injected(None, amounts(1, "40Gi"))
    before = copy.deepcopy(value)
    without_tiers(value, tiers(value, runtime(MEM)))
    assert value == before


@pytest.mark.parametrize(
    ("value", "of"),
    [
        pytest.param(injected(None, amounts(1, "40Gi")), None, id="no runtime among the objects"),
        pytest.param(injected(None, amounts(1, "40Gi")), runtime({**MEM, "mediumtype": "SSD"}), id="another medium"),
        pytest.param(
            injected(None, amounts(1, "40Gi")), runtime(MEM, options={"cache-size": "0"}), id="a cache-size of its own"
        ),
        pytest.param(
            injected(amounts(1, "50Gi"), amounts(1, "40Gi")), runtime(MEM), id="a limit, which counts instead"
        ),
        pytest.param(injected(None, amounts(1, "50Gi")), runtime(MEM), id="a larger request of its own"),
        pytest.param(injected(None, None), runtime({**MEM, "quota": "lots"}), id="a quota that is none"),
        pytest.param(pod(container("fluid-fuse-jfs", None, amounts(1, "40Gi"))), runtime(MEM), id="not injected"),
    ],
)
def test_other_sidecars_owe_nothing_to_a_tier(value: Object, of: Object | None) -> None:
    assert tiers(value, of) == []


def test_a_reference_dataset_has_the_tier_of_what_it_refers_to() -> None:
    there = {
        ("Dataset", "ml", "jfs"): {"spec": {"mounts": [{"mountPoint": "dataset://data/real"}]}},
        ("JuiceFSRuntime", "data", "real"): runtime(MEM),
    }
    (found,) = memory_tiers(injected(None, amounts(1, "40Gi")), lambda *key: there.get(key))
    assert found.runtime == "data/real"
