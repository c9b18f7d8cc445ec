"""Finding the Pod templates of a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_fluid.workloads import argo, table
from kubectl_fluid.workloads.errors import Pointer, WorkloadError, shown, wrong_type
from kubectl_fluid.workloads.label import label, namespace
from kubectl_fluid.workloads.path import Object, at, mapping, walk
from kubectl_fluid.workloads.slot import Slot, is_pod

#: A List in a List is legal, if pointless; nobody needs more of it than this.
MAX_LIST_DEPTH = 4


def slots(value: Any) -> list[Slot]:
    """The slots of a document, in the order of its kind's places; of a List, those of its items.

    A kind that the table does not have gives none, and so does a template that is absent, null, or has no spec.
    Raises WorkloadError where a known kind has the wrong type on the way to a template.
    """
    return [slot for pointer, item in objects(value) for slot in _of_object(item, pointer)]


def objects(value: Any) -> Iterator[tuple[Pointer, Object]]:
    """The document itself with an empty pointer, or the items of a List (deep) with theirs.

    Items of a typed list (`DeploymentList`) may lack a kind, as they do in answers of the API server: they are given
    the list's (in a copy, at the first level).
    """
    yield from _objects(value, (), 0)


def _objects(value: Any, pointer: Pointer, depth: int) -> Iterator[tuple[Pointer, Object]]:
    if not isinstance(value, dict):
        return
    kind, items = value.get("kind"), value.get("items")
    plain = kind == "List" and value.get("apiVersion") == "v1"
    if plain and items is not None and not isinstance(items, list):
        raise wrong_type(items, list, (*pointer, "items"))
    if not isinstance(kind, str) or not kind.endswith("List") or not isinstance(items, list):
        if not plain:
            yield pointer, value
        return
    if depth == MAX_LIST_DEPTH:
        raise WorkloadError(f"Lists stand more than {MAX_LIST_DEPTH} deep in each other", pointer)
    inherited = {"apiVersion": value.get("apiVersion"), "kind": kind.removesuffix("List")}
    for index, item in enumerate(items):
        if isinstance(item, dict) and kind != "List" and "kind" not in item:
            yield (*pointer, "items", index), {**inherited, **item}
        else:
            yield from _objects(item, (*pointer, "items", index), depth + 1)


def group_and_kind(value: Object) -> tuple[str, str]:
    """API group ("" for the core group) and kind; empty where the document has no proper ones."""
    version, kind = value.get("apiVersion"), value.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return "", ""
    group, slash, _ = version.partition("/")
    return (group if slash else ""), kind


def known(value: Any) -> bool:
    """True for an object whose kind is known to make Pods (also for one that `refusal` speaks of)."""
    if not isinstance(value, dict):
        return False
    key = group_and_kind(value)
    return key in table.BY_GROUP_AND_KIND or key == table.TRAIN_JOB


def refusal(value: Any) -> str | None:
    """Why the document (or the first such item of a List) can have no slot although its kind makes Pods.

    One sentence that says what to do instead; None for every other document.
    """
    for pointer, item in objects(value):
        found = _refusal(item, pointer)
        if found:
            return found
    return None


def _refusal(value: Object, pointer: Pointer) -> str | None:
    key = group_and_kind(value)
    if key == table.TRAIN_JOB:
        spec = mapping(value, "spec", pointer) or {}
        runtime = mapping(spec, "runtimeRef", (*pointer, "spec")) or {}
        kind = shown(runtime.get("kind"), "ClusterTrainingRuntime")
        name = shown(runtime.get("name"), "it refers to")
        return (
            f"{label(value)} has no Pod template and cannot add containers to one: "
            f"inject the {kind} {name}, or label its Pod template and let the webhook inject"
        )
    row = table.BY_GROUP_AND_KIND.get(key)
    if row is not None and row.workflow:
        return argo.refusal(value, row.workflow, pointer)
    return None


def _of_object(value: Object, start: Pointer) -> Iterator[Slot]:
    row = table.BY_GROUP_AND_KIND.get(group_and_kind(value))
    if row is None:
        return
    try:
        if row.workflow:
            yield from argo.slots(value, row, start)
        else:
            for place in row.places:
                yield from _at_place(value, row, place, start)
    except WorkloadError as error:
        # The walk starts at the object; its reader wants to know where that is in the document.
        raise WorkloadError(f"{label(value)}: {error}", (*start, *error.pointer)) from None


def _at_place(value: Object, row: table.Kind, place: table.Place, start: Pointer) -> Iterator[Slot]:
    found = walk(value, place.path) if place.path else iter([((), [])])
    for pointer, passed in found:
        template: Object = at(value, pointer)
        mapping(template, "metadata", pointer)
        mapping(template, "spec", pointer)
        if is_pod(template):
            name = " ".join(filter(None, [label(value), _title(place, passed)]))
            yield Slot((*start, *pointer), template, row.kind, name, namespace(value), row.caveat)


def _title(place: table.Place, passed: list[tuple[str | int, Any]]) -> str:
    if not passed:
        return place.title
    key, item = passed[-1]
    name = item.get(place.named_by) if isinstance(key, int) else key
    return place.title.format(shown(name, str(key)))
