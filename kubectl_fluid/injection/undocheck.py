"""What an undo annotation may do: only what takes an injection back.

Whoever can write a manifest can write that annotation. A patch that would change anything else is refused, so that
`uninject` in a pipeline is no way to slip an image or a privilege past a reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.injection import naming, prefetcher

Object = dict[str, Any]

#: Labels and annotations that an injection writes; those of containers carry a container's name behind the prefix.
LABELS = (keys.DONE, keys.MANAGED_BY)
LABEL_PREFIXES = (keys.DATASET_NAME_PREFIX, keys.DATASET_NAMESPACE_PREFIX)
ANNOTATIONS = (keys.DATASETS_IN_USE, keys.UNDO, keys.UNDO_TEXT, keys.SCRAPE, keys.PREFETCH_DONE)
SIDECARS = (naming.PREFIX, naming.INIT_PREFIX, prefetcher.NAME)
#: Members of a container that an injection touches, beside the containers that it adds.
_TOUCHED = frozenset({"volumeMounts", "lifecycle"})
_LISTS = ("containers", "initContainers")


def excess(injected: Object, restored: Object) -> str:
    """The first place where the restored Pod differs from the injected one by more than an injection; "" for none."""
    return next(_excess(injected, restored), "")


def _excess(injected: Object, restored: Object) -> Iterator[str]:
    yield from _others(injected, restored, frozenset({"metadata", "spec"}), "")
    old, new = injected.get("metadata") or {}, restored.get("metadata") or {}
    yield from _others(old, new, frozenset({"labels", "annotations"}), "metadata.")
    for field in ("labels", "annotations"):
        before, after = old.get(field) or {}, new.get(field) or {}
        for key in {**before, **after}:
            if before.get(key) != after.get(key) and not _written(field, key):
                yield f"metadata.{field}.{key}"
    old, new = injected.get("spec") or {}, restored.get("spec") or {}
    steered = (injected.get("metadata") or {}).get("labels", {}).get(keys.INJECT_SERVERFUL) == "true"
    own = {"volumes", *_LISTS, *(("affinity",) if steered else ())}
    yield from _others(old, new, frozenset(own), "spec.")
    for field in _LISTS:
        yield from _containers(old.get(field) or [], new.get(field) or [], f"spec.{field}")
    before = {volume["name"]: volume for volume in old.get("volumes") or []}
    for volume in new.get("volumes") or []:
        if volume != before.get(volume["name"]) and not volume.get("persistentVolumeClaim"):
            yield f"spec.volumes.{volume['name']}"


def _others(old: Object, new: Object, but: frozenset[str], where: str) -> Iterator[str]:
    for key in {**old, **new}:
        if key not in but and old.get(key) != new.get(key):
            yield f"{where}{key}"


def _written(field: str, key: str) -> bool:
    return key in LABELS or key.startswith(LABEL_PREFIXES) if field == "labels" else key in ANNOTATIONS


def _containers(old: list[Object], new: list[Object], where: str) -> Iterator[str]:
    before = {container["name"]: container for container in old}
    kept = [container["name"] for container in new]
    for container in new:
        name = container["name"]
        if name not in before:
            yield f"{where}.{name}"
        else:
            yield from _others(before[name], container, _TOUCHED, f"{where}.{name}.")
    yield from (f"{where}.{name}" for name in before if name not in kept and not name.startswith(SIDECARS))
