"""What the containers of a Pod ask for, by ECI's rule.

The page says: nothing given is 2 vCPU and 4 GiB; only limits, or limits and requests, is the sum of limits; only
requests is the sum of requests. It does not say what counts where one container has limits and another one only
requests, where only one of CPU and memory is given, nor whether init containers count. Here a container counts with
its limit, else with its request, for CPU and memory apart; init containers count as they do for Kubernetes. A note
says so wherever it makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from kubectl_fluid import keys
from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.manifests import quantity
from kubectl_fluid.sizing.size import NOTHING, Size, SizingError

#: What ECI takes where no container says anything.
DEFAULT: Final = Size(Fraction(2), Fraction(4))

_GIBIBYTE: Final = 2**30
Pointer = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """The sum, and what of it is not written in the documentation."""

    size: Size
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Container:
    """One container: what it counts with (None: not given), and whether that comes from limits, requests or both."""

    cpu: Fraction | None
    memory: Fraction | None
    sources: frozenset[str]
    native: bool = False

    @property
    def size(self) -> Size:
        return Size(self.cpu or Fraction(0), self.memory or Fraction(0))


def requested(pod: Object, ignoring: AbstractSet[str] = frozenset()) -> Request:
    """What the Pod asks for. Containers named in `ignoring`, and those that say so themselves, are left out.

    Raises SizingError for a quantity that is none, or negative, and for a Pod of another shape.
    """
    spec = _mapping(pod.get("spec"), ("spec",))
    containers = list(_containers(spec, "containers", ignoring))
    init_containers = list(_containers(spec, "initContainers", ignoring))
    counted = containers + init_containers
    if not any(it.sources for it in counted):
        note = Problem("NothingGiven", f"no container gives resources: ECI takes {DEFAULT}")
        return Request(DEFAULT, (note,))
    return Request(_total(containers, init_containers), tuple(_notes(spec, counted, init_containers)))


def is_ignored(container: Object) -> bool:
    """Whether the container asks ECI to leave it out."""
    env = container.get("env")
    return isinstance(env, list) and any(
        isinstance(it, dict) and it.get("name") == keys.ECI_RESOURCE_IGNORE and it.get("value") == "TRUE" for it in env
    )


def _total(containers: list[_Container], init_containers: list[_Container]) -> Size:
    """Containers and native sidecars together; or an init container with the native sidecars before it, if larger."""
    running, peak = NOTHING, NOTHING
    for container in init_containers:
        peak = peak.at_least(running + container.size)
        if container.native:
            running += container.size
    for container in containers:
        running += container.size
    return running.at_least(peak)


def _containers(spec: Object, field: str, ignoring: AbstractSet[str]) -> Iterator[_Container]:
    value = spec.get(field)
    if value is not None and not isinstance(value, list):
        raise SizingError(f"spec.{field} must be a list", ("spec", field))
    for index, item in enumerate(value or []):
        pointer = ("spec", field, index)
        container = _mapping(item, pointer)
        name = container.get("name")
        if not (isinstance(name, str) and name in ignoring) and not is_ignored(container):
            native = field == "initContainers" and container.get("restartPolicy") == "Always"
            yield _container(container, pointer, native=native)


def _container(container: Object, pointer: Pointer, *, native: bool) -> _Container:
    where = (*pointer, "resources")
    resources = _mapping(container.get("resources"), where)
    amounts: dict[str, Fraction] = {}
    sources = set()
    for source in ("limits", "requests"):
        given = _mapping(resources.get(source), (*where, source))
        for name in ("cpu", "memory"):
            if name not in amounts and given.get(name) is not None:
                amounts[name] = _amount(given[name], (*where, source, name))
                sources.add(source)
    memory = amounts.get("memory")
    return _Container(
        amounts.get("cpu"), None if memory is None else memory / _GIBIBYTE, frozenset(sources), native=native
    )


def _amount(value: Any, pointer: Pointer) -> Fraction:
    try:
        parsed = quantity.parse(value)
    except quantity.QuantityError as error:
        raise SizingError(f"{_path(pointer)}: {error}", pointer) from error
    if parsed.nano < 0:
        raise SizingError(f"{_path(pointer)} must not be negative", pointer)
    return Fraction(parsed.nano, quantity.NANO)


def _mapping(value: Any, pointer: Pointer) -> Object:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SizingError(f"{_path(pointer)} must be a map", pointer)
    return value


def _path(pointer: Pointer) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in pointer).lstrip(".")


def _notes(spec: Object, counted: list[_Container], init_containers: list[_Container]) -> Iterator[Problem]:
    if frozenset[str]().union(*(it.sources for it in counted)) == {"limits", "requests"}:
        yield Problem(
            "MixedResources",
            "some containers have limits and others only requests: counted container by container, "
            "which ECI's documentation leaves open",
            "give every container limits",
        )
    for name, amounts in (("cpu", [it.cpu for it in counted]), ("memory", [it.memory for it in counted])):
        if all(amount is None for amount in amounts):
            yield Problem(
                "HalfGiven",
                f"no container gives {name}: counted as 0, which ECI's documentation leaves open",
                "give limits of cpu and memory",
            )
    if any(it.sources for it in init_containers):
        yield Problem(
            "InitContainers",
            "init containers are counted as Kubernetes does, native sidecars with the containers: "
            "ECI's documentation does not speak of them",
        )
    if spec.get("resources"):
        yield Problem("PodResources", "spec.resources of the Pod is not counted: ECI's documentation does not know it")
