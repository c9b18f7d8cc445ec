"""What a cache in memory adds: Fluid raises the FUSE container's memory request to the tier's quota.

Fluid a826600a, pkg/ddc/juicefs/transform_resources.go. It does so unless `spec.fuse.options.cache-size` is set, and
writes the request back into the runtime. The sidecar inherits it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from kubectl_fluid import keys
from kubectl_fluid.claims import Name, Object, Problem
from kubectl_fluid.manifests import quantity
from kubectl_fluid.manifests.quantity import Quantity, QuantityError
from kubectl_fluid.render.edition import Edition
from kubectl_fluid.render.inputs import read_runtime
from kubectl_fluid.render.options import Part
from kubectl_fluid.render.physical import target_of
from kubectl_fluid.render.resources import memory_cache

#: Reads one object by kind, namespace and name; None when it is not there.
Get = Callable[[str, str, str], Object | None]
_KIND: Final = "JuiceFSRuntime"


@dataclass(frozen=True, slots=True)
class MemoryTier:
    """A sidecar whose memory request is the quota of a tier; `own` is the request without it, "" for none."""

    container: str
    runtime: str
    quota: Quantity
    own: str

    @property
    def note(self) -> Problem:
        """The sentence for people."""
        return Problem(
            "MemoryTier",
            f"the MEM tier of {_KIND} {self.runtime} raises the memory request of {self.container} to {self.quota}, "
            "which ECI bills",
            'set spec.fuse.options.cache-size, e.g. "0" for no cache in the sidecar',
        )


def sidecars_of(pod: Object) -> dict[str, tuple[str, str]]:
    """Sidecars of an injected Pod with namespace and name of their datasets, from the labels that injection writes."""
    metadata = pod.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    labels = labels if isinstance(labels, dict) else {}
    found = {}
    for key, name in labels.items():
        if isinstance(key, str) and key.startswith(keys.DATASET_NAME_PREFIX):
            container = key.removeprefix(keys.DATASET_NAME_PREFIX)
            found[container] = (str(labels.get(keys.DATASET_NAMESPACE_PREFIX + container, "")), str(name))
    return found


def memory_tiers(pod: Object, get: Get) -> Iterator[MemoryTier]:
    """The sidecars of an injected Pod whose memory request, and so its size, comes from a cache in memory."""
    sidecars = sidecars_of(pod)
    for container in _all_containers(pod):
        name = container.get("name")
        if not isinstance(name, str) or name not in sidecars:
            continue
        at = _cached_by(get, Name(*sidecars[name]))
        runtime = get(_KIND, *at)
        tier = _tier(container, runtime, at) if runtime is not None else None
        if tier is not None:
            yield tier


def without_tiers(pod: Object, tiers: list[MemoryTier]) -> Object:
    """A copy of the Pod in which those sidecars request what they would without the tier."""
    by_name = {tier.container: tier for tier in tiers}
    spec = dict(pod["spec"])
    for field in ("containers", "initContainers"):
        if isinstance(spec.get(field), list):
            spec[field] = [_lowered(it, by_name) for it in spec[field]]
    return {**pod, "spec": spec}


def _cached_by(get: Get, dataset: Name) -> Name:
    """The dataset whose runtime holds the cache: of a reference dataset, the one that it refers to."""
    value = get("Dataset", *dataset)
    target = target_of(value) if value is not None else None
    return dataset if target is None else target.name


def _tier(container: Object, runtime: Object, at: Name) -> MemoryTier | None:
    read = read_runtime(runtime, [])
    quota = memory_cache(Part.FUSE, read.fuse, read, Edition.COMMUNITY)
    memory = {key: _quantity(_resources(container).get(key)) for key in ("limits", "requests")}
    if quota is None or memory["limits"] is not None or memory["requests"] != quota:
        return None
    declared = (read.fuse.resources.get("requests") or {}).get("memory")
    own = _quantity({"memory": declared})
    kept = str(declared) if own is not None and own < quota else ""
    return MemoryTier(str(container["name"]), str(at), quota, kept)


def _lowered(container: Any, by_name: dict[str, MemoryTier]) -> Any:
    name = container.get("name") if isinstance(container, dict) else None
    tier = by_name.get(name) if isinstance(name, str) else None
    if tier is None:
        return container
    resources = dict(_resources(container))
    requests = {key: value for key, value in resources["requests"].items() if key != "memory"}
    resources["requests"] = {**requests, "memory": tier.own} if tier.own else requests
    return {**container, "resources": resources}


def _all_containers(pod: Object) -> Iterator[Object]:
    spec = pod.get("spec")
    for field in ("initContainers", "containers"):
        value = spec.get(field) if isinstance(spec, dict) else None
        yield from (it for it in (value if isinstance(value, list) else ()) if isinstance(it, dict))


def _resources(container: Object) -> Object:
    resources = container.get("resources")
    return resources if isinstance(resources, dict) else {}


def _quantity(amounts: Any) -> Quantity | None:
    memory = amounts.get("memory") if isinstance(amounts, dict) else None
    try:
        return None if memory is None else quantity.parse(memory)
    except QuantityError:
        return None
