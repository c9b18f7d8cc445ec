"""Every reference case of Fluid's webhook through the MutatingAdmissionPolicy of a real API server: the Pod is the one
that the command line gives, or policies cannot express it and a row of `kubectl_fluid.policy.inexpressible` says why.

As in `test_webhook_conformance`, both Pods are tried in a dry run. The undo annotation is left out of the comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy import inexpressible
from tests.cluster import policies
from tests.cluster.control_plane import ControlPlane
from tests.cluster.test_webhook_conformance import NAMESPACES, SETUPS, Said, difference, expectation, tried
from tests.conformance.test_serverless import FILES
from tests.support import shared

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

Object = dict[str, Any]

KNOWN = {it.code for it in (*inexpressible.ROWS, *inexpressible.ELSEWHERE)}
#: Codes by which `plan` refuses a Pod, and policies let it through without knowing: what no template can tell.
ADMITTED = {"ClaimNotFound"}


@pytest.fixture(scope="module")
def cluster(api_server: ControlPlane) -> Iterator[ControlPlane]:
    """With the policy, and the namespaces of the cases."""
    for name in NAMESPACES[1:]:
        policies.ensure_namespace(api_server, name)
    with policies.installed(api_server.admin, NAMESPACES[0]):
        yield api_server


def verdict(case: Object, expected: Said, found: Said, templates: list[Object]) -> str:
    """How the two go together; a sentence that begins with `different` where they do not."""
    if found == expected:
        return "equal"
    claims, _ = policies.claims_of(case["cluster"])
    namespace, pod = case["request"]["namespace"], case["request"]["object"]
    planned = plan(pod, claims, Settings(namespace=namespace, unique="1-00000000"))
    code = planned.reasons[0].code
    why = reason(pod, templates)
    if why == "Serverful" and isinstance(found, dict):
        return "admitted: Serverful"
    if planned.outcome is Outcome.REFUSED:
        if not isinstance(found, dict):
            return f"refused by the API server (plan: {code})"
        if still_named(found, templates):
            return f"left for the guards (plan: {code})"
        return f"admitted: {code}" if code in ADMITTED else f"different: {code} was let through"
    if why in KNOWN and isinstance(found, dict) and still_named(found, templates):
        return f"left for the guards: {why}"
    return f"different: {why}:\n{difference(expected, found)}"


def still_named(pod: Object, templates: list[Object]) -> bool:
    """Whether a volume of the Pod names a claim that has a template: what guards refuse."""
    known = {it["metadata"]["name"] for it in templates}
    volumes = pod["spec"].get("volumes", ())
    return any(it.get("persistentVolumeClaim", {}).get("claimName") in known for it in volumes)


def reason(pod: Object, templates: list[Object]) -> str:
    """Why policies cannot express what the Pod asks for."""
    labels, annotations = pod["metadata"].get("labels") or {}, pod["metadata"].get("annotations") or {}
    if labels.get(keys.INJECT) != "true" and labels.get(keys.INJECT_SERVERFUL) == "true":
        return "Serverful"
    if annotations.get(keys.PREFETCH) == "true":
        return "Prefetcher"
    if annotations.get(keys.HOST_PATH_MODE) == "random-suffix":
        return "RandomSuffix"
    used = {it["persistentVolumeClaim"]["claimName"] for it in pod["spec"]["volumes"] if "persistentVolumeClaim" in it}
    refused = {
        platform["refusal"]["code"]
        for it in templates
        if it["metadata"]["name"] in used
        for platform in it["spec"]["platforms"]
        if platform["name"] == "default" and "refusal" in platform
    }
    return "".join(sorted(refused))


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case."""

    case: Object
    templates: list[Object]
    verdict: str


@pytest.fixture(scope="module")
def results(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    """All cases, by the policy alone."""
    for file in FILES:
        shared(f"conformance/{file}.jsonl.gz")
    api, setup, folder = cluster.admin, SETUPS["default"], tmp_path_factory.mktemp("cases")
    found = []
    for case in setup.cases():
        expected = expectation(api, case, setup, folder)
        templates = policies.templates_of(case["cluster"])
        with policies.present(api, templates):
            told = verdict(case, expected, tried(api, *asked(case)), templates)
        found.append(Result(case, templates, told))
    return found


def asked(case: Object) -> tuple[str, Object]:
    return case["request"]["namespace"], case["request"]["object"]


def test_each_pod_is_the_one_of_the_command_line_or_the_table_says_why_not(results: list[Result]) -> None:
    counts = Counter(it.verdict for it in results)
    print(f"\n{counts.total()} cases: {counts.most_common()}")  # noqa: T201 - shown by pytest -s
    different = [f"{it.case['name']}: {it.verdict}" for it in results if it.verdict.startswith("different")]
    assert not different, "\n".join(different)
    assert counts["equal"] > counts.total() / 2


def test_a_guard_refuses_the_pods_that_are_left_and_no_others(cluster: ControlPlane, results: list[Result]) -> None:
    api = cluster.admin
    left = [it for it in results if it.verdict.startswith("left for the guards")]
    injected = [it for it in results if it.verdict == "equal" and wants_sidecars(it.case)]
    assert len(left) > len(results) / 5
    wrong = []
    with policies.guarded(api):
        for result in [*left, *injected[::5]]:
            with policies.present(api, result.templates):
                policies.wait_for_guard(api, result.templates)
                found = tried(api, *asked(result.case))
            refused = not isinstance(found, dict) and policies.GUARD in found[1]
            if refused is not (result in left):
                wrong.append(f"{result.case['name']} ({result.verdict}): {str(found)[:300]}")
    assert not wrong, "\n".join(wrong)


def wants_sidecars(case: Object) -> bool:
    """Whether the Pod asks for them and nothing says that it has them, or shall not."""
    labels = case["request"]["object"]["metadata"].get("labels") or {}
    return labels.get(keys.INJECT) == "true" and keys.DONE not in labels and keys.ENABLE not in labels
