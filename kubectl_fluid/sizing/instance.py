"""From a Pod to the instance that ECI allocates for it, under the circumstances that are worth comparing."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, unique

from kubectl_fluid import keys
from kubectl_fluid.claims import Object, Problem
from kubectl_fluid.sizing.request import requested
from kubectl_fluid.sizing.size import Size
from kubectl_fluid.sizing.specifications import round_up, specifications
from kubectl_fluid.sizing.usespecs import annotated_specs, is_preemptible


@unique
class Variant(Enum):
    """Which Pod is sized.

    Without and with its sidecars; with the sidecars left out by ECI's environment variable; without what a cache in
    memory adds; with specifications that the caller named.
    """

    BEFORE = "before"
    AFTER = "after"
    RESOURCE_IGNORE = "resourceIgnore"
    WITHOUT_MEMORY_TIER = "withoutMemoryTier"
    USE_SPECS = "useSpecs"


@dataclass(frozen=True, slots=True)
class Sizing:
    """What is asked for and what ECI gives: a specification, an ECS type by its name, or None for nothing as large.

    `requested` is what the containers ask for, or with specifications that the caller names the first of those (None
    for an ECS type). `alternatives` are specifications that ECI tries when there is no stock.
    """

    variant: Variant
    requested: Size | None
    instance: Size | str | None
    alternatives: tuple[Size | str, ...] = ()
    notes: tuple[Problem, ...] = ()


def sizing(
    variant: Variant,
    pod: Object,
    region: str | None,
    *,
    ignoring: AbstractSet[str] = frozenset(),
    use_specs: tuple[Size | str, ...] = (),
) -> Sizing:
    """The instance for a Pod; `use_specs` takes the place of its annotation. Raises SizingError."""
    notes: list[Problem] = []
    preemptible = is_preemptible(pod)
    table = specifications(None if preemptible else region)
    if preemptible and table != specifications(region):
        message = f"a preemptible instance cannot have the additional specifications of {region}"
        notes.append(Problem("Preemptible", message))
    asked: Size | None = None
    first, *others = use_specs or annotated_specs(pod) or (None,)
    if not use_specs:
        request = requested(pod, ignoring)
        asked = request.size
        notes += request.notes if first is None else [_DECIDED]
    elif isinstance(first, Size):
        asked = first
    wanted = asked if first is None else first
    instance = round_up(wanted, table) if isinstance(wanted, Size) else wanted
    if instance is None:
        message = f"ECI has no specification that holds {wanted}; the largest one is {table[-1]}"
        notes.append(Problem("TooLarge", message, "ask for less, or split the Pod"))
    return Sizing(variant, asked, instance, _rounded(others, table), tuple(notes))


_DECIDED = Problem(
    "UseSpecs",
    f"annotation {keys.ECI_USE_SPECS} names the specification, whatever the containers ask for",
    "keep it as large as what they ask for, with the sidecars",
)


def _rounded(specs: Sequence[Size | str | None], table: Sequence[Size]) -> tuple[Size | str, ...]:
    rounded = (round_up(spec, table) if isinstance(spec, Size) else spec for spec in specs)
    return tuple(spec for spec in rounded if spec is not None)
