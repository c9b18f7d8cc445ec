"""The bundle before a real API server: it takes every object, lets the webhook read what it needs, and calls it for
the right Pods.
"""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.webhook.access import access
from kubectl_fluid.webhook.api import Api
from kubectl_fluid.webhook.bundle.choices import NAME, NAMESPACE, Choices
from kubectl_fluid.webhook.bundle.configuration import configuration
from kubectl_fluid.webhook.bundle.objects import bundle
from kubectl_fluid.webhook.caches import Caches
from kubectl_fluid.webhook.certs import Step, Wishes, take
from kubectl_fluid.webhook.log import Log
from kubectl_fluid.webhook.metrics import Metrics
from kubectl_fluid.webhook.store import Store
from tests.cli.running import run
from tests.cluster import fluid_objects
from tests.cluster.api import Refused
from tests.cluster.bundles import apply, of_kind
from tests.cluster.control_plane import ControlPlane

pytestmark = pytest.mark.cluster

Object = dict[str, Any]

ACCOUNT = f"system:serviceaccount:{NAMESPACE}:{NAME}"


def until(done: Callable[[], bool], seconds: float = 8) -> None:
    """Wait for what an API server does a moment later."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def installed(api_server: ControlPlane) -> ControlPlane:
    """An API server with the namespace, the account and its role: what can be there without Pods that run."""
    apply(api_server, *map(of_kind, ("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding")))
    return api_server


def test_all_choices_are_taken(installed: ControlPlane) -> None:
    choices = Choices(
        namespace=NAMESPACE, replicas=3, failure_policy="Ignore", profile="fluid", ca=_ca(), eci_namespaces=True
    )
    apply(installed, *bundle(choices), dry=True)


def _ca() -> bytes:
    return take(Step.CREATE, None, Wishes(("none",)), dt.datetime.now(dt.timezone.utc)).ca


def test_the_pod_is_admitted_under_the_strictest_of_the_pod_security_standards(installed: ControlPlane) -> None:
    template = of_kind("Deployment")["spec"]["template"]
    metadata = {**template["metadata"], "name": "one", "namespace": NAMESPACE}
    pod = {"apiVersion": "v1", "kind": "Pod", **template, "metadata": metadata}
    assert apply(installed, pod, dry=True) == "pod/one created (server dry run)\n"
    pod["spec"] = {**pod["spec"], "hostNetwork": True}
    refused = installed.kubectl("apply", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))
    assert "violates PodSecurity" in refused.stderr


# --- what the account may ------------------------------------------------------------------------------------------


def may(api_server: ControlPlane, verb: str, resource: str) -> bool:
    asked = api_server.kubectl("auth", "can-i", verb, resource, "--all-namespaces", f"--as={ACCOUNT}")
    return asked.stdout.strip() == "yes"


def test_no_secret_can_be_read_and_nothing_written(installed: ControlPlane) -> None:
    until(lambda: may(installed, "watch", "datasets.data.fluid.io"))
    for verb, resource in (
        *((verb, "secrets") for verb in ("get", "list", "watch")),
        *((verb, "configmaps") for verb in ("get", "create")),
        ("get", "pods"),
        ("create", "pods/exec"),
        ("patch", "datasets.data.fluid.io"),
        ("update", "persistentvolumeclaims"),
        ("delete", "persistentvolumes"),
        ("patch", "mutatingwebhookconfigurations.admissionregistration.k8s.io"),
        ("*", "*"),
    ):
        assert not may(installed, verb, resource), f"{verb} {resource}"


def test_the_api_servers_own_list_of_what_the_account_may_has_no_more(installed: ControlPlane) -> None:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": "default"},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    with_role, without = (
        installed.api_for(user, ("system:authenticated",)) for user in (ACCOUNT, "system:serviceaccount:nobody:none")
    )
    granted, usual = (
        {
            (verb, group, resource)
            for rule in api.request("POST", path, review)["status"]["resourceRules"]
            for verb in rule["verbs"]
            for group in rule.get("apiGroups", [""])
            for resource in rule["resources"]
        }
        for api in (with_role, without)
    )
    wanted = {
        (verb, group, resource)
        for rule in of_kind("ClusterRole")["rules"]
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert granted - usual == wanted
    for api in (with_role, without):
        api.close()


@pytest.fixture
def lacking(installed: ControlPlane, request: pytest.FixtureRequest) -> Iterator[str]:
    """The verb that the role lacks meanwhile, "" for none; the API server knows it by now."""
    verb: str = request.param
    role = of_kind("ClusterRole")
    for rule in role["rules"]:
        rule["verbs"] = [it for it in rule["verbs"] if it != verb]
    apply(installed, role)
    if verb:
        until(lambda: not may(installed, verb, "datasets.data.fluid.io"))
    yield verb
    apply(installed, of_kind("ClusterRole"))
    until(lambda: may(installed, verb or "get", "datasets.data.fluid.io"))


@pytest.mark.parametrize("lacking", ["", "get", "list", "watch"], indirect=True)
def test_one_verb_less_and_the_webhook_does_not_work(installed: ControlPlane, lacking: str) -> None:
    kubeconfig = str(installed.kubeconfig_for(ACCOUNT))
    metrics = Metrics()

    def breaks() -> int:
        return sum(count for (_, reason), count in metrics.restarts.items() if reason == "broken")

    async def works() -> tuple[bool, bool, bool]:
        """Whether all lists are complete, no watch breaks any more, and a single object can be read."""
        api = Api(access(kubeconfig, None, {}))
        caches = Caches(api, Store(), Log(lambda _: None), metrics)
        task = asyncio.ensure_future(caches.run())
        try:
            for _ in range(40):
                await asyncio.sleep(0.05)
                if caches.synced:
                    break
            await asyncio.sleep(0.5)  # a server may ask for patience at first
            before = breaks()
            await asyncio.sleep(1)
            healthy = breaks() == before
            try:
                await api.read("Dataset", "default", "none")
                reads = True
            except ClusterError:
                reads = False
            return caches.synced, healthy, reads
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await api.close()
            await asyncio.sleep(0.25)  # TLS connections say goodbye behind aiohttp's back

    expected = {
        "": (True, True, True),
        "get": (True, True, False),
        "list": (False, False, True),
        "watch": (True, False, True),
    }
    assert asyncio.run(works()) == expected[lacking]


# --- which Pods it is called for -----------------------------------------------------------------------------------

#: Labels of a Pod with a claim → the entry that is called, "" for none.
PODS = {
    "asks": ({"serverless.fluid.io/inject": "true"}, "serverless"),
    "asks for steering": ({"fuse.serverful.fluid.io/inject": "true"}, "serverful"),
    "asks as on eci": ({"alibabacloud.com/fluid-sidecar-target": "eci"}, "sidecar-target"),
    "asks as on acs": ({"alibabacloud.com/fluid-sidecar-target": "acs"}, "sidecar-target"),
    "asks for nothing": ({}, ""),
    "says no": ({"serverless.fluid.io/inject": "false"}, ""),
    "other target": ({"alibabacloud.com/fluid-sidecar-target": "moon"}, ""),
    "injected before": ({"serverless.fluid.io/inject": "true", "done.sidecar.fluid.io/inject": "true"}, ""),
    "injected by nobody": ({"serverless.fluid.io/inject": "true", "done.sidecar.fluid.io/inject": "x"}, "serverless"),
    "switched off": ({"serverless.fluid.io/inject": "true", "fluid.io/enable-injection": "false"}, ""),
}


def pod(labels: Object, **more: Any) -> Object:
    value = fluid_objects.pod_template("jfs")
    value["metadata"] = {"name": "one", "labels": labels}
    if not labels:
        del value["metadata"]["labels"]
    value["spec"].update(more)
    return {"apiVersion": "v1", "kind": "Pod", **value}


def called(api_server: ControlPlane, namespace: str, value: Object) -> str:
    """The entry that the API server calls for a Pod: nobody answers there, and the Pod is refused."""
    placed = {**value, "metadata": {**value["metadata"], "namespace": namespace}}
    try:
        api_server.admin.create(placed, "?dryRun=All")
    except Refused as refused:
        message = str(refused.status["message"])
        assert "failed calling webhook" in message, message
        return message.split('"')[1].partition(".")[0]
    return ""


@pytest.fixture
def registered(api_server: ControlPlane, namespace: str) -> Iterator[str]:
    """A namespace in which the configuration counts; in place of the Service stands a port where nobody listens."""
    value = configuration(Choices(eci_namespaces=True, ca=_ca()))
    value["metadata"]["name"] = f"{NAME}-{namespace}"
    here = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": [namespace]}
    for entry in value["webhooks"]:
        entry["clientConfig"] = {"url": "https://127.0.0.1:9/mutate", "caBundle": entry["clientConfig"]["caBundle"]}
        entry["namespaceSelector"]["matchExpressions"].append(here)
    apply(api_server, value)
    until(lambda: called(api_server, namespace, pod({"serverless.fluid.io/inject": "true"})) != "")
    yield namespace
    done = api_server.kubectl("delete", "mutatingwebhookconfiguration", value["metadata"]["name"])
    assert done.returncode == 0, done.stderr


def test_it_is_called_for_pods_that_ask_and_can_be_injected(api_server: ControlPlane, registered: str) -> None:
    found = {name: called(api_server, registered, pod(labels)) for name, (labels, _) in PODS.items()}
    assert found == {name: entry for name, (_, entry) in PODS.items()}


def test_without_a_claim_it_is_called_only_for_what_is_steered(api_server: ControlPlane, registered: str) -> None:
    for labels, entry in PODS.values():
        without = pod(labels, volumes=[{"name": "data", "emptyDir": {}}])
        assert called(api_server, registered, without) == (entry if entry == "serverful" else "")
        del without["spec"]["volumes"], without["spec"]["containers"][0]["volumeMounts"]
        assert called(api_server, registered, without) == (entry if entry == "serverful" else "")


def test_it_is_not_called_for_what_a_kubelet_shows(api_server: ControlPlane, registered: str) -> None:
    mirror = pod({"fuse.serverful.fluid.io/inject": "true"}, nodeName="node", volumes=[])
    del mirror["spec"]["containers"][0]["volumeMounts"]
    assert called(api_server, registered, mirror) == "serverful"
    mirror["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    mirror["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Node", "name": "node", "uid": "x", "controller": True}
    ]
    assert called(api_server, registered, mirror) == ""


def test_in_a_namespace_on_eci_it_is_called_for_silent_pods(api_server: ControlPlane, registered: str) -> None:
    silent = pod({})
    assert called(api_server, registered, silent) == ""
    assert api_server.kubectl("label", "namespace", registered, "alibabacloud.com/eci=true").returncode == 0
    until(lambda: called(api_server, registered, silent) == "eci-namespace")
    assert called(api_server, registered, pod({"serverless.fluid.io/inject": "false"})) == ""
    assert called(api_server, registered, pod({"serverless.fluid.io/inject": "true"})) == "serverless"
    assert called(api_server, registered, pod({}, volumes=[{"name": "data", "emptyDir": {}}])) == ""


def test_a_second_apply_leaves_the_patched_bundle_alone(
    api_server: ControlPlane, namespace: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("certs")
    run("webhook", "certs", "--dir", folder)
    patch = run("webhook", "certs", "--dir", folder, "--patch-configuration").out
    value = configuration(Choices())
    value["metadata"]["name"] = f"{NAME}-{namespace}"
    for entry in value["webhooks"]:
        entry["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    kind = "mutatingwebhookconfiguration"
    try:
        apply(api_server, value)
        patched = api_server.kubectl("patch", kind, value["metadata"]["name"], "--type=json", "-p", patch)
        assert patched.returncode == 0, patched.stderr
        newer = copy.deepcopy(value)
        for entry in newer["webhooks"]:
            entry["timeoutSeconds"] = 3
        apply(api_server, newer)
        now = json.loads(api_server.kubectl("get", kind, value["metadata"]["name"], "-o", "json").stdout)
        assert [it["timeoutSeconds"] for it in now["webhooks"]] == [3, 3, 3]
        bundles = {it["clientConfig"].get("caBundle") for it in now["webhooks"]}
        assert bundles == {operation["value"] for operation in json.loads(patch) if operation["op"] == "add"}
    finally:
        api_server.kubectl("delete", kind, value["metadata"]["name"])
