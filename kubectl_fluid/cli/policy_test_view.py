"""The results of `kubectl fluid policy test` as text, JSON and YAML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from kubectl_fluid.cli.errors import printable
from kubectl_fluid.manifests import dump
from kubectl_fluid.policy.trial.guarding import Objection
from kubectl_fluid.policy.trial.injecting import Turn
from kubectl_fluid.policy.trial.trial import Fate, Note, Trial

Object = dict[str, Any]

API_VERSION = "kubectl-fluid.io/v1alpha1"
KIND = "PolicyTrialList"
_CONTAINER = re.compile(r"/spec/(?:initContainers|containers)/\d+")


class Tried(NamedTuple):
    """One object: its name, where it stands, and what came of it."""

    name: str
    place: str
    trial: Trial


def text(tried: Sequence[Tried], _bundle: str, _stage: str) -> str:
    """A paragraph for each object, and how many came to what end."""
    lines = [line for it in tried for line in _paragraph(it)]
    counts = Counter(it.trial.fate for it in tried)
    lines.append(", ".join(f"{counts[fate]} {_FATES[fate]}" for fate in Fate if counts[fate]))
    return "".join(f"{line}\n" for line in map(printable, lines))


_FATES = {Fate.ADMITTED: "admitted", Fate.WARNED: "admitted with warnings", Fate.REFUSED: "refused"}


def _paragraph(it: Tried) -> Iterator[str]:
    trial = it.trial
    where = f" -n {trial.namespace}" if trial.namespace else ""
    yield f"{it.name} ({it.place}){where}: {_FATES[trial.fate]}"
    for turn in trial.turns:
        yield from _hinted(f"injectiontemplate/{turn.template}: {_turn(turn)}", turn.hint)
    if trial.operations and not trial.turns:
        yield "  the webhook changes the Pod"
    for note in trial.notes:
        yield from _hinted(f"{note.code}: {note.message}", note.hint)
    for objection in trial.objections:
        message = objection.message.removeprefix(f"{objection.guard}: ")  # a rule's message begins with its code
        yield f"  {objection.policy} {_verb(objection)} {objection.guard}: {message}"


def _hinted(sentence: str, hint: str) -> Iterator[str]:
    yield f"  {sentence}"
    if hint:
        yield f"    hint: {hint}"


def _turn(turn: Turn) -> str:
    if turn.refused:
        return f"the API server refuses the Pod: {turn.code}: {turn.message}"
    if turn.code:
        return f"leaves the Pod alone: {turn.code}: {turn.message}"
    return f"{_injected(turn.operations)}, platform {turn.platform}"


def _injected(operations: Sequence[Object]) -> str:
    added = [it["value"].get("name") for it in operations if _CONTAINER.fullmatch(it["path"]) and it["op"] == "add"]
    return f"adds {', '.join(map(str, added))}" if added else "adds no sidecar, no container mounts the claim"


def _verb(objection: Objection) -> str:
    if objection.denies:
        return "denies"
    return "warns" if objection.warns else "audits"


def document(tried: Sequence[Tried], bundle: str, stage: str) -> Object:
    """The same as an object of our own kind, with patches and Pods."""
    items = [_item(it) for it in tried]
    return {"apiVersion": API_VERSION, "kind": KIND, "bundle": bundle, "stage": stage, "items": items}


def _item(it: Tried) -> Object:
    trial = it.trial
    item: Object = {"name": it.name, "source": it.place, "kind": trial.value.get("kind")}
    if trial.namespace:
        item["namespace"] = trial.namespace
    item["outcome"] = trial.fate.value
    if trial.value.get("kind") == "Pod":
        item |= {
            "asked": trial.asked,
            "templates": [_turn_value(turn) for turn in trial.turns],
            "notes": [_note(note) for note in trial.notes],
            "patch": list(trial.operations),
        }
    item["guards"] = [_objection(objection) for objection in trial.objections]
    return {**item, "object": trial.value} if trial.value.get("kind") == "Pod" else item


def _turn_value(turn: Turn) -> Object:
    made: Object = {"name": turn.template, "platform": turn.platform, "injected": not turn.code}
    if turn.code:
        return {**made, "code": turn.code, "message": turn.message, "hint": turn.hint}
    return {**made, "operations": len(turn.operations)}


def _note(note: Note) -> Object:
    return {"code": note.code, "message": note.message, "hint": note.hint}


def _objection(objection: Objection) -> Object:
    return {
        "policy": objection.policy,
        "guard": objection.guard,
        "actions": list(objection.actions),
        "message": objection.message,
    }


#: `--output` → what is printed.
FORMATS: dict[str, Callable[[Sequence[Tried], str, str], str]] = {
    "text": text,
    "yaml": lambda *what: dump.to_yaml(document(*what)),
    "json": lambda *what: dump.to_json(document(*what)) + "\n",
}
