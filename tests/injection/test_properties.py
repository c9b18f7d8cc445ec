"""What holds for every Pod, under both profiles, both modes and all platforms."""

from __future__ import annotations

import copy
import json
import random
import re

import hypothesis
import jsonpatch
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from kubectl_fluid import keys
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import Profile
from kubectl_fluid.injection.uninject import uninject
from tests.injection.build import Object, lookup
from tests.injection.strategies import CLAIMS, Scene, scenes

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
KEPT = ("image", "command", "args", "env", "ports", "resources", "securityContext", "restartPolicy")
FIELDS = ("containers", "initContainers")

#: An example takes a few milliseconds, and each of them plans one Pod in one of a thousand ways.
examples = hypothesis.settings(max_examples=60)

pytestmark = pytest.mark.timeout(60)


def planned(scene: Scene) -> Plan:
    result = plan(scene.pod, lookup(*scene.claims), scene.settings)
    event(f"{result.outcome.value}: {result.reasons[0].code}")
    return result


def injected(scene: Scene) -> Plan:
    result = planned(scene)
    assume(result.outcome is Outcome.INJECTED)
    return result


def containers(pod: Object) -> list[Object]:
    return [container for field in FIELDS for container in pod["spec"].get(field) or []]


def mounts(container: Object) -> list[Object]:
    return list(container.get("volumeMounts") or [])


@examples
@given(scenes())
def test_what_is_given_is_never_changed(scene: Scene) -> None:
    pod, claims = copy.deepcopy(scene.pod), copy.deepcopy(scene.claims)
    planned(scene)
    assert json.dumps(scene.pod) == json.dumps(pod)
    assert scene.claims == claims


@examples
@given(scenes())
def test_the_operations_lead_from_the_pod_to_the_result(scene: Scene) -> None:
    result = planned(scene)
    # As JSON carries them: parts of a Pod that are one object, as YAML's aliases are, would change together.
    pod, operations = json.loads(json.dumps([scene.pod, result.operations]))
    assert jsonpatch.apply_patch(pod, operations) == result.pod


@examples
@given(scenes())
def test_planning_twice_is_planning_once(scene: Scene) -> None:
    first = injected(scene)
    again = plan(first.pod, lookup(*scene.claims), scene.settings)
    assert (again.outcome, again.operations) == (Outcome.SKIPPED, ())
    assert again.pod is first.pod


@examples
@given(scenes())
def test_the_same_question_has_the_same_answer(scene: Scene) -> None:
    first, again = planned(scene), planned(scene)
    assert json.dumps(first.operations) == json.dumps(again.operations)


@examples
@given(scenes(profiles=(Profile.DEFAULT,)))
def test_uninject_takes_an_injection_back_to_the_byte(scene: Scene) -> None:
    back = uninject(injected(scene).pod)
    assert back.reasons[0].code == "Undone"
    assert json.dumps(back.pod) == json.dumps(scene.pod)


@examples
@given(scenes())
def test_uninject_of_any_pod_is_a_pod(scene: Scene) -> None:
    before = injected(scene).pod
    kept = copy.deepcopy(before)
    back = uninject(before)
    assert before == kept
    pod, operations = json.loads(json.dumps([before, back.operations]))
    assert jsonpatch.apply_patch(pod, operations) == back.pod
    assert plan(back.pod, lookup(*scene.claims), scene.settings).reasons[0].code != "InvalidPod"


@examples
@given(scenes())
def test_application_containers_keep_what_they_are_and_their_order(scene: Scene) -> None:
    result = injected(scene)
    for field in FIELDS:
        before = scene.pod["spec"].get(field) or []
        names = [container["name"] for container in before]
        after = [container for container in result.pod["spec"].get(field) or [] if container["name"] in names]
        assert [container["name"] for container in after] == names
        for old, new in zip(before, after, strict=True):
            assert {key: new.get(key) for key in KEPT} == {key: old.get(key) for key in KEPT}
            assert [mount["mountPath"] for mount in mounts(new)][: len(mounts(old))] == [
                mount["mountPath"] for mount in mounts(old)
            ]
            own = (old.get("lifecycle") or {}).get("postStart")
            assert not own or new["lifecycle"]["postStart"] == own


@examples
@given(scenes())
def test_names_are_valid_and_never_collide(scene: Scene) -> None:
    pod = injected(scene).pod
    for named in (containers(pod), pod["spec"].get("volumes") or []):
        names = [item["name"] for item in named]
        assert len(set(names)) == len(names)
        assert [name for name in names if not LABEL.fullmatch(name)] == []


@examples
@given(scenes())
def test_mounts_have_paths_of_their_own_and_volumes_that_are_there(scene: Scene) -> None:
    pod = injected(scene).pod
    volumes = {volume["name"] for volume in pod["spec"].get("volumes") or []}
    for container in containers(pod):
        paths = [mount["mountPath"] for mount in mounts(container)]
        assert len(set(paths)) == len(paths)
        assert {mount["name"] for mount in mounts(container)} <= volumes


@examples
@given(scenes(asking=(keys.INJECT,)))
def test_no_claim_of_a_dataset_is_left(scene: Scene) -> None:
    result = injected(scene)
    left = [
        volume["persistentVolumeClaim"]["claimName"]
        for volume in result.pod["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    ]
    assert set(left).isdisjoint(CLAIMS)
    assert {it.claim for it in result.reasons if it.claim} >= {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in scene.pod["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    }


@examples
@given(scenes())
def test_labels_that_are_written_are_valid(scene: Scene) -> None:
    written = injected(scene).pod["metadata"]["labels"]
    for key, value in written.items():
        prefix, _, name = key.rpartition("/")
        assert len(name) <= 63
        assert len(prefix) <= 253
        assert len(value) <= 63


@examples
@given(scenes())
def test_fields_that_nobody_knows_survive(scene: Scene) -> None:
    before, after = scene.pod, injected(scene).pod
    assert_kept(before, after, but=("metadata", "spec"))
    assert_kept(before["metadata"], after["metadata"], but=("labels", "annotations"))
    for field in ("labels", "annotations"):
        assert_kept(
            before["metadata"].get(field) or {}, after["metadata"].get(field) or {}, but=(keys.DATASETS_IN_USE,)
        )
    assert_kept(before["spec"], after["spec"], but=("volumes", *FIELDS, "affinity"))
    by_name = {container["name"]: container for container in containers(after)}
    for container in containers(before):
        assert_kept(container, by_name[container["name"]], but=("volumeMounts", "lifecycle"))


@examples
@given(scenes())
def test_fields_of_volumes_and_mounts_that_nobody_knows_survive(scene: Scene) -> None:
    pod = injected(scene).pod
    after = {volume["name"]: volume for volume in pod["spec"].get("volumes") or []}
    # On a platform that shares an emptyDir, a claim's further volumes give way to its first.
    shares = scene.settings.platform in SHARING or not scene.settings.fluid
    for volume in scene.pod["spec"].get("volumes") or []:
        if not (shares and "persistentVolumeClaim" in volume):
            assert_kept(volume, after[volume["name"]], but=("persistentVolumeClaim",))
    by_name = {container["name"]: container for container in containers(pod)}
    for container in containers(scene.pod):
        paths = {mount["mountPath"]: mount for mount in mounts(by_name[container["name"]])}
        for mount in mounts(container):
            assert_kept(mount, paths[mount["mountPath"]], but=_MOUNT_FIELDS)


#: Platforms that share an emptyDir under any profile.
SHARING = ("eci", "acs")
#: What an injection may say of a mount in its own way.
_MOUNT_FIELDS = ("name", "mountPropagation", "subPath", "subPathExpr", "readOnly")


def assert_kept(before: Object, after: Object, but: tuple[str, ...]) -> None:
    known = {key: value for key, value in before.items() if key not in but}
    assert json.dumps({key: after.get(key, "gone") for key in known}) == json.dumps(known)


@examples
@given(scenes(profiles=(Profile.DEFAULT,)), st.integers())
def test_the_order_of_volumes_makes_no_difference(scene: Scene, seed: int) -> None:
    result = planned(scene)
    other = copy.deepcopy(scene.pod)
    random.Random(seed).shuffle(other["spec"].get("volumes") or [])  # noqa: S311 - a permutation, no secret
    again = plan(other, lookup(*scene.claims), scene.settings)
    assert again.outcome is result.outcome
    assume(result.outcome is Outcome.INJECTED)
    assert set(again.sidecars) == set(result.sidecars)
    volumes = [{volume["name"] for volume in it.pod["spec"].get("volumes") or []} for it in (result, again)]
    shares = scene.settings.platform != "unprivileged"  # the volume that stays is the first
    assert shares or volumes[0] == volumes[1]
