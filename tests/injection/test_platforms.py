"""The platforms: what each takes out of the sidecar, and how the data reaches the application."""

from __future__ import annotations

import pytest

from kubectl_fluid import keys
from kubectl_fluid.claims import Name
from kubectl_fluid.injection.platforms import PLATFORMS
from kubectl_fluid.injection.settings import Settings
from tests.injection.build import (
    LEGACY,
    NAMESPACE,
    NATIVE,
    Object,
    by_name,
    claim,
    container,
    environment,
    fluid,
    hook,
    injected,
    mount,
    mount_of,
    names,
    planned,
    pod,
    refused,
    settings,
    template,
    volume,
)

DEMO = Name(NAMESPACE, "demo")
POINT = "/runtime-mnt/juicefs/ml/demo/juicefs-fuse"
ECI, ACS = settings(platform="eci"), settings(platform="acs")
sharing = pytest.mark.parametrize("using", [ECI, ACS], ids=["eci", "acs"])


def sidecar_of(made: Object, name: str = "fluid-fuse-demo") -> Object:
    return by_name(made, name)


def test_an_unknown_platform_is_refused_with_the_known_ones() -> None:
    reason = refused(pod(annotations={keys.PLATFORM: "acme"}))
    assert reason.code == "UnknownPlatform"
    assert all(name in reason.hint for name in PLATFORMS)


@pytest.mark.parametrize("runtime", ["juicefs", "alluxio", "jindo", "thin"])
def test_an_unprivileged_sidecar_has_neither_privileges_nor_device_nor_mount_volume(runtime: str) -> None:
    context = {"privileged": True, "runAsUser": 0, "capabilities": {"add": ["SYS_ADMIN", "CHOWN"], "drop": ["KILL"]}}
    fuse = template(DEMO, runtime, securityContext=context)
    made = injected(pod(labels={keys.UNPRIVILEGED: "true"}), claim(runtime=runtime, fuse=fuse))
    assert sidecar_of(made)["securityContext"] == {
        "privileged": False,
        "runAsUser": 0,
        "capabilities": {"add": ["CHOWN"], "drop": ["KILL"]},
    }
    assert names(made["spec"]["volumes"]) == ["data", "script-demo"]
    assert names(sidecar_of(made)["volumeMounts"]) == ["script-demo"]
    assert "hostPath" in by_name(made, "data")


def test_the_last_capability_that_is_taken_leaves_no_empty_list() -> None:
    fuse = template(DEMO, securityContext={"privileged": True, "capabilities": {"add": ["SYS_ADMIN"]}})
    made = injected(pod(labels={keys.UNPRIVILEGED: "true"}), claim(fuse=fuse))
    assert sidecar_of(made)["securityContext"]["capabilities"] == {}


@pytest.mark.parametrize("context", [None, {}], ids=["null", "empty"])
def test_a_sidecar_without_security_context_gets_none(context: Object | None) -> None:
    fuse = template(DEMO, securityContext=context)
    made = injected(pod(labels={keys.UNPRIVILEGED: "true"}), claim(fuse=fuse))
    assert sidecar_of(made)["securityContext"] == context


@pytest.mark.parametrize("runtime", ["juicefs", "alluxio", "jindo", "thin"])
def test_on_the_default_platform_a_privileged_sidecar_mounts_in_a_folder_of_an_empty_dir(runtime: str) -> None:
    served = claim(runtime=runtime)
    assert served.dataset is not None
    made = injected(pod(), served)
    assert sidecar_of(made)["securityContext"] == {"privileged": True}
    assert by_name(made, "data") == {"name": "data", "emptyDir": {}}
    shared = mount_of(sidecar_of(made), "data")
    seen = mount_of(by_name(made, "app"), "data")
    assert (shared["mountPropagation"], seen["mountPropagation"]) == ("Bidirectional", "HostToContainer")
    assert f"{shared['mountPath']}/{seen['subPath']}" == served.dataset.fluid_path


def test_on_the_default_platform_sub_paths_of_dataset_and_application_follow_that_folder() -> None:
    app = container("app", mount(subPath="images"), mount("data", "/more", subPathExpr="$(POD)"))
    made = injected(pod(containers=[app]), claim(sub_path="path/a"))
    first, second = by_name(made, "app")["volumeMounts"]
    assert first["subPath"] == "juicefs-fuse/path/a/images"
    assert second["subPathExpr"] == "juicefs-fuse/path/a/$(POD)"


@pytest.mark.parametrize("point", ["/elsewhere/juicefs-fuse", "/runtime-mnt/juicefs/ml/demo", "relative"])
def test_on_the_default_platform_a_mount_point_outside_of_the_templates_folder_is_refused(point: str) -> None:
    assert refused(pod(), claim(fluid_path=point)).code == "BadMountPath"


def test_on_the_default_platform_a_cache_folder_that_is_kept_stays_on_the_host() -> None:
    made = injected(pod(labels={keys.CACHE_DIR: "true"}))
    assert "hostPath" in by_name(made, "cache-dir-0-demo")


def test_under_profile_fluid_a_privileged_sidecar_mounts_on_the_host() -> None:
    made = injected(pod(), using=fluid())
    sidecar = by_name(made, "fluid-fuse-0")
    assert mount_of(sidecar, "juicefs-fuse-mount-0")["mountPropagation"] == "Bidirectional"
    assert by_name(made, "data")["hostPath"] == {"path": POINT}


@sharing
@pytest.mark.parametrize("runtime", ["juicefs", "alluxio", "jindo", "thin"])
def test_application_and_sidecar_share_an_empty_dir_and_no_host_path_is_left(using: Settings, runtime: str) -> None:
    served = claim(runtime=runtime)
    assert served.dataset is not None
    made = injected(pod(labels={keys.CACHE_DIR: "true"}), served, using=using)
    assert by_name(made, "data") == {"name": "data", "emptyDir": {}}
    assert mount_of(by_name(made, "app"), "data")["mountPropagation"] == "HostToContainer"
    assert mount_of(sidecar_of(made), "data") == {
        "name": "data",
        "mountPath": served.dataset.fluid_path,
        "mountPropagation": "Bidirectional",
    }
    assert not [item["name"] for item in made["spec"]["volumes"] if "hostPath" in item]


@sharing
def test_a_cache_folder_that_is_kept_becomes_an_empty_dir(using: Settings) -> None:
    made = injected(pod(labels={keys.CACHE_DIR: "true"}), using=using)
    assert by_name(made, "cache-dir-0-demo") == {"name": "cache-dir-0-demo", "emptyDir": {}}


@sharing
def test_the_claims_further_volumes_give_way_to_the_first(using: Settings) -> None:
    made = injected(pod(volume(name="train"), volume(name="test")), using=using)
    assert names(made["spec"]["volumes"]) == ["train", "script-demo"]
    assert [(it["name"], it["mountPath"]) for it in by_name(made, "app")["volumeMounts"]] == [
        ("train", "/train"),
        ("train", "/test"),
    ]


@sharing
def test_a_reference_datasets_sub_path_goes_into_the_applications_mounts(using: Settings) -> None:
    app = container("app", mount(), mount(path="/one", subPath="b/c"), mount(path="/two", subPathExpr="$(POD)"))
    made = injected(pod(containers=[app]), claim(sub_path="path/a"), using=using)
    plain, deeper, expanded = by_name(made, "app")["volumeMounts"]
    assert (plain["subPath"], deeper["subPath"], expanded["subPathExpr"]) == ("path/a", "path/a/b/c", "path/a/$(POD)")
    assert "subPath" not in expanded


@sharing
def test_a_folder_of_the_host_that_a_user_gave_the_fuse_client_is_refused(using: Settings) -> None:
    fuse = template(DEMO, volumes=({"name": "certificates", "hostPath": {"path": "/etc/ssl"}},))
    reason = refused(pod(), claim(fuse=fuse), using=using)
    assert reason.code == "HostPath"
    assert "certificates (/etc/ssl)" in reason.message


@sharing
def test_the_person_is_told_that_privileges_need_a_ticket(using: Settings) -> None:
    assert [note.code for note in planned(pod(), using=using).warnings] == ["PrivilegedByTicket"]


def test_on_eci_the_sidecar_starts_first_ends_last_and_does_not_fail_the_job() -> None:
    made = injected(pod(), using=ECI)
    assert names(made["spec"]["containers"]) == ["fluid-fuse-demo", "app"]
    variables = environment(sidecar_of(made))
    assert variables.pop("FLUID_FUSE_MOUNTPOINT") == POINT
    assert variables == {
        "ECI_CONTAINER_TYPE": "sidecar",
        "ECI_CONTAINER_IGNORE_EXIT_CODE": "true",
        "ECI_CONTAINER_LAUNCH_PRIORITY": "1000",
        "ECI_CONTAINER_EXIT_PRIORITY": "-1000",
    }


def test_on_eci_the_applications_environment_is_not_touched() -> None:
    app = container("app", mount(), env=[{"name": "A", "value": "1"}])
    assert by_name(injected(pod(containers=[app]), using=ECI), "app")["env"] == [{"name": "A", "value": "1"}]


def test_on_eci_a_variable_that_the_template_sets_is_replaced_not_doubled() -> None:
    fuse = template(DEMO, env=[{"name": "ECI_CONTAINER_TYPE", "value": "normal"}])
    sidecar = sidecar_of(injected(pod(), claim(fuse=fuse), using=ECI))
    assert names(sidecar["env"]).count("ECI_CONTAINER_TYPE") == 1
    assert environment(sidecar)["ECI_CONTAINER_TYPE"] == "sidecar"


def test_on_eci_a_legacy_sidecar_is_ready_once_it_has_mounted() -> None:
    sidecar = sidecar_of(injected(pod(), claim(fluid_path="/my data/juicefs-fuse"), using=ECI))
    assert sidecar["readinessProbe"]["exec"]["command"][-1] == "/my\\040data/juicefs-fuse"
    native = sidecar_of(injected(pod(), using=settings(platform="eci", sidecar_mode=NATIVE)))
    assert "readinessProbe" not in native


def test_on_eci_the_templates_own_readiness_probe_stays() -> None:
    fuse = template(DEMO, readinessProbe={"exec": {"command": ["true"]}})
    sidecar = sidecar_of(injected(pod(), claim(fuse=fuse), using=ECI))
    assert sidecar["readinessProbe"] == {"exec": {"command": ["true"]}}


def test_on_eci_the_sidecar_is_left_out_of_the_size_when_asked() -> None:
    using = settings(platform="eci", resource_ignore=True)
    assert environment(sidecar_of(injected(pod(), using=using)))["__ECI_RESOURCE_IGNORE__"] == "TRUE"
    using = settings(platform="acs", resource_ignore=True)
    assert "__ECI_RESOURCE_IGNORE__" not in environment(sidecar_of(injected(pod(), using=using)))


def test_on_acs_the_sidecar_is_native_and_needs_no_environment() -> None:
    made = injected(pod(), using=ACS)
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-demo"]
    assert "__IS_SIDECAR__" not in environment(sidecar_of(made))


def test_on_acs_before_native_sidecars_a_variable_marks_it() -> None:
    made = injected(pod(), using=settings(platform="acs", native_supported=False))
    assert names(made["spec"]["containers"]) == ["fluid-fuse-demo", "app"]
    assert environment(sidecar_of(made))["__IS_SIDECAR__"] == "true"


@pytest.mark.parametrize("name", ["eci", "acs"])
def test_the_label_of_ack_fluid_chooses_the_platform(name: str) -> None:
    labelled = pod(labels={keys.SIDECAR_TARGET: name})
    del labelled["metadata"]["labels"][keys.INJECT]
    assert injected(labelled)["spec"]["volumes"][0] == {"name": "data", "emptyDir": {}}


@pytest.mark.parametrize(
    ("spec", "code", "pointer"),
    [
        pytest.param({"hostNetwork": True}, "HostNetwork", ("spec", "hostNetwork"), id="the host's network"),
        pytest.param(
            {"initContainers": [container(f"init-{n}") for n in range(19)]},
            "TooMany",
            ("spec", "containers"),
            id="more than 20 containers",
        ),
        pytest.param(
            {"initContainers": [container("i", securityContext={"capabilities": {"add": ["CAP_SYS_ADMIN"]}})]},
            "Capability",
            ("spec", "initContainers", 0, "securityContext", "capabilities", "add"),
            id="a capability that is not granted",
        ),
    ],
)
def test_what_eci_refuses_is_refused_beforehand(spec: Object, code: str, pointer: tuple[str | int, ...]) -> None:
    reason = refused(pod(**spec), using=ECI)
    assert (reason.code, reason.pointer) == (code, pointer)
    assert injected(pod(**spec), using=ACS)


def test_eci_takes_20_containers_and_20_volumes() -> None:
    spare = [{"name": f"v{n}", "emptyDir": {}} for n in range(18)]
    full = pod(volume(), *spare, containers=[container("app", mount()), *(container(f"c{n}") for n in range(18))])
    made = injected(full, using=ECI)
    assert (len(made["spec"]["containers"]), len(made["spec"]["volumes"])) == (20, 20)
    assert refused(pod(volume(), *spare, {"name": "one", "emptyDir": {}}), using=ECI).code == "TooMany"
    full["spec"]["containers"].append(container("one"))
    assert refused(full, using=ECI).code == "TooMany"


def test_a_folder_of_the_host_is_refused_on_eci_where_it_stands() -> None:
    volumes = [volume(name="a"), volume(name="b"), {"name": "logs", "hostPath": {"path": "/var/log"}}]
    reason = refused(pod(*volumes), using=ECI)
    assert (reason.code, reason.pointer) == ("HostPath", ("spec", "volumes", 2))


def test_a_data_cache_of_eci_is_a_host_path_that_is_allowed() -> None:
    cached = pod(
        volume(),
        {"name": "models", "hostPath": {"path": "/models"}},
        annotations={"k8s.aliyun.com/eci-data-cache-bucket": "default"},
    )
    assert injected(cached, using=ECI)


def test_capabilities_that_eci_grants_pass() -> None:
    app = container("app", mount(), securityContext={"capabilities": {"add": ["NET_ADMIN", "CAP_CHOWN"]}})
    assert injected(pod(containers=[app]), using=ECI)


@pytest.mark.parametrize("platform", list(PLATFORMS))
@pytest.mark.parametrize("mode", [NATIVE, LEGACY])
def test_every_report_says_who_ends_the_sidecar(platform: str, mode: object) -> None:
    result = planned(pod(), using=settings(platform=platform, sidecar_mode=mode))
    (reason,) = [it for it in result.reasons if it.code == "SidecarEnds"]
    row = PLATFORMS[platform]
    assert reason.message.endswith(row.ends_native if mode is NATIVE else row.ends_legacy)


def test_profile_fluid_knows_these_platforms_too() -> None:
    made = injected(pod(annotations={keys.PLATFORM: "eci"}), using=fluid())
    assert by_name(made, "data") == {"name": "data", "emptyDir": {}}
    assert hook(by_name(made, "fluid-fuse-0"))[0] == "bash"


def test_a_port_of_the_node_is_refused_on_eci() -> None:
    app = container("app", mount(), ports=[{"containerPort": 80, "hostPort": 80}])
    reason = refused(pod(containers=[app]), using=ECI)
    assert (reason.code, reason.pointer) == ("HostPort", ("spec", "containers", 0, "ports", 0))


def test_everything_that_eci_refuses_is_said_at_once() -> None:
    app = container("app", mount(), ports=[{"containerPort": 80, "hostPort": 80}])
    host = {"name": "host", "hostPath": {"path": "/etc"}}
    result = planned(pod(volume(), host, containers=[app], hostNetwork=True), using=ECI)
    assert [reason.code for reason in result.reasons] == ["HostPath", "HostNetwork", "HostPort"]


def test_acs_has_no_host_path_either() -> None:
    host = {"name": "host", "hostPath": {"path": "/etc"}}
    assert refused(pod(volume(), host, containers=[container("app", mount())]), using=ACS).code == "HostPath"


def test_the_sidecar_is_left_out_of_the_size_of_the_instance_when_asked() -> None:
    made = injected(pod(), using=settings(platform="eci", resource_ignore=True))
    assert environment(sidecar_of(made))[keys.ECI_RESOURCE_IGNORE] == "TRUE"
    assert keys.ECI_RESOURCE_IGNORE not in environment(sidecar_of(injected(pod(), using=ECI)))
