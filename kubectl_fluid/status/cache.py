"""`cacheStates` of a Dataset or a runtime (keys: Fluid a826600a, pkg/common/dataset.go)."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.shapes import mapping
from kubectl_fluid.status.model import Cache
from kubectl_fluid.status.values import ratio, size


def cache(states: Any) -> Cache:
    """What was measured; whatever is blank or no number is None."""
    said = mapping(states)
    return Cache(
        cached=size(said.get("cached")),
        capacity=size(said.get("cacheCapacity")),
        ratio=ratio(said.get("cachedPercentage")),
        hit_ratio=ratio(said.get("cacheHitRatio")),
        local_hit_ratio=ratio(said.get("localHitRatio")),
        remote_hit_ratio=ratio(said.get("remoteHitRatio")),
        throughput_ratio=ratio(said.get("cacheThroughputRatio")),
    )
