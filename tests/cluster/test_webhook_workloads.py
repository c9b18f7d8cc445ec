"""Pods of workloads, and Pods that come before what they need: none is admitted without its sidecar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kubectl_fluid.webhook.bundle.access import cluster_role
from kubectl_fluid.webhook.bundle.choices import NAME
from tests.cluster import fluid_objects, webhooks
from tests.cluster.control_plane import ControlPlane
from tests.cluster.webhooks import DRY, Certs, Replica, pod, refusal, sidecars, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certs:
    return Certs(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="module")
def replica(api_server: ControlPlane, certs: Certs) -> Iterator[Replica]:
    webhooks.grant(api_server)
    with webhooks.replica(api_server, certs) as it:
        yield it


@contextmanager
def served(api_server: ControlPlane, namespace: str, replica: Replica, certs: Certs) -> Iterator[str]:
    """The namespace, whose Pods go through the webhook."""
    value = webhooks.registration(f"{NAME}-{namespace}", [replica.port], certs.ca, [namespace])
    with webhooks.registered(api_server.admin, value):
        yield namespace


@pytest.fixture
def place(api_server: ControlPlane, namespace: str, replica: Replica, certs: Certs) -> Iterator[str]:
    with served(api_server, namespace, replica, certs) as it:
        yield it


def create(api_server: ControlPlane, *values: Object) -> None:
    for value in values:
        api_server.admin.create(value)


# --- Pods as controllers make them of templates --------------------------------------------------------------------


def workload(kind: str, namespace: str) -> Object:
    """One that reads the dataset `jfs`."""
    template = fluid_objects.pod_template("jfs")
    template["metadata"]["labels"]["app"] = "web"
    selector = {"matchLabels": {"app": "web"}}
    template["spec"]["restartPolicy"] = "Never" if kind == "Job" else "Always"
    specs: dict[str, Object] = {
        "Job": {"completions": 2, "parallelism": 2},
        "Deployment": {"replicas": 2, "selector": selector},
        "StatefulSet": {"replicas": 2, "selector": selector, "serviceName": "web"},
    }
    if kind == "StatefulSet":
        resources = {"requests": {"storage": "1Gi"}}
        disk = {"metadata": {"name": "disk"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": resources}}
        specs[kind]["volumeClaimTemplates"] = [disk]
        template["spec"]["containers"][0]["volumeMounts"].append({"name": "disk", "mountPath": "/disk"})
    group = "batch/v1" if kind == "Job" else "apps/v1"
    metadata = {"name": "web", "namespace": namespace}
    return {"apiVersion": group, "kind": kind, "metadata": metadata, "spec": {**specs[kind], "template": template}}


def child(owner: Object, **metadata: Any) -> Object:
    """A Pod of a workload's template, as its controller makes it."""
    template = owner["spec"]["template"]
    reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "controller": True}
    reference |= {key: owner["metadata"][key] for key in ("name", "uid")}
    metadata = {**template["metadata"], "namespace": owner["metadata"]["namespace"], **metadata}
    metadata["ownerReferences"] = [{**reference, "blockOwnerDeletion": True}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def children(api_server: ControlPlane, made: Object) -> list[Object]:
    """Two Pods of the workload, with what its controller makes beside them, in this order."""
    api, namespace = api_server.admin, made["metadata"]["namespace"]
    if made["kind"] == "Job":
        return [api.request("POST", pods(namespace), child(made, generateName="web-")) for _ in range(2)]
    metadata: Object
    if made["kind"] == "Deployment":
        metadata = {**child(made)["metadata"], "name": "web-7d4b9c6f5d"}
        spec = {key: made["spec"][key] for key in ("replicas", "selector", "template")}
        replica_set = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec}
        between = api.request("POST", f"/apis/apps/v1/namespaces/{namespace}/replicasets", replica_set)
        return [api.request("POST", pods(namespace), child(between, generateName="web-")) for _ in range(2)]
    found = []
    for number in range(2):
        disk: Object = made["spec"]["volumeClaimTemplates"][0]
        name = f"disk-web-{number}"
        metadata = {"name": name, "namespace": namespace}
        api.create({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": disk["spec"]})
        value = child(made, name=f"web-{number}")
        volume = {"name": "disk", "persistentVolumeClaim": {"claimName": name}}
        value["spec"] = {**value["spec"], "volumes": [*value["spec"]["volumes"], volume]}
        found.append(api.create(value))
    return found


def pods(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/pods"


@pytest.mark.parametrize("kind", ["Job", "Deployment", "StatefulSet"])
def test_pods_of_a_workload_get_one_sidecar_and_its_template_stays(
    api_server: ControlPlane, place: str, kind: str
) -> None:
    create(api_server, *fluid_objects.behind(place, "jfs"))
    made = api_server.admin.create(workload(kind, place))
    found = children(api_server, made)
    assert [sidecars(it) for it in found] == [["fluid-fuse-jfs"]] * 2
    for it in found:
        claims = [volume["persistentVolumeClaim"]["claimName"] for volume in it["spec"]["volumes"] if is_claim(volume)]
        assert claims == ([f"disk-{it['metadata']['name']}"] if kind == "StatefulSet" else [])
        assert it["metadata"]["labels"]["done.sidecar.fluid.io/inject"] == "true"
    assert api_server.admin.read(made)["spec"]["template"] == made["spec"]["template"]
    assert sidecars(made["spec"]["template"]) == []
    stored = api_server.admin.request("GET", pods(place))["items"]
    assert sorted(it["metadata"]["name"] for it in stored) == sorted(it["metadata"]["name"] for it in found)


def test_in_a_namespace_on_eci_a_pod_that_asks_for_nothing_gets_its_sidecar(
    api_server: ControlPlane, namespace: str, replica: Replica, certs: Certs
) -> None:
    api = api_server.admin
    create(api_server, *fluid_objects.behind(namespace, "jfs"))
    silent = pod("silent", "jfs", namespace)
    del silent["metadata"]["labels"]
    value = webhooks.registration(f"{NAME}-{namespace}", [replica.port], certs.ca, [namespace], eci_namespaces=True)
    with webhooks.registered(api, value):
        assert sidecars(api.create(silent, DRY)) == []
        namespaced = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        api.merge(namespaced, {"metadata": {"labels": {"alibabacloud.com/eci": "true"}}})
        until(lambda: sidecars(api.create(silent, DRY)) != [], "the label of the namespace is known")
        made = api.create(silent)
    (name,) = sidecars(made)
    (sidecar,) = [it for it in made["spec"]["containers"] if it["name"] == name]
    assert {"name": "ECI_CONTAINER_TYPE", "value": "sidecar"} in sidecar["env"]
    assert not any("hostPath" in volume or is_claim(volume) for volume in made["spec"]["volumes"])


def is_claim(volume: Object) -> bool:
    return "persistentVolumeClaim" in volume


# --- Pods that are early -------------------------------------------------------------------------------------------


def test_a_pod_before_its_claim_is_refused_and_admitted_when_that_is_there(
    api_server: ControlPlane, place: str
) -> None:
    early = pod("early", "jfs", place)
    assert f"{place}/jfs does not exist" in refusal(api_server.admin, early, "")
    create(api_server, *fluid_objects.behind(place, "jfs"))
    until(lambda: refusal(api_server.admin, early) == "", "the Pod is admitted")
    assert sidecars(api_server.admin.create(early)) == ["fluid-fuse-jfs"]


def test_a_pod_right_after_its_claim_is_admitted_at_once(api_server: ControlPlane, place: str) -> None:
    for name in map("jfs-{}".format, range(20)):
        create(api_server, *fluid_objects.behind(place, name))
        assert sidecars(api_server.admin.create(pod(name, name, place), DRY)) == [f"fluid-fuse-{name}"]


def test_what_no_watch_tells_of_is_read_when_a_pod_needs_it(
    api_server: ControlPlane, namespace: str, certs: Certs
) -> None:
    account = f"without-watch-{namespace}"
    role = cluster_role()
    role["metadata"] = {"name": account}
    for rule in role["rules"]:
        rule["verbs"] = ["get", "list"]
    group = "rbac.authorization.k8s.io"
    subject = {"apiGroup": group, "kind": "User", "name": account}
    bound: Object = {"apiVersion": f"{group}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": account}}
    bound |= {"roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": account}, "subjects": [subject]}
    create(api_server, role, bound)
    with (
        webhooks.replica(api_server, certs, account=account) as replica,
        served(api_server, namespace, replica, certs),
    ):
        numbers = iter(range(50))

        def read() -> bool:
            """Whether one was read: it lists everything again before long, and may have done so just now."""
            name = f"jfs-{next(numbers)}"
            create(api_server, *fluid_objects.behind(namespace, name))
            assert sidecars(api_server.admin.create(pod(name, name, namespace), DRY)) == [f"fluid-fuse-{name}"]
            return replica.metrics().get('live_reads_total{result="found"}', 0) > 0

        until(read, "a claim was read for a Pod")


def test_a_dataset_that_becomes_bound_is_served_from_then_on(api_server: ControlPlane, place: str) -> None:
    dataset, *others = fluid_objects.behind(place, "jfs")
    dataset["status"] = {**dataset["status"], "phase": "NotBound", "runtimes": []}
    create(api_server, dataset, *others)
    waiting = pod("waiting", "jfs", place)
    until(lambda: f'dataset "{place}/jfs" is not bound' in refusal(api_server.admin, waiting, ""), "it is known")
    status = fluid_objects.dataset(place, "jfs")["status"]
    api_server.admin.merge(dataset, {"status": status}, "/status")
    until(lambda: refusal(api_server.admin, waiting) == "", "the Pod is admitted")
    assert sidecars(api_server.admin.create(waiting)) == ["fluid-fuse-jfs"]


def test_a_dataset_that_is_gone_is_served_no_more(api_server: ControlPlane, place: str) -> None:
    made = fluid_objects.behind(place, "jfs")
    create(api_server, *made)
    assert sidecars(api_server.admin.create(pod("one", "jfs", place))) == ["fluid-fuse-jfs"]
    api_server.admin.delete(made[0])
    until(lambda: refusal(api_server.admin, pod("two", "jfs", place)) != "", "the Pod is refused")
