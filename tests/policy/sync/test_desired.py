"""Which templates should be there."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid.claims import Claims, Name, Problem
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy.sync import desired
from kubectl_fluid.policy.sync.desired import MANAGED_BY, SYNC, Compiler, refusing
from kubectl_fluid.policy.template import template
from tests.cluster import fluid_objects
from tests.cluster.policies import claims_of

Object = dict[str, Any]

JFS, OTHER = Name("ns", "jfs"), Name("ns", "other")
DATASETS = {JFS: "uid-1", OTHER: "uid-2"}


def objects(*names: str) -> list[Object]:
    return [value for name in names for value in fluid_objects.behind("ns", name)]


def claims(values: list[Object]) -> Claims:
    return claims_of(values)[0]


def with_image(values: list[Object], name: str, image: str) -> list[Object]:
    made = copy.deepcopy(values)
    for value in made:
        if value["kind"] == "DaemonSet" and value["metadata"]["name"] == f"{name}-fuse":
            value["spec"]["template"]["spec"]["containers"][0]["image"] = image
    return made


def codes(value: Object) -> set[str]:
    return {it["refusal"]["code"] if "refusal" in it else "" for it in value["spec"]["platforms"]}


def test_a_template_is_the_compiled_one_with_a_keeper_and_an_owner() -> None:
    lookup = claims(objects("jfs"))
    found = Compiler().wanted({JFS: "uid-1"}, lookup)[JFS].value
    claim = lookup(*JFS)
    assert claim is not None
    made = template(claim, lookup, Settings())
    assert found["spec"] == made["spec"]
    assert found["metadata"]["labels"] == {**made["metadata"]["labels"], MANAGED_BY: SYNC}
    (owner,) = found["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Dataset", "jfs", "uid-1")
    assert "blockOwnerDeletion" not in owner  # which would need one more right


def test_only_what_has_changed_is_compiled_again() -> None:
    compiler, before = Compiler(), objects("jfs", "other")
    first = compiler.wanted(DATASETS, claims(before))
    assert compiler.made == 2
    assert compiler.wanted(DATASETS, claims(before)) == first
    assert compiler.made == 2
    after = compiler.wanted(DATASETS, claims(with_image(before, "jfs", "new")))
    assert compiler.made == 3
    assert after[OTHER] == first[OTHER]
    assert after[JFS].digest != first[JFS].digest


def test_a_dataset_made_anew_is_another_owner_of_the_same_spec() -> None:
    compiler, lookup = Compiler(), claims(objects("jfs"))
    first = compiler.wanted({JFS: "uid-1"}, lookup)[JFS]
    again = compiler.wanted({JFS: "uid-3"}, lookup)[JFS]
    assert (again.digest, again.owner, compiler.made) == (first.digest, "uid-3", 1)


def test_a_dataset_that_another_one_mounts_counts_too() -> None:
    values = objects("jfs", "other")
    spec = next(it for it in values if it["metadata"]["name"] == "jfs-fuse")["spec"]["template"]["spec"]
    spec["volumes"].append({"name": "inner", "persistentVolumeClaim": {"claimName": "other"}})
    spec["containers"][0]["volumeMounts"].append({"name": "inner", "mountPath": "/inner"})
    compiler = Compiler()
    found = compiler.wanted({JFS: "uid-1"}, claims(values))[JFS]
    assert codes(found.value) >= {"NestedDatasets"}
    compiler.wanted({JFS: "uid-1"}, claims(with_image(values, "other", "new")))
    assert compiler.made == 2


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("DaemonSet", "FuseNotFound"),
        ("PersistentVolume", "VolumeNotFound"),
        ("JuiceFSRuntime", "RuntimeNotFound"),
        ("PersistentVolumeClaim", "ClaimNotFound"),
    ],
)
def test_whatever_is_missing_the_dataset_has_a_template_without_any_sidecar(missing: str, code: str) -> None:
    lookup = claims([it for it in objects("jfs") if it["kind"] != missing])
    found = Compiler().wanted({JFS: "uid-1"}, lookup)[JFS]
    assert codes(found.value) == {code}
    assert found.trouble is None


def test_a_claim_of_other_storage_has_none() -> None:
    values = objects("jfs")
    next(it for it in values if it["kind"] == "PersistentVolumeClaim")["metadata"].pop("labels")
    assert Compiler().wanted({JFS: "uid-1"}, claims(values)) == {}


def test_a_field_that_no_pod_has_makes_a_template_that_refuses() -> None:
    values = objects("jfs", "other")
    daemon_set = next(it for it in values if it["metadata"]["name"] == "jfs-fuse")
    daemon_set["spec"]["template"]["spec"]["containers"][0]["fieldOfTomorrow"] = True
    found = Compiler().wanted(DATASETS, claims(values))
    assert codes(found[JFS].value) == {"BadFuse"}
    trouble = found[JFS].trouble
    assert trouble is not None
    assert "fieldOfTomorrow" in trouble.message
    assert codes(found[OTHER].value) == {""}


def test_a_bug_at_one_dataset_does_not_keep_the_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(claim: Any, *more: Any) -> Object:
        if claim.name == JFS:
            raise KeyError("x")
        return template(claim, *more)

    monkeypatch.setattr(desired, "template", broken)
    found = Compiler().wanted(DATASETS, claims(objects("jfs", "other")))
    assert codes(found[JFS].value) == {"Bug"}
    assert found[JFS].trouble is not None
    assert codes(found[OTHER].value) == {""}


def test_one_that_refuses_keeps_its_dataset_and_its_owner() -> None:
    wanted = Compiler().wanted({JFS: "uid-1"}, claims(objects("jfs")))[JFS]
    found = refusing(wanted, Problem("BadFuse", "why", "what to do"))
    assert codes(found.value) == {"BadFuse"}
    assert found.value["metadata"] == wanted.value["metadata"]
    assert found.value["spec"]["dataset"] == wanted.value["spec"]["dataset"]
    assert found.digest != wanted.digest
