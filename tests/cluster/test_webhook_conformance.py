"""Every reference case of Fluid's webhook once more, through a real API server and the webhook that it calls: the Pod
is the one that the command line gives, and what is refused is refused with our sentence.

Both Pods are tried in a dry run, so the API server's own defaults and objections are on both sides.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.injection import undo
from kubectl_fluid.injection.settings import Profile, Settings, SidecarMode
from kubectl_fluid.webhook.caches import WATCHED
from kubectl_fluid.webhook.review import answer
from tests.cli.running import run
from tests.cluster import webhooks
from tests.cluster.api import Api, Refused
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fluid_objects import dataset
from tests.cluster.policies import ensure_namespace
from tests.cluster.webhooks import Certs, Replica
from tests.conformance import compare
from tests.conformance.test_serverless import FILES, cases_of

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

Object = dict[str, Any]
#: What an API server says to a Pod: the Pod as it would be, or HTTP status and message.
Said = Object | tuple[int, str]

NAMESPACES = ("default", "prod", "ai-team")


@dataclass(frozen=True, slots=True)
class Setup:
    """How the command line and the webhook are told to do the same; with the `env` of the cases that are run so."""

    settings: Settings
    arguments: tuple[str, ...] = ()
    variables: Object = field(default_factory=dict)
    env: Object | None = None

    def cases(self) -> list[Object]:
        return [case for name in FILES for case in cases_of(name) if self.env in (None, case["env"])]


NATIVE = {"FUSE_SIDECAR_INJECTION_MODE": "native-sidecar"}
FLUID = ("--profile", "fluid")
SETUPS = {
    "default": Setup(Settings()),
    "fluid": Setup(Settings(profile=Profile.FLUID), FLUID, env={}),
    "fluid-native": Setup(Settings(profile=Profile.FLUID, sidecar_mode=SidecarMode.NATIVE), FLUID, NATIVE, NATIVE),
}
#: As `kubectl create --dry-run=server` asks.
CREATE = "?dryRun=All&fieldManager=kubectl-create&fieldValidation=Strict"
DENIED = re.compile(r'admission webhook "[a-z-]+\.inject\.kubectl-fluid\.io" denied the request: (kubectl-fluid: .*)')
GENERATED = re.compile(r'Pod "[^"]*" is invalid')
#: One in so many cases goes through kubectl itself, which takes a hundred times as long.
BY_KUBECTL = 8


@pytest.fixture(scope="module")
def cluster(api_server: ControlPlane) -> ControlPlane:
    """With the namespaces of the cases. They stay: without controllers, one that is deleted ends never."""
    webhooks.grant(api_server)
    for name in NAMESPACES[1:]:
        ensure_namespace(api_server, name)
    return api_server


def said(pod: Object) -> Object:
    """Of a Pod, what neither a server gives to each one anew, nor is left to chance.

    The way back is left out: it leads to the Pod that was injected, and the webhook's has the API server's defaults.
    """
    metadata = {key: dict(pod["metadata"][key]) for key in ("labels", "annotations") if key in pod["metadata"]}
    metadata.get("annotations", {}).pop(keys.UNDO, None)
    return compare.normalise({"metadata": metadata, "spec": pod["spec"]})


def said_no(code: int, message: str) -> tuple[int, str]:
    denied = DENIED.fullmatch(message)
    told = compare.UNIQUE.sub("<unique>", denied[1] if denied else message)
    return code, GENERATED.sub("Pod is invalid", told)


def created(api: Api, namespace: str, pod: Object) -> Object:
    return api.request("POST", f"/api/v1/namespaces/{namespace}/pods{CREATE}", pod)


def tried(api: Api, namespace: str, pod: Object) -> Said:
    try:
        return said(created(api, namespace, pod))
    except Refused as error:
        return said_no(error.code, str(error.status["message"]))


def tried_by_kubectl(cluster: ControlPlane, namespace: str, pod: Object) -> Object | str:
    """The Pod, or the end of what kubectl says."""
    done = cluster.kubectl(
        "create", "--dry-run=server", "-o", "json", "-n", namespace, "-f", "-", stdin=json.dumps(pod)
    )
    if done.returncode == 0:
        return said(json.loads(done.stdout))
    message = re.sub(r'^Error from server(?: \(\w+\))?: (?:error when creating "STDIN": )?', "", done.stderr.strip())
    return said_no(0, message)[1]


# --- what should come of a case ------------------------------------------------------------------------------------


def by_command_line(case: Object, setup: Setup, folder: Path) -> Object | None:
    """The Pod that `kubectl fluid inject` makes of the case's files, None when it refuses."""
    objects, pod = folder / "objects.json", folder / "pod.json"
    objects.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": case["cluster"]}))
    pod.write_text(json.dumps(case["request"]["object"]))
    how = [*setup.arguments, *(("--sidecar-mode", "native") if setup.variables else ())]
    where = ("-n", case["request"]["namespace"], "--local", "--objects", objects)
    done = run("inject", "-f", pod, *where, *how, "-o", "json")
    if done.status:
        assert done.status == 1, done.err
        return None
    made = json.loads(done.out)
    items: list[Object] = made["items"] if made["kind"] == "List" else [made]  # there are ConfigMaps too
    (found,) = [it for it in items if it["kind"] == "Pod"]
    return found


def refused(case: Object, setup: Setup) -> tuple[int, str]:
    """What `review` says to the Pod."""
    store = ObjectStore()
    for value in case["cluster"]:
        store.add(value)
    settings = replace(setup.settings, unique="1234567890123456-deadbeef")
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": case["request"]}
    status = answer(review, claims_from(store.get), settings)["response"]["status"]
    return said_no(status["code"], status["message"])


def expectation(api: Api, case: Object, setup: Setup, folder: Path) -> Said:
    """What the API server without webhook says to the Pod of the command line; or our sentence, where that refuses."""
    namespace, pod = case["request"]["namespace"], case["request"]["object"]
    if pod["metadata"].get("namespace", namespace) != namespace:
        return tried(api, namespace, pod)  # no webhook is asked about such a request
    injected = by_command_line(case, setup, folder)
    if injected is None:
        return refused(case, setup)
    found = tried(api, namespace, injected)
    if not isinstance(found, dict):
        # Nor does it take the Pod of Fluid's own webhook, or the one that was to be injected.
        assert isinstance(tried(api, namespace, case["fluid"]["pod"] if setup.settings.fluid else pod), tuple)
    return found


# --- what comes of it ----------------------------------------------------------------------------------------------

LAST = dataset("default", "created-last")


def complete(value: Object) -> Object:
    """With what an API server insists on, and Fluid's webhook never looks at."""
    value = json.loads(json.dumps(value))
    spec = value.setdefault("spec", {})
    if value["kind"] == "PersistentVolume":
        spec.setdefault("capacity", {"storage": "1Gi"})
    if value["kind"] == "PersistentVolumeClaim":
        spec.setdefault("resources", {"requests": {"storage": "1Gi"}})
    if value["kind"] in ("PersistentVolume", "PersistentVolumeClaim"):
        spec.setdefault("accessModes", ["ReadOnlyMany"])
    return value if value["kind"] == "Dataset" else {key: it for key, it in value.items() if key != "status"}


@contextmanager
def present(api: Api, replica: Replica, values: list[Object]) -> Iterator[None]:
    """The objects are in the cluster, and the webhook knows all of them and no others."""
    # Events of one kind come in their order: who knows the last Dataset knows the status of all before it.
    made = [*map(complete, values), LAST]
    before = counts(replica)
    for value in made:
        api.create(value)
    kinds = Counter(value["kind"] for value in made)
    webhooks.until(lambda: counts(replica) == before + kinds, "the webhook knows the objects")
    try:
        yield
    finally:
        for value in made:
            if value["kind"].startswith("PersistentVolume"):
                api.merge(value, {"metadata": {"finalizers": None}})  # a controller would do so
            api.delete(value)
        webhooks.until(lambda: counts(replica) == before, "the webhook knows that the objects are gone")


def counts(replica: Replica) -> Counter[str]:
    samples = replica.metrics()
    return Counter({kind: int(samples[f'cache_objects{{kind="{kind}"}}']) for kind in WATCHED})


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certs:
    return Certs(tmp_path_factory.mktemp("certs"))


@pytest.mark.parametrize("name", SETUPS)
def test_each_pod_is_the_one_of_the_command_line(
    cluster: ControlPlane, certs: Certs, name: str, tmp_path: Path, shared: Callable[[str], Path]
) -> None:
    for file in FILES:
        shared(f"conformance/{file}.jsonl.gz")
    api, setup = cluster.admin, SETUPS[name]
    cases = setup.cases()
    expected = [expectation(api, case, setup, tmp_path) for case in cases]
    different: list[str] = []
    with called(cluster, certs, setup) as replica:
        for number, (case, wanted) in enumerate(zip(cases, expected, strict=True)):
            namespace, pod = case["request"]["namespace"], case["request"]["object"]
            with present(api, replica, case["cluster"]):
                found = tried(api, namespace, pod)
                if found != wanted:
                    different.append(f"{case['name']}:\n{difference(wanted, found)}")
                elif number % BY_KUBECTL == 0 and pod["metadata"].get("namespace", namespace) == namespace:
                    by_kubectl = tried_by_kubectl(cluster, namespace, pod)
                    assert by_kubectl == (found if isinstance(found, dict) else found[1]), case["name"]
    assert not different, "\n".join(different)
    outcomes = Counter(map(outcome_of, expected))
    print(f"\n{name}: {len(cases)} cases: {dict(outcomes)}")  # noqa: T201 - shown by pytest -s
    assert outcomes["injected"] > len(cases) / 3
    assert outcomes["refused"] > len(cases) / 10


def test_the_way_back_leads_to_the_pod_as_it_would_be_without_the_webhook(
    cluster: ControlPlane, certs: Certs, shared: Callable[[str], Path]
) -> None:
    shared(f"conformance/{FILES[0]}.jsonl.gz")
    api, setup = cluster.admin, SETUPS["default"]
    cases = [case for case in setup.cases() if case["fluid"].get("pod")][::5]
    plain = [tried(api, case["request"]["namespace"], case["request"]["object"]) for case in cases]
    compared = 0
    with called(cluster, certs, setup) as replica:
        for case, wanted in zip(cases, plain, strict=True):
            with present(api, replica, case["cluster"]), suppress(Refused):
                made = created(api, case["request"]["namespace"], case["request"]["object"])
                if text := made["metadata"].get("annotations", {}).get(keys.UNDO):
                    back = undo.apply(made, undo.read(text))
                    assert back is not None
                    assert said(back) == wanted, case["name"]
                    compared += 1
    assert compared > len(cases) / 2


@contextmanager
def called(cluster: ControlPlane, certs: Certs, setup: Setup) -> Iterator[Replica]:
    """A replica that the API server calls."""
    with (
        webhooks.replica(cluster, certs, *setup.arguments, **setup.variables) as replica,
        webhooks.registered(cluster.admin, webhooks.registration("reference", [replica.port], certs.ca, NAMESPACES)),
    ):
        yield replica


def difference(wanted: Said, found: Said) -> str:
    old, new = (json.dumps(it, indent=1, sort_keys=True).splitlines() for it in (wanted, found))
    return "\n".join(difflib.unified_diff(old, new, "command line", "webhook", lineterm="", n=3))


def outcome_of(it: Said) -> str:
    if isinstance(it, dict):
        return "injected" if "done.sidecar.fluid.io/inject" in it["metadata"].get("labels", {}) else "left"
    return "refused" if it[1].startswith("kubectl-fluid: ") else f"rejected with {it[0]}"
