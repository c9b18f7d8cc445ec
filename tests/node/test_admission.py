from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.running import run
from tests.cluster.api import Refused
from tests.cluster.policies import installed, present
from tests.node import program
from tests.node.node import Node
from tests.node.pods import LIST, Cluster, job, pod, sidecars, template
from tests.node.volumes import Volume

pytestmark = [pytest.mark.node, pytest.mark.timeout(240)]

HOME = "kubectl-fluid"
WEBHOOK = "kubectl-fluid-webhook"
CONFIGURATION = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/kubectl-fluid-webhook"


@pytest.fixture
def webhook(node: Node, tmp_path: Path) -> Iterator[Cluster]:
    """The webhook as Pods of this project's own image, installed as the documentation says."""
    node.load_images([program.image()])
    certs = tmp_path / "certs"
    printed = [
        ("certs", "--dir", certs),
        ("manifest", "--image", program.NAME, "--ca", certs / "ca.crt"),
        ("certs", "--dir", certs, "-o", "secret"),
    ]
    try:
        for arguments in printed:
            done = run("webhook", *arguments)
            assert done.status == 0, done.err
            if objects := [it for it in yaml.safe_load_all(done.out) if it]:
                node.apply(objects)
        home = Cluster(node, HOME)
        home.until(lambda: home.read("Deployment", WEBHOOK)["status"].get("readyReplicas") == 2, "it is ready")
        yield home
    finally:
        for path in (CONFIGURATION, f"/api/v1/namespaces/{HOME}"):
            with suppress(Refused):  # it was not made
                node.plane.admin.request("DELETE", path)


def test_the_webhook_injects_the_pods_of_a_job(webhook: Cluster, demo: Cluster, volume: Volume) -> None:
    assert len(webhook.pods()) == 2
    demo.create(job("work", template(LIST)))
    demo.until(lambda: demo.read("Job", "work")["status"].get("succeeded") == 1, "the Job completes")
    (made,) = demo.pods("job-name=work")
    assert sidecars(made) == ["fluid-fuse-demo"]
    assert demo.log(made["metadata"]["name"]) == volume.listing


def test_the_policies_inject_without_any_webhook(demo: Cluster, volume: Volume) -> None:
    plane = demo.node.plane
    done = run("policy", "compile", "--cluster", "-n", demo.namespace, "--kubeconfig", plane.kubeconfig, "-o", "json")
    assert done.status == 0, done.err
    templates: list[Any] = json.loads(done.out)["items"]
    with installed(plane.admin, demo.namespace), present(plane.admin, templates):
        made = demo.create(pod("app", template(LIST)))
        assert sidecars(made) == ["fluid-fuse-demo"]
        assert demo.finished("app")["status"]["phase"] == "Succeeded"
    assert demo.log("app") == volume.listing
