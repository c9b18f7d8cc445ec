"""Fluid's controllers, from their Deployments."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.doctor.install import Controller, checks, controller
from kubectl_fluid.doctor.model import Check, Verdict

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict
BUNDLE = "Fluid a826600a"


def one(name: str = "dataset-controller", ready: int = 1, wanted: int = 1, **more: Any) -> Controller:
    return Controller(
        more.get("namespace", "fluid-system"), name, tag=more.get("tag", "v1.0.8"), wanted=wanted, ready=ready
    )


def judged(*found: Controller) -> dict[str, Check]:
    return {it.name: it for it in checks(found, BUNDLE)}


IDLE = one("juicefsruntime-controller", ready=0, wanted=0)


@pytest.mark.parametrize(
    ("found", "verdicts", "said"),
    [
        ((), (FAILED, SKIPPED, SKIPPED), "no Deployment of Fluid's controllers"),
        ((one(), one("fluid-webhook")), (OK, OK, OK), "2 controllers in namespace fluid-system"),
        ((one(), IDLE), (OK, OK, OK), "1 controller runs; 1 is started when first needed"),
        ((one(ready=0, wanted=0),), (OK, OK, FAILED), "1 controller has no ready Pod: dataset-controller"),
        ((one(ready=0),), (OK, OK, FAILED), "1 controller has no ready Pod"),
        ((one(ready=1, wanted=2),), (OK, OK, WARNING), "not all Pods are ready: dataset-controller 1/2"),
        ((one(), one("fluid-webhook", 0, 0)), (OK, OK, WARNING), "nobody starts what has no replicas: fluid-webhook"),
        (
            (one(), one(ready=0, namespace="other")),
            (WARNING, OK, FAILED),
            "1 controller has no ready Pod: other/dataset-controller",
        ),
        ((one("fluid-webhook"),), (FAILED, OK, OK), "there is no dataset-controller beside fluid-webhook"),
        ((one(), one("fluid-webhook", tag="v1.0.7")), (OK, WARNING, OK), "2 tags: v1.0.7, v1.0.8"),
        ((one(tag=""),), (OK, SKIPPED, OK), "have no tags"),
        ((one(), one(namespace="other")), (WARNING, OK, OK), "2 namespaces: fluid-system, other"),
        ((one(namespace="other"),), (OK, OK, OK), "in namespace other (not fluid-system)"),
        ((one(tag="v1.0.8"),), (OK, OK, OK), "Fluid v1.0.8; this program was written for Fluid a826600a"),
    ],
)
def test_each_state_of_an_installation(found: tuple[Controller, ...], verdicts: tuple[Verdict, ...], said: str) -> None:
    made = judged(*found)
    assert tuple(it.verdict for it in made.values()) == verdicts
    assert said in " ".join(it.message for it in made.values())


def test_the_cure_names_the_namespace_of_what_does_not_run() -> None:
    hint = judged(one(), one(ready=0, namespace="other"))["fluid-ready"].hint
    assert hint == "`kubectl -n other get pods` and `kubectl -n other describe deployment dataset-controller`"


def test_versions_of_two_installations_are_told_with_their_namespaces() -> None:
    made = judged(one(), one(namespace="other", tag="v0.9.2"))["fluid-version"]
    assert made.hint == "keep one installation"
    assert made.details == ("fluid-system/dataset-controller: v1.0.8", "other/dataset-controller: v0.9.2")


@pytest.mark.parametrize("name", ["dataset-controller", "fluid-webhook", "fluidapp-controller"])
def test_what_nobody_starts_by_itself_is_scaled(name: str) -> None:
    hint = judged(one(name, ready=0, wanted=0))["fluid-ready"].hint
    assert hint == f"`kubectl -n fluid-system scale deployment {name} --replicas=1`"


def test_the_cure_for_no_fluid_names_the_chart_where_helm_finds_it() -> None:
    hint = judged()["fluid-installed"].hint
    assert "helm repo add fluid https://fluid-cloudnative.github.io/charts" in hint
    assert "helm install fluid fluid/fluid -n fluid-system --create-namespace" in hint


def test_who_may_not_look_cannot_tell() -> None:
    made = list(checks(Forbidden("cluster https://x", "this user may not list deployments.apps -A", "hint"), BUNDLE))
    assert {it.verdict for it in made} == {UNKNOWN}
    assert {it.message for it in made} == {"this user may not list deployments.apps -A"}


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("fluidcloudnative/dataset-controller:v1.0.8", "v1.0.8"),
        ("registry:5000/fluid/dataset-controller:v1.1.0-a826600", "v1.1.0-a826600"),
        ("registry:5000/fluid/dataset-controller", ""),
        ("fluid/dataset-controller@sha256:00", ""),
        ("fluid/dataset-controller:v1@sha256:00", "v1"),
        ("", ""),
    ],
)
def test_the_tag_of_an_image(image: str, tag: str) -> None:
    template = {"spec": {"containers": [{"name": "manager", "image": image}]}}
    assert controller({"metadata": {"namespace": "n"}, "spec": {"template": template}}).tag == tag


@pytest.mark.parametrize("spec", [None, [], {"template": "no"}, {"template": {"spec": {"containers": ["no", {}]}}}])
def test_a_deployment_of_any_shape_is_read(spec: Any) -> None:
    made = controller({"metadata": {"namespace": "n", "labels": {"control-plane": "fluid-webhook"}}, "spec": spec})
    assert made == Controller("n", "fluid-webhook", "", 1, 0)


def test_what_a_stranger_wrote_is_cut_short() -> None:
    made = judged(one(tag="v" * 5000))
    assert len(made["fluid-version"].message) < 400
