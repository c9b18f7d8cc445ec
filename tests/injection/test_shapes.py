"""Pods of the wrong shape: refused with a pointer to the place, and never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.reason import Outcome
from tests.injection import build
from tests.injection.build import Object, fluid, injected, lookup, planned, pod, refused, serverful, settings

Path = tuple[str | int, ...]


def broken(path: Path, value: Any, make: Callable[..., Object] = pod) -> Object:
    """A valid Pod in which one place holds this value; parents that it lacks are made."""
    wish = {"weight": 1, "preference": {"matchExpressions": []}}
    made = make(
        annotations={"a": "b"},
        initContainers=[{"name": "i"}],
        affinity={"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [wish]}},
        imagePullSecrets=[{"name": "s"}],
        nodeSelector={"a": "b"},
    )
    holder: Any = made
    for part in path[:-1]:
        holder = holder.setdefault(part, {}) if isinstance(holder, dict) else holder[part]
    holder[path[-1]] = value
    return made


CONTAINER: Path = ("spec", "containers", 0)
PLACES: list[tuple[Path, Any]] = [
    (("metadata",), 3),
    (("metadata",), []),
    (("metadata", "name"), ["a"]),
    (("metadata", "generateName"), 1),
    (("metadata", "namespace"), {"a": 1}),
    (("metadata", "labels"), ["a"]),
    (("metadata", "labels"), False),
    (("metadata", "labels", "a"), True),
    (("metadata", "annotations"), "a"),
    (("metadata", "annotations", "a"), 1.5),
    (("spec",), "x"),
    (("spec",), False),
    (("spec", "volumes"), 3),
    (("spec", "volumes"), {"name": "data"}),
    (("spec", "volumes", 0), "data"),
    (("spec", "volumes", 0), None),
    (("spec", "volumes", 0, "name"), 1),
    (("spec", "volumes", 0, "name"), ""),
    (("spec", "volumes", 0, "name"), None),
    (("spec", "volumes", 0, "persistentVolumeClaim"), "demo"),
    (("spec", "volumes", 0, "persistentVolumeClaim", "claimName"), None),
    (("spec", "volumes", 0, "persistentVolumeClaim", "claimName"), ["demo"]),
    (("spec", "volumes", 0, "hostPath"), 3),
    (("spec", "volumes", 0, "hostPath", "path"), 3),
    (("spec", "containers"), 3),
    (("spec", "containers"), ""),
    (CONTAINER, ["app"]),
    ((*CONTAINER, "name"), None),
    ((*CONTAINER, "name"), ["app"]),
    ((*CONTAINER, "volumeMounts"), {}),
    ((*CONTAINER, "volumeMounts", 0), "data"),
    ((*CONTAINER, "volumeMounts", 0, "name"), None),
    ((*CONTAINER, "volumeMounts", 0, "mountPath"), 3),
    ((*CONTAINER, "volumeMounts", 0, "subPath"), 3),
    ((*CONTAINER, "volumeMounts", 0, "subPathExpr"), ["a"]),
    ((*CONTAINER, "lifecycle"), "x"),
    ((*CONTAINER, "lifecycle", "postStart"), [1]),
    ((*CONTAINER, "lifecycle", "postStart", "exec"), "x"),
    ((*CONTAINER, "lifecycle", "postStart", "exec", "command"), 3),
    ((*CONTAINER, "securityContext"), 3),
    ((*CONTAINER, "securityContext", "capabilities"), ["A"]),
    ((*CONTAINER, "securityContext", "capabilities", "add"), "A"),
    ((*CONTAINER, "securityContext", "capabilities", "add"), {"A": 1}),
    (("spec", "initContainers"), 3),
    (("spec", "initContainers", 0, "volumeMounts"), 3),
    (("spec", "imagePullSecrets"), {"name": "s"}),
    (("spec", "imagePullSecrets", 0), "s"),
    (("spec", "imagePullSecrets", 0, "name"), ["s"]),
    (("spec", "nodeSelector"), ["a"]),
    (("spec", "affinity"), 3),
    (("spec", "affinity", "nodeAffinity"), []),
    (("spec", "affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"), {}),
    (("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"), []),
    (
        ("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"),
        {"a": 1},
    ),
]


@pytest.mark.parametrize(("path", "value"), PLACES, ids=lambda it: repr(it)[-60:])
def test_the_wrong_shape_is_refused_where_it_stands(path: Path, value: Any) -> None:
    reason = refused(broken(path, value))
    assert (reason.code, reason.pointer) == ("InvalidPod", path)
    assert reason.message.startswith(".".join(map(str, path)) + " must be ")


#: What must be there: names, and the strings of labels and annotations. Items of a list must not be null either.
NEEDED = ("name", "mountPath", "claimName", "a", 0)


@pytest.mark.parametrize("path", dict.fromkeys(path for path, _ in PLACES if path[-1] not in NEEDED), ids=repr)
def test_null_counts_as_absent(path: Path) -> None:
    assert planned(broken(path, None)).reasons[0].code != "InvalidPod"


def test_a_label_that_is_no_string_is_shown_in_quotes() -> None:
    hint = refused(broken(("metadata", "labels", keys.INJECT), value=True)).hint
    assert hint == 'put the value in quotes: serverless.fluid.io/inject: "true"'


def test_a_pod_that_is_no_mapping_is_refused() -> None:
    nothing: Any = ["pod"]
    result = plan(nothing, lookup(), settings())
    assert (result.outcome, result.reasons[0].message) == (Outcome.REFUSED, "the Pod must be a mapping")


def test_what_is_not_read_may_have_any_shape() -> None:
    strange = pod(tolerations=3, containers=[])
    strange["spec"]["containers"] = [{"name": "app", "env": 3, "ports": "x", "volumeMounts": [_mount()], "image": None}]
    assert injected(strange)["spec"]["containers"][0]["env"] == 3


def _mount() -> Object:
    return {"name": "data", "mountPath": "/data", "readOnly": "perhaps", "future": {"a": [1]}}


def _with_prefetcher(metadata: Any) -> Any:
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return (
        {**metadata, "annotations": {**annotations, keys.PREFETCH: "true"}}
        if isinstance(annotations, dict)
        else metadata
    )


JUNK: list[Any] = [3, "x", True, False, 1.5, ["a"], [None], [[]], {"a": 1}, {"name": 3}, [{"name": None}], "", 0, []]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("using", [settings(), fluid(), settings(platform="eci")], ids=["default", "fluid", "eci"])
@pytest.mark.parametrize("make", [pod, serverful], ids=["serverless", "serverful"])
def test_nothing_in_any_place_makes_it_raise(make: Any, using: Any) -> None:
    for path, _ in PLACES:
        for junk in JUNK:
            made = broken(path, junk, make)
            made["metadata"] = _with_prefetcher(made["metadata"])
            reason = plan(made, lookup(), using).reasons[0]
            if reason.code == "InvalidPod":
                assert reason.pointer[: len(path)] == path


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (build.pod(build.volume(), build.volume("other")), ("spec", "volumes", 1, "name")),
        (
            build.pod(containers=[build.container("app", build.mount()), build.container("app")]),
            ("spec", "containers", 1, "name"),
        ),
        (build.pod(initContainers=[build.container("app")]), ("spec", "initContainers", 0, "name")),
    ],
    ids=["volumes", "containers", "init-container"],
)
def test_two_of_one_name_are_refused_as_the_api_server_would(value: Any, pointer: Path) -> None:
    reason = build.refused(value)
    assert (reason.code, reason.pointer) == ("InvalidPod", pointer)


@pytest.mark.parametrize("name", ["../../etc", "a/b", "-x", "A"])
def test_a_name_that_would_lead_elsewhere_never_becomes_part_of_a_path(name: str) -> None:
    made = build.pod(annotations={keys.HOST_PATH_MODE: "random-suffix"})
    made["metadata"]["name"] = name
    assert build.refused(made, using=build.fluid()).pointer == ("metadata", "name")
