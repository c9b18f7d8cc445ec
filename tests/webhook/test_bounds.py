"""How large a Pod may be: who asks for a sidecar is refused above it, before anything is planned."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.webhook import bounds
from kubectl_fluid.webhook.reviewer import Reply, Reviewer
from kubectl_fluid.webhook.store import Store
from tests.webhook import serving
from tests.webhook.serving import UNIQUE, review

Object = dict[str, Any]

#: Seconds. The aim is 0.15 on a machine with nothing else to do; this is one that has.
PATIENCE = 1.5


def mount(index: int, volume: str = "data") -> Object:
    return {"name": volume, "mountPath": f"/data{index}"}


def pod(containers: int = 1, mounts: int = 1, volumes: int = 0, claims: int = 1, **metadata: Any) -> Object:
    """So many containers with as many mounts each, and more volumes, of so many claims."""
    made = serving.pod(**metadata)
    made["spec"]["containers"] = [
        {"name": f"app-{number}", "image": "x", "volumeMounts": [mount(it) for it in range(mounts)]}
        for number in range(containers)
    ]
    made["spec"]["volumes"] += [
        {"name": f"more-{number}", "persistentVolumeClaim": {"claimName": f"other-{number % claims}"}}
        for number in range(volumes)
    ]
    return made


def many(field: str, number: int) -> Object:
    made = pod()
    made["spec"][field] = [{}] * number
    return made


def ask(asked: Object, **options: Any) -> Reply:
    store = Store()
    for kind, value in serving.cluster():
        store.put(kind, value)
    it = Reviewer(store.claim, options.pop("settings", Settings()), lambda: UNIQUE, **options)
    return it.reply(it.ask(json.dumps(review(asked)).encode()))


TOO_LARGE = [
    pytest.param(pod(containers=1001), "1001 containers, and 1000 is the most", id="containers"),
    pytest.param(pod(containers=60_000), "60000 containers", id="sixty thousand containers"),
    pytest.param(pod(mounts=1001), "1001 mounts, and 1000 is the most", id="mounts of a container"),
    pytest.param(pod(containers=101, mounts=100), "10100 mounts, and 10000 is the most", id="mounts"),
    pytest.param(pod(containers=300, mounts=300), "90000 mounts", id="three hundred of both"),
    pytest.param(pod(volumes=250), "251 volumes, and 250 is the most", id="volumes"),
    pytest.param(pod(volumes=60, claims=50), "51 claims, and 50 is the most", id="claims"),
    pytest.param(pod(containers=200, volumes=40, claims=40), "41 claims for 200 containers", id="claims by containers"),
    pytest.param(many("imagePullSecrets", 200_000), "more than 100000 values", id="pull secrets"),
    pytest.param(many("tolerations", 200_000), "more than 100000 values", id="tolerations"),
]


@pytest.mark.parametrize(("large", "words"), TOO_LARGE)
def test_a_pod_that_is_too_large_is_refused_at_once(large: Object, words: str) -> None:
    began = time.perf_counter()
    reply = ask(large)
    assert time.perf_counter() - began < PATIENCE
    assert (reply.status, reply.outcome, reply.reason) == (200, "refused", "PodTooLarge")
    assert words in reply.message
    assert reply.message.endswith("; use several Pods")
    assert json.loads(reply.body)["response"]["status"]["code"] == 413


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ({}, "NotRequested"),
        ({"app": "x"}, "NotRequested"),
        ({"serverless.fluid.io/inject": "true", "fluid.io/enable-injection": "false"}, "Disabled"),
        ({"serverless.fluid.io/inject": "true", "done.sidecar.fluid.io/inject": "true"}, "AlreadyInjected"),
    ],
)
def test_a_pod_that_asks_for_nothing_may_be_as_large_as_it_likes(labels: dict[str, str], reason: str) -> None:
    for large in (pod(containers=60_000, labels=labels), pod(containers=300, mounts=300, labels=labels)):
        reply = ask(large)
        assert (reply.outcome, reply.reason) == ("skipped", reason)
        assert "patch" not in json.loads(reply.body)["response"]


def test_where_all_pods_are_injected_a_large_one_asks_too() -> None:
    reply = ask(pod(containers=2000, labels={}), settings=Settings(force=True))
    assert (reply.outcome, reply.reason) == ("refused", "PodTooLarge")


def test_a_large_pod_whose_labels_are_none_is_refused_for_them() -> None:
    reply = ask(pod(containers=2000, labels={"serverless.fluid.io/inject": True}))
    assert (reply.outcome, reply.reason) == ("refused", "InvalidPod")


def test_disabled_a_large_pod_passes() -> None:
    assert ask(pod(containers=2000), disabled=True).reason == "InjectionDisabled"


@pytest.mark.parametrize(
    "allowed",
    [
        pytest.param(pod(containers=1000), id="containers"),
        pytest.param(pod(mounts=1000), id="mounts of a container"),
        pytest.param(pod(volumes=10, claims=1), id="volumes"),
        pytest.param(many("tolerations", 30_000), id="tolerations"),
    ],
)
def test_a_pod_of_the_limit_is_planned(allowed: Object) -> None:
    reply = ask(allowed)
    assert reply.reason in ("Injected", "ClaimNotFound")
    assert bounds.exceeded(allowed, small=False) == ""


def test_a_hundred_containers_with_a_hundred_mounts_are_planned_in_time() -> None:
    large = pod(containers=100, mounts=100)
    for container in large["spec"]["containers"]:
        container["volumeMounts"] = [mount(0), *(mount(it, "other") for it in range(1, 100))]
    large["spec"]["volumes"].append({"name": "other", "emptyDir": {}})
    began = time.perf_counter()
    reply = ask(large)
    assert time.perf_counter() - began < PATIENCE
    assert reply.outcome == "injected"
    assert base64.b64decode(json.loads(reply.body)["response"]["patch"])


@pytest.mark.parametrize(
    "spec",
    [
        None,
        [],
        "x",
        {},
        {"containers": 3, "volumes": "x"},
        {"containers": [3, None, {"volumeMounts": 3}, {"volumeMounts": {}}], "volumes": [3, None, {}, {"name": 1}]},
        {"volumes": [{"persistentVolumeClaim": 3}, {"persistentVolumeClaim": []}, {"persistentVolumeClaim": None}]},
        {"volumes": [{"persistentVolumeClaim": {"claimName": []}}, {"persistentVolumeClaim": {"claimName": {}}}]},
    ],
)
def test_whatever_has_the_wrong_type_is_not_counted(spec: Any) -> None:
    assert bounds.exceeded({"metadata": 3, "spec": spec}, small=False) == ""


def test_an_environment_is_not_counted() -> None:
    large = pod()
    large["spec"]["containers"][0]["env"] = [{"name": f"E{number}", "value": ""} for number in range(200_000)]
    assert bounds.exceeded(large, small=False) == ""
