"""Several templates, policies and webhooks that change one Pod: it is the same in whatever order they come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy import mutating, names
from tests.cluster import fluid_objects, policies
from tests.cluster.control_plane import ControlPlane
from tests.cluster.reviewer import Reviewer, add_container, ask_for_sidecar, registered
from tests.cluster.test_webhook_conformance import said, tried
from tests.cluster.webhooks import DRY, pod, sidecars, until
from tests.support import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]

#: A name that is too long for a container, two that differ where dots become dashes, and plain ones.
LONG = "a-dataset-whose-name-is-too-long-for-the-name-of-a-container"
DATASETS = ("zebra", "jfs", LONG, "jfs-2", "ant")
#: How often a Pod is tried: with five templates in random order, twenty equal Pods are no accident.
TRIES = 20


@pytest.fixture(scope="module")
def server(api_server: ControlPlane) -> Iterator[ControlPlane]:
    with policies.installed(api_server.admin, "default"):
        yield api_server


def behind(namespace: str) -> list[Object]:
    """The objects of all datasets; those of `jfs` have cache folders."""
    made = []
    for name in DATASETS:
        objects = fluid_objects.behind(namespace, name)
        spec = objects[-1]["spec"]["template"]["spec"]
        if name == "jfs":
            spec["volumes"].append({"name": "cache-dir-1", "hostPath": {"path": "/cache"}})
            spec["containers"][0]["volumeMounts"].append({"name": "cache-dir-1", "mountPath": "/cache"})
        made += objects
    return made


@pytest.fixture
def place(server: ControlPlane, namespace: str) -> Iterator[str]:
    """A namespace with the templates of all datasets."""
    with policies.present(server.admin, policies.templates_of(behind(namespace))):
        yield namespace


def of_all(namespace: str, claims: Sequence[str] = DATASETS, **annotations: str) -> Object:
    """A Pod that mounts these claims, one of them twice."""
    value = pod("app", claims[0], namespace)
    value["metadata"]["annotations"] = annotations
    spec = value["spec"]
    names = [*claims, claims[0]]
    spec["volumes"] = [
        {"name": "scratch", "emptyDir": {}},
        *({"name": f"v{i}", "persistentVolumeClaim": {"claimName": it}} for i, it in enumerate(names)),
    ]
    mounts = [{"name": f"v{i}", "mountPath": f"/data/{i}"} for i in range(len(names))]
    spec["containers"][0]["volumeMounts"] = mounts
    spec["containers"].append({"name": "second", "image": "x:1", "volumeMounts": mounts[1:3]})
    return value


def planned(namespace: str, value: Object) -> Object:
    """The Pod that the command line makes."""
    claims, _ = policies.claims_of(behind(namespace))
    made = plan(value, claims, Settings(namespace=namespace))
    assert made.outcome is Outcome.INJECTED, made.reasons
    return made.pod


def asking(value: Object, **labels: str) -> Object:
    made: Object = json.loads(json.dumps(value))
    made["metadata"]["labels"] |= labels
    return made


LABELS = {
    "default": {},
    "unprivileged": {keys.UNPRIVILEGED: "true"},
    "eci": {keys.SIDECAR_TARGET: "eci"},
    "acs": {keys.SIDECAR_TARGET: "acs"},
    "cache": {keys.CACHE_DIR: "true"},
    "cache of acs": {keys.CACHE_DIR: "true", keys.SIDECAR_TARGET: "acs"},
    "no check": {keys.SIDECAR_POST_START: "false"},
    "check of the application": {keys.APP_POST_START: "true"},
}


@pytest.mark.parametrize("name", LABELS)
def test_several_datasets_give_the_pod_of_the_command_line_in_any_order(
    server: ControlPlane, place: str, name: str
) -> None:
    value = asking(of_all(place), **LABELS[name])
    expected = tried(server.admin, place, {**planned(place, value)})
    # The command line's own result is done: the policy leaves it as it is.
    found = [tried(server.admin, place, value) for _ in range(TRIES)]
    assert isinstance(expected, dict), expected
    assert all(it == expected for it in found), next(it for it in found if it != expected)


def test_an_init_container_that_reads_the_data_starts_behind_the_sidecars(server: ControlPlane, place: str) -> None:
    value = of_all(place)
    mounts = [{"name": "v1", "mountPath": "/in", "readOnly": True}]
    value["spec"]["initContainers"] = [{"name": "prepare", "image": "x:1", "volumeMounts": mounts}]
    expected = tried(server.admin, place, planned(place, value))
    found = tried(server.admin, place, value)
    assert found == expected
    assert isinstance(found, dict)
    assert found["spec"]["initContainers"][-1]["volumeMounts"][0]["mountPropagation"] == "HostToContainer"


# --- Pods that are left alone --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "labels",
    [{keys.DONE: "true"}, {keys.ENABLE: "false"}, {keys.INJECT: "false"}],
    ids=["done", "switched off", "not asked"],
)
def test_a_pod_that_does_not_ask_is_left_alone(server: ControlPlane, place: str, labels: dict[str, str]) -> None:
    made = server.admin.create(asking(of_all(place), **labels), DRY)
    assert sidecars(made) == []
    assert [it["name"] for it in made["spec"]["volumes"] if "persistentVolumeClaim" in it]


def test_a_pod_that_was_injected_comes_out_as_it_went_in(server: ControlPlane, place: str) -> None:
    first = server.admin.create(of_all(place), DRY)
    again = {key: first[key] for key in ("apiVersion", "kind", "spec")}
    again["metadata"] = {key: first["metadata"][key] for key in ("name", "namespace", "labels", "annotations")}
    assert said(server.admin.create(again, DRY)) == said(first)


def test_templates_of_another_namespace_do_not_count(
    server: ControlPlane, place: str, request: pytest.FixtureRequest
) -> None:
    elsewhere = f"{place}-other"
    policies.ensure_namespace(server, elsewhere)
    request.addfinalizer(lambda: server.kubectl("delete", "namespace", elsewhere, "--wait=false"))
    assert sidecars(server.admin.create(of_all(elsewhere), DRY)) == []


# --- dry runs, kubectl apply ---------------------------------------------------------------------------------------


def test_a_dry_run_shows_the_pod_that_is_made(server: ControlPlane, place: str) -> None:
    dry = server.admin.create(of_all(place), DRY)
    made = server.admin.create(of_all(place))
    assert said(made) == said(dry)
    assert said(server.admin.read(made)) == said(made)


def test_the_template_of_a_deployment_stays_and_its_pods_are_injected(server: ControlPlane, place: str) -> None:
    template = fluid_objects.pod_template("jfs")
    template["metadata"]["labels"]["app"] = "web"
    template["spec"]["restartPolicy"] = "Always"
    spec: Object = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    metadata: Object = {"name": "web", "namespace": place}
    text = json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec})
    outputs = [server.kubectl("apply", "-f", "-", stdin=text) for _ in range(2)]
    assert [it.stdout.strip() for it in outputs] == ["deployment.apps/web created", "deployment.apps/web unchanged"]
    path = f"/apis/apps/v1/namespaces/{place}/deployments/web"
    made = server.admin.request("GET", path)
    assert made["metadata"]["generation"] == 1
    assert sidecars(made["spec"]["template"]) == []
    child = {"generateName": "web-", "namespace": place, "labels": template["metadata"]["labels"]}
    child_pod = {"apiVersion": "v1", "kind": "Pod", "metadata": child, "spec": made["spec"]["template"]["spec"]}
    found = server.admin.request("POST", f"/api/v1/namespaces/{place}/pods", child_pod)
    assert sidecars(found) == ["fluid-fuse-jfs"]


# --- others that change the same Pod -------------------------------------------------------------------------------


def test_a_webhook_adds_its_container_to_the_injected_pod(server: ControlPlane, place: str, other: Reviewer) -> None:
    alone = server.admin.create(pod("alone", "jfs", place), DRY)
    other.change = add_container
    with registered(server, other, "a-comes-first-of-webhooks", place):
        both = server.admin.create(pod("both", "jfs", place), DRY)
    assert sidecars(both) == sidecars(alone)
    assert [it for it in both["spec"]["containers"] if it["name"] != "other"] == alone["spec"]["containers"]
    (added,) = [it for it in both["spec"]["containers"] if it["name"] == "other"]
    # Policies come before webhooks: nobody tells this mount that the data comes later. A guard has to.
    (mount,) = [it for it in added["volumeMounts"] if it["name"] == "data"]
    assert "mountPropagation" not in mount


def test_a_label_that_a_webhook_adds_comes_too_late(server: ControlPlane, place: str, other: Reviewer) -> None:
    other.change = ask_for_sidecar
    with registered(server, other, "a-comes-first-of-webhooks", place):
        value = pod("silent", "jfs", place)
        del value["metadata"]["labels"]
        made = server.admin.create(value, DRY)
    assert made["metadata"]["labels"] == {keys.INJECT: "true"}
    assert sidecars(made) == []


def another_policy(name: str, namespace: str) -> list[Object]:
    """A policy of somebody else, which adds a container that reads the application's volume."""
    expression = (
        "object.spec.containers.exists(c, c.name == 'other') ? [] : [JSONPatch{op: 'add', path: '/spec/containers/-', "
        "value: Object.spec.containers{name: 'other', image: 'other:1', volumeMounts: "
        "[Object.spec.containers.volumeMounts{name: 'data', mountPath: '/other'}]}}]"
    )
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [rule],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        },
        "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}],
        "reinvocationPolicy": "IfNeeded",
    }
    return [
        {**names.new(names.ADMISSION, "MutatingAdmissionPolicy", name), "spec": spec},
        {**names.new(names.ADMISSION, "MutatingAdmissionPolicyBinding", name), "spec": {"policyName": name}},
    ]


@contextmanager
def in_force(server: ControlPlane, policy: list[Object], namespace: str) -> Iterator[None]:
    api, put = server.admin, []
    try:
        for path, value in zip((policies.POLICIES, policies.BINDINGS), policy, strict=True):
            api.request("POST", path, value)
            put.append(f"{path}/{value['metadata']['name']}")
        plain = pod("probe", "nothing", namespace)
        until(lambda: len(api.create(plain, DRY)["spec"]["containers"]) > 1, "the other policy is in force")
        yield
    finally:
        for path in reversed(put):
            api.request("DELETE", path)


@pytest.mark.parametrize("name", ["a-first-by-name", "z-last-by-name"])
def test_another_policy_comes_before_or_after_as_chance_will(server: ControlPlane, place: str, name: str) -> None:
    """Names do not matter: an API server orders policies anew, by chance, whenever one of them changes."""
    alone = server.admin.create(pod("alone", "jfs", place), DRY)
    with in_force(server, another_policy(name, place), place):
        both = server.admin.create(pod("both", "jfs", place), DRY)
    assert sidecars(both) == sidecars(alone) == ["fluid-fuse-jfs"]
    assert both["spec"]["volumes"] == alone["spec"]["volumes"]
    (added,) = [it for it in both["spec"]["containers"] if it["name"] == "other"]
    (mount,) = [it for it in added["volumeMounts"] if it["name"] == "data"]
    # Where it came after ours, a guard has to see that its mount is not shared.
    assert mount.get("mountPropagation") in (None, "HostToContainer")


# --- what a cluster compiles ---------------------------------------------------------------------------------------


def test_kubectl_applies_what_the_program_compiles_from_a_cluster(server: ControlPlane, namespace: str) -> None:
    for value in fluid_objects.behind(namespace, "jfs"):
        server.admin.create(value)
    server.admin.create(fluid_objects.dataset(namespace, "later", phase="NotBound"))
    compiled = server.kubectl("fluid", "policy", "compile", "--cluster", "-n", namespace)
    assert compiled.returncode == 0, compiled.stderr
    assert f"PersistentVolumeClaim {namespace}/later does not exist: its Pods are refused" in compiled.stderr
    applied = server.kubectl("apply", "--server-side", "-f", "-", stdin=compiled.stdout)
    assert applied.returncode == 0, applied.stderr
    until(
        lambda: sidecars(server.admin.create(pod("app", "jfs", namespace), DRY)) == ["fluid-fuse-jfs"],
        "the template is known",
    )
    again = server.kubectl("diff", "--server-side", "-f", "-", stdin=compiled.stdout)
    assert (again.returncode, again.stdout) == (0, ""), again.stdout


def test_kubectl_applies_the_folder_and_finds_nothing_to_change_afterwards(server: ControlPlane) -> None:
    folder = str(ROOT / "policies" / "serverless")
    words = ("apply", "--server-side", "--force-conflicts", "--dry-run=server", "-k", folder)
    done = server.kubectl(*words)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2 + len(mutating.bindings())
    assert server.kubectl("diff", "--server-side", "--force-conflicts", "-k", folder).stdout == ""
