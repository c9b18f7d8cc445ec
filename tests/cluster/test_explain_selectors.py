"""Whom a real API server calls for a Pod: exactly those of whom `explain` says so, in that order."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kubectl_fluid.explanation.hooks import Hook, judge, policies, webhooks
from kubectl_fluid.explanation.selectors import Labels, Request
from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.configuration import NAMESPACE_NAME, configuration
from tests.cluster.control_plane import ControlPlane
from tests.cluster.reviewer import Reviewer, listening
from tests.cluster.webhooks import CONFIGURATIONS, DRY, until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]

GROUP = "admissionregistration.k8s.io"
RULE = {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
RULES: list[list[Object]] = [
    [RULE],
    [{**RULE, "operations": ["*"]}],
    [{**RULE, "operations": ["UPDATE", "DELETE"]}],
    [{**RULE, "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"]}],
    [{**RULE, "resources": ["*/*"]}],
    [{**RULE, "resources": ["pods/*"]}],
    [{**RULE, "resources": ["pods/status", "pods/binding"]}],
    [{**RULE, "resources": ["*/status"]}],
    [{**RULE, "apiGroups": ["apps", "batch"]}],
    [{**RULE, "apiVersions": ["v1beta1"]}],
    [{**RULE, "scope": "Namespaced"}],
    [{**RULE, "scope": "Cluster"}],
    [{**RULE, "scope": "Cluster"}, {**RULE, "resources": ["services", "pods"]}],
]
SELECTORS: list[Object] = [
    {},
    {"matchLabels": {"a": "x"}},
    {"matchLabels": {"a": "x", "b": "y"}},
    {"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "z"]}]},
    {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["x"]}]},
    {"matchExpressions": [{"key": "b", "operator": "Exists"}]},
    {"matchExpressions": [{"key": "b", "operator": "DoesNotExist"}]},
    {"matchLabels": {"a": "x"}, "matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["y"]}]},
]
PODS: list[dict[str, str]] = [{}, {"a": "x"}, {"a": "z"}, {"b": "y"}, {"a": "x", "b": "y"}, {"a": "x", "b": ""}]

NAMESPACES: list[dict[str, str]] = [{}, {"a": "x"}, {"a": "z", "b": "y"}]


def combinations() -> list[tuple[list[Object], Object, Object, str]]:
    """Rules, selector of Pods, selector of namespaces, matchPolicy: each of every kind, and all pairs of selectors."""
    one: list[tuple[list[Object], Object, Object, str]] = [
        (rules, {}, {}, policy) for rules in RULES for policy in ("Exact", "Equivalent")
    ]
    return one + [([RULE], pods, namespaces, "Exact") for pods, namespaces in itertools.product(SELECTORS, SELECTORS)]


def pod(labels: dict[str, str], namespace: str, **spec: Any) -> Object:
    container = {"name": "app", "image": "debian:stable"}
    metadata = {"name": "one", "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container], **spec}}


def judged(hooks: list[Hook], value: Object, namespace: dict[str, str]) -> list[str]:
    """Names of those that are called, in their order."""
    metadata = value["metadata"]
    request = Request(metadata["namespace"], Labels(metadata["labels"]), Labels(namespace), metadata["name"])
    return [hook.name for hook in hooks if judge(hook, request, value).acts]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewer]:
    with listening(tmp_path_factory.mktemp("calls")) as it:
        yield it


@pytest.fixture(scope="module")
def places(api_server: ControlPlane) -> dict[str, dict[str, str]]:
    """Namespaces of this module and their labels."""
    made = {f"selectors-{index}": labels for index, labels in enumerate(NAMESPACES)}
    for name, labels in made.items():
        api_server.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    return {name: {**labels, NAMESPACE_NAME: name} for name, labels in made.items()}


def here(places: dict[str, dict[str, str]]) -> Object:
    return {"key": NAMESPACE_NAME, "operator": "In", "values": sorted(places)}


@pytest.fixture(scope="module")
def hooks(api_server: ControlPlane, calls: Reviewer, places: dict[str, dict[str, str]]) -> Iterator[list[Hook]]:
    """Every combination as an entry of its own; the entries are spread over two configurations, the later one first."""
    entries: list[Object] = []
    for index, (rules, pods, namespaces, policy) in enumerate(combinations()):
        within = [*namespaces.get("matchExpressions", ()), here(places)]
        entries.append(
            {
                "name": f"w{index:03}.example.com",
                "admissionReviewVersions": ["v1"],
                "clientConfig": calls.client(f"/w{index:03}.example.com"),
                "sideEffects": "None",
                "matchPolicy": policy,
                "rules": rules,
                "objectSelector": pods,
                "namespaceSelector": {**namespaces, "matchExpressions": within},
            }
        )
    half = len(entries) // 2
    found: list[Object] = []
    for name, part in (("selectors-b", entries[:half]), ("selectors-a", entries[half:])):
        head: Object = {"apiVersion": f"{GROUP}/v1", "kind": "MutatingWebhookConfiguration"}
        found.append({**head, "metadata": {"name": name}, "webhooks": part})
        api_server.admin.request("POST", CONFIGURATIONS, found[-1])
    made = webhooks(found)
    namespace, about = next(iter(places.items()))
    probe = pod({"a": "x"}, namespace)

    def known() -> bool:
        calls.take()
        api_server.admin.create(probe, DRY)
        return len(calls.take()) == len(judged(made, probe, about))

    until(known, "both configurations count")
    yield made
    for it in found:
        api_server.admin.request("DELETE", f"{CONFIGURATIONS}/{it['metadata']['name']}")


def test_every_entry_is_called_for_the_pods_that_it_is_said_to_be_called_for(
    api_server: ControlPlane, calls: Reviewer, places: dict[str, dict[str, str]], hooks: list[Hook]
) -> None:
    compared = 0
    for (namespace, about), labels in itertools.product(places.items(), PODS):
        value = pod(labels, namespace)
        calls.take()
        api_server.admin.create(value, DRY)
        assert [it.removeprefix("/") for it in calls.take()] == judged(hooks, value, about), (namespace, labels)
        compared += len(hooks)
    assert compared == len(places) * len(PODS) * len(combinations()) > 1500


CONDITIONED: list[tuple[dict[str, str], Object]] = [
    ({"serverless.fluid.io/inject": "true"}, {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "x"}}]}),
    ({"serverless.fluid.io/inject": "true"}, {"volumes": [{"name": "d", "emptyDir": {}}]}),
    ({"serverless.fluid.io/inject": "true"}, {}),
    ({"serverless.fluid.io/inject": "true", "done.sidecar.fluid.io/inject": "true"}, {}),
    ({"fuse.serverful.fluid.io/inject": "true"}, {}),
    ({"fuse.serverful.fluid.io/inject": "true", "done.sidecar.fluid.io/inject": "true"}, {}),
    ({"fuse.serverful.fluid.io/inject": "true", "done.sidecar.fluid.io/inject": "yes"}, {}),
    ({"fuse.serverful.fluid.io/inject": "true", "fluid.io/enable-injection": "false"}, {}),
    ({"alibabacloud.com/fluid-sidecar-target": "eci", "serverless.fluid.io/inject": "true"}, {}),
    ({"alibabacloud.com/fluid-sidecar-target": "moon"}, {}),
    ({}, {}),
]


def test_the_twins_of_our_own_conditions_say_what_the_api_server_says(
    api_server: ControlPlane, calls: Reviewer, namespace: str
) -> None:
    value = configuration(Choices(eci_namespaces=True))
    value["metadata"]["name"] = f"twins-{namespace}"
    for entry in value["webhooks"]:
        entry["clientConfig"] = calls.client(f"/{entry['name']}")
        only = {"key": NAMESPACE_NAME, "operator": "In", "values": [namespace]}
        entry["namespaceSelector"]["matchExpressions"].append(only)
    about = {NAMESPACE_NAME: namespace, "alibabacloud.com/eci": "true"}
    assert api_server.kubectl("label", "namespace", namespace, "alibabacloud.com/eci=true").returncode == 0
    api_server.admin.request("POST", CONFIGURATIONS, value)
    ready = pod({"fuse.serverful.fluid.io/inject": "true"}, namespace)
    silent = pod({}, namespace, **CONDITIONED[0][1])

    def known() -> bool:
        calls.take()
        api_server.admin.create(ready, DRY)
        api_server.admin.create(silent, DRY)
        return len(calls.take()) == 2

    until(known, "the configuration and the namespace's label count")
    hooks = webhooks([value])
    outcomes = set()
    for labels, spec in (*CONDITIONED, ({}, CONDITIONED[0][1])):
        made = pod(labels, namespace, **spec)
        calls.take()
        api_server.admin.create(made, DRY)
        called = [it.removeprefix("/") for it in calls.take()]
        assert called == judged(hooks, made, about), (labels, spec)
        outcomes.update(called)
    assert outcomes == {hook.name for hook in hooks if not hook.name.startswith("sidecar-target")}
    api_server.admin.request("DELETE", f"{CONFIGURATIONS}/{value['metadata']['name']}")


# --- policies ------------------------------------------------------------------------------------------------------

GUARDS, GUARD_BINDINGS = "validatingadmissionpolicies", "validatingadmissionpolicybindings"


def of_policies(index: int, criteria: Object, more: Object) -> tuple[Object, Object]:
    """A policy that only warns, and its binding; both may hold rules and selectors."""
    name = f"explained-{index:02}"
    policy = {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {"matchConstraints": criteria, "validations": [{"expression": "false", "message": "seen"}]},
    }
    binding = {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Warn"], "matchResources": more},
    }
    return policy, binding


def test_a_policy_is_applied_where_it_and_its_binding_select(
    api_server: ControlPlane, places: dict[str, dict[str, str]]
) -> None:
    rules = {"resourceRules": RULES[0]}
    within = {"namespaceSelector": {"matchExpressions": [here(places)]}}
    cases: list[tuple[Object, Object]] = [({"resourceRules": it}, within) for it in RULES]
    cases += [({**rules, "objectSelector": it}, within) for it in SELECTORS]
    cases += [(rules, {**within, "objectSelector": it}) for it in SELECTORS]
    cases += [({**rules, "namespaceSelector": it}, within) for it in SELECTORS]
    cases += [
        (rules, {**within, "resourceRules": [{**RULE, "resourceNames": ["one"]}]}),
        (rules, {**within, "resourceRules": [{**RULE, "resourceNames": ["two"]}]}),
        (rules, {**within, "excludeResourceRules": RULES[0]}),
        ({**rules, "excludeResourceRules": RULES[2]}, within),
    ]
    made = [of_policies(index, *case) for index, case in enumerate(cases)]
    paths = [f"/apis/{GROUP}/v1/{plural}" for plural in (GUARDS, GUARD_BINDINGS)]
    for pair in made:
        for path, value in zip(paths, pair, strict=True):
            api_server.admin.request("POST", path, value)
    hooks = policies((it for it, _ in made), (it for _, it in made))

    def warned(value: Object) -> list[str]:
        path = f"/api/v1/namespaces/{value['metadata']['namespace']}/pods{DRY}"
        connection = api_server.admin._connection
        connection.request("POST", path, json.dumps(value), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        answer.read()
        said = " ".join(answer.headers.get_all("Warning") or ())
        return sorted(re.findall(r"ValidatingAdmissionPolicy '(explained-\d\d)'", said))

    probes = [(pod(labels, namespace), about) for namespace, about in places.items() for labels in PODS]
    until(lambda: warned(probes[0][0]) == judged(hooks, *probes[0]), "all policies count")
    for value, about in probes:
        assert warned(value) == judged(hooks, value, about), value["metadata"]
    for pair in made:
        for path, value in zip(paths, pair, strict=True):
            api_server.admin.request("DELETE", f"{path}/{value['metadata']['name']}")
