"""The policies beside the webhook, and while an API server starts: no Pod that asks slips through."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.webhook.bundle.choices import NAME
from tests.cluster import fluid_objects, policies, webhooks
from tests.cluster.api import Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.test_webhook_conformance import said
from tests.cluster.webhooks import DRY, Certs, pod, sidecars, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(150)]

Object = dict[str, Any]


@pytest.fixture
def place(api_server: ControlPlane, namespace: str) -> Iterator[str]:
    """A namespace with the dataset `jfs` and its template, and the policies in force."""
    objects = fluid_objects.behind(namespace, "jfs")
    for value in objects:
        api_server.admin.create(value)
    with (
        policies.installed(api_server.admin, namespace),
        policies.present(api_server.admin, policies.templates_of(objects)),
    ):
        yield namespace


def test_the_webhook_injects_what_the_policies_leave_and_nothing_else(
    api_server: ControlPlane, place: str, tmp_path: Path
) -> None:
    api = api_server.admin
    by_policy = api.create(pod("plain", "jfs", place), DRY)
    random = pod("random", "jfs", place)
    random["metadata"]["annotations"] = {keys.HOST_PATH_MODE: "random-suffix"}
    # Where the sidecar has no emptyDir of its own the annotation counts.
    random["metadata"]["labels"][keys.UNPRIVILEGED] = "true"
    assert sidecars(api.create(random, DRY)) == []
    certs = Certs(tmp_path)
    webhooks.grant(api_server)
    with webhooks.replica(api_server, certs) as replica:
        registration = webhooks.registration(NAME, [replica.port], certs.ca, [place])
        with webhooks.registered(api, registration):
            assert said(api.create(pod("plain", "jfs", place), DRY)) == said(by_policy)
            assert sidecars(api.create(random, DRY)) == ["fluid-fuse-jfs"]
        assert keys.UNDO not in by_policy["metadata"]["annotations"]


def test_no_pod_that_asks_slips_through_while_an_api_server_starts(api_server: ControlPlane, place: str) -> None:
    """It does not know the kind of the templates for half a minute, and refuses such Pods meanwhile."""
    api_server.start_api_server()
    answers: list[str] = []

    def injected() -> bool:
        try:
            made = api_server.admin.create(pod("app", "jfs", place), DRY)
        except Refused as refused:
            answers.append(str(refused.status["message"]))
            return False
        except (OSError, http.client.HTTPException):
            return False
        assert sidecars(made) == ["fluid-fuse-jfs"]
        return True

    until(injected, "the API server goes by the templates again", seconds=100)
    assert all("InjectionTemplate" in it for it in answers), answers
