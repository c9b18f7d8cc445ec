"""`kubectl fluid policy sync` on a real API server: what it writes, what it leaves, what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kubectl_fluid.policy.names import PLURAL
from kubectl_fluid.policy.sync.bundle import Choices, bundle
from kubectl_fluid.policy.sync.desired import MANAGED_BY, MANAGER, SYNC
from tests.cli.running import Ran, run
from tests.cluster import fluid_objects, policies
from tests.cluster.api import Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.webhooks import DRY, pod, refusal, sidecars, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(150)]

Object = dict[str, Any]

KIND = "injectiontemplate.kubectl-fluid.io"


@pytest.fixture
def place(api_server: ControlPlane, namespace: str) -> Iterator[str]:
    """A namespace with the dataset `jfs`, without a template; the policies are in force."""
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    with policies.installed(api_server.admin, namespace):
        yield namespace


def synced(api_server: ControlPlane, namespace: str, *words: str) -> Ran:
    return run("policy", "sync", "--kubeconfig", api_server.kubeconfig, "-n", namespace, *words)


def template(api_server: ControlPlane, namespace: str, name: str = "jfs") -> Object:
    return api_server.admin.request("GET", f"{policies.templates_path(namespace)}/{name}")


def templates(api_server: ControlPlane, namespace: str) -> list[str]:
    found = api_server.admin.request("GET", policies.templates_path(namespace))
    return [it["metadata"]["name"] for it in found["items"]]


def edit(api_server: ControlPlane, namespace: str, patch: Object, name: str = "jfs") -> Object:
    path = f"{policies.templates_path(namespace)}/{name}?fieldManager=somebody"
    return api_server.admin.request("PATCH", path, patch, "application/merge-patch+json")


def compiled(api_server: ControlPlane, namespace: str) -> list[Object]:
    done = run("policy", "compile", "--cluster", "--kubeconfig", api_server.kubeconfig, "-n", namespace, "-o", "json")
    items: list[Object] = json.loads(done.out)["items"]
    return items


def test_each_dataset_gets_the_template_that_compile_prints_and_its_dataset_as_owner(
    api_server: ControlPlane, place: str
) -> None:
    done = synced(api_server, place)
    assert (done.status, done.out) == (0, f"{KIND}/jfs created\n")
    made = template(api_server, place)
    (wanted,) = compiled(api_server, place)
    assert made["spec"] == wanted["spec"]
    assert made["metadata"]["labels"] == {**wanted["metadata"]["labels"], MANAGED_BY: SYNC}
    dataset = api_server.admin.read(fluid_objects.dataset(place, "jfs"))
    (owner,) = made["metadata"]["ownerReferences"]
    assert owner == {
        "apiVersion": "data.fluid.io/v1alpha1",
        "kind": "Dataset",
        "name": "jfs",
        "uid": dataset["metadata"]["uid"],
    }
    assert [(it["manager"], it["operation"]) for it in made["metadata"]["managedFields"]] == [(MANAGER, "Apply")]


def test_a_pod_is_injected_by_it(api_server: ControlPlane, place: str) -> None:
    synced(api_server, place)

    def injected() -> bool:
        return sidecars(api_server.admin.create(pod("app", "jfs", place), DRY)) == ["fluid-fuse-jfs"]

    until(injected, "the policy goes by the template")


def test_what_is_in_step_is_left_as_it_is(api_server: ControlPlane, place: str) -> None:
    synced(api_server, place)
    before = template(api_server, place)
    done = synced(api_server, place)
    assert (done.status, done.out) == (0, f"{KIND}/jfs unchanged\n")
    assert template(api_server, place) == before


def test_a_changed_image_reaches_the_template(api_server: ControlPlane, place: str) -> None:
    synced(api_server, place)
    daemon_set = fluid_objects.daemon_set(place, "jfs")
    containers = daemon_set["spec"]["template"]["spec"]["containers"]
    containers[0]["image"] = "juicedata/mount:ce-v1.4.0"
    api_server.admin.merge(daemon_set, {"spec": {"template": {"spec": {"containers": containers}}}})
    assert synced(api_server, place).out == f"{KIND}/jfs configured\n"
    images = {it["sidecar"]["container"]["image"] for it in template(api_server, place)["spec"]["platforms"]}
    assert images == {"juicedata/mount:ce-v1.4.0"}


def test_without_its_daemon_set_a_dataset_has_a_template_that_refuses(api_server: ControlPlane, place: str) -> None:
    synced(api_server, place)
    api_server.admin.delete(fluid_objects.daemon_set(place, "jfs"))
    done = synced(api_server, place)
    assert (done.status, done.out) == (0, f"{KIND}/jfs configured\n")
    assert f"FUSE DaemonSet {place}/jfs-fuse does not exist" in done.err
    platforms = template(api_server, place)["spec"]["platforms"]
    assert {it["refusal"]["code"] for it in platforms} == {"FuseNotFound"}
    assert not any("sidecar" in it for it in platforms)
    with policies.guarded(api_server.admin):
        until(lambda: policies.GUARD in refusal(api_server.admin, pod("app", "jfs", place)), "the guard refuses")


def test_the_template_of_a_dataset_that_is_gone_is_deleted(api_server: ControlPlane, place: str) -> None:
    synced(api_server, place)
    api_server.admin.delete(fluid_objects.dataset(place, "jfs"))
    done = synced(api_server, place)
    assert (done.status, done.out) == (0, f"{KIND}/jfs deleted\n")
    assert templates(api_server, place) == []


def test_a_dataset_made_anew_owns_its_template(api_server: ControlPlane, place: str) -> None:
    synced(api_server, place)
    api_server.admin.delete(fluid_objects.dataset(place, "jfs"))
    made = api_server.admin.create(fluid_objects.dataset(place, "jfs"))
    assert synced(api_server, place).out == f"{KIND}/jfs configured\n"
    owners = [it["uid"] for it in template(api_server, place)["metadata"]["ownerReferences"]]
    assert owners == [made["metadata"]["uid"]]


@pytest.mark.parametrize(
    "patch",
    [
        {"spec": {"platforms": [{"name": "default", "refusal": {"code": "X", "message": "x"}}]}},
        {"spec": {"notReady": {"code": "X", "message": "x"}}},
        {"metadata": {"labels": {MANAGED_BY: None}}},
        {"metadata": {"ownerReferences": None}},
    ],
    ids=["a part of the spec", "something added to the spec", "the label", "the owner"],
)
def test_what_somebody_has_changed_is_put_back(api_server: ControlPlane, place: str, patch: Object) -> None:
    synced(api_server, place)
    before = template(api_server, place)
    edit(api_server, place, patch)
    done = synced(api_server, place)
    assert (done.status, done.out) == (0, f"{KIND}/jfs configured\n")
    after = template(api_server, place)
    assert after["spec"] == before["spec"]
    for key in ("labels", "ownerReferences"):
        assert after["metadata"][key] == before["metadata"][key]


def test_what_somebody_has_added_beside_it_stays(api_server: ControlPlane, place: str) -> None:
    synced(api_server, place)
    edit(api_server, place, {"metadata": {"labels": {"team": "x"}, "annotations": {"note": "y"}}})
    assert synced(api_server, place).out == f"{KIND}/jfs unchanged\n"
    metadata = template(api_server, place)["metadata"]
    assert (metadata["labels"]["team"], metadata["annotations"]) == ("x", {"note": "y"})


def test_templates_of_others_are_neither_changed_nor_deleted(api_server: ControlPlane, place: str) -> None:
    (value,) = compiled(api_server, place)
    theirs = {**value, "metadata": {"namespace": place, "name": "jfs", "labels": {"theirs": "true"}}}
    other = {**value, "metadata": {"namespace": place, "name": "other"}}
    for each in (theirs, other):
        api_server.admin.request("POST", policies.templates_path(place), each)
    before = template(api_server, place)
    done = synced(api_server, place)
    assert (done.status, done.out) == (1, f"{KIND}/jfs left alone\n")
    assert f"template {place}/jfs: somebody else has made a template of this name" in done.err
    assert template(api_server, place) == before
    assert templates(api_server, place) == ["jfs", "other"]


def test_what_compile_has_made_is_taken_over(api_server: ControlPlane, place: str) -> None:
    (value,) = compiled(api_server, place)
    api_server.admin.request("POST", policies.templates_path(place), value)
    assert synced(api_server, place).out == f"{KIND}/jfs configured\n"
    assert template(api_server, place)["metadata"]["labels"][MANAGED_BY] == SYNC


def test_a_dry_run_writes_nothing(api_server: ControlPlane, place: str) -> None:
    assert synced(api_server, place, "--dry-run=client").out == f"{KIND}/jfs created (dry run)\n"
    assert synced(api_server, place, "--dry-run=server").out == f"{KIND}/jfs created (server dry run)\n"
    assert templates(api_server, place) == []
    synced(api_server, place)
    api_server.admin.delete(fluid_objects.dataset(place, "jfs"))
    assert synced(api_server, place, "--dry-run=client").out == f"{KIND}/jfs deleted (dry run)\n"
    assert synced(api_server, place, "--dry-run=server").out == f"{KIND}/jfs deleted (server dry run)\n"
    assert templates(api_server, place) == ["jfs"]


def test_the_objects_can_be_printed(api_server: ControlPlane, place: str) -> None:
    done = synced(api_server, place, "-o", "json")
    (made,) = json.loads(done.out)["items"]
    assert made["metadata"]["uid"] == template(api_server, place)["metadata"]["uid"]
    assert synced(api_server, place, "-o", "name").out == f"{KIND}/jfs\n"


def test_a_field_that_no_pod_has_becomes_a_template_that_refuses(api_server: ControlPlane, place: str) -> None:
    """Here the API server says so: its definition is older than what this program knows."""
    definition = f"{policies.DEFINITIONS}/{PLURAL}.kubectl-fluid.io"
    whole = api_server.admin.request("GET", definition)
    synced(api_server, place)
    older = json.loads(json.dumps(whole))
    spec = older["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    sidecar = spec["platforms"]["items"]["properties"]["sidecar"]["properties"]
    del sidecar["container"]["properties"]["env"]
    api_server.admin.request("PUT", definition, older)
    try:
        daemon_set = fluid_objects.daemon_set(place, "jfs")
        containers = daemon_set["spec"]["template"]["spec"]["containers"]
        containers[0]["image"] = "juicedata/mount:ce-v1.4.0"
        api_server.admin.merge(daemon_set, {"spec": {"template": {"spec": {"containers": containers}}}})
        done = Ran(0, "", "")

        def refused() -> bool:
            nonlocal done
            done = synced(api_server, place)
            return done.status == 1

        until(refused, "the API server goes by the older definition")
        assert "its Pods are refused: no template can be made of the FUSE DaemonSet" in done.err
        assert ".env" in done.err
        platforms = template(api_server, place)["spec"]["platforms"]
        assert {it["refusal"]["code"] for it in platforms} == {"BadFuse"}
        where = ("--cluster", "--kubeconfig", api_server.kubeconfig, "-n", place)
        assert run("policy", "compile", *where).status == 0
        checked = run("policy", "compile", *where, "--check", "server")
        assert (checked.status, checked.out) == (1, "")
        assert f"template {place}/jfs: " in checked.err
    finally:
        current = api_server.admin.request("GET", definition)
        whole["metadata"]["resourceVersion"] = current["metadata"]["resourceVersion"]
        api_server.admin.request("PUT", definition, whole)
    until(lambda: synced(api_server, place).status == 0, "the API server goes by its own definition again")


def test_who_may_not_write_is_told_so_and_nothing_is_written(api_server: ControlPlane, place: str) -> None:
    done = synced(api_server, place, "--as", "nobody")
    assert (done.status, done.out) == (4, "")
    assert "this user may not list" in done.err
    name = "reader"
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
    group = "rbac.authorization.k8s.io"
    role = {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": group, "kind": "User", "name": name}],
    }
    for value in (role, binding):
        api_server.admin.create(value)
    done = synced(api_server, place, "--as", name)
    assert (done.status, done.out) == (4, "")
    assert f"this user may not patch injectiontemplates.kubectl-fluid.io -n {place}" in done.err
    with pytest.raises(Refused):
        template(api_server, place)


def test_its_pod_is_admitted_where_the_strictest_pod_security_standard_is_enforced(api_server: ControlPlane) -> None:
    made = {it["kind"]: it for it in bundle(Choices(namespace="strict-sync"))}
    api_server.admin.create(made["Namespace"])
    template_of_pods = made["Deployment"]["spec"]["template"]
    metadata = {**template_of_pods["metadata"], "name": "syncer", "namespace": "strict-sync"}
    value = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template_of_pods["spec"]}
    assert refusal(api_server.admin, value) == ""
    value["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    assert "restricted" in refusal(api_server.admin, value)
