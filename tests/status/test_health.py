from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kubectl_fluid.claims import Name
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.listing import Absent, Forbidden
from kubectl_fluid.status import health
from kubectl_fluid.status.case import Case
from kubectl_fluid.status.health import RULES
from kubectl_fluid.status.model import Verdict
from tests.status.assembling import NOW, one, report
from tests.status.objects import NAMESPACE, claim, dataset, runtime, worker
from tests.status.states import STATES, objects
from tests.support import ROOT, Golden

DENIED = Forbidden("cluster https://x", "this user may not list that")


@pytest.mark.parametrize("name", [pytest.param(name, id=it.why) for name, it in STATES.items()])
def test_every_state_has_its_verdict(name: str) -> None:
    found = one(objects(), name).health
    assert (found.verdict.value, found.code) == (STATES[name].verdict, STATES[name].code)
    assert found.message


def test_every_row_of_the_table_is_reached_by_a_state() -> None:
    reached = {it.code for it in STATES.values()} | {"RuntimeUnreadable", "ReferencedUnreadable"}  # below
    assert reached == {rule.code for rule in RULES} | {"Healthy"}


def test_the_verdict_is_unknown_where_the_runtimes_cannot_be_read() -> None:
    found = one(objects("healthy"), "healthy", errors={"JuiceFSRuntime": DENIED}).health
    assert (found.verdict, found.code) == (Verdict.UNKNOWN, "RuntimeUnreadable")
    assert "JuiceFSRuntime" in found.message


def test_the_verdict_is_unknown_where_the_dataset_that_it_refers_to_cannot_be_read() -> None:
    values = objects("reference")
    found = one(values, "reference", physicals={Name(NAMESPACE, "healthy"): DENIED}).health
    assert (found.verdict, found.code) == (Verdict.UNKNOWN, "ReferencedUnreadable")


def test_runtimes_of_other_kinds_do_not_matter_to_one_that_is_named() -> None:
    found = one(objects("healthy"), "healthy", errors={"AlluxioRuntime": DENIED}).health
    assert found.verdict is Verdict.HEALTHY


def test_a_kind_that_an_older_fluid_does_not_have_has_no_objects() -> None:
    errors: dict[str, ClusterError] = {"CacheRuntime": Absent("cluster https://x", "it knows no cacheruntimes")}
    found = report(objects("runtimeless"), errors=errors)
    assert found.datasets[0].health.code == "RuntimeMissing"
    assert found.unlisted == ()


def test_claims_that_cannot_be_read_are_not_missing() -> None:
    assert one(objects("claimless"), "claimless", errors={"PersistentVolumeClaim": DENIED}).health.code == "Healthy"


def test_masters_of_a_runtime_that_has_none_do_not_count() -> None:
    value = runtime("healthy")
    value["status"]["masterPhase"] = "NotReady"
    found = one([dataset("healthy"), value], "healthy", errors={"PersistentVolumeClaim": DENIED})
    assert found.health.verdict is Verdict.HEALTHY


@pytest.mark.parametrize(("age", "code"), [(timedelta(seconds=59), "New"), (timedelta(seconds=61), "Ignored")])
def test_a_minute_parts_a_new_dataset_from_an_ignored_one(age: timedelta, code: str) -> None:
    assert health.health(Case(Name("a", "b"), NOW, seen=False, created=NOW - age)).code == code


@pytest.mark.parametrize("workers", [{}, {"workerNumberReady": "two", "workerPhase": 5}, {"workerNumberReady": -1}])
def test_a_runtime_that_says_nothing_of_its_workers_is_not_taken_for_healthy(workers: dict[str, Any]) -> None:
    found = runtime("x")
    found["status"] = {"valueFile": "x-values", **workers}
    health = one([dataset("x"), found, claim("x")], "x").health
    assert (health.verdict, health.code) == (Verdict.UNKNOWN, "RuntimeNoStatus")
    assert health.message == "the status of its JuiceFSRuntime says nothing of its workers"


def test_a_cure_names_the_dataset() -> None:
    cure = one(objects("workerless"), "workerless").health.cure
    assert f"-l release=workerless -n {NAMESPACE}" in cure
    assert "describe juicefsruntime workerless" in cure


def test_the_first_worker_that_does_not_run_says_why() -> None:
    values = [*objects("workerless"), worker("workerless-worker-0", "workerless", ready=False)]
    assert "workerless-worker-0: Unschedulable" in one(values, "workerless").health.message


def test_a_name_with_braces_does_not_spoil_the_cure() -> None:
    values = objects("workerless")
    for it in values:
        it["metadata"]["name"] = "{kind}"
    values[0]["status"]["runtimes"][0]["name"] = "{kind}"
    assert "-l release={kind} -n" in one(values, "{kind}", errors={"PersistentVolumeClaim": DENIED}).health.cure


def test_the_page_of_health_is_current(golden: Golden) -> None:
    golden(ROOT / "docs" / "health.md", health.document())
