"""Whatever stands in a document: a slot that works, or one error of one class."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from kubectl_fluid import workloads
from tests.workloads.manifests import EXAMPLES, POD, manifest

Object = dict[str, Any]
Pointer = tuple[str | int, ...]

REFUSED = (
    manifest("trainer.kubeflow.org/v1alpha1", "TrainJob", {"runtimeRef": {"kind": "TrainingRuntime", "name": "torch"}}),
    manifest("argoproj.io/v1alpha1", "Workflow", {"workflowTemplateRef": {"name": "train"}}),
)

#: Keys that the code looks for are worth more than any others.
KEYS = (
    *("name", "metadata", "labels", "annotations", "spec", "template", "templates", "containers", "volumes"),
    *("volumeMounts", "mountPath", "container", "containerSet", "sidecars", "items", "kind", "groupName"),
)

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=3)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner),
    max_leaves=8,
)


def places(value: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Pointers of all members."""
    yield pointer
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*pointer, key))


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A manifest of some kind in which up to three members are something else, perhaps in a List."""
    value: Any = copy.deepcopy(draw(st.sampled_from([*(it.value for it in EXAMPLES), *REFUSED])))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([pointer for pointer in places(value) if pointer] or [("spec",)]))
        holder = value
        for key in way:
            holder = holder[key]
        holder[last] = draw(anything)
    if draw(st.booleans()):
        return {"apiVersion": "v1", "kind": "List", "items": [draw(anything), value]}
    return value


def changed(pod: Object) -> Object:
    """What injection would do, on a Pod of any shape that a slot may have."""
    spec = dict(pod["spec"])
    if isinstance(spec.get("containers"), list):
        spec["containers"] = [{"name": "fluid-fuse-0", "image": "x"}, *spec["containers"]]
    if isinstance(spec.get("volumes"), list):
        spec["volumes"] = [*spec["volumes"], {"name": "fluid-fuse-0", "emptyDir": {}}]
    return {**pod, "spec": spec}


def asked(ask: Callable[[Any], Any], value: Any) -> Any:
    """The answer, or the sentence of the one error that there may be."""
    try:
        return ask(value)
    except workloads.WorkloadError as error:
        return str(error)


def injected_and_undone(value: Any) -> None:
    for slot in workloads.slots(value):
        assert isinstance(slot.pod["spec"], dict)
        assert isinstance(slot.pod.get("metadata"), dict | None)
        assert slot.put(value, slot.pod) is value
        new_pod = changed(slot.pod)
        result = slot.put(value, new_pod)
        (again,) = (it for it in workloads.slots(result) if it.pointer == slot.pointer)
        assert again.pod["spec"].get("containers") == new_pod["spec"].get("containers")
        (undone,) = (it for it in workloads.slots(again.put(result, slot.pod)) if it.pointer == slot.pointer)
        assert undone.pod == slot.pod


@given(damaged())
def test_a_damaged_document_gives_slots_or_one_sentence(value: Any) -> None:
    before = copy.deepcopy(value)
    answer = asked(injected_and_undone, value)
    assert answer is None or answer.isprintable()
    assert value == before


@given(damaged())
def test_a_damaged_document_can_be_named_and_asked_about(value: Any) -> None:
    assert "/" in workloads.label(value)
    assert workloads.known(value) in (True, False)
    assert (asked(workloads.refusal, value) or "nothing").isprintable()
    assert asked(lambda it: workloads.misplaced(it, {"app", "name"}), value) != ""


@given(anything)
def test_any_json_at_all_is_no_trouble(value: Any) -> None:
    assert workloads.label(value).isprintable()
    assert asked(workloads.slots, value) != ""
    assert asked(workloads.refusal, value) != ""
    assert asked(lambda it: list(workloads.objects(it)), value) != ""


@given(st.lists(anything, max_size=4))
def test_a_pod_among_rubbish_is_still_found(rubbish: list[Any]) -> None:
    value = {"apiVersion": "v1", "kind": "List", "items": [*rubbish, POD]}
    assert [slot.name for slot in workloads.slots(value)][-1] == "pod/demo"
