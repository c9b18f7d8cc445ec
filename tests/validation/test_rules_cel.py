"""The CEL twin of each rule says of its examples what the rule itself says: a real API server evaluates them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import RawDocument
from kubectl_fluid.validation.rules import BY_CODE, RULES, Rule, Run, Where
from kubectl_fluid.validation.rules.rule import WORKLOAD
from tests.cluster.api import collection
from tests.cluster.conftest import api_server
from tests.cluster.control_plane import ControlPlane
from tests.cluster.crds import FLUID
from tests.policy.generated import mutants, seeds
from tests.validation.examples_all import EXAMPLES

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

__all__ = ["api_server"]

Object = dict[str, Any]
POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
CREATED = 201
#: Twins that take more than their rules: FL0322 reads an annotation that holds JSON, which CEL cannot.
LAX = {"FL0322"}
TWINS = [rule for rule in RULES if rule.cel]
#: Seconds in which a policy that was created must be at work.
PATIENCE = 6
#: Breaks FL0101, which every policy server that is ready says.
SENTINEL = {
    "apiVersion": "data.fluid.io/v1alpha1",
    "kind": "Dataset",
    "metadata": {"name": "1-demo", "namespace": "default"},
}


@dataclass
class Judge:
    """Creates objects as a dry run, and says which policies warned; the schema's own refusals warn of nothing."""

    plane: ControlPlane

    def warnings(self, value: Object) -> set[str]:
        """Codes of the twins that the object breaks."""
        return self.verdict(value)[1]

    def verdict(self, value: Object) -> tuple[int, set[str]]:
        """HTTP status, and the codes of the twins that the object breaks."""
        connection = self.plane.admin._connection
        path = collection(value, value["metadata"].get("namespace")) + "?dryRun=All"
        connection.request("POST", path, json.dumps(value), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status in (CREATED, 400, 404, 422), content.decode()  # 404: a namespace that is not there
        said = answer.headers.get_all("Warning") or []
        return answer.status, {code for code in BY_CODE for text in said if f"<{code}>" in text}


@pytest.fixture(scope="module")
def judge(api_server: ControlPlane) -> Iterator[Judge]:
    made = [path for rule in TWINS for path in _create(api_server, rule)]
    found = Judge(api_server)
    end = time.monotonic() + 60
    while "FL0101" not in found.warnings(SENTINEL) and time.monotonic() < end:
        time.sleep(0.5)
    time.sleep(2)  # the others were made in the same breath
    yield found
    for path in made:
        api_server.admin.request("DELETE", path)


def _create(plane: ControlPlane, rule: Rule) -> list[str]:
    name, paths = rule.code.lower(), []
    rules = [{**it, "operations": ["CREATE"]} for it in _resources(rule)]
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": rules},
        "validations": [{"expression": rule.cel, "message": f"<{rule.code}>"}],
    }
    binding = {"policyName": name, "validationActions": ["Warn"]}
    for path, kind, content in (
        (POLICIES, "ValidatingAdmissionPolicy", spec),
        (f"{POLICIES[:-8]}policybindings", "ValidatingAdmissionPolicyBinding", binding),
    ):
        value = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name}}
        plane.admin.request("POST", path, {**value, "spec": content})
        paths.append(f"{path}/{name}")
    return paths


def _resources(rule: Rule) -> list[Object]:
    if WORKLOAD in rule.kinds:
        return [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}]
    plurals = [FLUID[kind].plural for kind in rule.kinds if kind in FLUID]
    return [{"apiGroups": ["data.fluid.io"], "apiVersions": ["v1alpha1"], "resources": plurals}]


def _objects(text: str, rule: Rule) -> list[Object]:
    """The objects of an example that a rule is about, in namespace default."""
    kinds = {"Pod"} if WORKLOAD in rule.kinds else set(rule.kinds)
    values = [parse(RawDocument("x", 0, 1, part)).value for part in text.split("---\n")]
    return [
        {**value, "metadata": {"namespace": "default", **value["metadata"]}}
        for value in values
        if value["kind"] in kinds
    ]


@pytest.mark.parametrize("rule", TWINS, ids=[rule.code for rule in TWINS])
def test_the_twin_of_a_rule_takes_what_keeps_it_and_not_what_breaks_it(judge: Judge, rule: Rule) -> None:
    examples = [example for example in EXAMPLES if example.code == rule.code]
    end, seen = time.monotonic() + PATIENCE, False
    while not seen and time.monotonic() < end:  # policies come to work one after the other
        seen = any(_warned(judge, example.failing, rule) for example in examples)
    assert seen, rule.cel
    assert [example.passing for example in examples if _warned(judge, example.passing, rule)] == []


def _warned(judge: Judge, text: str, rule: Rule) -> bool:
    return any(rule.code in judge.warnings(value) for value in _objects(text, rule))


def test_an_api_server_finds_no_type_error_in_any_twin(judge: Judge) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        items = judge.plane.admin.request("GET", POLICIES)["items"]
        checked = [it for it in items if "typeChecking" in it.get("status", {})]
        if len(checked) == len(TWINS):
            break
        time.sleep(0.5)
    wrong = {
        it["metadata"]["name"]: [text["warning"] for text in it["status"]["typeChecking"]["expressionWarnings"]]
        for it in items
        if it.get("status", {}).get("typeChecking", {}).get("expressionWarnings")
    }
    assert wrong == {}


@pytest.mark.parametrize("kind", sorted(seeds()))
def test_rules_and_twins_agree_on_objects_that_nobody_wrote(judge: Judge, kind: str) -> None:
    with_twin = {rule.code for rule in TWINS if kind in rule.kinds}
    seen, differ = 0, []
    for value in mutants(seeds()[kind], 60, random.Random(kind)):  # noqa: S311 - no secret
        status, warned = judge.verdict(value)
        if status != CREATED:  # the schema refuses it, before or after the policies
            continue
        seen += 1
        run = Run()
        found = [*run.add(value, Where(0, 0)), *(finding for _, finding in run.conclude())]
        said = {finding.code for finding in found} & with_twin
        if said - LAX != warned - LAX or not warned <= said:
            differ.append((said - warned, warned - said, value))
    assert differ == []
    assert seen > 0
