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
from kubectl_fluid.policy.guards.objects import STAGES, binding_of, policy_of
from kubectl_fluid.policy.guards.rules import policies as policies_over_objects
from kubectl_fluid.policy.guards.table import POLICIES, verdicts
from kubectl_fluid.policy.guards.view import View
from tests.cluster import fluid_objects
from tests.cluster.bundles import apply
from tests.cluster.control_plane import ControlPlane
from tests.cluster.policies import GUARD_BINDINGS, GUARDS, claims_of
from tests.cluster.webhooks import pod, refusal, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]
Object = dict[str, Any]

NAMESPACE = "guarded"


@pytest.mark.parametrize("stage", STAGES)
def test_an_api_server_takes_every_guard_and_binding(api_server: ControlPlane, stage: str) -> None:
    made = [policy_of(policy) for policy in POLICIES if policy.param_kind is None or policy is CLAIMS]
    made += [it for _, of_kind in policies_over_objects() for it in of_kind]
    done = apply(api_server, *(value for it in made for value in (it.policy, binding_of(it, stage))), dry=True)
    assert done.count("created (server dry run)") == 2 * len(made)


@pytest.fixture(scope="module")
def guarded(api_server: ControlPlane) -> Iterator[ControlPlane]:
    """The guards over Pods deny, in one namespace."""
    api_server.create_namespace(NAMESPACE)
    put = []
    for policy in (INJECTED, ECI, CLAIMS):
        made = policy_of(policy)
        binding = binding_of(made, "deny")
        only = {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}}
        binding["spec"]["matchResources"] = {"namespaceSelector": only}
        for path, value in ((GUARDS, made.policy), (GUARD_BINDINGS, binding)):
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
    "too many containers on ECI": (lambda: crowded(on_eci(injected("eci"))), ["eci-containers"]),
}


@pytest.mark.parametrize("name", PODS)
def test_a_guard_refuses_what_its_twin_refuses_and_with_its_sentence(guarded: ControlPlane, name: str) -> None:
    make, expected = PODS[name]
    value = make()
    labels = {"kubernetes.io/metadata.name": NAMESPACE}
    view = View(value, NAMESPACE, labels, claims=frozenset({"first"}))
    found = [it for it in verdicts(view) if it.guard.policy in (INJECTED, ECI, CLAIMS)]
    assert [it.guard.name for it in found] == expected
    said = refusal(guarded.admin, value)
    assert bool(said) == bool(found), said
    if found:
        assert found[0].message in said
