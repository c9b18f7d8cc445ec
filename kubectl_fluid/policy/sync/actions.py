"""Templates that should be there and templates that are → what is to be done. Pure.

| there should be one | there is | of whom | then |
| --- | --- | --- | --- |
| yes | none | | create |
| yes | another one | ours, or made by `policy compile` | configure |
| yes | the same | ours | keep |
| yes | any | somebody else's | leave, and say so |
| no | any | ours | delete |
| no | any | somebody else's, or made by `policy compile` | nothing |

Ours is what has the label of `policy sync`, or what it has applied: a label is taken away by accident.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kubectl_fluid.claims import Name
from kubectl_fluid.policy import names
from kubectl_fluid.policy.sync.desired import MANAGED_BY, MANAGER, SYNC, Wanted, digest
from kubectl_fluid.shapes import items, mapping

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Observed:
    """What counts of a template in the cluster; `version` is its resourceVersion."""

    uid: str
    version: str
    digest: str
    owners: frozenset[str]
    ours: bool
    labelled: bool
    compiled: bool


class Verb(Enum):
    """What is to be done to one template."""

    CREATE = "create"
    CONFIGURE = "configure"
    KEEP = "keep"
    LEAVE = "leave"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Action:
    """`why` is what is different, for a person; `dataset` is whether there is a Dataset, for a deletion."""

    verb: Verb
    name: Name
    wanted: Wanted | None = None
    observed: Observed | None = None
    why: str = ""
    dataset: bool = False


def version_of(value: Object) -> str:
    """The object's resourceVersion."""
    return str(mapping(value.get("metadata")).get("resourceVersion") or "")


def observed_of(value: Object) -> Observed:
    """A template as an API server shows it, reduced to what counts: thousands of them are remembered."""
    metadata = mapping(value.get("metadata"))
    labels = mapping(metadata.get("labels"))
    applied = any(
        it.get("manager") == MANAGER and it.get("operation") == "Apply" for it in items(metadata.get("managedFields"))
    )
    kept = labels.get(MANAGED_BY) == SYNC
    compiled = all(labels.get(key) == text for key, text in names.LABELS.items())
    return Observed(
        uid=str(metadata.get("uid") or ""),
        version=version_of(value),
        digest=digest(value.get("spec")),
        owners=frozenset(str(it.get("uid") or "") for it in items(metadata.get("ownerReferences"))),
        ours=kept or applied,
        labelled=kept and compiled,
        compiled=compiled,
    )


def actions(
    wanted: Mapping[Name, Wanted],
    observed: Mapping[Name, Observed],
    datasets: Container[Name],
    served: Mapping[str, str],
) -> list[Action]:
    """What is to be done, in the order of names; deletions stand last.

    `datasets` are all that there are, also those that want no template. `served` is what API servers made of a spec
    that was applied to them (both as digests): they may fill in defaults.
    """
    found = [_for(name, wanted[name], observed.get(name), served) for name in sorted(wanted)]
    found += [
        Action(Verb.DELETE, name, observed=observed[name], why=_WHY_NOT[name in datasets], dataset=name in datasets)
        for name in sorted(observed)
        if name not in wanted and observed[name].ours
    ]
    return found


_WHY_NOT = {False: "its Dataset is gone", True: "its claim is of other storage"}


def _for(name: Name, wanted: Wanted, observed: Observed | None, served: Mapping[str, str]) -> Action:
    if observed is None:
        return Action(Verb.CREATE, name, wanted)
    if not (observed.ours or observed.compiled):
        return Action(Verb.LEAVE, name, wanted, observed, "somebody else has made a template of this name")
    different = [
        what
        for what, differs in (
            ("spec", observed.digest not in (wanted.digest, served.get(wanted.digest))),
            ("owner", wanted.owner not in observed.owners),
            ("labels", not observed.labelled),
        )
        if differs
    ]
    if different:
        return Action(Verb.CONFIGURE, name, wanted, observed, ", ".join(different))
    return Action(Verb.KEEP, name, wanted, observed)
