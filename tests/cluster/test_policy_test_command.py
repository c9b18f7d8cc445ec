"""`policy test` against a real API server with the bundle in it: the same Pods, and the same verdicts of all guards.

The guards are bound at the stage that warns, so that all of them are heard for each Pod, and not only the first.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.advice import ECI_PORTS
from kubectl_fluid.policy.guards.objects import PREFIX, bindings_of, policy_of
from kubectl_fluid.policy.guards.table import POLICIES
from kubectl_fluid.validation.finding import Severity
from tests.cli.running import run
from tests.cluster import fluid_objects, policies
from tests.cluster.api import Api, Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.policies import GUARD_BINDINGS, GUARDS, templates_of
from tests.cluster.test_webhook_conformance import NAMESPACES, SETUPS, Said, complete, difference, tried
from tests.cluster.webhooks import DRY, pod, refusal, sidecars, until
from tests.conformance.test_serverless import FILES
from tests.support import shared

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

Object = dict[str, Any]

WARNING = re.compile(r"Validation failed for ValidatingAdmissionPolicy '([^']*)' with binding '[^']*': (.*)")
GENERATED = re.compile(r"(?<=pod/demo-)[a-z0-9]{5}(?= -n)")
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Told:
    """A Pod by its end, and what each guard says of it; `stored` is the Pod or the API server's refusal."""

    stored: Said
    verdicts: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Case:
    """A Pod with the objects of its cluster, and what `policy test` says of it."""

    name: str
    namespace: str
    pod: Object
    objects: list[Object]
    status: int
    told: Told


# --- offline -------------------------------------------------------------------------------------------------------


def by_command(api: Api, name: str, namespace: str, value: Object, objects: list[Object], folder: Path) -> Case:
    """The API server is asked what it makes of the Pod that `policy test` gives; nothing of the bundle is there."""
    item, status = answered(namespace, value, objects, folder, "warn")
    verdicts = frozenset((it["policy"], it["message"]) for it in item["guards"])
    denied = any("Deny" in it["actions"] for it in answered(namespace, value, objects, folder, "deny")[0]["guards"])
    assert status == 0
    return Case(name, namespace, value, objects, int(denied), Told(tried(api, namespace, item["object"]), verdicts))


def answered(namespace: str, value: Object, objects: list[Object], folder: Path, stage: str) -> tuple[Object, int]:
    """The one item of its answer, and the exit status."""
    files = {"pod.json": value, "objects.json": {"apiVersion": "v1", "kind": "List", "items": objects}}
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    where = ("-n", namespace, "--local", "--objects", folder / "objects.json", "--stage", stage)
    done = run("policy", "test", "-f", folder / "pod.json", *where, "-o", "json")
    assert done.status in (0, 1), done.err
    (item,) = json.loads(done.out)["items"]
    return item, done.status


# --- the API server ------------------------------------------------------------------------------------------------


@contextmanager
def bound(api: Api, stage: str) -> Iterator[None]:
    """All guards over Pods are there, and bound at this stage."""
    made = [policy_of(policy) for policy in POLICIES]
    put = []
    try:
        for path, value in [
            (path, it)
            for guard in made
            for path, it in ((GUARDS, guard.policy), *((GUARD_BINDINGS, bound) for bound in bindings_of(guard, stage)))
        ]:
            api.request("POST", path, value)
            put.append(f"{path}/{value['metadata']['name']}")
        yield
    finally:
        for path in reversed(put):
            api.request("DELETE", path)


@contextmanager
def present(api: Api, namespace: str, objects: Sequence[Object], stage: str) -> Iterator[None]:
    """Templates and claims are there, and the policies go by all of them and no others.

    Events of one kind come in their order: who knows the last one, which has a name of its own each time, knows all.
    """
    last = fluid_objects.behind(namespace, f"zz-last-{next(_numbers)}")
    values = [*objects, *last]
    made = [*templates_of(objects), *templates_of(last)]
    made += [complete(it) for it in values if it["kind"] == "PersistentVolumeClaim"]
    probe = pod("probe", last[0]["metadata"]["name"], namespace)
    bad = breaks_everything(last[0]["metadata"]["name"], namespace)
    with ExitStack() as stack:
        for value in made:
            path = path_of(value)
            api.request("POST", f"{path}?fieldValidation=Strict", value)
            stack.callback(remove, api, f"{path}/{value['metadata']['name']}")
        until(lambda: knows(api, probe) and heard(api, bad) == EVERYBODY[stage], "the policies go by the objects")
        yield


def path_of(value: Object) -> str:
    namespace = value["metadata"]["namespace"]
    if value["kind"] == "PersistentVolumeClaim":
        return f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    return policies.templates_path(namespace)


def remove(api: Api, path: str) -> None:
    if "/persistentvolumeclaims/" in path:
        patch = {"metadata": {"finalizers": None}}  # a controller would do so
        api.request("PATCH", path, patch, "application/merge-patch+json")
    api.request("DELETE", path)


def knows(api: Api, value: Object) -> bool:
    try:
        return bool(sidecars(api.create(value, DRY)))
    except Refused:  # a policy whose parameters are not read yet
        return False


def breaks_everything(claim: str, namespace: str) -> Object:
    """A Pod that each policy over Pods has something to say of."""
    value = pod("probe", claim, namespace, **{keys.ECI: "true", f"{keys.DATASET_NAME_PREFIX}gone": "x"})
    value["metadata"]["annotations"] = {keys.PREFETCH: "true"}  # which policies leave alone
    value["spec"]["volumes"].append({"name": "node", "hostPath": {"path": "/srv"}})
    value["spec"]["containers"][0]["ports"] = [{"containerPort": port} for port in ECI_PORTS]
    return value


#: Who warns of that Pod: at the last stage, what is an error is refused, and told by one policy alone.
EVERYBODY = {
    "warn": (False, {f"{PREFIX}{policy.name}" for policy in POLICIES}),
    "deny": (True, {f"{PREFIX}{policy.name}" for policy in POLICIES if policy.severity is Severity.WARNING}),
}


def heard(api: Api, value: Object) -> tuple[bool, set[str]]:
    """Whether a Pod is refused, and by which policies its creator is warned."""
    said = refusal(api, value)
    return "ValidatingAdmissionPolicy" in said, {policy for policy, _ in warnings(api)}


def warnings(api: Api) -> frozenset[tuple[str, str]]:
    """Policy and message of each warning of the last answer."""
    texts = (json.loads(it.split(" - ", 1)[1]) for it in api.warnings)
    return frozenset((found[1], named(found[2])) for text in texts if (found := WARNING.fullmatch(text)))


def named(message: str) -> str:
    """The message without what an API server adds to a `generateName`."""
    return GENERATED.sub("*", message)


@pytest.fixture(scope="module")
def cases(api_server: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """What `policy test` says, and what an API server without the bundle makes of the Pods that it gives."""
    for file in FILES:
        shared(f"conformance/{file}.jsonl.gz")
    for name in NAMESPACES[1:]:
        policies.ensure_namespace(api_server, name)
    folder = tmp_path_factory.mktemp("cases")
    made = []
    for case in SETUPS["default"].cases():
        namespace, value = case["request"]["namespace"], case["request"]["object"]
        if value["metadata"].get("namespace", namespace) == namespace:  # else no policy is asked
            made.append(by_command(api_server.admin, case["name"], namespace, value, case["cluster"], folder))
    return made


@pytest.fixture(scope="module")
def cluster(api_server: ControlPlane, cases: list[Case]) -> Iterator[ControlPlane]:
    """The policies inject. Only after the cases: what is left alone must not be injected behind our back."""
    assert cases
    with policies.installed(api_server.admin, NAMESPACES[0]):
        yield api_server


def test_pods_and_all_verdicts_are_those_of_an_api_server(cluster: ControlPlane, cases: list[Case]) -> None:
    api, different, counts = cluster.admin, [], Counter[str]()
    with bound(api, "warn"):
        for case in cases:
            with present(api, case.namespace, case.objects, "warn"):
                stored = tried(api, case.namespace, case.pod)
                found = Told(stored, warnings(api))
            if isinstance(found.stored, dict):
                counts["with verdicts" if found.verdicts else "injected" if keys.DONE in str(stored) else "left"] += 1
                wanted = case.told
            else:  # guards are not asked about what is invalid
                counts["invalid"] += 1
                wanted = Told(case.told.stored, frozenset())
            if found != wanted:
                verdicts = sorted(found.verdicts ^ wanted.verdicts)
                different.append(f"{case.name}: {verdicts}\n{difference(wanted.stored, found.stored)}")
    print(f"\n{len(cases)} cases: {counts.most_common()}")  # noqa: T201 - shown by pytest -s
    assert not different, "\n".join(different)
    assert counts["injected"] > len(cases) / 3
    assert counts["with verdicts"] > len(cases) / 10


def test_what_it_says_is_denied_is_refused_and_with_one_of_its_sentences(
    cluster: ControlPlane, cases: list[Case]
) -> None:
    api = cluster.admin
    valid = [it for it in cases if isinstance(it.told.stored, dict)]
    chosen = [it for it in valid if it.status][:8] + [it for it in valid if not it.status][:8]
    assert {it.status for it in chosen} == {0, 1}
    with bound(api, "deny"):
        for case in chosen:
            with present(api, case.namespace, case.objects, "deny"):
                found = tried(api, case.namespace, case.pod)
            assert isinstance(found, dict) is (case.status == 0), case.name
            if not isinstance(found, dict):
                assert any(message in named(found[1]) for _, message in case.told.verdicts), (found, case.told.verdicts)
