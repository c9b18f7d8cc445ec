"""Resources of containers, and quantities in other places (Fluid a826600a, pkg/ddc/juicefs/transform_resources.go)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.manifests import quantity
from kubectl_fluid.render.edition import Edition
from kubectl_fluid.render.inputs import Component, Runtime
from kubectl_fluid.render.options import CACHE_SIZE, Part

MEMORY_MEDIUM = "MEM"
_LISTS = ("requests", "limits")
_SINGLE = frozenset(("sizeLimit", "divisor"))


def canonical_lists(resources: Object, path: str, errors: list[Problem]) -> Object:
    """Requests and limits in Kubernetes' shortest form; what else is in `resources` is dropped, as Fluid does."""
    result: Object = {}
    for key in _LISTS:
        amounts = resources.get(key)
        if isinstance(amounts, dict) and amounts:
            result[key] = {name: _canonical(it, f"{path}.{key}.{name}", errors) for name, it in amounts.items()}
    return result


def canonical_within(value: Any, path: str, errors: list[Problem]) -> Any:
    """A copy of volumes, claims or environment entries with every quantity in its shortest form."""
    if isinstance(value, list | tuple):
        return [canonical_within(item, f"{path}[{index}]", errors) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    result: Object = {}
    for key, item in value.items():
        at = f"{path}.{key}"
        if key in _SINGLE and not isinstance(item, dict | list) and item is not None:
            result[key] = _canonical(item, at, errors)
        elif key in _LISTS and isinstance(item, dict):
            result[key] = {name: _canonical(amount, f"{at}.{name}", errors) for name, amount in item.items()}
        else:
            result[key] = canonical_within(item, at, errors)
    return result


def canonical_runtime(runtime: Runtime, errors: list[Problem]) -> Runtime:
    """The runtime with every quantity in its volumes and variables in its shortest form."""

    def canonical(values: tuple[Object, ...], field: str) -> tuple[Object, ...]:
        return tuple(canonical_within(values, f"JuiceFSRuntime.spec.{field}", errors))

    levels = [
        replace(it, volume_source=canonical((it.volume_source,), f"tieredstore.levels[{index}].volumeSource")[0])
        for index, it in enumerate(runtime.levels)
    ]
    return replace(
        runtime,
        levels=tuple(levels),
        worker=replace(runtime.worker, env=canonical(runtime.worker.env, "worker.env")),
        fuse=replace(runtime.fuse, env=canonical(runtime.fuse.env, "fuse.env")),
        volumes=canonical(runtime.volumes, "volumes"),
        volume_claim_templates=canonical(runtime.volume_claim_templates, "volumeClaimTemplates"),
    )


def resources_of(part: Part, runtime: Runtime, edition: Edition, errors: list[Problem]) -> Object:
    """The resources of a component's container, its memory request raised to a cache that lies in memory."""
    component = runtime.fuse if part is Part.FUSE else runtime.worker
    resources = canonical_lists(component.resources, f"JuiceFSRuntime.spec.{part.value}.resources", errors)
    size = memory_cache(part, component, runtime, edition)
    if size is None:
        return resources
    limit = _memory(resources, "limits")
    if limit and size > limit:
        message = (
            f"the {part.value} memory tieredStore's size {size} is greater than {part.value} limits memory {limit}"
        )
        errors.append(Problem("MemoryLimit", message, f"raise {part.value}.resources.limits.memory or lower the quota"))
    if size > (_memory(resources, "requests") or quantity.Quantity(0)):
        resources["requests"] = {**resources.get("requests", {}), "memory": str(size)}
    return resources


def memory_cache(part: Part, component: Component, runtime: Runtime, edition: Edition) -> quantity.Quantity | None:
    """The quota that counts as this component's memory.

    It does where the last level is of medium MEM (the quota is the first level's) and the component sets no
    `cache-size` of its own; for workers only in the enterprise edition.
    """
    if not runtime.levels or runtime.levels[-1].medium != MEMORY_MEDIUM or component.options.get(CACHE_SIZE):
        return None
    if part is Part.WORKER and edition.is_community:
        return None
    return _parsed(runtime.levels[0].quota)


def _memory(resources: Object, key: str) -> quantity.Quantity | None:
    return _parsed(resources.get(key, {}).get("memory", ""))


def _parsed(text: str) -> quantity.Quantity | None:
    """A quantity; None for none and for one that cannot be read, which others report."""
    try:
        return quantity.parse(text) if text else None
    except quantity.QuantityError:
        return None


def _canonical(amount: Any, path: str, errors: list[Problem]) -> str:
    try:
        return quantity.canonical(amount)
    except quantity.QuantityError as error:
        errors.append(Problem("Quantity", f"{path}: {error}", "write it as 500m, 2 or 1536Mi"))
        return str(amount)
