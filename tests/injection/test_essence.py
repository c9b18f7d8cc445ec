"""A plan looks at no more of a Pod than its essence."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid import keys
from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.claims import Claims
from kubectl_fluid.injection.essence import UNREAD, UNREAD_SPEC, essence, fingerprint
from kubectl_fluid.injection.plan import Plan, plan
from kubectl_fluid.injection.settings import Profile, Settings, SidecarMode
from tests.injection import build

Object = dict[str, Any]

USING = (
    build.settings(admission=True),
    build.fluid(admission=True),
    build.settings(admission=True, platform="eci"),
    build.settings(admission=True, sidecar_mode=SidecarMode.LEGACY, force=True),
)


def seen(result: Plan) -> tuple[Any, ...]:
    return (result.outcome, result.operations, result.reasons, result.warnings, result.sidecars, result.status)


def agrees(pod: Object, claims: Claims, settings: Settings) -> None:
    before = copy.deepcopy(pod)
    reduced = essence(pod, settings)
    assert pod == before
    if reduced is None:
        return
    assert seen(plan(reduced, claims, settings)) == seen(plan(pod, claims, settings))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["fluid-serverless", "fluid-plugins", "chain"])
def test_reference_pods_are_planned_as_their_essence_is(name: str, shared: Callable[[str], Path]) -> None:
    with gzip.open(shared(f"conformance/{name}.jsonl.gz"), "rt") as lines:
        for case in map(json.loads, lines):
            store = ObjectStore()
            for value in case["cluster"]:
                store.add(value)
            namespace = case["request"]["namespace"]
            for profile in Profile:
                for platform in (None, "eci"):
                    settings = Settings(namespace, profile, platform=platform, unique=build.UNIQUE, admission=True)
                    agrees(case["request"]["object"], claims_from(store.get), settings)


text = st.text(max_size=6)
label_keys = st.sampled_from(
    [value for name, value in vars(keys).items() if name.isupper() and isinstance(value, str)]
    + ["app", "job-name", "x/y"]
)
labels = st.none() | st.dictionaries(
    label_keys, st.sampled_from(["true", "false", "required", "eci", "x", ""]), max_size=4
)
mounts = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["a", "b", "kube-api-access-x7k2p"]),
            "mountPath": st.sampled_from(["/a", "/b", "/c"]),
        },
        optional={"readOnly": st.booleans(), "subPath": text},
    ),
    max_size=3,
)
junk = st.none() | st.booleans() | st.integers() | text | st.lists(st.dictionaries(text, text, max_size=2), max_size=2)
containers: st.SearchStrategy[list[Object]] = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["app", "sidecar", "fluid-fuse-demo", "fluid-fuse-0", "init"])},
        optional={
            "volumeMounts": mounts,
            "restartPolicy": st.just("Always"),
            "lifecycle": st.sampled_from([None, {}, {"postStart": {"exec": {"command": ["true"]}}}, {"preStop": {}}]),
            "ports": st.sampled_from([None, [{"containerPort": 9567}], [{"containerPort": 111, "hostPort": 111}]]),
            "securityContext": st.sampled_from([{}, {"capabilities": {"add": ["SYS_ADMIN"]}}]),
            **dict.fromkeys(sorted(UNREAD), junk),
        },
    ),
    max_size=3,
)
volumes = st.lists(
    st.sampled_from(
        [
            build.volume("demo", "a"),
            build.volume("demo", "b", readOnly=True),
            build.volume("other", "b"),
            build.volume("disk", "c"),
            build.volume("gone", "d"),
            {"name": "kube-api-access-x7k2p", "projected": {"sources": []}},
            {"name": "a", "emptyDir": {}},
            {"name": "script-demo", "hostPath": {"path": "/x"}},
        ]
    ),
    max_size=4,
)
pods = st.fixed_dictionaries(
    {
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "name": text,
                "generateName": text,
                "labels": labels.map(lambda it: it if it is None else {keys.INJECT: "true", **it}),
                "annotations": labels,
                "ownerReferences": junk,
            },
        ),
        "spec": st.fixed_dictionaries(
            {"containers": containers, "volumes": volumes},
            optional={
                "initContainers": containers,
                "hostNetwork": st.booleans(),
                "imagePullSecrets": st.just([{"name": "x"}]),
                "nodeSelector": st.just({"topology.kubernetes.io/zone": "z"}),
                "restartPolicy": text,
                **dict.fromkeys(sorted(UNREAD_SPEC), text),
            },
        ),
    },
    optional={"status": junk},
)


@given(pods, st.sampled_from(USING))
def test_any_pod_is_planned_as_its_essence_is(pod: Object, settings: Settings) -> None:
    known = build.lookup(build.claim("demo"), build.claim("other", runtime="thin"), build.other_claim("disk"))
    reduced = essence(pod, settings)
    if reduced is None:
        return
    given_by_essence, given_by_pod = plan(reduced, known, settings), plan(pod, known, settings)
    if "kube-api-access-" in repr((given_by_essence.operations, given_by_essence.reasons)):
        return  # the webhook does not use such a plan
    assert seen(given_by_essence) == seen(given_by_pod)


def test_pods_of_one_template_have_one_essence() -> None:
    made = []
    for number in range(2):
        token = f"kube-api-access-abcd{number}"
        containers = [build.container("app", build.mount(), build.mount(token, "/var/run/secrets"))]
        pod = build.pod(build.volume(), {"name": token, "projected": {}}, containers=containers)
        pod["metadata"] |= {"name": f"train-{number}", "uid": str(number), "ownerReferences": [{"uid": str(number)}]}
        pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = f"train-{number}"
        pod["metadata"]["annotations"] = {"batch.kubernetes.io/job-completion-index": str(number)}
        pod["spec"]["hostname"] = f"train-{number}"
        pod["spec"]["containers"][0]["env"] = [{"name": "INDEX", "value": str(number)}]
        made.append(fingerprint(essence(pod, USING[0])))
    assert made[0] is not None
    assert made[0] == made[1]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pod: pod["spec"]["volumes"].append({"name": "x", "emptyDir": {}}), id="a volume"),
        pytest.param(lambda pod: pod["spec"]["containers"][0].update(ports=[{"containerPort": 1}]), id="a port"),
        pytest.param(lambda pod: pod["metadata"]["labels"].update({keys.CACHE_DIR: "true"}), id="a label of Fluid's"),
        pytest.param(lambda pod: pod["metadata"]["labels"].update({"custom/platform": "x"}), id="the platform's label"),
        pytest.param(lambda pod: pod["spec"].update(hostNetwork=1), id="1"),
        pytest.param(lambda pod: pod["spec"].update(hostNetwork=1.0), id="1.0"),
        pytest.param(lambda pod: pod["spec"].update(hostNetwork=True), id="true"),
        pytest.param(lambda pod: pod["metadata"].update(annotations={}), id="annotations"),
    ],
)
def test_what_a_plan_looks_at_tells_essences_apart(change: Callable[[Object], None]) -> None:
    settings = build.settings(platform_key="custom/platform")
    pod, changed = build.pod(), build.pod()
    change(changed)
    assert fingerprint(essence(pod, settings)) != fingerprint(essence(changed, settings))


def test_numbers_of_different_types_have_different_fingerprints() -> None:
    assert len({fingerprint([value]) for value in (1, 1.0, True, "1", None)}) == 5


def test_a_fingerprint_does_not_depend_on_who_else_holds_a_string() -> None:
    held = json.loads('["some-word"]')
    assert fingerprint(held * 2) == fingerprint(json.loads('["some-word", "some-word"]'))


def test_what_is_nested_too_deep_has_no_fingerprint() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    assert fingerprint(deep) is None


@pytest.mark.parametrize(
    "pod",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"metadata": [], "spec": {}}, id="metadata that is a list"),
        pytest.param({"metadata": {"name": 3}, "spec": {}}, id="a name that is a number"),
        pytest.param({"metadata": {}, "spec": {"containers": {"a": 1}}}, id="containers that are a mapping"),
        pytest.param({"metadata": {}, "spec": {"containers": [3]}}, id="a container that is a number"),
        pytest.param({"metadata": {}, "spec": {"containers": [{"name": "a"}, {"name": "a"}]}}, id="one name twice"),
        pytest.param(build.pod(annotations={keys.HOST_PATH_MODE: "random-suffix"}), id="a mount point of its own"),
    ],
)
def test_a_pod_that_cannot_be_told_apart_has_no_essence(pod: Object) -> None:
    assert essence(pod, build.settings()) is None


def test_every_label_and_annotation_of_keys_is_kept() -> None:
    known = [value for name, value in vars(keys).items() if name.isupper()]
    assert keys.INJECT in known
    for field in ("labels", "annotations"):
        pod = {"metadata": {field: dict.fromkeys([*known, "app"], "x")}, "spec": {}}
        reduced = essence(pod, build.settings())
        assert reduced is not None
        assert list(reduced["metadata"][field]) == known


def test_a_prefix_of_keys_keeps_what_begins_with_it() -> None:
    for prefix in (keys.DATASET_NAME_PREFIX, keys.DATASET_NAMESPACE_PREFIX, keys.SCHED_PREFIX):
        reduced = essence({"metadata": {"labels": {f"{prefix}x": "y"}}, "spec": {}}, build.settings())
        assert reduced is not None
        assert reduced["metadata"]["labels"] == {f"{prefix}x": "y"}
