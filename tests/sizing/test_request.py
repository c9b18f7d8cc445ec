from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.sizing.request import DEFAULT, requested
from kubectl_fluid.sizing.size import Size, SizingError
from tests.sizing.pods import IGNORED, Object, amounts, container, pod, size


def codes(value: Object) -> list[str]:
    return [note.code for note in requested(value).notes]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(pod(container("a"), container("b")), DEFAULT, id="nothing given"),
        pytest.param(
            pod(container("a", amounts(2, "4Gi")), container("b", amounts("500m", "512Mi"))),
            size("2.5", "4.5"),
            id="only limits",
        ),
        pytest.param(
            pod(container("a", None, amounts(1, "1Gi")), container("b", None, amounts("0.5", 2**30))),
            size("1.5", 2),
            id="only requests",
        ),
        pytest.param(
            pod(container("a", amounts(2, "4Gi"), amounts(1, "1Gi"))), size(2, 4), id="limits win over requests"
        ),
        pytest.param(
            pod(container("a", amounts(2, "4Gi")), container("b", amounts(1, "1Gi"), **IGNORED)),
            size(2, 4),
            id="a container that is left out",
        ),
        pytest.param(pod(container("a", amounts(2, "4Gi"), **IGNORED)), DEFAULT, id="nothing left"),
        pytest.param(
            pod(container("a", amounts(2, "4Gi")), container("b", amounts(0, 0))), size(2, 4), id="zero is a value"
        ),
    ],
)
def test_a_pod_asks_for_what_the_published_rule_says(value: Object, expected: Size) -> None:
    assert requested(value).size == expected


def test_the_documented_example_of_three_containers() -> None:
    business = [container(name, amounts(2, "4Gi")) for name in ("one", "two")]
    sidecar = container("three", amounts("0.25", "512Mi"))
    assert requested(pod(*business, sidecar)).size == size("4.25", "8.5")
    assert requested(pod(*business, {**sidecar, **IGNORED})).size == size(4, 8)
    assert requested(pod(*business, sidecar), ignoring={"three"}).size == size(4, 8)


def test_an_init_container_counts_only_where_it_needs_more() -> None:
    app = container("app", amounts(2, "4Gi"))
    assert requested(pod(app, init=(container("i", amounts(1, "8Gi")),))).size == size(2, 8)


def test_native_sidecars_count_with_the_containers_and_with_the_init_containers_after_them() -> None:
    native = container("s", amounts(1, "1Gi"), restartPolicy="Always")
    app, init = container("app", amounts(2, "4Gi")), container("i", amounts(4, "1Gi"))
    assert requested(pod(app, init=(native,))).size == size(3, 5)
    assert requested(pod(app, init=(native, init))).size == size(5, 5)
    assert requested(pod(app, init=(init, native))).size == size(4, 5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pod(container("a")), ["NothingGiven"]),
        (pod(container("a", amounts(1, "1Gi"))), []),
        (pod(container("a", amounts(1, "1Gi")), container("b", None, amounts(1, "1Gi"))), ["MixedResources"]),
        (pod(container("a", amounts(1))), ["HalfGiven"]),
        (pod(container("a", amounts(1, "1Gi")), init=(container("i", amounts(1, "1Gi")),)), ["InitContainers"]),
        (pod(container("a", amounts(1, "1Gi")), init=(container("i"),)), []),
    ],
)
def test_what_the_documentation_leaves_open_is_said(value: Object, expected: list[str]) -> None:
    assert codes(value) == expected


def test_resources_of_the_whole_pod_are_said_to_be_left_out() -> None:
    value = pod(container("a", amounts(1, "1Gi")))
    value["spec"]["resources"] = {"limits": amounts(8, "8Gi")}
    assert codes(value) == ["PodResources"]
    assert requested(value).size == size(1, 1)


@pytest.mark.parametrize("value", ["TRUE", None, "FALSE", "true", True])
def test_only_the_documented_value_leaves_a_container_out(value: Any) -> None:
    ignored = container("a", amounts(1, "1Gi"), env=[{"name": "__ECI_RESOURCE_IGNORE__", "value": value}])
    counted = requested(pod(ignored, container("b", amounts(1, "1Gi")))).size
    assert counted == (size(1, 1) if value == "TRUE" else size(2, 2))


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (pod(container("a", amounts("many"))), ("spec", "containers", 0, "resources", "limits", "cpu")),
        (pod(container("a", None, amounts("-1"))), ("spec", "containers", 0, "resources", "requests", "cpu")),
        (pod(container("a", amounts({}))), ("spec", "containers", 0, "resources", "limits", "cpu")),
        (pod(container("a", amounts(1, ["1Gi"]))), ("spec", "containers", 0, "resources", "limits", "memory")),
        (pod({"name": "a", "resources": []}), ("spec", "containers", 0, "resources")),
        (pod({"name": "a", "resources": {"limits": "2"}}), ("spec", "containers", 0, "resources", "limits")),
        (pod("a"), ("spec", "containers", 0)),  # type: ignore[arg-type]  # not a container, on purpose
        ({"spec": {"containers": {}}}, ("spec", "containers")),
        ({"spec": []}, ("spec",)),
    ],
)
def test_what_cannot_be_counted_is_an_error_at_its_place(value: Object, pointer: tuple[str | int, ...]) -> None:
    with pytest.raises(SizingError) as raised:
        requested(value)
    assert raised.value.pointer == pointer
