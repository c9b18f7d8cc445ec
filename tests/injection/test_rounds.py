"""Nested datasets: a sidecar that itself needs a sidecar."""

from __future__ import annotations

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.rounds import MAX_ROUNDS
from kubectl_fluid.injection.settings import Settings
from tests.injection.build import (
    LEGACY,
    NATIVE,
    by_name,
    claim,
    fluid,
    injected,
    mount_of,
    names,
    planned,
    pod,
    refused,
    settings,
    volume,
)

OUTER = claim("outer", nested=("inner",))
INNER = claim("inner")


def nesting() -> dict[str, object]:
    return pod(volume("outer"))


def test_a_claim_inside_a_sidecar_gets_a_sidecar_that_starts_before_it() -> None:
    made = injected(nesting(), OUTER, INNER)
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-inner", "fluid-fuse-outer"]
    nested = mount_of(by_name(made, "fluid-fuse-outer"), "nested-0-outer")
    assert (nested["mountPropagation"], nested["subPath"]) == ("HostToContainer", "juicefs-fuse")
    assert mount_of(by_name(made, "fluid-fuse-inner"), "nested-0-outer")["mountPropagation"] == "Bidirectional"


def test_under_profile_fluid_a_nested_claim_is_read_from_the_host() -> None:
    made = injected(nesting(), OUTER, INNER, using=fluid())
    paths = [volume.get("hostPath", {}).get("path", "") for volume in made["spec"]["volumes"]]
    assert any(path.endswith("/ml/inner/juicefs-fuse") for path in paths)


def test_on_eci_a_nested_claim_is_shared_between_the_two_sidecars() -> None:
    made = injected(nesting(), OUTER, INNER, using=settings(platform="eci"))
    assert by_name(made, "nested-0-outer") == {"name": "nested-0-outer", "emptyDir": {}}
    assert mount_of(by_name(made, "fluid-fuse-inner"), "nested-0-outer")["mountPropagation"] == "Bidirectional"
    assert mount_of(by_name(made, "fluid-fuse-outer"), "nested-0-outer")["mountPropagation"] == "HostToContainer"


def test_only_the_outer_dataset_is_said_to_be_in_use() -> None:
    assert injected(nesting(), OUTER, INNER)["metadata"]["annotations"][keys.DATASETS_IN_USE] == "outer"


def test_profile_fluid_counts_on_in_the_second_round() -> None:
    made = injected(nesting(), OUTER, INNER, using=fluid())
    assert names(made["spec"]["containers"]) == ["fluid-fuse-1", "fluid-fuse-0", "app"]
    assert "fluid-fluid-mount-ready" in names(made["spec"]["volumes"])


def test_every_nested_claim_is_reported() -> None:
    result = planned(nesting(), OUTER, INNER)
    assert [it.claim for it in result.reasons if it.code == "Injected"] == ["outer", "inner"]
    assert result.sidecars == ("fluid-fuse-outer", "fluid-fuse-inner")


def test_a_nested_claim_that_is_missing_is_refused() -> None:
    assert refused(nesting(), OUTER).code == "ClaimNotFound"


@pytest.mark.parametrize(
    "using",
    [settings(), settings(sidecar_mode=LEGACY), settings(platform="eci"), fluid(), fluid(sidecar_mode=NATIVE)],
    ids=["default", "legacy", "eci", "fluid", "fluid native"],
)
def test_datasets_that_mount_each_other_are_refused(using: Settings) -> None:
    reason = refused(nesting(), OUTER, claim("inner", nested=("outer",)), using=using)
    assert reason.code == "NestedTooDeep"


def test_a_dataset_that_mounts_itself_is_refused() -> None:
    assert refused(pod(), claim(nested=("demo",))).code == "NestedTooDeep"


def test_nesting_is_taken_as_deep_as_is_allowed() -> None:
    chain = [claim(f"c{depth}", nested=(f"c{depth + 1}",)) for depth in range(MAX_ROUNDS - 1)]
    made = injected(pod(volume("c0")), *chain, claim(f"c{MAX_ROUNDS - 1}"))
    assert len(made["spec"]["initContainers"]) == MAX_ROUNDS
    deeper = [*chain, claim(f"c{MAX_ROUNDS - 1}", nested=("last",)), claim("last")]
    assert refused(pod(volume("c0")), *deeper).code == "NestedTooDeep"


def both() -> dict[str, object]:
    """A Pod that mounts a dataset itself which another dataset of it mounts too."""
    return pod(volume("outer", "outer"), volume("inner", "inner"))


def test_a_dataset_that_is_nested_and_mounted_by_the_application_has_one_sidecar() -> None:
    made = injected(both(), OUTER, INNER)
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-inner", "fluid-fuse-outer"]
    shared = mount_of(by_name(made, "fluid-fuse-inner"), "inner")
    assert shared["mountPath"] == "/runtime-mnt/juicefs/ml/inner"
    assert mount_of(by_name(made, "fluid-fuse-outer"), "inner")["subPath"] == "juicefs-fuse"


def test_on_eci_the_nested_and_the_applications_mount_share_one_empty_dir() -> None:
    made = injected(both(), OUTER, INNER, using=settings(platform="eci"))
    assert names(made["spec"]["containers"])[:2] == ["fluid-fuse-inner", "fluid-fuse-outer"]
    shared = {mount_of(by_name(made, name), "inner")["mountPath"] for name in ("fluid-fuse-inner", "fluid-fuse-outer")}
    assert shared == {"/runtime-mnt/juicefs/ml/inner/juicefs-fuse", "/extra/nested-0"}
    assert "nested-0-outer" not in names(made["spec"]["volumes"])


def test_a_dataset_two_levels_below_waits_for_both_levels() -> None:
    middle, lowest = claim("middle", nested=("lowest",)), claim("lowest")
    made = injected(
        pod(volume("outer", "outer"), volume("lowest", "lowest")), claim("outer", nested=("middle",)), middle, lowest
    )
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-lowest", "fluid-fuse-middle", "fluid-fuse-outer"]
