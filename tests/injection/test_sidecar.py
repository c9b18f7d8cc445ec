"""What of the FUSE DaemonSet's container comes into the Pod."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.injection.settings import MountCheck
from tests.injection.build import (
    LEGACY,
    NAMESPACE,
    UNIQUE,
    Object,
    by_name,
    claim,
    dataset_of,
    fluid,
    hook,
    injected,
    lookup,
    mount_of,
    names,
    planned,
    pod,
    refused,
    settings,
    template,
    with_problem,
)

DEMO = Name(NAMESPACE, "demo")


def sidecar_of(made: Object) -> Object:
    return by_name(made, "fluid-fuse-demo")


def test_the_sidecar_keeps_image_command_environment_resources_and_ports_of_the_daemon_set() -> None:
    fuse = template(DEMO, resources={"limits": {"memory": "2Gi"}}, fieldOfTheFuture={"a": [1]})
    sidecar = sidecar_of(injected(pod(), claim(fuse=fuse)))
    for field in ("image", "command", "env", "ports", "securityContext", "resources", "fieldOfTheFuture"):
        assert sidecar[field] == fuse.container[field]


def test_the_sidecar_mounts_its_volumes_under_their_new_names() -> None:
    made = injected(pod(), claim())
    assert names(made["spec"]["volumes"]) == ["data", "script-demo"]
    assert sidecar_of(made)["volumeMounts"] == [
        {"name": "data", "mountPath": "/runtime-mnt/juicefs/ml/demo", "mountPropagation": "Bidirectional"},
        {"name": "script-demo", "mountPath": "/script.sh"},
    ]


def test_a_native_sidecar_is_a_restarting_init_container_in_front_of_all_others() -> None:
    made = injected(pod(initContainers=[{"name": "prepare", "image": "busybox"}]))
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-demo", "prepare"]
    assert made["spec"]["initContainers"][0]["restartPolicy"] == "Always"
    assert names(made["spec"]["containers"]) == ["app"]


def test_a_legacy_sidecar_is_the_first_of_the_containers() -> None:
    made = injected(pod(), using=settings(sidecar_mode=LEGACY))
    assert names(made["spec"]["containers"]) == ["fluid-fuse-demo", "app"]
    assert "restartPolicy" not in made["spec"]["containers"][0]
    assert "initContainers" not in made["spec"]


def test_without_native_sidecars_in_the_cluster_the_default_is_legacy() -> None:
    made = injected(pod(), using=settings(native_supported=False))
    assert names(made["spec"]["containers"]) == ["fluid-fuse-demo", "app"]


def test_the_pod_says_which_dataset_a_sidecar_serves() -> None:
    made = injected(pod(), claim(dataset="imagenet"))
    labels = made["metadata"]["labels"]
    assert labels[keys.DATASET_NAME_PREFIX + "fluid-fuse-demo"] == "imagenet"
    assert labels[keys.DATASET_NAMESPACE_PREFIX + "fluid-fuse-demo"] == "ml"
    assert labels[keys.DONE] == "true"
    assert labels[keys.MANAGED_BY] == "fluid"


def test_cache_folders_stay_behind() -> None:
    made = injected(pod())
    assert not [name for name in names(made["spec"]["volumes"]) if name.startswith("cache-dir")]
    assert "/var/jfsCache" not in [item["mountPath"] for item in sidecar_of(made)["volumeMounts"]]


def test_cache_folders_come_along_when_the_pod_asks() -> None:
    made = injected(pod(labels={keys.CACHE_DIR: "true"}))
    assert by_name(made, "cache-dir-0-demo")["hostPath"]["path"] == "/var/jfsCache"
    assert mount_of(sidecar_of(made), "cache-dir-0-demo")["mountPath"] == "/var/jfsCache"


@pytest.mark.parametrize("name", ["datavolume-x", "volume-localtime", "mem", "ssd", "hdd", "cache-dir-7"])
def test_every_runtimes_cache_volumes_are_known(name: str) -> None:
    fuse = template(DEMO, volumes=({"name": name, "emptyDir": {}},))
    assert not [it for it in names(injected(pod(), claim(fuse=fuse))["spec"]["volumes"]) if it.startswith(name)]


def test_metrics_ports_are_closed_where_nobody_scrapes_them() -> None:
    ports = [{"name": "thin-fuse-metrics", "containerPort": 9000}, {"name": "metrics", "containerPort": 9567}]
    made = injected(pod(), claim(fuse=template(DEMO, ports=ports)))
    assert sidecar_of(made)["ports"] == [{"name": "metrics", "containerPort": 9567}]
    assert keys.SCRAPE not in made["metadata"]["annotations"]


def test_a_container_whose_only_port_is_closed_has_no_ports() -> None:
    fuse = template(DEMO, ports=[{"name": "thin-fuse-metrics", "containerPort": 9000}])
    assert "ports" not in sidecar_of(injected(pod(), claim(fuse=fuse)))


@pytest.mark.parametrize("target", ["Sidecar", "MountPod,Sidecar"])
def test_metrics_ports_stay_and_are_announced_where_the_sidecar_is_scraped(target: str) -> None:
    ports = [{"name": "thin-fuse-metrics", "containerPort": 9000}]
    made = injected(pod(), claim(fuse=template(DEMO, ports=ports), metrics_target=target))
    assert sidecar_of(made)["ports"] == ports
    assert made["metadata"]["annotations"][keys.SCRAPE] == "true"


def test_a_pod_that_says_itself_whether_to_be_scraped_keeps_its_word() -> None:
    made = injected(pod(annotations={keys.SCRAPE: "false"}), claim(metrics_target="Sidecar"))
    assert made["metadata"]["annotations"][keys.SCRAPE] == "false"


def test_the_sidecar_waits_for_its_mount_and_keeps_its_other_hook() -> None:
    sidecar = sidecar_of(injected(pod()))
    assert hook(sidecar)[-1] == "/runtime-mnt/juicefs/ml/demo/juicefs-fuse"
    assert sidecar["lifecycle"]["preStop"]["exec"]["command"][0] == "sh"


@pytest.mark.parametrize("check", [MountCheck.INLINE, MountCheck.CONFIGMAP])
def test_the_check_is_left_out_when_the_pod_asks(check: MountCheck) -> None:
    made = injected(pod(labels={keys.SIDECAR_POST_START: "false"}), using=settings(mount_check=check))
    assert hook(sidecar_of(made)) == []


def test_no_check_at_all_adds_neither_hooks_nor_volumes() -> None:
    result = planned(pod(labels={keys.APP_POST_START: "true"}), using=settings(mount_check=MountCheck.NONE))
    assert hook(sidecar_of(result.pod)) == hook(by_name(result.pod, "app")) == []
    assert names(result.pod["spec"]["volumes"]) == ["data", "script-demo"]
    assert result.config_maps == ()


def test_the_check_from_a_config_map_says_which_objects_it_needs() -> None:
    result = planned(pod(), using=fluid())
    assert [(it["metadata"]["namespace"], it["metadata"]["name"]) for it in result.config_maps] == [
        ("ml", "check-fluid-mount-ready"),
        ("ml", "juicefs-default-check-mount"),
    ]
    assert hook(by_name(result.pod, "fluid-fuse-0")) == [
        "bash",
        "-c",
        "time /check-mount.sh /runtime-mnt/juicefs/ml/demo JuiceFS ",
    ]


def test_random_suffix_gives_the_pod_a_folder_of_its_own_on_the_host() -> None:
    made = injected(pod(annotations={keys.HOST_PATH_MODE: "random-suffix"}), using=fluid())
    folder = f"/runtime-mnt/juicefs/ml/demo/train/{UNIQUE}"
    assert by_name(made, "juicefs-fuse-mount-0")["hostPath"]["path"] == folder
    assert by_name(made, "data")["hostPath"]["path"] == f"{folder}/juicefs-fuse"
    assert by_name(made, "fluid-fuse-0")["volumeMounts"][0]["mountPath"] == "/runtime-mnt/juicefs/ml/demo"


def test_profile_default_gives_every_pod_a_mount_point_of_its_own_anyway() -> None:
    asking = injected(pod(annotations={keys.HOST_PATH_MODE: "random-suffix"}))
    assert asking["spec"]["volumes"] == injected(pod())["spec"]["volumes"]


def test_a_pod_without_name_gets_a_folder_after_its_prefix() -> None:
    unnamed = pod(annotations={keys.HOST_PATH_MODE: "random-suffix"})
    del unnamed["metadata"]["name"]
    unnamed["metadata"]["generateName"] = "train-"
    path = by_name(injected(unnamed, using=fluid()), "data")["hostPath"]["path"]
    assert path == f"/runtime-mnt/juicefs/ml/demo/train---generate-name/{UNIQUE}/juicefs-fuse"


def test_any_other_mode_of_the_host_path_is_the_plain_one() -> None:
    made = injected(pod(annotations={keys.HOST_PATH_MODE: "random"}), using=fluid())
    assert by_name(made, "data")["hostPath"]["path"] == "/runtime-mnt/juicefs/ml/demo/juicefs-fuse"


def test_a_template_without_fuse_mount_is_refused() -> None:
    fuse = template(DEMO)
    fuse.container["volumeMounts"][0]["name"] = "script"
    assert refused(pod(), claim(fuse=fuse)).code == "NoFuseMount"


def test_a_template_that_mounts_a_volume_it_does_not_have_is_refused() -> None:
    fuse = template(DEMO)
    fuse.container["volumeMounts"].append({"name": "data", "mountPath": "/stolen"})
    reason = refused(pod(), claim(fuse=fuse))
    assert reason.code == "BadFuse"
    assert "data" in reason.message


@pytest.mark.parametrize("problem", ["no_sidecar", "broken"])
def test_a_claim_without_fuse_client_is_refused_with_its_own_reason(problem: str) -> None:
    trouble: dict[str, Any] = {problem: Problem("FuseNotFound", "FUSE DaemonSet ml/demo-fuse does not exist", "wait")}
    reason = refused(pod(), with_problem(claim(), **trouble))
    assert (reason.code, reason.claim, reason.hint) == ("FuseNotFound", "demo", "wait")


def test_a_claim_of_which_nothing_is_known_is_refused_all_the_same() -> None:
    unknown = claim()._replace(dataset=dataset_of(claim())._replace(fuse=None))
    assert refused(pod(), unknown).code == "NoSidecar"


def test_a_mount_point_that_is_no_absolute_path_is_refused() -> None:
    own_folder = pod(annotations={keys.HOST_PATH_MODE: "random-suffix"})
    assert refused(own_folder, claim(fluid_path="juicefs-fuse")).code == "BadMountPath"


def test_a_claim_that_is_not_ready_is_refused_unless_the_pod_skips_that_check() -> None:
    unbound = with_problem(claim(), not_ready=Problem("DatasetNotBound", 'dataset "ml/demo" is not bound'))
    assert refused(pod(), unbound).code == "DatasetNotBound"
    assert names(injected(pod(annotations={keys.SKIP_PRECHECK: "true"}), unbound)["spec"]["initContainers"])


def test_claims_that_do_not_exist_are_named_together() -> None:
    volumes = [
        {"name": name, "persistentVolumeClaim": {"claimName": name}} for name in ("one", "demo", "two", "one-too")
    ]
    reason = refused(pod(*volumes), claim())
    assert reason.code == "ClaimNotFound"
    assert "ml/one, ml/two, ml/one-too " in reason.message


def test_a_claim_is_looked_for_in_the_namespace_of_the_pod() -> None:
    reason = refused(pod(), claim(namespace="elsewhere"))
    assert reason.message == "PersistentVolumeClaim ml/demo does not exist"
    assert lookup(claim(namespace="elsewhere"))("elsewhere", "demo") is not None


def stop_of(made: Object, name: str = "fluid-fuse-demo") -> list[str]:
    command: list[str] = by_name(made, name)["lifecycle"]["preStop"]["exec"]["command"]
    return command


def test_a_native_sidecar_unmounts_by_force_as_often_as_its_client_has_mounted() -> None:
    stop = stop_of(injected(pod()))
    point = "/runtime-mnt/juicefs/ml/demo/juicefs-fuse"
    loop = f"while grep -qF ' {point} fuse' /proc/self/mounts; do umount -fl {point} || exit; done"
    assert stop == ["sh", "-c", loop]


def test_a_legacy_sidecar_unmounts_lazily_since_others_may_still_read() -> None:
    point = "/runtime-mnt/juicefs/ml/demo/juicefs-fuse"
    assert stop_of(injected(pod(), using=settings(sidecar_mode=LEGACY))) == ["sh", "-c", f"umount -l {point}"]
    assert "umount -l " in stop_of(injected(pod(), using=settings(platform="eci")))[2]


def test_under_profile_fluid_the_hook_stays_as_it_is() -> None:
    stop = stop_of(injected(pod(), using=fluid()), "fluid-fuse-0")
    assert stop == ["sh", "-c", "umount /runtime-mnt/juicefs/ml/demo/juicefs-fuse"]


def test_a_pre_stop_hook_of_another_kind_stays() -> None:
    own = {"preStop": {"exec": {"command": ["/stop.sh"]}}}
    made = injected(pod(), claim(fuse=template(Name(NAMESPACE, "demo"), lifecycle=own)))
    assert by_name(made, "fluid-fuse-demo")["lifecycle"]["preStop"] == own["preStop"]
