"""Cache folders, a user's own volumes, resources, images, networks and labels of FUSE and workers."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid import render
from tests.render import samples
from tests.render.samples import container, dataset, found, mount, pod, rendered, runtime, tier

CONF = {"name": "conf", "configMap": {"name": "jfs-conf"}}
BOTH = ("fuse", "worker")


def names(items: Any) -> list[str]:
    return [item["name"] for item in items]


def cache(result: render.Rendered, part: str = "fuse") -> dict[str, Any]:
    return {it["name"]: it for it in pod(result, part)["volumes"] if it["name"].startswith("cache-dir-")}


def test_each_cache_folder_is_a_folder_of_the_node() -> None:
    result = rendered(runtime_object=runtime(tieredstore=tier(path="/a:/b")))
    for part in BOTH:
        assert cache(result, part) == {
            "cache-dir-0": {"name": "cache-dir-0", "hostPath": {"path": "/a", "type": "DirectoryOrCreate"}},
            "cache-dir-1": {"name": "cache-dir-1", "hostPath": {"path": "/b", "type": "DirectoryOrCreate"}},
        }
        assert {"name": "cache-dir-1", "mountPath": "/b"} in container(result, part)["volumeMounts"]


@pytest.mark.parametrize(
    ("source", "empty_dir"),
    [(None, {}), ({"emptyDir": {"medium": "Memory", "sizeLimit": "1024Mi"}}, {"medium": "Memory", "sizeLimit": "1Gi"})],
)
def test_a_cache_folder_can_be_an_empty_dir(source: Any, empty_dir: Any) -> None:
    result = rendered(runtime_object=runtime(tieredstore=tier(volumeType="emptyDir", volumeSource=source)))
    assert cache(result)["cache-dir-0"] == {"name": "cache-dir-0", "emptyDir": empty_dir}


def test_a_folder_that_is_not_in_the_level_is_a_folder_of_the_node() -> None:
    level = tier(path="/a", volumeType="emptyDir")
    result = rendered(runtime_object=runtime(tieredstore=level, fuse={"options": {"cache-dir": "/a:/x"}}))
    assert [sorted(volume) for volume in cache(result).values()] == [["emptyDir", "name"], ["hostPath", "name"]]
    assert list(cache(result, "worker")) == ["cache-dir-0"]


def test_a_users_volume_takes_the_place_of_a_cache_folder() -> None:
    mounts = [{"name": "conf", "mountPath": "/a"}]
    result = rendered(
        runtime_object=runtime(tieredstore=tier(path="/a:/b"), volumes=[CONF], fuse={"volumeMounts": mounts})
    )
    assert list(cache(result)) == ["cache-dir-1"]
    assert list(cache(result, "worker")) == ["cache-dir-0", "cache-dir-1"]


def test_volumes_stand_in_the_order_of_the_chart() -> None:
    mounts = [{"name": "conf", "mountPath": "/etc/conf", "subPath": "s"}]
    result = rendered(
        runtime_object=runtime(
            volumes=[CONF, {"name": "unused", "emptyDir": {}}],
            fuse={"volumeMounts": mounts, "cleanPolicy": "OnFuseChanged"},
            worker={"volumeMounts": mounts},
        )
    )
    fuse = ["juicefs-fuse-mount", "script", "conf", "cache-dir-0", "fuse-labels-downward-api-volume"]
    assert names(pod(result)["volumes"]) == names(container(result)["volumeMounts"]) == fuse
    assert names(pod(result, "worker")["volumes"]) == ["script", "conf", "cache-dir-0"]
    assert container(result)["volumeMounts"][0] == {
        "name": "juicefs-fuse-mount",
        "mountPath": "/runtime-mnt/juicefs/ns1/demo",
        "mountPropagation": "Bidirectional",
    }
    assert container(result)["volumeMounts"][2] == mounts[0]


def test_a_volume_that_is_mounted_twice_is_there_once() -> None:
    mounts = [{"name": "conf", "mountPath": "/x"}, {"name": "conf", "mountPath": "/y"}]
    result = rendered(runtime_object=runtime(volumes=[CONF], fuse={"volumeMounts": mounts}))
    assert names(pod(result)["volumes"]).count("conf") == 1
    assert names(container(result)["volumeMounts"]).count("conf") == 2


def test_a_claim_template_belongs_to_the_stateful_set() -> None:
    template = {"metadata": {"name": "vct"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}
    mounts = [{"name": "vct", "mountPath": "/vct"}]
    result = rendered(runtime_object=runtime(volumeClaimTemplates=[template], worker={"volumeMounts": mounts}))
    assert found(result, "StatefulSet", "demo-worker")["spec"]["volumeClaimTemplates"] == [template]
    assert mounts[0] in container(result, "worker")["volumeMounts"]
    assert "vct" not in names(pod(result, "worker")["volumes"])


def test_resources_are_written_in_their_shortest_form() -> None:
    resources = {"requests": {"cpu": 2, "memory": "1024Mi"}, "limits": {"cpu": 0.5}, "claims": [{"name": "x"}]}
    result = rendered(runtime_object=runtime(fuse={"resources": resources}))
    assert container(result)["resources"] == {"requests": {"cpu": "2", "memory": "1Gi"}, "limits": {"cpu": "500m"}}
    assert "resources" not in container(result, "worker")


@pytest.mark.parametrize(
    ("edition", "fuse", "worker"),
    [("metaurl", "40Gi", None), ("token", "40Gi", "40Gi")],
    ids=["community", "enterprise"],
)
def test_a_cache_in_memory_is_requested(edition: str, fuse: str, worker: str | None) -> None:
    result = rendered(dataset(mount(edition)), runtime(tieredstore=tier(mediumtype="MEM")))
    requests = [container(result, part).get("resources", {}).get("requests", {}).get("memory") for part in BOTH]
    assert requests == [fuse, worker]


@pytest.mark.parametrize(
    ("spec", "memory"),
    [
        pytest.param({"resources": {"requests": {"memory": "50Gi"}}}, "50Gi", id="more is requested already"),
        pytest.param({"resources": {"requests": {"memory": "1Gi"}}}, "40Gi", id="less is requested"),
        pytest.param({"resources": {"limits": {"memory": "40Gi"}}}, "40Gi", id="as much as the limit"),
        pytest.param({"options": {"cache-size": "1024"}}, None, id="the size is set by an option"),
        pytest.param({"options": {"cache-size": ""}}, "40Gi", id="an empty option counts for nothing"),
    ],
)
def test_a_cache_in_memory_only_raises_requests(spec: Any, memory: str | None) -> None:
    result = rendered(runtime_object=runtime(tieredstore=tier(mediumtype="MEM"), fuse=spec))
    assert container(result).get("resources", {}).get("requests", {}).get("memory") == memory


def test_the_medium_of_the_last_level_and_the_quota_of_the_first_count() -> None:
    levels = tier()["levels"] + tier(mediumtype="MEM", quota="9Gi")["levels"]
    result = rendered(runtime_object=runtime(tieredstore={"levels": levels}))
    assert container(result)["resources"]["requests"]["memory"] == "40Gi"


@pytest.mark.parametrize(
    ("spec", "image"),
    [
        ({}, "juicedata/mount:ce-v1.3.0"),
        ({"image": "r.example/jfs"}, "r.example/jfs:ce-v1.3.0"),
        ({"imageTag": "v9"}, "juicedata/mount:v9"),
        ({"image": "r.example:5000/jfs", "imageTag": "v9"}, "r.example:5000/jfs:v9"),
        ({"image": "r.example/jfs:v9"}, "r.example/jfs:v9:ce-v1.3.0"),
    ],
)
def test_image_and_tag_fall_back_each_on_its_own(spec: Any, image: str) -> None:
    result = rendered(runtime_object=runtime(fuse=spec))
    assert container(result)["image"] == image
    assert ("TwoTags" in samples.codes(result)) is image.endswith(":v9:ce-v1.3.0")


def test_workers_have_the_image_of_the_juicefs_version() -> None:
    version = {"image": "r.example/w", "imageTag": "w9", "imagePullPolicy": "Never"}
    result = rendered(runtime_object=runtime(juicefsVersion=version))
    assert container(result, "worker")["image"] == "r.example/w:w9"
    assert container(result, "worker")["imagePullPolicy"] == "Never"
    assert container(result)["imagePullPolicy"] == "IfNotPresent"


def test_a_default_image_without_a_tag_gives_way_to_the_one_that_is_built_in() -> None:
    environment = render.Environment.from_variables({"JUICEFS_CE_IMAGE_ENV": "no-tag", "JUICEFS_EE_IMAGE_ENV": ""})
    community = render.render(dataset(), runtime(), environment=environment)
    enterprise = render.render(dataset(mount("token")), runtime(), environment=environment)
    assert container(community)["image"] == "juicedata/juicefs-fuse:ce-v1.1.0-beta2"
    assert container(enterprise)["image"] == "juicedata/juicefs-fuse:ee-4.9.14"


def test_the_network_is_the_nodes_unless_it_is_said_otherwise() -> None:
    result = rendered(runtime_object=runtime(worker={"networkMode": "ContainerNetwork"}, fuse={"networkMode": ""}))
    assert pod(result)["hostNetwork"] is True
    assert pod(result)["dnsPolicy"] == "ClusterFirstWithHostNet"
    assert {"hostNetwork", "dnsPolicy"} & pod(result, "worker").keys() == set()


def test_labels_of_a_component_win_over_those_of_the_runtime() -> None:
    result = rendered(
        runtime_object=runtime(
            podMetadata={"labels": {"a": "1", "b": "1"}, "annotations": {"x": "1"}},
            fuse={"podMetadata": {"labels": {"b": "2"}, "annotations": {"y": "2"}}},
        )
    )
    metadata = found(result, "DaemonSet", "demo-fuse")["spec"]["template"]["metadata"]
    assert {"a": "1", "b": "2", "role": "juicefs-fuse"}.items() <= metadata["labels"].items()
    assert metadata["annotations"] == {"sidecar.istio.io/inject": "false", "x": "1", "y": "2"}


def test_fuse_runs_where_its_label_is_and_tolerates_everything() -> None:
    result = rendered(runtime_object=runtime(fuse={"nodeSelector": {"zone": "a"}}))
    assert pod(result)["nodeSelector"] == {"zone": "a", "fluid.io/f-ns1-demo": "true"}
    assert pod(result)["tolerations"] == [{"operator": "Exists"}]


def test_workers_have_the_datasets_tolerations_without_seconds() -> None:
    taint = {"key": "k", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}
    result = rendered(dataset(tolerations=[taint]))
    assert pod(result, "worker")["tolerations"] == [{"key": "k", "operator": "Exists", "effect": "NoExecute"}]


@pytest.mark.parametrize(("text", "shared"), [("true", True), ("T", True), ("yes", False), ("false", False)])
def test_process_ids_are_shared_by_an_annotation_with_a_go_boolean(text: str, shared: bool) -> None:  # noqa: FBT001
    result = rendered(runtime_object=runtime({"runtime.fluid.io/fuse.hostpid": text}))
    assert pod(result)["hostPID"] is shared


def test_the_environment_of_the_controller_counts() -> None:
    environment = render.Environment.from_variables(
        {"MOUNT_ROOT": "/var/lib/fluid", "IMAGE_PULL_SECRETS": "a,,b", "CRITICAL_FUSE_POD": "1"}
    )
    result = render.render(dataset(), runtime(), environment=environment)
    assert pod(result)["priorityClassName"] == "system-node-critical"
    assert "priorityClassName" not in pod(result, "worker")
    assert [pod(result, part)["imagePullSecrets"] for part in BOTH] == [[{"name": "a"}, {"name": "b"}]] * 2
    assert container(result, "worker")["lifecycle"]["preStop"]["exec"]["command"] == [
        "sh",
        "-c",
        "umount /var/lib/fluid/juicefs/ns1/demo/juicefs-fuse",
    ]


def test_the_charts_defaults_stand_where_no_variable_is_set() -> None:
    environment = render.Environment.from_variables({})
    assert environment == render.Environment()
    assert environment.critical_fuse_pod
    assert environment.runtime_root("juicefs") == "/runtime-mnt/juicefs"


@pytest.mark.parametrize("root", ["", "relative"])
def test_without_a_mount_root_fluid_mounts_below_the_root(root: str) -> None:
    assert render.Environment.from_variables({"MOUNT_ROOT": root}).runtime_root("juicefs") == "/juicefs"


@pytest.mark.parametrize(
    "variables",
    [{"MOUNT_ROOT": "/a b"}, {"MOUNT_ROOT": "/a;b"}, {"CRITICAL_FUSE_POD": "yes"}, {"THIN_FUSE_CONFIG_STORAGE": "x"}],
)
def test_variables_with_which_nothing_would_start_are_refused(variables: dict[str, str]) -> None:
    with pytest.raises(render.VariableError):
        render.Environment.from_variables(variables)


def test_a_port_that_no_pod_can_have_is_refused() -> None:
    with pytest.raises(render.VariableError):
        render.Ports(fuse=70000)
