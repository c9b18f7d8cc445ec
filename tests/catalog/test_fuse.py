"""What the PersistentVolume and the FUSE DaemonSet of a dataset give to its sidecar."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid.claims import Problem
from tests.catalog.world import (
    FLUID_PATH,
    VOLUMES,
    claim,
    claim_with,
    container,
    daemon_set,
    dataset,
    dataset_with,
    fuse_with,
    named,
    objects,
    volume,
)


def no_sidecar(**instead: Any) -> Problem:
    made = claim_with(**instead)
    assert made.no_sidecar is not None
    assert made.dataset is not None, "a Pod on a node with the CSI plugin needs no sidecar"
    assert made.dataset.fuse is None
    assert made.no_sidecar.hint
    return made.no_sidecar


def bad_fuse(**pod: Any) -> str:
    problem = no_sidecar(daemon_set=daemon_set(**pod))
    assert problem.code == "BadFuse"
    return problem.message.removeprefix("FUSE DaemonSet default/jfs-fuse: ")


def test_the_mount_point_stands_in_the_volumes_attributes() -> None:
    made = dataset_with()
    assert (made.fluid_path, made.mount_type, made.sub_path) == (FLUID_PATH, "JuiceFS", "")


def test_the_volume_is_the_one_that_the_claim_is_bound_to() -> None:
    made = dataset_with(claim=claim(volumeName="other"), volume=volume("other", fluid_path="/elsewhere"))
    assert made.fluid_path == "/elsewhere"


def test_a_claim_that_names_no_volume_has_the_one_that_fluid_would_make() -> None:
    assert dataset_with(claim=claim()).fluid_path == FLUID_PATH


@pytest.mark.parametrize("text", ["sub/dir", "/sub/dir", "sub/dir/", "//sub/dir//"])
def test_a_sub_path_has_no_slash_around_it(text: str) -> None:
    assert dataset_with(volume=volume(fluid_sub_path=text)).sub_path == "sub/dir"


@pytest.mark.parametrize("text", ["..", "../x", "a/../../etc", "/a/.."])
def test_a_sub_path_cannot_climb(text: str) -> None:
    problem = no_sidecar(volume=volume(fluid_sub_path=text))
    assert problem.code == "BadVolume"
    assert "'..'" in problem.message


def test_a_mount_point_cannot_climb() -> None:
    assert no_sidecar(volume=volume(fluid_path="/runtime-mnt/../etc")).code == "BadVolume"


def test_dots_in_a_name_are_no_way_up() -> None:
    assert dataset_with(volume=volume(fluid_sub_path="a..b/...")).sub_path == "a..b/..."


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"fluid_path": None}, id="no path"),
        pytest.param({"fluid_path": "relative/path"}, id="a relative path"),
        pytest.param({"fluid_path": ["/a"]}, id="a list for a path"),
        pytest.param({"mount_type": None}, id="no type"),
        pytest.param({"mount_type": ""}, id="an empty type"),
    ],
)
def test_a_volume_without_fluids_attributes_is_refused(attributes: dict[str, Any]) -> None:
    problem = no_sidecar(volume=volume(**attributes))
    assert problem.code == "BadVolume"
    assert problem.message == "PersistentVolume default-jfs says no fluid_path and mount_type"


def test_a_volume_of_another_driver_is_refused() -> None:
    other = named("PersistentVolume", "default-jfs", api="v1", namespace=None, spec={"hostPath": {"path": "/x"}})
    assert no_sidecar(volume=other).code == "BadVolume"


def test_a_volume_that_is_missing_is_named() -> None:
    problem = no_sidecar(volume=None)
    assert problem.code == "VolumeNotFound"
    assert problem.message == "PersistentVolume default-jfs of dataset default/jfs does not exist"


def test_a_daemon_set_that_is_missing_is_named() -> None:
    problem = no_sidecar(daemon_set=None)
    assert problem.code == "FuseNotFound"
    assert problem.message == "FUSE DaemonSet default/jfs-fuse does not exist"


def test_jindos_daemon_set_has_a_name_of_its_own() -> None:
    jindo = {"dataset": dataset(runtime="jindo"), "runtime": named("JindoRuntime", "jfs")}
    assert fuse_with(**jindo, daemon_set=daemon_set("jfs-jindofs-fuse")).container["name"] == "juicefs-fuse"
    assert "jfs-jindofs-fuse does not exist" in no_sidecar(**jindo).message


def test_the_first_container_is_the_template_with_its_unknown_fields() -> None:
    first = container(fieldOfTheFuture={"a": [1]})
    assert fuse_with(daemon_set=daemon_set(containers=[first, {"name": "other"}])).container == first


def test_only_volumes_that_the_container_mounts_are_taken_in_their_order() -> None:
    assert [it["name"] for it in fuse_with().volumes] == ["juicefs-fuse-mount", "script"]


def test_pull_secrets_are_kept_by_name() -> None:
    secrets = [{"name": "a"}, {}, "x", {"name": "b"}]
    assert fuse_with(daemon_set=daemon_set(imagePullSecrets=secrets)).image_pull_secrets == ("a", "b")


def test_nulls_and_empty_lists_are_as_good_as_absent() -> None:
    made = fuse_with(daemon_set=daemon_set(containers=[container(env=[], ports=None, lifecycle={"preStop": None})]))
    assert made.container == container(lifecycle={})


def test_the_objects_are_not_changed() -> None:
    values = objects(daemon_set=daemon_set(containers=[container(env=[], ports=None)]))
    before = copy.deepcopy(values)
    claim_with(**dict(zip(("dataset", "runtime", "claim", "volume", "daemon_set"), values, strict=True)))
    assert values == before


@pytest.mark.parametrize(
    ("pod", "fault"),
    [
        pytest.param({"containers": []}, "it has no container", id="no container"),
        pytest.param({"containers": 3}, "it has no container", id="no list of containers"),
        pytest.param(
            {"containers": [container(volumeMounts=3)]}, "volumeMounts is not a list of mappings", id="mounts: 3"
        ),
        pytest.param({"containers": [container(env=["A=1"])]}, "env is not a list of mappings", id="env of text"),
        pytest.param({"containers": [container(ports={"a": 1})]}, "ports is not a list of mappings", id="ports: {}"),
        pytest.param({"containers": [container(lifecycle="x")]}, "lifecycle is not a mapping", id="lifecycle"),
        pytest.param(
            {"containers": [container(securityContext=["x"])]}, "securityContext is not a mapping", id="security"
        ),
        pytest.param(
            {"containers": [container(securityContext={"capabilities": {"add": "ALL"}})]},
            "securityContext.capabilities is not what it should be",
            id="capabilities",
        ),
        pytest.param(
            {"containers": [container(volumeMounts=[{"name": "script"}])]},
            "a volume or mount has no name",
            id="no mount path",
        ),
        pytest.param({"volumes": [{"emptyDir": {}}]}, "a volume or mount has no name", id="a nameless volume"),
        pytest.param({"containers": [container(env=[{"name": []}])]}, "a variable has no name", id="a variable"),
        pytest.param(
            {"volumes": [{"name": "a", "hostPath": {"path": 3}}]}, "volume a has no path", id="no path on the host"
        ),
        pytest.param(
            {"volumes": [{"name": "a", "persistentVolumeClaim": {}}]}, "volume a has no claimName", id="no claim"
        ),
    ],
)
def test_a_daemon_set_of_another_shape_is_refused(pod: dict[str, Any], fault: str) -> None:
    assert bad_fuse(**pod) == fault


def test_a_mount_of_a_volume_that_is_not_there_is_refused() -> None:
    assert bad_fuse(volumes=VOLUMES[:1]) == "it mounts a volume script that it does not have"
