from __future__ import annotations

import json
import socket
import ssl
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.cluster import fluid_objects
from tests.cluster.api import Refused
from tests.cluster.control_plane import HOST, ControlPlane
from tests.cluster.crds import FLUID

pytestmark = pytest.mark.cluster


def pod(namespace: str) -> fluid_objects.Object:
    template = fluid_objects.pod_template("data")
    return {"apiVersion": "v1", "kind": "Pod", **template, "metadata": {"namespace": namespace, "name": "app"}}


def test_the_api_server_is_ready(api_server: ControlPlane) -> None:
    assert api_server.admin.ask("GET", "/readyz") == b"ok"


def test_it_tells_the_version_of_the_release_that_it_was_built_from(api_server: ControlPlane) -> None:
    version = api_server.admin.request("GET", "/version")
    assert version["gitVersion"].startswith(f"v{version['major']}.{version['minor']}.")


def test_it_serves_every_kind_of_fluid_and_the_status_of_those_that_have_one(api_server: ControlPlane) -> None:
    served = {
        it["name"]: it["kind"] for it in api_server.admin.request("GET", "/apis/data.fluid.io/v1alpha1")["resources"]
    }
    assert {name: kind for name, kind in served.items() if "/" not in name} == {
        known.plural: kind for kind, known in FLUID.items()
    }
    assert {name for name in served if name.endswith("/status")} == {
        f"{known.plural}/status" for known in FLUID.values() if known.status
    }


def test_a_user_without_a_role_is_denied(api_server: ControlPlane, namespace: str) -> None:
    stranger = api_server.api_for("stranger")
    try:
        with pytest.raises(Refused, match='User "stranger" cannot list resource "pods"') as denied:
            stranger.request("GET", f"/api/v1/namespaces/{namespace}/pods")
    finally:
        stranger.close()
    assert denied.value.code == 403


def test_a_client_without_a_certificate_is_nobody(api_server: ControlPlane) -> None:
    context = ssl.create_default_context(cafile=str(api_server.ca))
    with pytest.raises(HTTPError) as denied:
        urlopen(f"{api_server.url}/api/v1/pods", context=context)  # noqa: S310 - https
    with denied.value as answer:
        assert json.load(answer)["message"].startswith('pods is forbidden: User "system:anonymous" cannot list')


def test_a_role_gives_its_user_what_it_says_and_no_more(api_server: ControlPlane, namespace: str) -> None:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]
    metadata = {"name": "reader", "namespace": namespace}
    group = "rbac.authorization.k8s.io"
    api_server.admin.create({"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": rules})
    api_server.admin.create({
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": group, "kind": "Role", "name": "reader"},
        "subjects": [{"apiGroup": group, "kind": "Group", "name": "readers"}],
    })  # fmt: skip
    kubeconfig = api_server.kubeconfig_for("reader", ("readers",), namespace=namespace)
    allowed = api_server.kubectl("auth", "can-i", "list", "pods", kubeconfig=kubeconfig)
    denied = api_server.kubectl("auth", "can-i", "list", "secrets", kubeconfig=kubeconfig)
    assert (allowed.stdout.strip(), denied.stdout.strip()) == ("yes", "no")


def test_who_does_not_know_its_ca_does_not_trust_it(api_server: ControlPlane) -> None:
    context = ssl.create_default_context()
    with socket.create_connection((HOST, api_server.port)) as plain, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(plain, server_hostname=HOST)


def test_a_dataset_is_created_and_its_status_set(api_server: ControlPlane, namespace: str) -> None:
    wanted = fluid_objects.dataset(namespace, "jfs")
    api_server.admin.create(wanted)
    found = api_server.admin.read(wanted)
    assert found["spec"] == wanted["spec"]
    assert found["status"] == wanted["status"]


def test_the_status_of_a_dataset_is_not_set_by_its_creation(api_server: ControlPlane, namespace: str) -> None:
    wanted = fluid_objects.dataset(namespace, "jfs")
    made = api_server.admin.request("POST", f"/apis/data.fluid.io/v1alpha1/namespaces/{namespace}/datasets", wanted)
    assert "status" not in made


def test_fluids_short_names_work(api_server: ControlPlane, namespace: str) -> None:
    for value in fluid_objects.behind(namespace, "jfs")[:2]:
        api_server.admin.create(value)
    listed = api_server.kubectl("get", "juicefs,dataset", "-n", namespace, "-o", "name")
    assert listed.stdout.split() == ["juicefsruntime.data.fluid.io/jfs", "dataset.data.fluid.io/jfs"]


def test_a_server_side_dry_run_of_a_pod_makes_none(api_server: ControlPlane, namespace: str) -> None:
    tried = api_server.admin.create(pod(namespace), query="?dryRun=All")
    assert tried["spec"]["schedulerName"] == "default-scheduler"  # set by the server
    assert api_server.admin.request("GET", f"/api/v1/namespaces/{namespace}/pods")["items"] == []


def test_a_pod_that_is_wrong_is_refused_by_a_dry_run(api_server: ControlPlane, namespace: str) -> None:
    wrong = pod(namespace)
    wrong["spec"]["containers"][0]["volumeMounts"][0]["name"] = "nowhere"
    with pytest.raises(Refused, match="nowhere") as refused:
        api_server.admin.create(wrong, query="?dryRun=All")
    assert refused.value.code == 422


@pytest.mark.timeout(60)
def test_objects_survive_a_restart_of_the_api_server(api_server: ControlPlane, namespace: str) -> None:
    wanted = fluid_objects.dataset(namespace, "jfs")
    made = api_server.admin.create(wanted)
    with api_server.outage(), pytest.raises(ConnectionRefusedError):
        api_server.admin.read(wanted)
    assert api_server.admin.read(wanted)["metadata"]["uid"] == made["metadata"]["uid"]
