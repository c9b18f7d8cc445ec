"""The undo annotation: exact while it fits, and harmless whatever it holds."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid import keys
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import MountCheck, Settings
from kubectl_fluid.injection.undo import MAX_ANNOTATION
from kubectl_fluid.injection.uninject import uninject
from tests.injection.build import (
    LEGACY,
    Object,
    claim,
    container,
    fluid,
    injected,
    mount,
    names,
    planned,
    pod,
    serverful,
    settings,
    undo_of,
    volume,
)

PREFETCH = {keys.PREFETCH: "true", keys.PREFETCH_IMAGE: "prefetcher:1", keys.PREFETCH_ASYNC: "true"}
ALL_SETTINGS = pytest.mark.parametrize(
    "using",
    [
        settings(),
        settings(sidecar_mode=LEGACY),
        settings(platform="eci"),
        settings(platform="acs"),
        settings(mount_check=MountCheck.CONFIGMAP),
    ],
    ids=["native", "legacy", "eci", "acs", "configmap"],
)


def undone(pod: Object) -> Object:
    """The Pod after an undo that says it is exact."""
    before = copy.deepcopy(pod)
    result = uninject(pod)
    assert pod == before
    assert [it.code for it in result.reasons] == ["Undone"]
    return result.pod


@ALL_SETTINGS
@pytest.mark.parametrize(
    "original",
    [
        pytest.param(pod(), id="plain"),
        pytest.param(pod(volume(readOnly=True), volume(name="again"), annotations={"a": "b"}), id="two volumes"),
        pytest.param(pod(annotations=PREFETCH, labels={keys.APP_POST_START: "true"}), id="prefetcher and check"),
        pytest.param(pod(initContainers=[]), id="an empty list"),
        pytest.param(pod(initContainers=None), id="a null list"),
        pytest.param(pod(volume(), {"name": "tmp", "emptyDir": {}}, fieldOfTheFuture=[{"a": None}]), id="more fields"),
    ],
)
def test_undo_gives_back_the_original(original: Object, using: Settings) -> None:
    assert undone(injected(original, using=using)) == original


@pytest.mark.parametrize(
    "original",
    [
        pytest.param(serverful(), id="nothing there"),
        pytest.param(serverful(affinity={"podAffinity": {"x": 1}, "nodeAffinity": {}}), id="an affinity there"),
        pytest.param(serverful(annotations=PREFETCH), id="prefetcher"),
    ],
)
def test_undo_takes_steering_back(original: Object) -> None:
    assert undone(injected(original, claim(node_selector={"fuse": "yes"}))) == original


def test_keys_stay_in_their_order_so_that_text_stays_too() -> None:
    original = pod({"persistentVolumeClaim": {"claimName": "demo"}, "name": "data"})
    assert json.dumps(undone(injected(original))) == json.dumps(original)


def test_parts_of_a_pod_that_are_one_object_do_not_change_together() -> None:
    # As YAML's aliases are read.
    shared = {"preStop": {"exec": {"command": ["echo"]}}}
    original = pod(
        labels={keys.APP_POST_START: "true"},
        containers=[container("app", mount(), lifecycle=shared), container("other", lifecycle=shared)],
    )
    assert undone(injected(original)) == original
    marked = injected(original)
    marked["spec"]["containers"][0]["lifecycle"] = marked["spec"]["containers"][1]["lifecycle"] = {
        **shared,
        "postStart": {},
    }
    undo = [{"op": "remove", "path": "/spec/containers/0/lifecycle/postStart"}]
    undo.append({"op": "remove", "path": "/metadata/annotations/kubectl-fluid.io~1undo"})
    marked["metadata"]["annotations"][keys.UNDO] = json.dumps(undo)
    assert "postStart" in undone(marked)["spec"]["containers"][1]["lifecycle"]


def test_profile_fluid_leaves_no_annotation() -> None:
    assert keys.UNDO not in injected(pod(), using=fluid())["metadata"]["annotations"]


@pytest.mark.parametrize("more", [0, 1])
def test_an_undo_that_an_api_server_would_refuse_is_left_out_with_a_warning(more: int) -> None:
    def sizes(made: Object) -> int:
        return sum(len(f"{key}{value}".encode()) for key, value in made["metadata"]["annotations"].items())

    short = sizes(injected(pod(annotations={"note": ""})))
    original = pod(annotations={"note": "n" * (MAX_ANNOTATION - short + more)})
    result = planned(original)
    assert sizes(result.pod) <= MAX_ANNOTATION
    assert (keys.UNDO in result.pod["metadata"]["annotations"]) is not bool(more)
    assert ["UndoTooLong"] * more == [it.code for it in result.warnings]
    assert uninject(result.pod).pod == original


def test_every_removal_by_an_index_stands_behind_a_test_of_a_name() -> None:
    operations = undo_of(injected(pod(), using=settings(mount_check=MountCheck.CONFIGMAP)))
    for before, operation in zip([{}, *operations], operations, strict=False):
        if operation["op"] == "remove" and operation["path"].rsplit("/", 1)[1].isdigit():
            assert before["op"] == "test"
            assert before["path"].startswith(operation["path"] + "/")


def test_what_somebody_added_behind_stays_and_the_undo_is_still_exact() -> None:
    original = pod(initContainers=[container("prepare")])
    grown, expected = injected(original), copy.deepcopy(original)
    for made in (grown, expected):
        made["spec"]["containers"].append(container("mesh", mount("mesh")))
        made["spec"]["initContainers"].append(container("mesh-init"))
        made["spec"]["volumes"].append({"name": "mesh", "emptyDir": {}})
        made["metadata"]["labels"]["team"] = "a"
        made["spec"]["tolerations"] = [{"operator": "Exists"}]
    assert undone(grown) == expected


def test_lists_that_others_filled_stay_with_what_they_put_there() -> None:
    grown = injected(pod())
    grown["spec"]["initContainers"].append(container("mesh-init"))
    grown["metadata"]["annotations"]["team"] = "a"
    back = undone(grown)
    assert names(back["spec"]["initContainers"]) == ["mesh-init"]
    assert back["metadata"]["annotations"] == {"team": "a"}


def in_front(grown: Object) -> None:
    stranger = container("mesh", mount("mesh", mountPropagation="HostToContainer"))
    grown["spec"]["containers"].insert(0, stranger)


def among_the_mounts(grown: Object) -> None:
    grown["spec"]["containers"][0]["volumeMounts"].insert(0, mount("mesh", mountPropagation="HostToContainer"))


def among_the_volumes(grown: Object) -> None:
    grown["spec"]["volumes"].insert(0, {"name": "mesh", "emptyDir": {}})


def among_the_init_containers(grown: Object) -> None:
    grown["spec"]["initContainers"].insert(0, container("mesh"))


@pytest.mark.parametrize(
    "change", [in_front, among_the_mounts, among_the_volumes, among_the_init_containers], ids=lambda it: it.__name__
)
def test_where_somebody_put_something_in_front_the_pod_is_recognised_instead(change: Any) -> None:
    grown = injected(pod())
    change(grown)
    stranger = copy.deepcopy(grown)
    result = uninject(grown)
    assert [it.code for it in result.reasons] == ["Recognised"]
    assert "fluid-fuse-demo" not in names(result.pod["spec"].get("initContainers") or [])
    assert keys.UNDO not in result.pod["metadata"].get("annotations", {})
    kept = json.dumps(result.pod)
    assert '"mesh"' in kept
    assert kept.count("HostToContainer") == json.dumps(stranger).count("HostToContainer") - 1


def test_an_affinity_that_somebody_changed_is_not_taken_back() -> None:
    steered = injected(serverful())
    steered["spec"]["affinity"]["podAffinity"] = {"x": 1}
    result = uninject(steered)
    assert [it.code for it in result.reasons] == ["NotInjected"]
    assert result.pod is steered


HOSTILE = [
    "",
    "null",
    "{}",
    "[1]",
    "[[]]",
    "not json",
    '[{"op":"remove"}]',
    '[{"op":"move","from":"/spec","path":"/spec/x"}]',
    '[{"op":"copy","from":"/spec","path":"/spec/x"}]',
    '[{"op":["remove"],"path":"/spec"}]',
    '[{"op":"remove","path":["spec"]}]',
    '[{"op":"replace","path":"","value":{}}]',
    '[{"op":"add","path":"/kind","value":"Secret"}]',
    "[" * 100_000,
    '[{"op":"test","path":"/spec/x","value":' + "9" * 5000 + "}]",
    "[]" + " " * 300_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_an_annotation_that_is_no_patch_of_ours_is_refused(text: str) -> None:
    marked = injected(pod())
    marked["metadata"]["annotations"][keys.UNDO] = text
    result = uninject(marked)
    assert result.outcome is Outcome.REFUSED
    (reason,) = result.reasons
    assert (reason.code, reason.pointer) == ("BadUndo", ("metadata", "annotations", keys.UNDO))
    assert len(reason.message) < 200


UNFIT = [
    '[{"op":"remove","path":"/spec/nothing"}]',
    '[{"op":"remove","path":"/spec/containers/-"}]',
    '[{"op":"remove","path":"/spec/containers/-1"}]',
    '[{"op":"remove","path":"/spec/containers/01"}]',
    '[{"op":"remove","path":"/spec/containers/99999999999999999999"}]',
    '[{"op":"add","path":"/spec/containers/x","value":1}]',
    '[{"op":"add","path":"/spec/containers/0"}]',
    '[{"op":"test","path":"/spec/containers/0/name"}]',
    '[{"op":"test","path":"/spec/nothing","value":{}}]',
    '[{"op":"remove","path":"/spec/containers/0/name/deeper"}]',
    '[{"op":"remove","path":"/spec/~2"}]',
    '[{"op":"replace","path":"/spec","value":3}]',
    '[{"op":"replace","path":"/spec/volumes","value":[3]}]',
    '[{"op":"add","path":"/spec/x","value":{}},{"op":"test","path":"/spec/containers/0/name","value":"nobody"}]',
]


@pytest.mark.parametrize("text", UNFIT)
def test_a_patch_that_does_not_fit_is_not_applied_by_half(text: str) -> None:
    marked = injected(pod())
    marked["metadata"]["annotations"][keys.UNDO] = text
    result = uninject(marked)
    assert [it.code for it in result.reasons] == ["Recognised"]
    assert "x" not in result.pod["spec"]
    assert names(result.pod["spec"]["containers"]) == ["app"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
tokens = st.sampled_from(["spec", "metadata", "labels", "containers", "volumes", "name", "0", "1", "-", "-1", "", "~"])
operations = st.lists(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["test", "add", "remove", "replace", "move", None]) | values,
            "path": st.lists(tokens, max_size=5).map("/".join)
            | st.lists(tokens, max_size=5).map(lambda parts: "/spec/" + "/".join(parts))
            | values,
        },
        optional={"value": values, "from": values},
    ),
    max_size=4,
)


@given(operations)
def test_no_annotation_makes_uninject_raise(hostile: list[Object]) -> None:
    marked = injected(pod())
    marked["metadata"]["annotations"][keys.UNDO] = json.dumps(hostile)
    before = copy.deepcopy(marked)
    result = uninject(marked)
    assert marked == before
    assert isinstance(result.pod, dict)


def test_a_member_without_a_name_of_its_own_comes_back_with_its_volume() -> None:
    odd = {**volume("demo", "again"), "": "an empty key"}
    made = pod(volume(), odd)
    assert uninject(injected(made, using=settings(platform="eci"))).pod == made
