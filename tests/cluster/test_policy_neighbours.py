"""The policies beside the API server's own admission plugins: which of them see the sidecar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster import fluid_objects, policies
from tests.cluster.api import Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.policies import templates_of
from tests.cluster.webhooks import DRY, pod, refusal, sidecars, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]


@pytest.fixture
def injecting(api_server: ControlPlane, namespace: str) -> Iterator[ControlPlane]:
    """Policies that inject, and a template in the test's namespace."""
    with (
        policies.installed(api_server.admin, namespace),
        policies.present(api_server.admin, templates_of(fluid_objects.behind(namespace, "jfs"))),
    ):
        yield api_server


def test_limits_of_a_namespace_reach_the_sidecar_too(injecting: ControlPlane, namespace: str) -> None:
    api = injecting.admin
    limits = {"type": "Container", "default": {"memory": "64Mi"}, "defaultRequest": {"memory": "32Mi"}}
    path = f"/api/v1/namespaces/{namespace}/limitranges"
    value = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "limits"}, "spec": {"limits": [limits]}}
    api.request("POST", path, value)

    def limited() -> set[str]:
        made = api.create(pod("app", "jfs", namespace), DRY)
        assert sidecars(made) == ["fluid-fuse-jfs"]
        containers = [*made["spec"]["initContainers"], *made["spec"]["containers"]]
        return {it["name"] for it in containers if it.get("resources", {}).get("limits") == {"memory": "64Mi"}}

    until(lambda: "app" in limited(), "the API server goes by the limits")
    assert limited() == {"app", "fluid-fuse-jfs"}


def test_pod_security_refuses_what_the_privileged_sidecar_makes_of_a_pod(
    injecting: ControlPlane, namespace: str
) -> None:
    api = injecting.admin
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    api.merge(space, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "baseline"}}})
    plain = {**pod("plain", "jfs", namespace), "metadata": {"name": "plain", "namespace": namespace}}
    until(lambda: "PodSecurity" in refusal(api, pod("app", "jfs", namespace)), "the label counts")
    assert refusal(api, plain) == ""
    eci = pod("app", "jfs", namespace, **{"alibabacloud.com/fluid-sidecar-target": "eci"})
    assert "privileged" in refusal(api, eci)
    assert "hostPath" not in refusal(api, eci)


def test_a_quota_counts_what_the_sidecar_asks_for(injecting: ControlPlane, namespace: str) -> None:
    api = injecting.admin
    hard = {"requests.cpu": "10"}
    value = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "quota"}, "spec": {"hard": hard}}
    made = api.request("POST", f"/api/v1/namespaces/{namespace}/resourcequotas", value)
    made["status"] = {"hard": hard, "used": {"requests.cpu": "0"}}  # a controller would do so
    api.request("PUT", f"/api/v1/namespaces/{namespace}/resourcequotas/quota/status", made)
    asking = pod("app", "jfs", namespace)
    asking["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1"}}
    with pytest.raises(Refused, match="fluid-fuse-jfs"):
        until(lambda: not api.create(asking, DRY), "the quota counts", 10.0)
