"""`doctor` on a real API server: one where all is well, and each thing that may be wrong."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.cli.doctor_text import render
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cluster.connect import connect
from kubectl_fluid.doctor import reach, reads
from kubectl_fluid.doctor.document import document as document_of
from kubectl_fluid.doctor.run import Wanted, examine
from kubectl_fluid.doctor.table import CATEGORIES
from kubectl_fluid.doctor.targets import targets
from kubectl_fluid.explanation.hooks import webhooks
from kubectl_fluid.webhook.bundle.choices import NAME, NAMESPACE
from tests.cli.running import Ran, run
from tests.cluster import doctored
from tests.cluster.binaries import Missing
from tests.cluster.control_plane import ControlPlane
from tests.cluster.policies import BINDINGS, DEFINITIONS, GUARD_BINDINGS, GUARDS, POLICIES
from tests.cluster.webhooks import CONFIGURATIONS, until
from tests.doctor.certificates import made, showing
from tests.doctor.schema import check, checks_of, verdicts
from tests.support import ROOT, Golden, unavailable

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]

GOLDENS = ROOT / "tests" / "cluster" / "golden" / "doctor"
INJECT = "kubectl-fluid-inject"
BINDING = f"{BINDINGS}/{INJECT}"


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """Its own: definitions are deleted here."""
    try:
        plane = ControlPlane(lambda _: None)
    except Missing as reason:
        unavailable(str(reason))
    try:
        doctored.healthy(plane)
        yield plane
    finally:
        plane.end()


@pytest.fixture(scope="module")
def variables(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Those of a machine that has this program and kubectl on PATH."""
    folder = tmp_path_factory.mktemp("bin")
    path = doctored.path_with(folder, sys.executable, plane.programs["kubectl"])
    return {"HOME": "/nonexistent", "PATH": path, "KUBECONFIG": str(plane.kubeconfig)}


def doctor(variables: dict[str, str], *arguments: str | Path) -> Ran:
    return run("doctor", *arguments, variables=variables)


def report(variables: dict[str, str], *arguments: str | Path) -> tuple[int, Object]:
    done = doctor(variables, "-o", "json", *arguments)
    found = json.loads(done.out)
    check(found)
    assert done.err == ""
    return done.status, found


def golden_of(golden: Golden, name: str, variables: dict[str, str]) -> None:
    """The page and the document."""
    found = doctored.normal(examine(Wanted(tuple(CATEGORIES), variables)))
    page = render(found, Environment())
    assert max(map(len, page.splitlines())) <= 80
    golden(GOLDENS / f"{name}.txt", page)
    golden(GOLDENS / f"{name}.json", json.dumps(document_of(found), indent=2) + "\n")


def test_all_is_well(variables: dict[str, str], golden: Golden) -> None:
    status, found = report(variables, "--strict")
    assert [it for it in doctored.flat(found) if it["verdict"] in ("failed", "warning", "unknown")] == []
    assert status == 0
    page = doctor(variables)
    assert page.status == 0
    golden_of(golden, "healthy", variables)


def test_everything_is_wrong_at_once(
    plane: ControlPlane, variables: dict[str, str], golden: Golden, tmp_path: Path
) -> None:
    api, old = plane.admin, made(-300, -5)
    doctored.report_ready(api, "dataset-controller", 0)
    try:
        with (
            showing(old, tmp_path) as port,
            doctored.at_url(api, port, old.ca),
            doctored.fluids_webhook(api),
            doctored.altered(api),
            doctored.without(api, f"{GUARD_BINDINGS}/kubectl-fluid-templates"),
        ):
            assert doctor(variables).status == 1
            golden_of(golden, "troubled", variables)
    finally:
        doctored.report_ready(api, "dataset-controller", 1)


def test_a_certificate_that_has_ended_is_found_where_the_webhook_is_called_by_url(
    plane: ControlPlane, variables: dict[str, str], tmp_path: Path
) -> None:
    old = made(-300, -5)
    with showing(old, tmp_path) as port, doctored.at_url(plane.admin, port, old.ca):
        status, found = report(variables, "webhook")
    (certificate,) = checks_of(found, "webhook-certificate")
    assert (status, certificate["verdict"]) == (1, "failed")
    assert "certificate has expired (it is 300 days old and ended 4 days ago" in certificate["message"]
    assert verdicts(found)["webhook-trust kubectl-fluid-webhook"] == "ok"
    assert [it["verdict"] for it in checks_of(found, "webhook-service")] == ["skipped"]


def test_a_good_certificate_at_a_url_is_told_with_its_age(
    plane: ControlPlane, variables: dict[str, str], tmp_path: Path
) -> None:
    good = made()
    with showing(good, tmp_path) as port, doctored.at_url(plane.admin, port, good.ca):
        status, found = report(variables, "webhook")
    (certificate,) = checks_of(found, "webhook-certificate")
    assert (status, certificate["verdict"]) == (0, "ok")
    assert "10 days old and valid for 355 days more" in certificate["message"]


def test_fluids_webhook_beside_ours_is_a_conflict(plane: ControlPlane, variables: dict[str, str]) -> None:
    with doctored.fluids_webhook(plane.admin):
        status, found = report(variables, "webhook")
    assert status == 1
    of = verdicts(found)
    assert of["webhook-conflict"] == "warning"
    assert of[f"webhook-service {doctored.FLUIDS}"] == of[f"webhook-trust {doctored.FLUIDS}"] == "failed"
    assert of["webhook-service kubectl-fluid-webhook"] == of["webhook-trust kubectl-fluid-webhook"] == "ok"


def test_without_any_webhook_there_is_nothing_to_look_at(plane: ControlPlane, variables: dict[str, str]) -> None:
    with doctored.without(plane.admin, doctored.OURS):
        status, found = report(variables, "webhook")
    assert status == 0
    assert {it["verdict"] for it in doctored.flat(found) if it["name"].startswith("webhook")} == {"skipped"}


def test_definitions_that_are_other_ones_are_told_field_by_field(
    plane: ControlPlane, variables: dict[str, str]
) -> None:
    with doctored.altered(plane.admin):
        status, found = report(variables, "crds")
    assert status == 1
    by_kind = {it.get("subject"): it for it in checks_of(found, "crds-fields")}
    assert by_kind["Dataset"]["verdict"] == "warning"
    assert by_kind["Dataset"]["details"] == [
        "spec.mounts[].shared: the cluster does not know it",
        "spec.placement: the cluster does not know it",
        "spec.ofTomorrow: only the cluster knows it",
    ]
    assert by_kind["JuiceFSRuntime"]["verdict"] == "failed"
    assert by_kind["JuiceFSRuntime"]["details"] == [
        "spec.replicas: it has another type there: integer in the bundle, string in the cluster"
    ]
    assert len(by_kind[None]["details"]) == 12


def test_published_schemas_tell_the_same_to_those_who_may_not_read_definitions(
    plane: ControlPlane, variables: dict[str, str]
) -> None:
    with doctored.altered(plane.admin):
        _, found = report(variables, "crds")
        details = {it.get("subject"): it.get("details") for it in checks_of(found, "crds-fields")}

        def told() -> dict[str | None, list[str] | None]:
            _, seen = report(variables, "crds", "--as", "nobody", "--as-group", "system:authenticated")
            return {it.get("subject"): it.get("details") for it in checks_of(seen, "crds-fields")}

        end = time.monotonic() + 30  # the server publishes a changed definition a moment later
        while told() != details and time.monotonic() < end:
            time.sleep(0.2)
        assert told() == details


def test_policies_without_bindings_and_bindings_without_policies_are_found(
    plane: ControlPlane, variables: dict[str, str]
) -> None:
    api = plane.admin
    every = [f"{BINDING}-{it}" for it in ("serverless", "sidecar-target", "deprecated")]
    with doctored.without(api, *every):
        status, found = report(variables, "policies")
        (bound,) = checks_of(found, "policies-bound")
        assert (status, bound["verdict"]) == (1, "failed")
        assert bound["message"] == f"1 policy without binding does nothing: {INJECT}"
    with doctored.without(api, f"{POLICIES}/{INJECT}"):
        status, found = report(variables, "policies")
        assert status == 1
        assert "3 bindings name a policy that is not there" in checks_of(found, "policies-bound")[0]["message"]
    assert report(variables, "policies")[0] == 0


def test_policies_whose_parameters_are_of_no_kind_are_found(plane: ControlPlane, variables: dict[str, str]) -> None:
    api, group = plane.admin, "/apis/kubectl-fluid.io/v1alpha1"
    with doctored.without(api, f"{DEFINITIONS}/injectiontemplates.kubectl-fluid.io"):
        until(lambda: not doctored.served(api, group), "templates are not served")
        status, found = report(variables, "policies")
        assert status == 1
        assert verdicts(found)["policies-parameters"] == "failed"
    until(lambda: doctored.served(api, group), "templates are served")


def test_what_the_server_says_of_expressions_is_told(plane: ControlPlane, variables: dict[str, str]) -> None:
    path = f"{GUARDS}/kubectl-fluid-templates"
    warning = {"fieldRef": "spec.validations[0].expression", "warning": "undefined field 'x'"}
    status = {"status": {"typeChecking": {"expressionWarnings": [warning]}}}
    plane.admin.request("PATCH", f"{path}/status", status, "application/merge-patch+json")
    try:
        code, found = report(variables, "policies")
        assert (code, verdicts(found)["policies-types"]) == (0, "warning")
        assert doctor(variables, "policies", "--strict").status == 1
    finally:
        cleared = {"status": {"typeChecking": None}}
        plane.admin.request("PATCH", f"{path}/status", cleared, "application/merge-patch+json")


def test_policies_of_another_version_are_told(plane: ControlPlane, variables: dict[str, str]) -> None:
    path = f"{POLICIES}/{INJECT}"
    before = plane.admin.request("GET", path)
    plane.admin.request("PATCH", path, {"spec": {"reinvocationPolicy": "Never"}}, "application/merge-patch+json")
    try:
        _, found = report(variables, "policies")
        assert checks_of(found, "policies-current")[0]["details"] == [INJECT]
    finally:
        doctored.put(
            plane.admin, POLICIES, {**before, "metadata": {"name": INJECT, "labels": before["metadata"]["labels"]}}
        )


def test_a_server_that_is_stopped_leaves_the_checks_of_this_machine(
    plane: ControlPlane, variables: dict[str, str]
) -> None:
    with plane.outage():
        status, found = report(variables, "--timeout", "3")
    of = verdicts(found)
    assert status == 4
    assert (of["python"], of["plugin"], of["kubeconfig"], of["reachable"]) == ("ok", "ok", "ok", "failed")
    assert of["crds-served"] == of["permissions"] == "skipped"


class Recording:
    """A pool of connections that notes what goes through it."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self.seen: list[tuple[str, str]] = []

    def urlopen(self, method: str, url: str, **more: Any) -> Any:
        self.seen.append((method, url))
        return self.pool.urlopen(method, url, **more)


def test_nothing_is_asked_but_what_the_page_says(plane: ControlPlane, variables: dict[str, str]) -> None:
    """Every request, by method and path: no Secret, nothing that is written."""
    connection = connect(variables=variables)
    pool = Recording(connection.api.pool)
    api = type(connection.api)(connection.api.server, pool, connection.api.headers, 30)  # type: ignore[arg-type]
    reach.greet(api)
    sight = reads.look(api, CATEGORIES, "default")
    reads.look(api, CATEGORIES, None)
    reads.published(api)
    configurations = sight.acting["webhooks"]
    assert isinstance(configurations, list)
    reads.reach(api, targets(webhooks(configurations)))
    connection.api.pool.clear()
    paths = {(method, url.removeprefix(plane.url).partition("?")[0]) for method, url in pool.seen}
    posts = {path for method, path in paths if method == "POST"}
    gets = {path for method, path in paths if method == "GET"}
    assert posts == {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    }
    assert len(paths) == len(posts) + len(gets)
    admission = "/apis/admissionregistration.k8s.io"
    kinds = (
        *("mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "mutatingwebhookconfigurations"),
        *("validatingadmissionpolicies", "validatingadmissionpolicybindings"),
    )
    definitions = {it for it in gets if it.startswith("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/")}
    assert all(it.endswith(".data.fluid.io") for it in definitions)
    assert gets - definitions == {
        "/version",
        f"/api/v1/namespaces/{NAMESPACE}/services/{NAME}",
        f"/apis/discovery.k8s.io/v1/namespaces/{NAMESPACE}/endpointslices",
        "/api/v1/nodes",
        "/api/v1/namespaces",
        "/api/v1/namespaces/default",
        "/apis/apps/v1/deployments",
        "/apis/data.fluid.io/v1alpha1",
        "/apis/kubectl-fluid.io/v1alpha1",
        "/openapi/v3/apis/data.fluid.io/v1alpha1",
        *(f"{admission}/{version}" for version in ("v1", "v1beta1", "v1alpha1")),
        *(f"{admission}/v1/{it}" for it in kinds),
    }


def test_a_configuration_that_somebody_else_put_there_is_left_to_explain(
    plane: ControlPlane, variables: dict[str, str]
) -> None:
    entry = {
        "name": "hook.of-somebody.example.com",
        "clientConfig": {"url": "https://127.0.0.1:1/"},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "failurePolicy": "Ignore",
    }
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration"}
    plane.admin.request("POST", CONFIGURATIONS, {**head, "metadata": {"name": "of-somebody"}, "webhooks": [entry]})
    try:
        status, found = report(variables, "webhook")
        assert status == 0
        assert "of-somebody" not in json.dumps(found)
    finally:
        plane.admin.request("DELETE", f"{CONFIGURATIONS}/of-somebody")


@pytest.mark.timeout(300)
def test_without_definitions_the_kinds_are_missed(plane: ControlPlane, variables: dict[str, str]) -> None:
    """The last one: what it deletes takes long to come back."""
    with doctored.without_definitions(plane):
        status, found = report(variables, "crds")
        assert status == 1
        assert verdicts(found)["crds-served"] == "failed"
        assert verdicts(found)["crds-fields"] == "skipped"
        assert "the cluster serves no data.fluid.io/v1alpha1" in checks_of(found, "crds-served")[0]["message"]
