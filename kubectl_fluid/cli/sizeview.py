"""The results of `kubectl fluid size` as a table, as JSON and as YAML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kubectl_fluid.claims import Problem
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.manifests import dump
from kubectl_fluid.sizing.instance import Sizing, Variant
from kubectl_fluid.sizing.size import Size
from kubectl_fluid.sizing.specifications import REGIONS

API_VERSION = "kubectl-fluid.io/v1alpha1"
KIND = "InstanceSizeList"
HEADINGS = ("NAME", "POD", "REQUESTED", "INSTANCE")
GAP = "   "
LABELS = {
    Variant.BEFORE: "before",
    Variant.AFTER: "after",
    Variant.RESOURCE_IGNORE: "resource-ignore",
    Variant.WITHOUT_MEMORY_TIER: "no MEM tier",
    Variant.USE_SPECS: "use-specs",
}
#: Rows of Pods that are to run; the others are for comparison.
_COUNTS = frozenset((Variant.BEFORE, Variant.AFTER, Variant.USE_SPECS))


@dataclass(frozen=True, slots=True)
class Group:
    """One Pod template: its name, where it stands, what injection did, and its sizes."""

    name: str
    place: str
    namespace: str | None
    outcome: str
    sizings: tuple[Sizing, ...]
    notes: tuple[Problem, ...] = ()

    @property
    def all_notes(self) -> dict[Problem, tuple[Variant, ...]]:
        """Notes about the Pod, then those about its sizes with the rows that they are about, each once."""
        found: dict[Problem, tuple[Variant, ...]] = dict.fromkeys(self.notes, ())
        for it in self.sizings:
            for note in it.notes:
                found[note] = (*found.get(note, ()), it.variant)
        return found

    @property
    def failed(self) -> bool:
        """Whether the Pod was refused, or cannot run on ECI as it is, will be, or would with the caller's wish."""
        too_large = any(it.instance is None for it in self.sizings if it.variant in _COUNTS)
        return self.outcome == Outcome.REFUSED.value or too_large


def table(groups: Sequence[Group], _region: str | None) -> str:
    """Columns as kubectl's; nothing where there is no Pod template."""
    rows = [_row(group, it) for group in groups for it in group.sizings]
    if not rows:
        return ""
    rows.insert(0, HEADINGS)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )


def _row(group: Group, it: Sizing) -> tuple[str, str, str, str]:
    requested = "-" if it.requested is None else str(it.requested)
    instance = "none" if it.instance is None else str(it.instance)
    return printable(group.name), LABELS[it.variant], requested, instance


def value_of(groups: Sequence[Group], region: str | None) -> dict[str, Any]:
    """The same as an object of our own kind; vCPU and GiB are numbers."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "region": region,
        "specifications": "regional" if region in REGIONS else "allRegions",
        "items": [_item(group) for group in groups],
    }


def _item(group: Group) -> dict[str, Any]:
    item: dict[str, Any] = {"name": group.name, "source": group.place}
    if group.namespace is not None:
        item["namespace"] = group.namespace
    return {
        **item,
        "outcome": group.outcome,
        "sizes": [_sizing(it) for it in group.sizings],
        "notes": [_note(note, rows) for note, rows in group.all_notes.items()],
    }


def _note(note: Problem, rows: tuple[Variant, ...]) -> dict[str, Any]:
    value: dict[str, Any] = {"code": note.code, "message": note.message, "hint": note.hint}
    return {**value, "pods": [row.value for row in rows]} if rows else value


def _sizing(it: Sizing) -> dict[str, Any]:
    value: dict[str, Any] = {"pod": it.variant.value, "requested": _spec(it.requested), "instance": _spec(it.instance)}
    if it.alternatives:
        value["alternatives"] = [_spec(spec) for spec in it.alternatives]
    return value


def _spec(spec: Size | str | None) -> dict[str, Any] | None:
    if isinstance(spec, Size):
        return {"vCPU": _number(spec.vcpu), "memoryGiB": _number(spec.memory)}
    return None if spec is None else {"instanceType": spec}


def _number(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


FORMATS: dict[str | None, Callable[[Sequence[Group], str | None], str]] = {
    None: table,
    "json": lambda groups, region: dump.to_json(value_of(groups, region)) + "\n",
    "yaml": lambda groups, region: dump.to_yaml(value_of(groups, region)),
}
