"""The ConfigMaps that `inject` adds for the mount check: which of them nobody needs any more after `uninject`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.failure import placed
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.result import Result
from kubectl_fluid.injection.mountcheck import is_own_config_map
from kubectl_fluid.manifests.errors import ManifestError
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import RawDocument, split
from kubectl_fluid.workloads import Slot, slots

#: Namespace ("" where none is named: it may be any) and name of a ConfigMap.
Name = tuple[str, str]


@dataclass
class Needed:
    """Names of ConfigMaps that Pods mount, before and after."""

    before: set[Name] = field(default_factory=set)
    after: set[Name] = field(default_factory=set)

    def dispensable(self, value: Any) -> bool:
        """Whether an object is one of our ConfigMaps that a Pod of the input mounted, and none does any more."""
        if not is_own_config_map(value):
            return False
        name = (str(value["metadata"].get("namespace") or ""), value["metadata"]["name"])
        return _holds(self.before, name) and not _holds(self.after, name)


def needed(inputs: Iterable[Input], edit: Callable[[Document], Result]) -> Needed:
    """What the Pods of the inputs mount before and after the edit.

    Costs one look at the text unless there is a ConfigMap of ours. What cannot be read, or fails, needs all that it
    may need: then nothing is dispensable.
    """
    inputs = list(inputs)
    found = Needed()
    try:
        if any(keys.SCRIPT_SHA in raw.text for source in inputs for raw in _documents(source)):
            for source in inputs:
                for raw in _documents(source):
                    _look(raw, edit, found)
    except (ManifestError, CommandError):  # the second pass says what is wrong
        return Needed()
    return found


def _look(raw: RawDocument, edit: Callable[[Document], Result], found: Needed) -> None:
    document = parse(raw)
    try:
        found.after |= _mounted(edit(document).value)
        found.before |= _mounted(document.value)
    except Exception as error:
        raise placed(error, f"{raw.source}:{raw.line}") from error


def _documents(source: Input) -> Iterator[RawDocument]:
    with source.open() as stream:
        yield from split(stream, source.source)


def _mounted(value: Any) -> set[Name]:
    return {name for slot in slots(value) for name in _of_pod(slot)}


def _of_pod(slot: Slot) -> Iterator[Name]:
    volumes = slot.pod["spec"].get("volumes")
    for volume in volumes if isinstance(volumes, list) else ():
        config_map = volume.get("configMap") if isinstance(volume, dict) else None
        if isinstance(config_map, dict):
            yield slot.namespace or "", str(config_map.get("name"))


def _holds(names: set[Name], wanted: Name) -> bool:
    namespace, name = wanted
    return any(name == other and (not namespace or where in ("", namespace)) for where, other in names)
