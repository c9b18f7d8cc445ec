"""What `kubectl fluid status` shows to a user who may not read everything: what he may, and what is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.running import Ran, run
from tests.cluster.control_plane import ControlPlane
from tests.cluster.loading_states import create_states

pytestmark = pytest.mark.cluster

GROUP = "rbac.authorization.k8s.io"
FLUID = {"apiGroups": ["data.fluid.io"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
CORE = ["pods", "persistentvolumeclaims", "events"]


def grant(api_server: ControlPlane, namespace: str, user: str, *rules: dict[str, Any]) -> None:
    """Rights of a user in one namespace."""
    metadata = {"name": user, "namespace": namespace}
    for value in (
        {"apiVersion": f"{GROUP}/v1", "kind": "Role", "metadata": metadata, "rules": list(rules)},
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": GROUP, "kind": "Role", "name": user},
            "subjects": [{"apiGroup": GROUP, "kind": "User", "name": user}],
        },
    ):
        api_server.admin.create(value)


def core(*resources: str) -> dict[str, Any]:
    return {"apiGroups": [""], "resources": list(resources), "verbs": ["get", "list", "watch"]}


@pytest.fixture
def place(api_server: ControlPlane, namespace: str) -> str:
    """A namespace with a healthy Dataset and one that is not."""
    create_states(api_server, namespace, "healthy", "partial")
    return namespace


def status(api_server: ControlPlane, user: str, *arguments: str) -> Ran:
    return run("status", "--kubeconfig", api_server.kubeconfig, "--as", user, *arguments)


def test_rights_in_the_namespace_are_enough(api_server: ControlPlane, place: str) -> None:
    grant(api_server, place, "insider", FLUID, core(*CORE))
    done = status(api_server, "insider", "-n", place)
    assert (done.status, done.err) == (1, "")
    assert "WORKERS" in done.out
    assert "<unknown>" not in done.out
    assert status(api_server, "insider", "-n", place, "healthy").status == 0
    detail = status(api_server, "insider", "-n", place, "dataset/healthy")
    assert (detail.status, detail.err) == (0, "")


def test_rights_in_one_namespace_do_not_show_all(api_server: ControlPlane, place: str) -> None:
    grant(api_server, place, "insider", FLUID, core(*CORE))
    done = status(api_server, "insider", "-A")
    assert (done.status, done.out) == (4, "")
    assert "this user may not list datasets.data.fluid.io -A" in done.err
    assert "hint: `kubectl auth can-i list datasets.data.fluid.io -A` must say yes" in done.err


def test_without_pods_the_cell_is_unknown_and_the_line_says_why(api_server: ControlPlane, place: str) -> None:
    grant(api_server, place, "podless", FLUID, core("persistentvolumeclaims"))
    done = status(api_server, "podless", "-n", place, "healthy")
    assert done.status == 0
    header, row = done.out.splitlines()
    assert dict(zip(header.split(), row.split(), strict=True))["PODS"] == "<unknown>"
    assert "Pods: forbidden: " in done.err
    assert f"may not list pods -n {place}" in done.err
    value = json.loads(status(api_server, "podless", "-n", place, "healthy", "-o", "json").out)
    assert value["pods"] is None
    assert [(it["kind"], it["reason"]) for it in value["unlisted"]] == [("Pod", "Forbidden")]


def test_without_dataloads_the_operations_are_unknown(api_server: ControlPlane, place: str) -> None:
    some = {**FLUID, "resources": ["datasets", "juicefsruntimes"]}
    grant(api_server, place, "loadless", some, core(*CORE))
    done = status(api_server, "loadless", "-n", place, "healthy")
    header, row = done.out.splitlines()
    assert dict(zip(header.split(), row.split(), strict=True))["OPERATIONS"] == "<unknown>"
    assert "DataLoads: forbidden: " in done.err
    assert "DataProcesses: forbidden: " in done.err
    assert done.status == 0


def test_without_runtimes_health_cannot_be_told(api_server: ControlPlane, place: str) -> None:
    grant(api_server, place, "runtimeless", {**FLUID, "resources": ["datasets"]}, core(*CORE))
    done = status(api_server, "runtimeless", "-n", place, "-o", "wide")
    assert done.status == 4
    assert done.out.count("RuntimeUnreadable") == 2
    assert "JuiceFSRuntimes: forbidden: " in done.err


def test_without_events_the_tree_says_so(api_server: ControlPlane, place: str) -> None:
    grant(api_server, place, "eventless", FLUID, core("pods", "persistentvolumeclaims"))
    done = status(api_server, "eventless", "-n", place, "dataset/healthy")
    assert done.status == 0
    assert "events <unknown>" in done.out
    assert "Events: forbidden: " in done.err


def test_a_user_with_nothing_gets_4_and_the_question_to_ask(api_server: ControlPlane, place: str) -> None:
    done = status(api_server, "nobody", "-n", place)
    assert (done.status, done.out) == (4, "")
    assert f"this user may not list datasets.data.fluid.io -n {place}" in done.err


def test_waiting_without_rights_ends_at_once(api_server: ControlPlane, place: str) -> None:
    grant(api_server, place, "runtimeless", {**FLUID, "resources": ["datasets"]}, core(*CORE))
    assert status(api_server, "runtimeless", "-n", place, "healthy", "--wait").status == 4
    assert status(api_server, "nobody", "-n", place, "healthy", "--wait").status == 4


def test_secrets_are_never_asked_for(api_server: ControlPlane, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from kubectl_fluid.cluster.request import Api

    asked: list[str] = []
    read = Api.read

    def listening(self: Api, path: str) -> Any:
        asked.append(path)
        return read(self, path)

    monkeypatch.setattr(Api, "read", listening)
    assert run("status", "--kubeconfig", api_server.kubeconfig, "-n", place, "dataset/healthy").status == 0
    kinds = {path.partition("?")[0].rpartition("/")[2] for path in asked}
    assert {"datasets", "pods", "events"} <= kinds
    assert not any("secret" in path for path in asked)
