"""`explain` for users who may not read everything: each sees what is allowed, and what is not, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import run
from tests.cluster import explained, fluid_objects
from tests.cluster.control_plane import ControlPlane
from tests.cluster.explained import running
from tests.cluster.webhooks import until
from tests.explanation.schema import check

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]

RBAC = "rbac.authorization.k8s.io/v1"
READ = ["get", "list"]
#: What a person who works in a namespace has there.
NAMESPACED = [
    {"apiGroups": [""], "resources": ["pods", "events", "persistentvolumeclaims"], "verbs": READ},
    {"apiGroups": ["apps", "batch"], "resources": ["*"], "verbs": READ},
    {"apiGroups": ["data.fluid.io"], "resources": ["*"], "verbs": READ},
]
CLUSTER = [
    {"apiGroups": [""], "resources": ["persistentvolumes", "namespaces"], "verbs": READ},
    {"apiGroups": ["admissionregistration.k8s.io"], "resources": ["*"], "verbs": READ},
    {"apiGroups": ["storage.k8s.io"], "resources": ["csidrivers"], "verbs": READ},
]


def without(rules: list[Object], resource: str) -> list[Object]:
    return [{**it, "resources": [name for name in it["resources"] if name != resource]} for it in rules]


def grant(api_server: ControlPlane, user: str, namespace: str, rules: list[Object]) -> Path:
    """A user who may do that in the namespace, and nothing else."""
    subject = [{"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}]
    metadata = {"name": user, "namespace": namespace}
    api_server.admin.create({"apiVersion": RBAC, "kind": "Role", "metadata": metadata, "rules": rules})
    reference = {"kind": "Role", "name": user, "apiGroup": "rbac.authorization.k8s.io"}
    binding = {"apiVersion": RBAC, "kind": "RoleBinding", "metadata": metadata, "subjects": subject}
    api_server.admin.create({**binding, "roleRef": reference})
    return api_server.kubeconfig_for(user, namespace=namespace)


def grant_cluster(api_server: ControlPlane, user: str) -> None:
    subject = [{"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}]
    metadata = {"name": user}
    api_server.admin.create({"apiVersion": RBAC, "kind": "ClusterRole", "metadata": metadata, "rules": CLUSTER})
    reference = {"kind": "ClusterRole", "name": user, "apiGroup": "rbac.authorization.k8s.io"}
    binding = {"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": metadata, "subjects": subject}
    api_server.admin.create({**binding, "roleRef": reference})


def may(api_server: ControlPlane, kubeconfig: Path, verb: str, resource: str) -> bool:
    return api_server.kubectl("auth", "can-i", verb, resource, kubeconfig=kubeconfig).stdout.strip() == "yes"


@pytest.fixture
def place(api_server: ControlPlane, namespace: str) -> str:
    """A namespace with a dataset, a Job that asks for it, and a Pod that runs without a sidecar."""
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    api_server.admin.create(explained.job("train", "jfs", namespace))
    plain = api_server.admin.create(explained.silent("plain", "jfs", namespace))
    explained.report(api_server.admin, plain, "Running", [], [running("app")])
    return namespace


def explain(kubeconfig: Path, name: str) -> tuple[int, Object, str]:
    made = run("explain", name, "-o", "json", "--kubeconfig", kubeconfig)
    assert made.err == ""
    document = json.loads(made.out)
    check(document)
    return made.status, document, run("explain", name, "--kubeconfig", kubeconfig).out


def test_a_user_of_one_namespace_sees_which_of_the_clusters_objects_he_may_not_read(
    api_server: ControlPlane, place: str
) -> None:
    kubeconfig = grant(api_server, f"inside-{place}", place, NAMESPACED)
    until(lambda: may(api_server, kubeconfig, "list", "pods"), "the role counts")
    status, document, page = explain(kubeconfig, "job/train")
    assert status == 4
    assert document["diagnosis"]["code"] == "Unread"
    assert f"this user may not get persistentvolumes {place}-jfs" in document["diagnosis"]["message"]
    kinds = [line.partition(":")[0] for line in document["admission"]["unread"]]
    assert kinds[:4] == [
        "mutatingwebhookconfigurations",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
        "validatingadmissionpolicies",
    ]
    assert f"Namespace {place}: this user may not get namespaces" in " ".join(document["admission"]["unread"])
    assert "? mutatingwebhookconfigurations: this user may not list\n" in page
    assert [it["holds"] for it in document["decision"] if it["decides"]] == [True]


def test_a_pod_is_explained_by_its_status_whatever_else_may_not_be_read(api_server: ControlPlane, place: str) -> None:
    kubeconfig = grant(api_server, f"inside-{place}", place, NAMESPACED)
    until(lambda: may(api_server, kubeconfig, "list", "events"), "the role counts")
    status, document, _ = explain(kubeconfig, "pod/plain")
    assert (status, document["diagnosis"]["code"]) == (0, "MountedByPlugin")
    assert document["unread"] == []


def test_without_pods_and_events_the_lines_say_so(api_server: ControlPlane, place: str) -> None:
    user = f"no-pods-{place}"
    grant_cluster(api_server, user)
    rules = without(without(NAMESPACED, "pods"), "events")
    kubeconfig = grant(api_server, user, place, rules)
    until(lambda: may(api_server, kubeconfig, "get", "jobs.batch"), "the role counts")
    status, document, page = explain(kubeconfig, "job/train")
    assert (status, document["diagnosis"]["code"]) == (1, "NobodyInjects")
    assert (document["workload"]["pods"], document["workload"]["refusals"]) == (None, None)
    assert document["unread"] == [
        f"pods: this user may not list pods -n {place}",
        f"events: this user may not list events -n {place}",
    ]
    assert "PODS  could not be read" in page
    assert "NOT READ\n  ? pods: this user may not list pods" in page


def test_who_may_nothing_gets_exit_code_4(api_server: ControlPlane, place: str) -> None:
    nobody = api_server.kubeconfig_for(f"nobody-{place}", namespace=place)
    ran = run("explain", "pod/plain", "--kubeconfig", nobody)
    assert (ran.status, ran.out) == (4, "")
    assert f"this user may not get pods -n {place}" in ran.err


def test_a_file_is_explained_as_far_as_its_reader_may_read(
    api_server: ControlPlane, place: str, tmp_path: Path
) -> None:
    nobody = api_server.kubeconfig_for(f"nobody-{place}", namespace=place)
    path = tmp_path / "job.json"
    path.write_text(json.dumps(fluid_objects.job("app", "jfs")))
    made = run("explain", "-f", path, "-o", "json", "--kubeconfig", nobody)
    document = json.loads(made.out)
    check(document)
    assert (made.status, document["diagnosis"]["code"]) == (4, "Unread")
    assert document["claims"][0]["reason"]["code"] == "Unread"
    assert document["plan"]["outcome"] is None
    assert document["plan"]["branch"] == "serverless"


def test_no_secret_is_asked_for(api_server: ControlPlane, place: str) -> None:
    """A user with every right but that one misses nothing."""
    user = f"all-but-secrets-{place}"
    grant_cluster(api_server, user)
    kubeconfig = grant(api_server, user, place, NAMESPACED)
    until(lambda: may(api_server, kubeconfig, "list", "events"), "the role counts")
    assert not may(api_server, kubeconfig, "get", "secrets")
    for name in ("pod/plain", "job/train"):
        _, document, _ = explain(kubeconfig, name)
        assert (document["unread"], document["admission"]["unread"]) == ([], [])
        assert all("unread" not in claim for claim in document["claims"])
