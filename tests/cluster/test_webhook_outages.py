"""What breaks while Pods are created: nothing is admitted without its sidecar, and nothing is lost."""

from __future__ import annotations

import signal
import socket
import ssl
from contextlib import ExitStack
from typing import Any

import pytest

from kubectl_fluid.webhook.bundle.choices import NAME
from kubectl_fluid.webhook.certs import Step
from tests.cluster import fluid_objects, webhooks
from tests.cluster.control_plane import HOST, ControlPlane
from tests.cluster.load import Load, loading
from tests.cluster.switch import switching
from tests.cluster.webhooks import DRY, Certs, pod, refusal, registered, registration, sidecars, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

Object = dict[str, Any]


@pytest.fixture
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certs:
    return Certs(tmp_path_factory.mktemp("certs"))


@pytest.fixture
def place(api_server: ControlPlane, namespace: str) -> str:
    """A namespace with the dataset `jfs`."""
    webhooks.grant(api_server)
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    return namespace


def stored(api_server: ControlPlane, namespace: str) -> dict[str, list[str]]:
    """Pods and their sidecars."""
    answer = api_server.admin.request("GET", f"/api/v1/namespaces/{namespace}/pods")
    return {it["metadata"]["name"]: sidecars(it) for it in answer["items"]}


# --- certificates --------------------------------------------------------------------------------------------------


def seen(number: int) -> str:
    """CEL: all Pods but the one by which it is found out whether the API server goes by this configuration."""
    return f"object.metadata.name != 'seen-{number}'"


class Patched:
    """A configuration that is patched with what `webhook certs` prints."""

    def __init__(self, api_server: ControlPlane, path: str, namespace: str) -> None:
        self._api, self._path, self._namespace, self._number = api_server.admin, path, namespace, 0

    def patch(self, operations: list[Object]) -> None:
        """And wait until the API server goes by it."""
        self._number += 1
        place = "/webhooks/0/matchConditions/0/expression"
        mark = {"op": "replace", "path": place, "value": seen(self._number)}
        self._api.request("PATCH", self._path, [*operations, mark], "application/json-patch+json")
        probe = pod(f"seen-{self._number}", "jfs", self._namespace)
        until(lambda: sidecars(self._api.create(probe, DRY)) == [], "the API server goes by the patch")


def served_by(port: int, authority: str) -> bool:
    """Whether a new handshake with the server there can be checked with this authority alone."""
    context = ssl.create_default_context(cadata=authority)
    try:
        with socket.create_connection((HOST, port)) as raw, context.wrap_socket(raw, server_hostname=HOST):
            return True
    except ssl.SSLCertVerificationError:
        return False


def authorities(certs: Certs) -> list[str]:
    end = "-----END CERTIFICATE-----\n"
    return [block + end for block in certs.ca.decode().split(end)[:-1]]


def test_an_authority_is_replaced_under_load_without_a_failed_request(
    api_server: ControlPlane, place: str, certs: Certs
) -> None:
    with (
        webhooks.replica(api_server, certs) as replica,
        switching(replica.port) as switch,
        ExitStack() as stack,
    ):
        value = registration(f"{NAME}-{place}", [switch.port], certs.ca, [place])
        value["webhooks"][0]["matchConditions"].insert(0, {"name": "seen", "expression": seen(0)})
        # Another host name is another connection: its first Pod shakes hands when the old ones go on talking.
        other = value["webhooks"][2]["clientConfig"]
        other["url"] = other["url"].replace(HOST, "localhost")
        by_other = pod("other", "jfs", place)
        by_other["metadata"]["labels"] = {"alibabacloud.com/fluid-sidecar-target": "eci"}
        patched = Patched(api_server, stack.enter_context(registered(api_server.admin, value)), place)
        load = stack.enter_context(loading(api_server, place, DRY))
        load.more()

        (old,) = authorities(certs)
        assert Step.INTRODUCE.value in certs.step("--rotate")
        new, still = authorities(certs)
        assert still == old
        opened = switch.opened
        patched.patch(certs.patch())
        load.more()
        assert switch.opened > opened, "nobody shook hands with both authorities trusted"

        assert Step.SWITCH.value in certs.step()
        until(lambda: served_by(replica.port, new), "the new certificate is served")
        assert not served_by(replica.port, old)
        opened = switch.opened
        assert len(sidecars(api_server.admin.create(by_other, DRY))) == 1
        assert switch.opened > opened, "nobody shook hands with the new certificate"
        load.more()

        assert Step.RETIRE.value in certs.step()
        assert authorities(certs) == [new]
        opened = switch.opened
        patched.patch(certs.patch())
        load.more()
        assert switch.opened > opened, "nobody shook hands with the new authority alone"
        assert "nothing is due" in certs.step()
    assert (load.refused, load.cut, load.bare) == ([], [], [])


# --- the API server ------------------------------------------------------------------------------------------------


def test_a_restart_of_the_api_server_admits_no_pod_without_sidecar(
    api_server: ControlPlane, place: str, certs: Certs
) -> None:
    with (
        webhooks.replica(api_server, certs) as replica,
        registered(api_server.admin, registration(f"{NAME}-{place}", [replica.port], certs.ca, [place])),
    ):
        with loading(api_server, place) as load:
            load.more()
            with api_server.outage():
                until(lambda: any("broke" in it["message"] for it in replica.said()), "its watches break")
                assert replica.get("/readyz") == (200, "ok\n")
            load.more()
        assert load.cut, "there was no outage"
        assert load.bare == []
        # An API server that has just begun to listen refuses this and that; the webhook does not.
        assert not any("webhook" in message for message in load.refused)
        found = stored(api_server, place)
        assert set(load.created) <= set(found)
        assert all(it == ["fluid-fuse-jfs"] for it in found.values())
        # The watches go on: what comes after the restart is heard of.
        dataset = fluid_objects.dataset(place, "jfs")
        api_server.admin.merge(dataset, {"status": {"phase": "NotBound"}}, "/status")
        until(lambda: "is not bound" in refusal(api_server.admin, pod("late", "jfs", place)), "the change is heard of")


# --- the webhook ---------------------------------------------------------------------------------------------------

UNANSWERED = "failed calling webhook"


def test_one_of_two_replicas_is_killed_and_no_pod_is_lost(api_server: ControlPlane, place: str, certs: Certs) -> None:
    with (
        webhooks.replica(api_server, certs) as one,
        webhooks.replica(api_server, certs) as two,
        switching(one.port, two.port) as switch,
        registered(api_server.admin, registration(f"{NAME}-{place}", [switch.port], certs.ca, [place])),
    ):
        with loading(api_server, place) as load:
            load.more()
            one.kill()
            load.more()
        assert (load.bare, load.cut) == ([], [])
        # What was under way in it when it was killed was refused, not admitted; and admitted when it was tried again.
        assert all(UNANSWERED in message for message in load.refused)
        assert answered(two) > 0
        assert stored(api_server, place) == {name: ["fluid-fuse-jfs"] for name in load.created}


def answered(replica: webhooks.Replica) -> float:
    return replica.metrics().get('reviews_total{outcome="injected",reason="Injected"}', 0)


def test_a_replica_that_is_told_to_end_fails_nobody(api_server: ControlPlane, place: str, certs: Certs) -> None:
    with (
        webhooks.replica(api_server, certs, "--drain", "1") as one,
        webhooks.replica(api_server, certs) as two,
        switching(one.port, two.port) as switch,
        registered(api_server.admin, registration(f"{NAME}-{place}", [switch.port], certs.ca, [place])),
    ):
        with loading(api_server, place, DRY) as load:
            load.more()
            one.process.send_signal(signal.SIGTERM)
            until(lambda: any(it["message"] == "draining" for it in one.said()), "it says that it ends")
            switch.ports = [two.port]  # as the Service does when it is not ready any more
            load.more()
            assert one.process.wait(30) == 0
            load.more()
        assert (load.bare, load.refused, load.cut) == ([], [], [])
        assert answered(two) > 0


def test_without_any_replica_no_pod_is_admitted_until_one_is_back(
    api_server: ControlPlane, place: str, certs: Certs
) -> None:
    with switching() as switch, ExitStack() as stack:
        one = stack.enter_context(webhooks.replica(api_server, certs))
        switch.ports = [one.port]
        stack.enter_context(
            registered(api_server.admin, registration(f"{NAME}-{place}", [switch.port], certs.ca, [place]))
        )
        with loading(api_server, place) as load:
            load.more()
            one.kill()
            refused = len(load.refused)
            until(lambda: len(load.refused) > refused + 10, "Pods are refused")
            created = len(load.created)
            until(lambda: len(load.refused) > refused + 20, "Pods are refused")
            assert len(load.created) == created
            two = stack.enter_context(webhooks.replica(api_server, certs))
            switch.ports = [two.port]
            load.more()
        assert (load.bare, load.cut) == ([], [])
        assert all(UNANSWERED in message for message in load.refused)
        assert stored(api_server, place) == {name: ["fluid-fuse-jfs"] for name in load.created}


def test_pods_that_need_no_sidecar_never_wait_for_the_webhook(
    api_server: ControlPlane, place: str, certs: Certs
) -> None:
    with webhooks.replica(api_server, certs) as one:
        value = registration(f"{NAME}-{place}", [one.port], certs.ca, [place])
        with registered(api_server.admin, value):
            one.kill()
            other = pod("other", "jfs", place)
            assert UNANSWERED in refusal(api_server.admin, other)
            for labels in ({}, {"serverless.fluid.io/inject": "false"}):
                other["metadata"]["labels"] = labels
                assert refusal(api_server.admin, other) == ""


def test_load_tells_apart_what_came_of_a_pod(api_server: ControlPlane, place: str) -> None:
    load = Load(place, DRY)
    assert load._try(api_server.admin, "bare")  # no webhook is registered here
    assert (load.created, load.bare) == ([], ["bare"])
