"""What becomes of the application's volumes and mounts."""

from __future__ import annotations

from kubectl_fluid import keys
from kubectl_fluid.injection.settings import MountCheck
from tests.injection.build import (
    LEGACY,
    Object,
    by_name,
    claim,
    container,
    fluid,
    injected,
    mount,
    mount_of,
    names,
    other_claim,
    planned,
    pod,
    refused,
    settings,
    volume,
)

POINT = "/runtime-mnt/juicefs/ml/demo/juicefs-fuse"


def test_the_claim_becomes_an_empty_dir_under_the_same_name_and_in_the_same_place() -> None:
    made = injected(pod({"name": "first", "emptyDir": {}}, volume(), {"name": "last", "emptyDir": {}}))
    assert names(made["spec"]["volumes"])[:3] == ["first", "data", "last"]
    assert made["spec"]["volumes"][1] == {"name": "data", "emptyDir": {}}


def test_under_profile_fluid_the_claim_becomes_the_mount_point_on_the_host() -> None:
    made = injected(pod(), using=fluid())
    assert by_name(made, "data") == {"name": "data", "hostPath": {"path": POINT}}


def test_mounts_of_the_volume_see_what_is_mounted_later() -> None:
    app = container("app", mount(mountPropagation="None"), mount("scratch"))
    made = injected(pod(volume(), {"name": "scratch", "emptyDir": {}}, containers=[app]))
    assert by_name(made, "app")["volumeMounts"] == [
        {"name": "data", "mountPath": "/data", "mountPropagation": "HostToContainer", "subPath": "juicefs-fuse"},
        {"name": "scratch", "mountPath": "/scratch"},
    ]


def test_two_volumes_of_one_claim_share_one_sidecar() -> None:
    made = injected(pod(volume(name="train"), volume(name="test")), using=settings(platform="unprivileged"))
    assert [by_name(made, name)["hostPath"]["path"] for name in ("train", "test")] == [POINT, POINT]
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-demo"]


def test_two_claims_get_two_sidecars_in_the_order_of_their_names() -> None:
    made = injected(pod(volume("zoo", "z"), volume("ant", "a")), claim("zoo"), claim("ant"))
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-ant", "fluid-fuse-zoo"]


def test_a_claim_read_only_is_mounted_read_only() -> None:
    made = injected(pod(volume(readOnly=True)))
    assert mount_of(by_name(made, "app"), "data")["readOnly"] is True


def test_profile_fluid_forgets_read_only_as_fluid_does() -> None:
    made = injected(pod(volume(readOnly=True)), using=fluid())
    assert "readOnly" not in mount_of(by_name(made, "app"), "data")


def test_a_reference_datasets_sub_path_is_what_the_application_sees() -> None:
    made = injected(pod(), claim(sub_path="path/a"))
    assert mount_of(by_name(made, "app"), "data")["subPath"] == "juicefs-fuse/path/a"
    made = injected(pod(), claim(sub_path="path/a"), using=fluid())
    assert by_name(made, "data")["hostPath"]["path"] == f"{POINT}/path/a"


def test_the_applications_own_sub_path_stays() -> None:
    app = container("app", mount(subPath="images"))
    assert mount_of(by_name(injected(pod(containers=[app])), "app"), "data")["subPath"] == "juicefs-fuse/images"
    assert mount_of(by_name(injected(pod(containers=[app]), using=fluid()), "app"), "data")["subPath"] == "images"


def test_other_claims_stay_and_are_reported() -> None:
    result = planned(pod(volume(), volume("disk", "scratch")), claim(), other_claim())
    assert by_name(result.pod, "scratch") == volume("disk", "scratch")
    assert [(it.code, it.claim) for it in result.reasons if it.claim == "disk"] == [("NotADataset", "disk")]


def test_init_containers_see_the_data_too() -> None:
    made = injected(pod(initContainers=[container("prepare", mount())]))
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-demo", "prepare"]
    assert mount_of(by_name(made, "prepare"), "data")["mountPropagation"] == "HostToContainer"


def test_data_for_an_init_container_alone_is_enough_for_a_native_sidecar() -> None:
    made = injected(pod(containers=[container()], initContainers=[container("prepare", mount())]))
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-demo", "prepare"]


def test_a_legacy_sidecar_cannot_serve_init_containers() -> None:
    reading = pod(initContainers=[container("prepare", mount())])
    reason = refused(reading, using=settings(sidecar_mode=LEGACY))
    assert reason.code == "InitContainerReadsData"
    assert "--sidecar-mode native" in reason.hint


def test_profile_fluid_gives_init_containers_a_sleeping_sidecar_as_fluid_does() -> None:
    made = injected(pod(initContainers=[container("prepare", mount())]), using=fluid())
    assert names(made["spec"]["initContainers"]) == ["init-fluid-fuse-0", "prepare"]
    sleeping = by_name(made, "init-fluid-fuse-0")
    assert (sleeping["command"], sleeping["args"]) == (["sleep"], ["2s"])
    assert "lifecycle" not in sleeping


def test_a_claim_that_nobody_mounts_gets_no_sidecar() -> None:
    result = planned(
        pod(volume("ant", "a"), volume("zoo", "z"), containers=[container("app", mount("z"))]),
        claim("ant"),
        claim("zoo"),
    )
    assert result.sidecars == ("fluid-fuse-zoo",)
    assert by_name(result.pod, "a") == {"name": "a", "emptyDir": {}}
    assert ("NotMounted", "ant") in [(it.code, it.claim) for it in result.reasons]


def test_profile_fluid_counts_a_claim_that_nobody_mounts() -> None:
    made = injected(
        pod(volume("ant", "a"), volume("zoo", "z"), containers=[container("app", mount("z"))]),
        claim("ant"),
        claim("zoo"),
        using=fluid(),
    )
    assert names(made["spec"]["containers"]) == ["fluid-fuse-1", "app"]
    assert "juicefs-fuse-mount-0" in names(made["spec"]["volumes"])


def test_profile_fluid_numbers_on_after_containers_that_look_like_sidecars() -> None:
    made = injected(pod(containers=[container("app", mount()), container("fluid-fuse-x")]), using=fluid())
    assert names(made["spec"]["containers"]) == ["fluid-fuse-1", "app", "fluid-fuse-x"]


def test_names_that_are_taken_give_way_to_the_applications() -> None:
    taken: list[Object] = [{"name": name, "emptyDir": {}} for name in ("script-demo", "cache-dir-0-demo")]
    app = container("fluid-fuse-demo", mount())
    made = injected(pod(volume(), *taken, containers=[app], labels={keys.CACHE_DIR: "true"}))
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-demo-2"]
    assert names(made["spec"]["volumes"])[-2:] == ["script-demo-2", "cache-dir-0-demo-2"]
    assert [it["name"] for it in by_name(made, "fluid-fuse-demo-2")["volumeMounts"]] == [
        "data",
        "script-demo-2",
        "cache-dir-0-demo-2",
    ]


def test_a_mount_path_that_the_check_needs_is_refused_rather_than_doubled() -> None:
    app = container("app", mount(), mount("tmp", "/check-fluid-mount-ready.sh"))
    reason = refused(
        pod(volume(), {"name": "tmp", "emptyDir": {}}, containers=[app]),
        using=settings(mount_check=MountCheck.CONFIGMAP),
    )
    assert reason.code == "MountPathTaken"
    assert "/check-fluid-mount-ready.sh" in reason.message
