"""Text of an injected document from which `uninject` gets the old text back, byte for byte.

The undo patch restores the value; `rewrite` then writes that value into the text again, and nearly always what comes
out is the old text. Where it is not (a list that lost its comments with its last item, say), the rest is kept in a
second annotation, as a difference of texts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.manifests.edit import reconcile
from kubectl_fluid.manifests.parse import Document
from kubectl_fluid.workloads import Slot

Object = dict[str, Any]

#: Writing the difference into the text may change what is different; it settles at once or not at all.
ROUNDS = 3
#: A difference longer than this is not worth its room among the annotations (256 KiB for all of an object).
MAX_DELTA = 1 << 16


class Written(NamedTuple):
    """A document's new text and value, and what to tell of how it was written."""

    text: str
    value: Object
    notes: tuple[str, ...] = ()


WHOLE = "the document had to be written anew as a whole, which costs its comments and layout"
NOT_EXACT = "uninject will bring its values back, but not all of its comments and layout"


def rewrite_with_undo(document: Document, pods: list[tuple[Slot, Object]], *, undo: bool) -> Written:
    """The document's text and value with these Pods in its slots, able to go back exactly if `undo`.

    Raises ManifestError where the text cannot take the change.
    """
    value = put_all(document.value, pods)
    written = reconcile(document, value)
    notes = (WHOLE,) if written.whole else ()
    if undo:
        nearly = back(document, written.document)
        if nearly.raw.text != document.raw.text:
            exact = _with_delta(document, pods, nearly)
            return Written(*exact, notes) if exact else Written(written.text, value, (*notes, NOT_EXACT))
    return Written(written.text, value, notes)


def put_all(value: Object, pods: list[tuple[Slot, Object]]) -> Object:
    """A copy of the document with these Pods in its slots."""
    for slot, pod in pods:
        value = slot.put(value, pod)
    return value


def back(document: Document, injected: Document, *known: Document) -> Document:
    """What the injected text becomes when the old value is written into it; `known` may come out of that."""
    return reconcile(injected, document.value, known=(document, *known)).document


def _with_delta(document: Document, pods: list[tuple[Slot, Object]], nearly: Document) -> tuple[str, Object] | None:
    """Text and value with the difference in them; `nearly` is what the old text comes back as without it."""
    from kubectl_fluid.manifests.delta import apply_delta, make_delta

    (slot, pod), *others = pods
    for _ in range(ROUNDS):
        delta = make_delta(nearly.raw.text, document.raw.text)
        if len(delta) > MAX_DELTA:
            return None
        value = put_all(document.value, [(slot, annotated(pod, delta)), *others])
        written = reconcile(document, value)
        nearly = back(document, written.document, nearly)
        if apply_delta(nearly.raw.text, delta) == document.raw.text:
            return written.text, value
    return None


def annotated(pod: Object, delta: str) -> Object:
    """A copy of the Pod with the difference in its annotation."""
    metadata = pod.get("metadata") or {}
    annotations = {**(metadata.get("annotations") or {}), keys.UNDO_TEXT: delta}
    return {**pod, "metadata": {**metadata, "annotations": annotations}}


def without_annotation(pod: Object) -> tuple[Object, str]:
    """A copy of the Pod without the difference, and the difference; the Pod itself and "" where there is none."""
    metadata = pod.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict) or keys.UNDO_TEXT not in annotations:
        return pod, ""
    rest = {key: value for key, value in annotations.items() if key != keys.UNDO_TEXT}
    delta = annotations[keys.UNDO_TEXT]
    return {**pod, "metadata": {**(metadata or {}), "annotations": rest}}, delta if isinstance(delta, str) else ""
