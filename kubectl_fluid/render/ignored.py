"""Fields that Fluid accepts and then ignores (facts of Fluid a826600a; the source of a table in docs/juicefs.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from kubectl_fluid.claims import Object, Problem


@dataclass(frozen=True, slots=True)
class Ignored:
    """A field without effect. In `path`, `[]` stands for every item of a list and `[1:]` for all but the first.

    `beside` is the field's neighbour without which it does worse than nothing, which others tell.
    """

    kind: str
    path: str
    instead: str
    beside: str = ""

    @property
    def problem(self) -> Problem:
        """What is said of an object that has it."""
        return Problem("IgnoredField", f"{self.kind}.{self.path} has no effect", self.instead)


_DATASET: tuple[Ignored, ...] = (
    Ignored("Dataset", "spec.owner", "files have the owner that the file system knows"),
    Ignored("Dataset", "spec.dataRestoreLocation", "there is nothing to restore"),
    Ignored("Dataset", "spec.runtimes", "the controller writes status.runtimes"),
)

JUICEFS: tuple[Ignored, ...] = (
    *_DATASET,
    Ignored("Dataset", "spec.mounts[1:]", "only the first mount is used: make a Dataset for each"),
    Ignored("Dataset", "spec.mounts[].readOnly", "set accessModes: ReadOnlyMany, the default, mounts read-only"),
    Ignored("Dataset", "spec.mounts[].shared", ""),
    Ignored("Dataset", "spec.mounts[].path", "the first mount is the root of the dataset"),
    Ignored("JuiceFSRuntime", "spec.master", "JuiceFS has no master"),
    Ignored("JuiceFSRuntime", "spec.jobWorker", "JuiceFS has no job workers"),
    Ignored("JuiceFSRuntime", "spec.initUsers", ""),
    Ignored("JuiceFSRuntime", "spec.runAs", "the FUSE client runs as root"),
    Ignored("JuiceFSRuntime", "spec.disablePrometheus", ""),
    Ignored("JuiceFSRuntime", "spec.worker.enabled", "replicas: 0 starts no workers"),
    Ignored("JuiceFSRuntime", "spec.worker.ports", ""),
    Ignored("JuiceFSRuntime", "spec.worker.replicas", "set spec.replicas"),
    Ignored("JuiceFSRuntime", "spec.management.cleanCachePolicy", ""),
    Ignored(
        "JuiceFSRuntime",
        "spec.tieredstore.levels[1:]",
        "only the first level is used, but for mediumtype: that of the last one counts",
    ),
    Ignored("JuiceFSRuntime", "spec.tieredstore.levels[].high", ""),
    Ignored(
        "JuiceFSRuntime",
        "spec.tieredstore.levels[].quotaList",
        "set quota: it counts for all paths together",
        beside="quota",
    ),
)

THIN: tuple[Ignored, ...] = (
    *_DATASET,
    Ignored("ThinRuntime", "spec.runAs", ""),
    Ignored("ThinRuntime", "spec.tieredstore.levels[1:]", "only the first level's path is used"),
    Ignored("ThinRuntime", "spec.tieredstore.levels[].high", ""),
    Ignored("ThinRuntime", "spec.tieredstore.levels[].low", ""),
    Ignored("ThinRuntime", "spec.tieredstore.levels[].volumeType", "the path is a folder of the node"),
)

DATA_LOAD: tuple[Ignored, ...] = (
    Ignored("DataLoad", "spec.loadMetadata", "warming up reads the metadata anyway"),
    Ignored("DataLoad", "spec.target[].replicas", "a block is cached once"),
)


def ignored_fields(rows: Iterable[Ignored], *values: Object) -> list[Problem]:
    """A warning for each field of `rows` that one of the objects has."""
    return [row.problem for value in values for row in written(rows, value)]


def written(rows: Iterable[Ignored], value: Object) -> Iterator[Ignored]:
    """Those of the rows whose field the object has."""
    kind, spec = value.get("kind"), value.get("spec")
    if not isinstance(spec, dict):
        return
    for row in rows:
        if row.kind == kind:
            first, path = _below_spec(row.path)
            if first in spec and any(map(_is_set, _at(spec, path, row.beside))):
                yield row


@cache
def _below_spec(path: str) -> tuple[str, tuple[str, ...]]:
    """The field of the spec that a path leads through, and the path from the spec on."""
    _, *parts = path.split(".")
    return parts[0].partition("[")[0], tuple(parts)


def _is_set(value: Any) -> bool:
    """Whether somebody has written something; false and 0 are as much as true and 1."""
    return value is not None and value not in ("", [], {})


def _at(value: Any, path: tuple[str, ...], beside: str) -> Iterator[Any]:
    """All values at a path that have the neighbour `beside`, if one is asked for."""
    if not path:
        yield value
        return
    key, _, index = path[0].partition("[")
    item = value.get(key) if isinstance(value, dict) else None
    if not path[1:] and beside and not (isinstance(value, dict) and _is_set(value.get(beside))):
        return
    if not index:
        yield from _at(item, path[1:], beside)
    elif isinstance(item, list):
        for element in item[1 if index == "1:]" else 0 :]:
            yield from _at(element, path[1:], beside)
