"""From the problems that rendering finds to rules and places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from kubectl_fluid.claims import Problem
from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.rules.read import Object, at, mapping
from kubectl_fluid.validation.rules.rule import Hit

#: Finds the place of a problem: its message and the object.
Locate = Callable[[str, Object], Pointer]

_PATH = re.compile(r"([A-Za-z]+)\.([A-Za-z]\w*(?:\[\d+\])?(?:\.[A-Za-z]\w*(?:\[\d+\])?)*)")


class Row(NamedTuple):
    """A problem code's rule, the kind of the object that is at fault ("" if its message says so), and the place."""

    code: str
    kind: str
    place: Pointer | Locate = ()


def hits(rows: Mapping[str, Row], problems: Iterable[Problem], value: Object) -> Iterator[Hit]:
    """Those of the problems that are about this object."""
    kind = value.get("kind")
    for problem in problems:
        row = rows.get(problem.code)
        if row is not None and (row.kind or _kind_of(problem.message)) == kind:
            pointer = row.place(problem.message, value) if callable(row.place) else row.place
            yield Hit(row.code, pointer, problem.message, problem.hint)


def by_path(message: str, value: Object) -> Pointer:
    """The place that a message begins with: `Dataset.spec.mounts[0].options['key'] …` or `… 'key' …`."""
    found = _PATH.match(message)
    if found is None:
        return ()
    pointer: Pointer = ()
    for part in found[2].split("."):
        key, _, index = part.partition("[")
        pointer = (*pointer, key, int(index[:-1])) if index else (*pointer, key)
    rest = message[found.end() :].removeprefix("[").lstrip()
    holder = at(value, *pointer)
    for key in mapping(holder):
        if rest.startswith(repr(key)):
            return (*pointer, key)
    return pointer


def _kind_of(message: str) -> str:
    found = _PATH.match(message)
    return found[1] if found else "Dataset"
