"""`explain` on a real API server with the webhook beside it: Pods in every state, owners, files."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Ran, run
from tests.cluster import explained, fluid_objects, webhooks
from tests.cluster.control_plane import ControlPlane
from tests.cluster.explained import SIDECAR, ended, running, silent, waiting
from tests.cluster.webhooks import Certs, pod
from tests.explanation.schema import check
from tests.support import ROOT, Golden

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]

#: A name of its own: goldens hold it.
PLACE = "explained"
GOLDENS = ROOT / "tests" / "cluster" / "golden" / "explain"
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def world(api_server: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A kubeconfig of the administrator, whose namespace holds all of it."""
    api = api_server.admin
    api_server.create_namespace(PLACE)
    for value in (*fluid_objects.behind(PLACE, "jfs"), *fluid_objects.behind(PLACE, "late")):
        api.create(value)
    api.merge(fluid_objects.dataset(PLACE, "late"), {"status": {"phase": "NotBound"}}, "/status")
    api.create(pod("early", "jfs", PLACE))
    time.sleep(1.1)  # timestamps have whole seconds
    certs = Certs(tmp_path_factory.mktemp("certs"))
    webhooks.grant(api_server)
    with webhooks.replica(api_server, certs) as replica:
        value = webhooks.registration("kubectl-fluid-webhook", [replica.port], certs.ca, [PLACE])
        with webhooks.registered(api, value):
            pods(api_server)
            owners(api_server)
            yield api_server.kubeconfig_for("admin", ("system:masters",), namespace=PLACE)


def pods(api_server: ControlPlane) -> None:
    api = api_server.admin
    good = api.create(pod("good", "jfs", PLACE))
    explained.report(api, good, "Running", [running(SIDECAR)], [running("app")])
    done = api.create(pod("done", "jfs", PLACE))
    explained.report(api, done, "Succeeded", [ended(SIDECAR, 137)], [ended("app")])
    api.create(pod("fresh", "jfs", PLACE))
    crashing = api.create(pod("crashing", "jfs", PLACE))
    back_off = waiting(SIDECAR, "CrashLoopBackOff", "back-off 40s restarting", restarts=4, exit_code=1)
    explained.report(api, crashing, "Pending", [back_off], [waiting("app", "PodInitializing")])
    unmounted = api.create(pod("unmounted", "jfs", PLACE))
    explained.report(
        api, unmounted, "Pending", [waiting(SIDECAR, "PodInitializing")], [waiting("app", "PodInitializing")]
    )
    explained.warn(api, unmounted, "FailedPostStartHook", "PostStartHook failed: no FUSE file system is mounted", 3)
    plugin = api.create(silent("plugin", "jfs", PLACE))
    explained.report(api, plugin, "Running", [], [running("app")])
    stuck = api.create(silent("stuck", "jfs", PLACE))
    explained.report(api, stuck, "Pending", [], [waiting("app", "ContainerCreating")])
    explained.warn(api, stuck, "FailedMount", "driver name fuse.csi.fluid.io not found in the list", 7)


def owners(api_server: ControlPlane) -> None:
    api = api_server.admin
    for name, claim in (("refused", "late"), ("train", "jfs")):
        api.create(explained.job(name, claim, PLACE))
    refused = api.read(explained.job("refused", "late", PLACE))
    message = webhooks.refusal(api, pod("refused-x", "late", PLACE))
    explained.warn(api, refused, "FailedCreate", f"Error creating: {message}", 4)
    train = api.read(explained.job("train", "jfs", PLACE))
    child = pod("train-1", "jfs", PLACE, **train["spec"]["template"]["metadata"]["labels"])
    child["metadata"]["ownerReferences"] = explained.owned_by(train)
    explained.report(api, api.create(child), "Running", [running(SIDECAR)], [running("app")])
    web = api.create(explained.deployment("web", "jfs", PLACE))
    spec = {**web["spec"], "replicas": 2}
    spec["selector"] = {"matchLabels": {"app": "web"}}
    metadata = {"name": "web-1", "namespace": PLACE, "ownerReferences": explained.owned_by(web)}
    head = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata}
    body = {**head, "spec": {key: spec[key] for key in ("selector", "template", "replicas")}}
    replicas = api.request("POST", f"/apis/apps/v1/namespaces/{PLACE}/replicasets", body)
    for index in range(2):
        child = pod(f"web-1-{index}", "jfs", PLACE, app="web")
        child["metadata"]["ownerReferences"] = explained.owned_by({**head, "metadata": replicas["metadata"]})
        state = [running(SIDECAR)] if index else [waiting(SIDECAR, "ImagePullBackOff", "no such image")]
        explained.report(api, api.create(child), "Running", state, [running("app", ready=bool(index))])


def explain(kubeconfig: Path, *arguments: str) -> Ran:
    return run("explain", *arguments, "--kubeconfig", kubeconfig)


#: What is named → exit code, and the code of the diagnosis.
NAMED = {
    "pod/good": (0, "Running"),
    "pod/done": (0, "Completed"),
    "pod/fresh": (0, "Starting"),
    "pod/crashing": (1, "SidecarFailing"),
    "pod/unmounted": (1, "MountFailed"),
    "pod/early": (1, "CreatedWithoutSidecar"),
    "pod/plugin": (0, "MountedByPlugin"),
    "pod/stuck": (1, "MountFailed"),
    "job/train": (0, "Running"),
    "job/refused": (1, "DatasetNotBound"),
    "deployment/web": (1, "SidecarFailing"),
}


@pytest.mark.parametrize("name", NAMED)
def test_the_page_and_the_document_of_each(world: Path, golden: Golden, name: str) -> None:
    status, code = NAMED[name]
    page, made = explain(world, name), explain(world, name, "-o", "json")
    assert (page.status, made.status, page.err) == (status, status, "")
    document = json.loads(made.out)
    check(document)
    assert document["diagnosis"]["code"] == code
    assert max(map(len, page.out.splitlines())) <= 80
    file = name.replace("/", "-")
    golden(GOLDENS / f"{file}.txt", TIMES.sub("2026-01-01T00:00:00Z", page.out))
    golden(GOLDENS / f"{file}.json", TIMES.sub("2026-01-01T00:00:00Z", made.out))


@pytest.mark.parametrize("words", [("po", "good"), ("pods", "good"), ("Pod/good",), ("pods/good",)], ids=" ".join)
def test_names_are_taken_as_kubectl_takes_them(world: Path, words: tuple[str, ...]) -> None:
    assert explain(world, *words) == explain(world, "pod/good")


def test_several_objects_are_explained_and_the_worst_counts(world: Path) -> None:
    made = explain(world, "pod/good", "job/refused", "-o", "json")
    document = json.loads(made.out)
    check(document)
    assert made.status == 1
    assert [it["diagnosis"]["code"] for it in document["items"]] == ["Running", "DatasetNotBound"]


def test_what_does_not_exist_is_said(world: Path) -> None:
    ran = explain(world, "pod/nowhere")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"error: pod/nowhere: there is none in namespace {PLACE}\nhint: a Pod that could not")


def test_a_kind_that_the_cluster_does_not_know_is_said(world: Path) -> None:
    ran = explain(world, "pytorchjob/x")
    assert ran.err.startswith("error: pytorchjob/x: the cluster knows no pytorchjobs.kubeflow.org\n")


def test_a_file_is_explained_with_who_acts_in_the_cluster(world: Path, tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_text(json.dumps(fluid_objects.job("app", "jfs")))
    ran = explain(world, "-f", str(path))
    assert ran.status == 0
    assert "✓ serverless.inject.kubectl-fluid.io (MutatingWebhookConfiguration\n" in ran.out
    assert "WillBeInjected: kubectl-fluid-webhook puts in the sidecars that serve jfs" in ran.out


def test_in_a_namespace_of_which_no_webhook_knows_nobody_injects(
    api_server: ControlPlane, world: Path, namespace: str, tmp_path: Path
) -> None:
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    path = tmp_path / "job.json"
    path.write_text(json.dumps(fluid_objects.job("app", "jfs")))
    made = explain(world, "-f", str(path), "-n", namespace, "-o", "json")
    document = json.loads(made.out)
    assert (made.status, document["diagnosis"]["code"]) == (1, "NobodyInjects")
    assert f"namespace {namespace} is not selected: kubernetes.io/metadata.name In" in document["diagnosis"]["message"]


def test_what_is_said_of_the_webhook_is_what_happens(api_server: ControlPlane, world: Path, tmp_path: Path) -> None:
    """The plan of the file is the Pod that the API server makes of it."""
    path = tmp_path / "pod.json"
    value = pod("compared", "jfs", PLACE)
    path.write_text(json.dumps(value))
    told = json.loads(explain(world, "-f", str(path), "-o", "json").out)
    made = api_server.admin.create(value, webhooks.DRY)
    assert told["plan"]["sidecars"] == webhooks.sidecars(made)
    assert [it["acts"] for it in told["admission"]["hooks"] if it["owner"] == "kubectl-fluid"] == [True, False, False]
