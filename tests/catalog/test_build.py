"""From a PersistentVolumeClaim to its dataset and runtime: the rules of Fluid's webhook."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from kubectl_fluid.catalog.build import claim_of, claims_from, node_label
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.catalog.runtimes import RUNTIMES
from kubectl_fluid.claims import Claim, Name, Problem
from tests.catalog.strategies import damaged
from tests.catalog.world import claim, claim_from, claim_with, dataset, dataset_with, named, objects, volume


def broken(**instead: Any) -> Problem:
    made = claim_with(**instead)
    assert made.broken is not None
    assert made.dataset is None
    assert made.broken.hint
    return made.broken


def not_ready(status: dict[str, Any]) -> Problem | None:
    return claim_with(dataset=dataset(status=status)).not_ready


def test_a_claim_that_does_not_exist_is_none() -> None:
    assert claim_from(objects(claim=None)) is None


@pytest.mark.parametrize("labels", [{}, {"fluid.io/dataset-id": "default-jfs"}, {"app": "fluid.io/s-default-jfs"}])
def test_a_claim_without_fluids_labels_is_other_storage(labels: dict[str, str]) -> None:
    made = claim_with(claim=claim(labels=labels), dataset=None)
    assert made == Claim(Name("default", "jfs"))


def test_a_label_that_begins_with_fluids_prefix_makes_a_dataset_of_the_claims_name() -> None:
    made = claim_with(claim=claim(labels={"fluid.io/s-anything": "false"}))
    assert made.dataset is not None
    assert made.dataset.name == Name("default", "jfs")


@pytest.mark.parametrize("key", ["fluid.io/managed-by", "fluid.io/wrapped-by"])
def test_a_label_that_names_the_dataset_wins_over_the_claims_name(key: str) -> None:
    made = claim_from([*objects(), claim("wrapper", {key: "jfs", "fluid.io/s-default-wrapper": "true"})], "wrapper")
    assert made is not None
    assert made.name == Name("default", "wrapper")
    assert made.dataset is not None
    assert made.dataset.name == Name("default", "jfs")


def test_managed_by_wins_over_wrapped_by() -> None:
    labels = {"fluid.io/wrapped-by": "other", "fluid.io/managed-by": "jfs"}
    assert dataset_with(claim=claim(labels=labels)).name.name == "jfs"


def test_a_wrapping_claim_has_the_mount_point_of_the_datasets_own_claim() -> None:
    wrapper = claim("wrapper", {"fluid.io/managed-by": "jfs"}, volumeName="other")
    values = [*objects(), wrapper, volume("other", fluid_path="/elsewhere")]
    made = claim_from(values, "wrapper")
    assert made is not None
    assert made.dataset is not None
    assert made.dataset.fluid_path == "/runtime-mnt/juicefs/default/jfs/juicefs-fuse"


def test_a_wrapping_claim_without_the_datasets_own_claim_has_no_sidecar() -> None:
    made = claim_from([*objects(claim=None), claim("wrapper", {"fluid.io/managed-by": "jfs"})], "wrapper")
    assert made is not None
    assert made.no_sidecar is not None
    assert made.no_sidecar.message == "PersistentVolumeClaim default/jfs of its dataset does not exist"


def test_a_claim_whose_dataset_is_missing_is_broken() -> None:
    problem = broken(dataset=None)
    assert problem.code == "DatasetNotFound"
    assert problem.message == 'dataset "default/jfs" of claim jfs does not exist'


@pytest.mark.parametrize("phase", ["Bound", "Pending", "Failed", "Updating", "DataMigrating"])
def test_a_dataset_in_any_bound_phase_is_ready(phase: str) -> None:
    assert not_ready({"phase": phase}) is None


@pytest.mark.parametrize("phase", ["NotBound", "", None])
def test_an_unbound_dataset_is_not_ready_and_its_runtime_is_known_all_the_same(phase: str | None) -> None:
    made = claim_with(dataset=dataset(phase=phase))
    assert made.not_ready is not None
    assert made.not_ready.code == "DatasetNotBound"
    assert made.not_ready.message == 'dataset "default/jfs" is not bound'
    assert "sidecar.fluid.io/skip-precheck" in made.not_ready.hint
    assert made.dataset is not None
    assert made.dataset.fuse is not None


@pytest.mark.parametrize("phase", [3, True, [], ["Bound"], {"Bound": 1}])
def test_a_phase_that_is_no_text_is_not_taken_for_bound(phase: Any) -> None:
    assert not_ready({"phase": phase}) is not None


def test_a_dataset_without_a_status_is_not_bound_and_has_no_runtime() -> None:
    made = claim_with(dataset=named("Dataset", "jfs"))
    assert made.not_ready is not None
    assert made.broken is not None
    assert made.broken.message == 'dataset "default/jfs" has no runtime'


def test_a_not_ready_condition_says_why() -> None:
    conditions = [{"type": "Ready", "message": "no"}, {"type": "NotReady", "status": "False", "message": "boom"}]
    problem = not_ready({"phase": "NotBound", "conditions": conditions})
    assert problem is not None
    assert problem.code == "DatasetNotReady"
    assert problem.message == 'dataset "default/jfs" is not ready because boom'


def test_a_not_ready_condition_without_a_message_is_said_as_it_is() -> None:
    problem = not_ready({"phase": "", "conditions": [{"type": "NotReady"}]})
    assert problem is not None
    assert "None" not in problem.message


def test_a_not_ready_condition_of_a_bound_dataset_does_not_count() -> None:
    assert not_ready({"phase": "Bound", "conditions": [{"type": "NotReady", "message": "old"}]}) is None


@pytest.mark.parametrize("kind", sorted(RUNTIMES))
def test_the_runtimes_kind_follows_from_the_type_in_the_datasets_status(kind: str) -> None:
    runtime = named(RUNTIMES[kind].kind, "jfs")
    assert dataset_with(dataset=dataset(runtime=kind), runtime=runtime).runtime_type == kind


@pytest.mark.parametrize("runtimes", [[], None, 3, [{"name": "jfs"}], [{"type": ""}]])
def test_a_dataset_without_a_runtime_type_is_broken(runtimes: Any) -> None:
    assert broken(dataset=dataset(status={"runtimes": runtimes})).message == 'dataset "default/jfs" has no runtime'


@pytest.mark.parametrize("kind", ["cachefs", "JuiceFS", ["juicefs"]])
def test_a_runtime_of_an_unknown_type_is_broken(kind: Any) -> None:
    problem = broken(dataset=dataset(runtime=kind))
    assert problem.code == "RuntimeUnknown"
    assert "has a runtime of unknown type" in problem.message


def test_only_the_first_runtime_counts() -> None:
    runtimes = [{"type": "juicefs"}, {"type": "nonsense"}]
    assert dataset_with(dataset=dataset(status={"runtimes": runtimes})).runtime_type == "juicefs"


def test_a_runtime_that_is_missing_is_broken() -> None:
    problem = broken(runtime=None)
    assert problem.code == "RuntimeNotFound"
    assert problem.message == 'JuiceFSRuntime default/jfs of dataset "default/jfs" does not exist'
    assert problem.hint == "kubectl get juicefsruntimes -n default"


def test_a_bad_scrape_target_is_broken() -> None:
    runtime = named("JindoRuntime", "jfs", spec={"fuse": {"metrics": {"scrapeTarget": "x"}}})
    assert broken(dataset=dataset(runtime="jindo"), runtime=runtime).code == "BadScrapeTarget"


def test_node_selector_and_cache_affinity_are_the_runtimes() -> None:
    affinity: dict[str, Any] = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}
    spec = {"fuse": {"nodeSelector": {"disk": "ssd"}}}
    made = dataset_with(runtime=named("JuiceFSRuntime", "jfs", spec=spec, status={"cacheAffinity": affinity}))
    assert made.node_selector == {"disk": "ssd"}
    assert made.cache_affinity == affinity


def test_nodes_are_labelled_with_namespace_and_name() -> None:
    made = dataset_with()
    assert made.cache_node_label == "fluid.io/s-default-jfs"
    assert made.fuse_node_label == "fluid.io/f-default-jfs"


def test_a_node_label_of_63_characters_has_the_uid_instead() -> None:
    fits = Name("default", "x" * (62 - len("fluid.io/s-default-")))
    too_long = Name("default", fits.name + "x")
    assert node_label("fluid.io/s-", fits, "uid-1") == f"fluid.io/s-default-{fits.name}"
    assert node_label("fluid.io/s-", too_long, "uid-1") == "fluid.io/s-uid-1"
    assert node_label("fluid.io/s-", too_long, "") == f"fluid.io/s-default-{too_long.name}"


def test_a_reference_dataset_has_the_node_labels_of_the_dataset_that_its_claim_names() -> None:
    labels = {"fluid.io/s-default-jfs": "true", **referring("origin", "phys")}
    assert dataset_with(claim=claim(labels=labels)).cache_node_label == "fluid.io/s-origin-phys"


@pytest.mark.parametrize("point", ["dataset://origin/phys", "dataset://origin/phys/sub/dir"])
def test_a_reference_dataset_is_told_from_its_mount_point_too(point: str) -> None:
    made = dataset_with(dataset=dataset(spec={"mounts": [{"mountPoint": point}]}))
    assert made.cache_node_label == "fluid.io/s-origin-phys"
    assert made.fuse_node_label == "fluid.io/f-origin-phys"
    assert made.name == Name("default", "jfs")


@pytest.mark.parametrize("point", ["dataset://origin", "dataset:///phys", "dataset://", "juicefs:///", None, 3])
def test_any_other_mount_point_leaves_the_dataset_its_own_labels(point: Any) -> None:
    made = dataset_with(dataset=dataset(spec={"mounts": [{"mountPoint": point}]}))
    assert made.cache_node_label == "fluid.io/s-default-jfs"


def test_a_reference_to_a_long_name_has_the_uid_of_the_other_dataset() -> None:
    far = named("Dataset", "p" * 60, namespace="origin", metadata={"uid": "uid-far"})
    labels = {"fluid.io/s-default-jfs": "true", **referring("origin", "p" * 60)}
    made = claim_from([*objects(claim=claim(labels=labels)), far])
    assert made is not None
    assert made.dataset is not None
    assert made.dataset.cache_node_label == "fluid.io/s-uid-far"


def referring(namespace: str, name: str) -> dict[str, str]:
    return {"fluid.io/dataset.referring-namespace": namespace, "fluid.io/dataset.referring-name": name}


def test_each_claim_is_made_once() -> None:
    store = ObjectStore()
    for value in objects():
        store.add(value)
    asked: list[str] = []

    def get(kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        asked.append(f"{kind} {name}")
        return store.get(kind, namespace, name)

    claims = claims_from(get)
    assert claims("default", "jfs") is claims("default", "jfs")
    assert claims("default", "none") is claims("default", "none") is None
    assert asked.count("PersistentVolumeClaim jfs") == asked.count("PersistentVolumeClaim none") == 1


@settings(max_examples=300)
@given(damaged({f"{value['kind']} {value['metadata']['name']}": value for value in objects()}))
def test_objects_of_any_shape_give_a_claim_or_none(values: Any) -> None:
    def get(kind: str, _namespace: str, name: str) -> dict[str, Any] | None:
        value = values.get(f"{kind} {name}") if isinstance(values, dict) else None
        return value if isinstance(value, dict) else None

    made = claim_of(get, "default", "jfs")
    if made is None:
        assert get("PersistentVolumeClaim", "default", "jfs") is None
        return
    assert all(problem.message for problem in (made.not_ready, made.broken, made.no_sidecar) if problem)
    if made.dataset is not None and made.no_sidecar is None:
        assert made.dataset.fluid_path.startswith("/")
        assert made.dataset.mount_type
        assert made.dataset.fuse is not None
    assert (made.dataset is None) or (made.broken is None)
