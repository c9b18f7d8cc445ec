"""The guards in a real API server: all of them are taken, and those over Pods say what their Python twins say."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy.guards.eci import ECI
from kubectl_fluid.policy.guards.injected import CLAIMS, INJECTED
from kubectl_fluid.policy.guards.objects import STAGES, bindings_of, policy_of
from kubectl_fluid.policy.guards.rules import policies as policies_over_objects
from kubectl_fluid.policy.guards.table import POLICIES, verdicts
from kubectl_fluid.policy.guards.view import View
from tests.cluster import fluid_objects
from tests.cluster.api import Refused
from tests.cluster.bundles import apply
from tests.cluster.control_plane import ControlPlane
from tests.cluster.policies import GUARD_BINDINGS, GUARDS, claims_of
from tests.cluster.webhooks import DRY, pod, refusal, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]
Object = dict[str, Any]

NAMESPACE = "guarded"
#: Labelled for ECI.
ON_ECI = "guarded-on-eci"


@pytest.mark.parametrize("stage", STAGES)
def test_an_api_server_takes_every_guard_and_binding(api_server: ControlPlane, stage: str) -> None:
    made = [policy_of(policy) for policy in POLICIES if policy.param_kind is None or policy is CLAIMS]
    made += [it for _, of_kind in policies_over_objects() for it in of_kind]
    done = apply(api_server, *(value for it in made for value in (it.policy, *bindings_of(it, stage))), dry=True)
    assert done.count("created (server dry run)") == sum(1 + len(bindings_of(it, stage)) for it in made)


GUARDED = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": [NAMESPACE, ON_ECI]}


@pytest.fixture(scope="module")
def guarded(api_server: ControlPlane) -> Iterator[ControlPlane]:
    """The guards over Pods deny, in one namespace."""
    api_server.create_namespace(NAMESPACE)
    api_server.create_namespace(ON_ECI)
    labels = {"metadata": {"labels": {keys.ECI: "true"}}}
    api_server.admin.request("PATCH", f"/api/v1/namespaces/{ON_ECI}", labels, "application/merge-patch+json")
    put = []
    for policy in (INJECTED, ECI, CLAIMS):
        made = policy_of(policy)
        bindings = bindings_of(made, "deny")
        for binding in bindings:
            only = {"namespaceSelector": {"matchExpressions": [GUARDED]}}
            binding["spec"].setdefault("matchResources", {}).update(only)
        for path, value in ((GUARDS, made.policy), *((GUARD_BINDINGS, it) for it in bindings)):
            api_server.admin.request("POST", path, value)
            put.append(f"{path}/{value['metadata']['name']}")
    broken = [stripped(injected()), hosted(on_eci(injected("eci"))), asking()]
    for value in fluid_objects.behind(NAMESPACE, "first"):
        if value["kind"] == "PersistentVolumeClaim":
            api_server.admin.create(value)
    until(lambda: all(refusal(api_server.admin, it) for it in broken), "the guards are in force", 30.0)
    yield api_server
    for path in reversed(put):
        api_server.admin.request("DELETE", path)


def asking() -> Object:
    """A Pod that nobody has injected."""
    return pod("app", "first", NAMESPACE)


def injected(platform: str | None = None) -> Object:
    """The same, injected."""
    claims, _ = claims_of(fluid_objects.behind(NAMESPACE, "first"))
    made = plan(asking(), claims, Settings(namespace=NAMESPACE, platform=platform)).pod
    assert made["metadata"]["labels"][keys.DONE] == "true"
    return made


def on_eci(value: Object) -> Object:
    value = copy.deepcopy(value)
    value["metadata"]["labels"][keys.ECI] = "true"
    return value


def hosted(value: Object) -> Object:
    value = copy.deepcopy(value)
    value["spec"]["volumes"].append({"name": "node", "hostPath": {"path": "/srv"}})
    return value


def stripped(value: Object) -> Object:
    value = copy.deepcopy(value)
    for container in value["spec"]["initContainers"]:
        for key in ("restartPolicy", "lifecycle", "readinessProbe", "livenessProbe", "startupProbe"):
            container.pop(key, None)  # a webhook that knows an older Pod drops the field; the server refuses the others
    return value


def without_sidecar(value: Object) -> Object:
    value = copy.deepcopy(value)
    del value["spec"]["initContainers"]
    return value


def with_late_container(value: Object) -> Object:
    value = copy.deepcopy(value)
    late = copy.deepcopy(value["spec"]["containers"][0])
    late["name"] = "late"
    for mount in late["volumeMounts"]:
        mount.pop("mountPropagation", None)
    value["spec"]["containers"].append(late)
    return value


def with_wait(value: Object) -> Object:
    """With an init container of the application's own that is called like a sidecar."""
    value = copy.deepcopy(value)
    value["spec"]["initContainers"].append({"name": "fluid-fuse-wait", "image": "busybox"})
    return value


def plain(**more: Any) -> Object:
    """A Pod that asks for nothing and takes its node's network and folders, where the namespace is labelled for ECI."""
    volumes = [{"name": "host", "hostPath": {"path": "/runtime-mnt"}}]
    spec = {"hostNetwork": True, "containers": [{"name": "app", "image": "busybox"}], "volumes": volumes}
    owners = {"ownerReferences": more.pop("owners", [])}
    metadata = {"name": "app", "namespace": ON_ECI, **owners}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**spec, **more}}


DAEMON_SET = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "jfs-fuse", "uid": "0", "controller": True}


def crowded(value: Object) -> Object:
    value = copy.deepcopy(value)
    value["spec"]["containers"] += [{"name": f"c{number}", "image": "busybox"} for number in range(20)]
    return value


def made_by_a_job(value: Object) -> Object:
    value = copy.deepcopy(value)
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "train", "uid": "0"}
    value["metadata"]["ownerReferences"] = [owner]
    return value


PODS: dict[str, tuple[Callable[[], Object], list[str]]] = {
    "injected": (injected, []),
    "injected for ECI": (lambda: on_eci(injected("eci")), []),
    "asks for nothing": (lambda: {**asking(), "metadata": {"name": "app", "namespace": NAMESPACE}}, []),
    "not injected": (asking, ["claim-left"]),
    "not injected, of a Job": (lambda: made_by_a_job(asking()), ["claim-left"]),
    "sidecar not native any more": (lambda: stripped(injected()), ["sidecar-not-native"]),
    "sidecar taken out": (lambda: without_sidecar(injected()), ["sidecar-gone"]),
    "container added later": (lambda: with_late_container(injected()), ["mount-not-shared"]),
    "hostPath on ECI": (lambda: hosted(on_eci(injected("eci"))), ["eci-host-path"]),
    "hostPath elsewhere": (lambda: hosted(injected()), []),
    "init container called like a sidecar": (lambda: with_wait(injected()), []),
    "hostPath in a namespace on ECI": (plain, ["eci-host-path", "eci-host-network"]),
    "hostPath of a DaemonSet in a namespace on ECI": (lambda: plain(owners=[DAEMON_SET]), []),
    "hostPath on an ordinary node, in a namespace on ECI": (lambda: plain(nodeName="node-a"), []),
    "hostPath on a virtual node": (
        lambda: plain(nodeName="virtual-kubelet-a"),
        ["eci-host-path", "eci-host-network"],
    ),
    "too many containers on ECI": (lambda: crowded(on_eci(injected("eci"))), ["eci-containers"]),
}


@pytest.mark.parametrize("name", PODS)
def test_a_guard_refuses_what_its_twin_refuses_and_with_its_sentence(guarded: ControlPlane, name: str) -> None:
    make, expected = PODS[name]
    value = make()
    namespace = value["metadata"]["namespace"]
    labels = {"kubernetes.io/metadata.name": namespace} | ({keys.ECI: "true"} if namespace == ON_ECI else {})
    view = View(value, namespace, labels, claims=frozenset({"first"} if namespace == NAMESPACE else ()))
    found = [it for it in verdicts(view) if it.guard.policy in (INJECTED, ECI, CLAIMS)]
    assert [it.guard.name for it in found] == expected
    said = refusal(guarded.admin, value)
    assert bool(said) == bool(found), said
    if found:
        assert found[0].message in said


RUNTIMES = "apis/data.fluid.io/v1alpha1/namespaces/{}/juicefsruntimes"
FINALIZER = "data.fluid.io/juicefs-runtime-controller-finalizer"


def test_what_is_being_deleted_may_be_written_anew_whatever_its_spec_is(
    api_server: ControlPlane, namespace: str
) -> None:
    """Fluid's controllers take their finalizer off by writing the whole object, with members that it did not have."""
    path = f"/{RUNTIMES.format(namespace)}"
    spec = {"fuse": {"imagePullPolicy": "Sometimes"}}
    metadata = {"name": "old", "namespace": namespace, "finalizers": [FINALIZER]}
    runtime = {"apiVersion": "data.fluid.io/v1alpha1", "kind": "JuiceFSRuntime", "metadata": metadata, "spec": spec}
    api_server.admin.request("POST", path, runtime)
    made, _ = dict(policies_over_objects())["JuiceFSRuntime"]
    (binding,) = bindings_of(made, "deny")
    only = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    binding["spec"]["matchResources"] = {"namespaceSelector": only}
    api_server.admin.request("POST", GUARDS, made.policy)
    api_server.admin.request("POST", GUARD_BINDINGS, binding)
    try:
        until(lambda: "FL0321" in rewritten(api_server, path, DRY), "the guard is in force", 30.0)
        api_server.admin.request("DELETE", f"{path}/old")
        assert rewritten(api_server, path) == ""
        with pytest.raises(Refused):  # the finalizer was the last thing that kept it
            api_server.admin.request("GET", f"{path}/old")
    finally:
        name = made.policy["metadata"]["name"]
        for kind in (GUARD_BINDINGS, GUARDS):
            api_server.admin.request("DELETE", f"{kind}/{name}")


def rewritten(api_server: ControlPlane, path: str, query: str = "") -> str:
    """Write the object as a Go client does that takes the finalizer off: why it is refused, "" where it is not."""
    value = api_server.admin.request("GET", f"{path}/old")
    del value["metadata"]["finalizers"]
    value["spec"]["tieredstore"] = {}
    try:
        api_server.admin.request("PUT", f"{path}/old{query}", value)
    except Refused as refused:
        return str(refused.status["message"])
    return ""
