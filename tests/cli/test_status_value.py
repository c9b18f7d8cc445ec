from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from kubectl_fluid.claims import Name
from kubectl_fluid.cli.status_value import item, report_value, single_value
from kubectl_fluid.cluster.listing import Forbidden
from kubectl_fluid.status.model import Report, Verdict
from tests.status.assembling import one, report
from tests.status.objects import OTHER, dataset, injected, load, pod, worker
from tests.status.states import objects
from tests.support import ROOT

SCHEMA = json.loads((ROOT / "schemas" / "kubectl-fluid.io-v1alpha1-status.json").read_text())
GOLDENS = ROOT / "tests" / "golden" / "status"
DENIED = Forbidden("cluster https://x", "this user may not list that", "ask")


def check(value: Any) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(value)))


def everything() -> Report:
    more = [load("warm", "partial"), pod("reader", "partial"), injected("app", "partial"), worker("w", "partial")]
    return report([*objects(), *more])


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_state_fits_the_schema() -> None:
    check(report_value(everything()))


@pytest.mark.parametrize("kind", ["Pod", "DataLoad", "JuiceFSRuntime", "PersistentVolumeClaim"])
def test_what_cannot_be_read_fits_the_schema(kind: str) -> None:
    found = report(objects("partial"), errors={kind: DENIED})
    value = single_value(found.datasets[0], found.unlisted)
    check(value)
    assert value["unlisted"] == [
        {"kind": kind, "reason": "Forbidden", "message": str(DENIED), "hint": "ask"},
    ]


@pytest.mark.parametrize("name", ["value.json", "tree.json"])
def test_what_came_from_a_real_cluster_fits_the_schema(name: str) -> None:
    check(json.loads((GOLDENS / name).read_text()))


def test_the_schema_knows_every_verdict_and_refuses_other_fields() -> None:
    assert set(SCHEMA["$defs"]["Dataset"]["properties"]["health"]["properties"]["verdict"]["enum"]) == set(Verdict)
    value = report_value(everything())
    value["items"][0]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        check(value)


def test_numbers_are_numbers_and_blanks_are_null() -> None:
    cache = item(one(objects("healthy"), "healthy"))["cache"]
    assert (cache["cachedBytes"], cache["cachedRatio"], cache["localHitRatio"]) == (30 * 2**30, 0.75, None)
    assert item(one(objects("blank"), "blank"))["ufs"] == {"sizeBytes": None, "files": None, "calculating": True}


def test_a_password_in_a_mount_is_not_shown() -> None:
    value = dataset("x")
    value["spec"]["mounts"] = [{"mountPoint": "https://user:secret@host/path"}]
    assert item(one([value], "x"))["mounts"] == ["https://host/path"]


def test_references_are_named_both_ways() -> None:
    assert item(one(objects("reference", "healthy"), "reference"))["refersTo"] == "team/healthy"
    referenced = one(objects("referenced"), "referenced")
    assert referenced.referred_by == (Name(OTHER, "ref"),)
    assert item(referenced)["referencedBy"] == [f"{OTHER}/ref"]
