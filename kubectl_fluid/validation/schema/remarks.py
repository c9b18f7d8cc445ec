"""What comes of a field of Fluid's kinds, as `render` knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_fluid.render.effects import EFFECTS, Effect
from kubectl_fluid.render.ignored import DATA_LOAD, JUICEFS, THIN, Ignored
from kubectl_fluid.validation.schema.model import Gvk

_GROUP = "data.fluid.io"
_INDEX = re.compile(r"\[\d*\]", re.ASCII)
_FURTHER = "[1:]"
_ANNOTATION = "annotation "
_ANNOTATIONS = "metadata.annotations"

#: Runtime for which rows hold, and the rows; a Dataset's own are in the first.
_IGNORED: tuple[tuple[str, tuple[Ignored, ...]], ...] = (
    ("JuiceFS", (*JUICEFS, *DATA_LOAD)),
    ("ThinRuntime", tuple(row for row in THIN if row.kind == "ThinRuntime")),
)


def remarks(gvk: Gvk, path: str) -> Iterator[str]:
    """Sentences on a field, `RUNTIME: sentence`; where only a field above it is known, on that one, with its name."""
    if gvk.group != _GROUP:
        return
    wanted = _plain(path)
    for effect in _nearest(gvk.kind, wanted):
        said = effect.effect.replace("see below", "see docs/juicefs.md")
        yield f"JuiceFS: {_named(effect.path, wanted)}{said}"
    for runtime, rows in _IGNORED:
        for row in rows:
            if row.kind == gvk.kind and _holds(_plain(row.path), wanted):
                yield f"{runtime}: {_ignored(row, wanted)}"


def ignored_with(gvk: Gvk, path: str) -> str:
    """The runtime with which a field of that path is ignored, whichever item of a list it stands in; "" for none."""
    if gvk.group != _GROUP:
        return ""
    wanted = _plain(path)
    found = (
        runtime
        for runtime, rows in _IGNORED
        for row in rows
        if row.kind == gvk.kind and _FURTHER not in row.path and _holds(_plain(row.path), wanted)
    )
    return next(found, "")


def _nearest(kind: str, wanted: str) -> list[Effect]:
    """The rows of the longest path that the wanted one begins with; all annotations where those are wanted."""
    rows = [row for row in EFFECTS if row.kind == kind]
    if wanted == _ANNOTATIONS:
        return [row for row in rows if row.path.startswith(_ANNOTATION)]
    found = [row for row in rows if _holds(_plain(row.path), wanted)]
    longest = max((len(_plain(row.path)) for row in found), default=0)
    return [row for row in found if len(_plain(row.path)) == longest]


def _named(path: str, wanted: str) -> str:
    if path.startswith(_ANNOTATION):
        return f"{path.removeprefix(_ANNOTATION)}: "
    return "" if _plain(path) == wanted else f"{path}: "


def _ignored(row: Ignored, wanted: str) -> str:
    exact = _plain(row.path) == wanted and _FURTHER not in row.path
    said = "has no effect" if exact else f"{row.path} has no effect"
    return f"{said}: {row.instead}" if row.instead else said


def _holds(path: str, wanted: str) -> bool:
    return wanted == path or wanted.startswith(f"{path}.")


def _plain(path: str) -> str:
    """Without what says which items of a list are meant."""
    return _INDEX.sub("", path.replace(_FURTHER, ""))
