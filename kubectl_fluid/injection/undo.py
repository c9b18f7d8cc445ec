"""Taking an injection back exactly: the reverse patch that profile `default` leaves in an annotation of the Pod.

The patch is RFC 6902 with one reading of its own: a removal behind a `test` for `{}` or `[]` is left out when that
test fails, because somebody else has put something there since.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.injection import shape
from kubectl_fluid.injection.draft import Draft, mounts
from kubectl_fluid.injection.reason import Outcome, Reason, Refusal
from kubectl_fluid.manifests.patch import diff
from kubectl_fluid.manifests.pointer import escape

Object = dict[str, Any]

#: Bytes that keys and values of all annotations of an object may take together (Kubernetes, ValidateAnnotationsSize).
MAX_ANNOTATION = 262_144
_TOO_LONG = "the annotation for `uninject` was left out: all together would take {size} bytes, and {limit} are allowed"
_KEEP = "keep the manifest: without that annotation `uninject` takes out only what it recognises"
#: Lists whose members are known by name, and mappings that others write into as well.
_LISTS = ("/spec/containers", "/spec/initContainers", "/spec/volumes")
_AFFINITY = "/spec/affinity"
_MAPPINGS = ("/metadata/labels", "/metadata/annotations")
_HOLDERS = frozenset((*_LISTS, *_MAPPINGS))
_OPERATIONS = ("test", "add", "remove", "replace")
#: Made once: json.dumps makes one for each call that is not of the usual form.
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def remember(original: Object, draft: Draft) -> tuple[Reason, ...]:
    """Writes the patch that leads from the draft (with that annotation in it) back to `original` into the draft.

    Where an API server would refuse the Pod for an annotation of that length, there is none, and a warning.
    """
    draft.annotations[keys.UNDO] = ""
    operations = _reverse(draft.pod(), original)
    draft.annotations[keys.UNDO] = _ENCODER.encode(operations)
    size = sum(len(f"{key}{value}".encode(errors="surrogatepass")) for key, value in draft.annotations.items())
    if size <= MAX_ANNOTATION:
        return ()
    del draft.annotations[keys.UNDO]
    return (Reason("UndoTooLong", Outcome.INJECTED, _TOO_LONG.format(size=size, limit=MAX_ANNOTATION), _KEEP),)


def _reverse(injected: Object, original: Object) -> list[Object]:
    """The patch back, in which a test stands before each operation that goes by an index or takes something away."""
    reverse: list[Object] = []
    tested = False
    lists = {path: _List(path, _at(injected, path) or [], _at(original, path) or []) for path in _LISTS}
    for operation in diff(injected, original):
        path = operation["path"]
        holder = "/".join(path.split("/", 3)[:3])
        if path == holder and path in _HOLDERS:
            reverse += [*_emptied(injected, path), operation]
        elif holder in lists:
            reverse += lists[holder].guarded(operation)
        elif path.startswith(_AFFINITY) and not tested:
            # Its terms have no names: it goes back only as it was left.
            tested = True
            reverse += [{"op": "test", "path": _AFFINITY, "value": _at(injected, _AFFINITY)}, operation]
        else:
            reverse.append(operation)
    return reverse


class _List:
    """One of _LISTS on its way back: who stands where while the operations before have been applied."""

    def __init__(self, path: str, injected: list[Object], original: list[Object]) -> None:
        self._path = path
        self._names = [item["name"] for item in injected]
        self._original = {item["name"]: item for item in original}
        self._mounts = [_mount_paths(item) for item in injected]
        self._tested: set[str] = set()

    def guarded(self, operation: Object) -> list[Object]:
        """The operation behind its tests; [] where an earlier one has done its work."""
        index, slash, inside = operation["path"].removeprefix(self._path + "/").partition("/")
        if not slash and operation["op"] == "add":
            self._names.insert(int(index), operation["value"]["name"])
            self._mounts.insert(int(index), _mount_paths(operation["value"]))
            return [operation]
        at = f"{self._path}/{index}"
        if not slash and operation["op"] == "remove":
            del self._mounts[int(index)]
            return [_is(f"{at}/name", self._names.pop(int(index))), operation]
        name = self._names[int(index)]
        test = self._once(f"{at}/name", name)
        if self._path == "/spec/volumes":
            # A volume goes back whole: that keeps its order of keys, and so the text of a manifest.
            return [*test, {"op": "replace", "path": at, "value": self._original[name]}] if test else []
        return [*test, *self._mount_test(at, int(index), inside.split("/"), operation), operation]

    def _mount_test(self, at: str, container: int, inside: list[str], operation: Object) -> list[Object]:
        if inside[0] != "volumeMounts" or len(inside) == 1:
            return []
        paths, index = self._mounts[container], int(inside[1])
        path = f"{at}/volumeMounts/{index}/mountPath"
        if len(inside) > 2:  # noqa: PLR2004 - below a mount
            return self._once(path, paths[index])
        if operation["op"] == "add":
            paths.insert(index, operation["value"]["mountPath"])
            return []
        return [_is(path, paths.pop(index) if operation["op"] == "remove" else paths[index])]

    def _once(self, path: str, value: str) -> list[Object]:
        if path in self._tested:
            return []
        self._tested.add(path)
        return [_is(path, value)]


def _mount_paths(item: Object) -> list[str]:
    return [mount["mountPath"] for mount in mounts(item)]


def _emptied(injected: Object, path: str) -> list[Object]:
    """Takes every member out of a list or mapping that was not there before; what follows must find it empty."""
    value = _at(injected, path)
    operations: list[Object] = []
    if isinstance(value, list):
        for item in value:
            operations += [_is(f"{path}/0/name", item["name"]), {"op": "remove", "path": f"{path}/0"}]
    else:
        operations += [{"op": "remove", "path": f"{path}/{escape(key)}"} for key in value]
    return [*operations, {"op": "test", "path": path, "value": [] if isinstance(value, list) else {}}]


def _is(path: str, value: str) -> Object:
    return {"op": "test", "path": path, "value": value}


def _at(pod: Object, path: str) -> Any:
    """The member two levels down that such a path names, None when it is not there."""
    _, parent, member = path.split("/")
    return (pod.get(parent) or {}).get(member)


#: What jsonpatch raises beside its own exceptions for a patch that does not fit, or is nothing of ours.
_UNFIT = (TypeError, ValueError, AttributeError, KeyError, IndexError, RecursionError)


def read(text: str) -> list[Object]:
    """The operations of an undo annotation; raises Refusal `BadUndo` on anything else."""
    try:
        operations = json.loads(text) if len(text) <= MAX_ANNOTATION else None
    except (ValueError, RecursionError):
        operations = None
    if not isinstance(operations, list) or not all(_is_operation(item) for item in operations):
        raise Refusal(
            "BadUndo",
            f"annotation {keys.UNDO} is not a JSON patch of this program",
            "delete it, then uninject takes away what it recognises",
            status=400,
            pointer=("metadata", "annotations", keys.UNDO),
        )
    return operations


def _is_operation(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("path"), str):
        return False
    return item.get("op") in _OPERATIONS and item["path"].startswith(("/metadata", "/spec"))


def apply(pod: Object, operations: list[Object]) -> Object | None:
    """The Pod as it was before; None where it has changed too much since for the patch to fit."""
    # Costs 20 ms to import and is needed here alone.
    import jsonpatch

    result = _unshared(pod)
    try:
        for step in _steps(operations):
            try:
                result = jsonpatch.apply_patch(result, step, in_place=True)
            except jsonpatch.JsonPatchTestFailed:
                if not _is_emptiness(step[0]):
                    raise
        shape.pod(result, ())
        fits = _annotation(result) != _annotation(pod)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, Refusal, *_UNFIT):
        return None
    return dict(result) if fits else None


def _unshared(value: Any) -> Any:
    """A copy in which no two parts are one object, as YAML's aliases make them: a patch would change both."""
    if isinstance(value, dict):
        return {key: _unshared(member) for key, member in value.items()}
    return [_unshared(member) for member in value] if isinstance(value, list) else value


def _annotation(pod: Object) -> str | None:
    """The undo annotation; a patch that leaves it as it is has taken nothing back."""
    annotations: dict[str, str] = (pod.get("metadata") or {}).get("annotations") or {}
    return annotations.get(keys.UNDO)


def _steps(operations: list[Object]) -> list[list[Object]]:
    """The patch in pieces: a test for emptiness and what follows it stand alone, all else runs together."""
    steps: list[list[Object]] = [[]]
    rest = iter(operations)
    for operation in rest:
        if _is_emptiness(operation):
            steps += [[operation, *itertools.islice(rest, 1)], []]
        else:
            steps[-1].append(operation)
    return [step for step in steps if step]


def _is_emptiness(operation: Object) -> bool:
    return operation["op"] == "test" and operation.get("value", ...) in ({}, [])
