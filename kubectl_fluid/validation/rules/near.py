"""Names that were probably meant, among those that documents have."""

from __future__ import annotations

import re
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubectl_fluid.validation.rules.world import World

#: Among more names of a namespace, looking for similar ones takes too long, and so it does in a run of more.
_MANY, _MANY_IN_ALL = 1000, 5000
#: What numbers and letters names as different things: `train-1`, `train-2`, `team-a-secret`, `team-b-secret`.
_NUMBER = re.compile(r"[0-9]+|(?<![^-.])[a-z0-9]{1,2}(?![^-.])", re.ASCII)


def near(world: World, kind: str, namespace: str, name: str, *, cutoff: float = 0.85) -> str:
    """The object of a kind and namespace among the documents whose name is most similar, "" where there is none.

    `cutoff`: how similar at least, from 0 to 1.
    """
    plain, beside = _NUMBER.sub("", name), _names(world, kind).get(namespace, {})
    if sum(map(len, beside.values())) > _MANY:
        return ""
    others = [it for other, names in beside.items() if other != plain for it in names]
    return next(iter(get_close_matches(name, others, n=1, cutoff=cutoff)), "")


def _names(world: World, kind: str) -> dict[str, dict[str, list[str]]]:
    """Namespace → name without numbers → names, of the documents' objects of a kind; none where they are too many."""
    found: dict[str, dict[str, list[str]]] | None = world.memo.get(("names", kind))
    if found is None:
        found = world.memo["names", kind] = {}
        few = list(islice(world.keys(kind), _MANY_IN_ALL + 1))
        for key in few if len(few) <= _MANY_IN_ALL else ():
            found.setdefault(key.namespace, {}).setdefault(_NUMBER.sub("", key.name), []).append(key.name)
    return found
