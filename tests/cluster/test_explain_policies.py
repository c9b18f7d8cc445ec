"""`explain` with our MutatingAdmissionPolicy in place of a webhook: it says what the API server then does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.keys import HOST_PATH_MODE
from tests.cli.running import run
from tests.cluster import fluid_objects, policies, webhooks
from tests.cluster.control_plane import ControlPlane
from tests.cluster.webhooks import DRY, pod
from tests.explanation.schema import check

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]

PLACE = "explained-by-policies"


@pytest.fixture(scope="module")
def world(api_server: ControlPlane) -> Iterator[Path]:
    """A namespace with two datasets, one of which has a template."""
    policies.ensure_namespace(api_server, PLACE)
    api = api_server.admin
    for value in (*fluid_objects.behind(PLACE, "jfs"), *fluid_objects.behind(PLACE, "bare")):
        api.create(value)
    with (
        policies.installed(api, PLACE),
        policies.present(api, policies.templates_of(fluid_objects.behind(PLACE, "jfs"))),
    ):
        yield api_server.kubeconfig_for("admin", ("system:masters",), namespace=PLACE)


ASKS = {"serverless.fluid.io/inject": "true"}
PODS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("jfs", {}, {}),
    ("jfs", {"alibabacloud.com/fluid-sidecar-target": "eci"}, {}),
    ("jfs", {"fluid.io/enable-injection": "false"}, {}),
    ("jfs", {"serverless.fluid.io/inject": "false"}, {}),
    ("jfs", {}, {"file-prefetcher.fluid.io/inject": "true", "file-prefetcher.fluid.io/image": "x"}),
    ("jfs", {}, {HOST_PATH_MODE: "random-suffix"}),
    ("jfs", {"unprivileged.sidecar.fluid.io/inject": "true"}, {HOST_PATH_MODE: "random-suffix"}),
    ("jfs", {"alibabacloud.com/fluid-sidecar-target": "nowhere"}, {}),
    ("bare", {}, {}),
]


@pytest.mark.parametrize(("claim", "labels", "annotations"), PODS, ids=str)
def test_the_policy_acts_where_it_is_said_to_act(
    api_server: ControlPlane,
    world: Path,
    tmp_path: Path,
    claim: str,
    labels: dict[str, str],
    annotations: dict[str, str],
) -> None:
    value = pod("one", claim, PLACE, **labels)
    value["metadata"]["annotations"] = annotations
    path = tmp_path / "pod.json"
    path.write_text(json.dumps(value))
    ran = run("explain", "-f", path, "-o", "json", "--kubeconfig", world)
    document = json.loads(ran.out)
    check(document)
    acts = any(it["acts"] for it in document["admission"]["hooks"])
    made = api_server.admin.create(value, DRY)
    assert acts is bool(webhooks.sidecars(made))
    assert {it["owner"] for it in document["admission"]["hooks"]} == {"kubectl-fluid"}
    if acts:
        assert document["diagnosis"]["code"] == "WillBeInjected"
        assert document["plan"]["sidecars"] == webhooks.sidecars(made)


def test_a_pod_that_has_the_names_of_the_sidecar_is_said_to_be_left(
    api_server: ControlPlane, world: Path, tmp_path: Path
) -> None:
    value = pod("one", "jfs", PLACE)
    value["spec"]["containers"].append({"name": "fluid-fuse-jfs", "image": "x"})
    path = tmp_path / "pod.json"
    path.write_text(json.dumps(value))
    document = json.loads(run("explain", "-f", path, "-o", "json", "--kubeconfig", world).out)
    (why,) = [it["why"] for it in document["admission"]["hooks"] if it["name"] == "kubectl-fluid-inject-serverless"]
    assert why.startswith("template jfs leaves the Pod alone: NamesTaken: ")
    made = api_server.admin.create(value, DRY)
    assert "initContainers" not in made["spec"]
