"""Another webhook that changes the same Pods, called before ours or after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kubectl_fluid.webhook.bundle.choices import NAME
from tests.cluster import fluid_objects, webhooks
from tests.cluster.control_plane import ControlPlane
from tests.cluster.reviewer import Change, Reviewer, add_container, add_first_container, ask_for_sidecar, registered
from tests.cluster.webhooks import Certs, Replica, pod, sidecars

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]

#: API servers call configurations in the order of their names.
BEFORE, AFTER = "a-comes-before", "z-comes-after"
assert BEFORE < NAME < AFTER


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certs:
    return Certs(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="module", params=["default", "fluid"])
def replica(api_server: ControlPlane, certs: Certs, request: pytest.FixtureRequest) -> Iterator[Replica]:
    webhooks.grant(api_server)
    with webhooks.replica(api_server, certs, "--profile", request.param) as it:
        yield it


@pytest.fixture
def place(api_server: ControlPlane, namespace: str, replica: Replica, certs: Certs) -> Iterator[str]:
    """A namespace with the dataset `jfs`, in which our webhook is registered."""
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    ours = webhooks.registration(NAME, [replica.port], certs.ca, [namespace])
    with webhooks.registered(api_server.admin, ours):
        yield namespace


def by_name(value: Object) -> dict[str, Object]:
    spec = value["spec"]
    containers = [*spec.get("initContainers", ()), *spec["containers"]]
    found = {it["name"]: it for it in containers}
    assert len(found) == len(containers)
    return found


@pytest.mark.parametrize("change", [add_container, add_first_container])
@pytest.mark.parametrize("name", [BEFORE, AFTER])
def test_a_container_of_another_webhook_and_one_sidecar_are_in_the_pod(
    api_server: ControlPlane, place: str, other: Reviewer, name: str, change: Change
) -> None:
    alone = api_server.admin.create(pod("alone", "jfs", place))
    (sidecar,) = sidecars(alone)
    other.change = change
    with registered(api_server, other, name, place):
        made = api_server.admin.create(pod("both", "jfs", place))
    found, expected = by_name(made), by_name(alone)
    assert sidecars(made) == [sidecar]
    assert set(found) == {*expected, "other"}
    assert {key: it for key, it in found.items() if key != "other"} == expected
    assert made["spec"]["volumes"] == alone["spec"]["volumes"]
    assert "/other" in [it["mountPath"] for it in found["other"]["volumeMounts"]]
    assert made["metadata"]["labels"] == alone["metadata"]["labels"]
    # Whoever was called before is called again when the Pod has changed; ours not for a Pod that it has injected.
    assert len(other.paths) == (2 if name == BEFORE else 1)
    assert api_server.admin.read(made)["spec"]["containers"] == made["spec"]["containers"]


def test_a_webhook_that_is_called_before_may_ask_for_the_sidecar(
    api_server: ControlPlane, place: str, other: Reviewer
) -> None:
    other.change = ask_for_sidecar
    with registered(api_server, other, BEFORE, place):
        value = pod("silent", "jfs", place)
        del value["metadata"]["labels"]
        made = api_server.admin.create(value)
    assert len(sidecars(made)) == 1


def test_the_label_comes_too_late_where_it_is_added_after_our_turn(
    api_server: ControlPlane, place: str, other: Reviewer
) -> None:
    """API servers call only those again that they have called before; ours is no exception."""
    other.change = ask_for_sidecar
    with registered(api_server, other, AFTER, place):
        value = pod("silent", "jfs", place)
        del value["metadata"]["labels"]
        made = api_server.admin.create(value)
    assert made["metadata"]["labels"] == {"serverless.fluid.io/inject": "true"}
    assert sidecars(made) == []
