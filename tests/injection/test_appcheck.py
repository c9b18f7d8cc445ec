"""The mount check in the application's own containers."""

from __future__ import annotations

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection import mountcheck
from kubectl_fluid.injection.settings import MountCheck, Settings
from tests.injection.build import (
    Object,
    by_name,
    claim,
    container,
    fluid,
    hook,
    injected,
    mount,
    mount_of,
    names,
    planned,
    pod,
    settings,
    volume,
)

ASKED = {keys.APP_POST_START: "true"}
OWN_HOOK = {"postStart": {"exec": {"command": ["echo"]}}}
CONFIGMAP = settings(mount_check=MountCheck.CONFIGMAP)


def test_a_container_that_did_not_ask_is_not_touched() -> None:
    assert "lifecycle" not in by_name(injected(pod()), "app")


def test_a_container_waits_for_all_of_its_datasets() -> None:
    asking = pod(volume("ant", "a"), volume("zoo", "z"), labels=ASKED)
    assert hook(by_name(injected(asking, claim("ant"), claim("zoo")), "app")) == [
        *("sh", "-c", mountcheck.INLINE_SCRIPT, "check-mount", ""),
        *("/a", "/z"),
    ]


def test_a_container_without_a_dataset_does_not_wait() -> None:
    made = injected(pod(labels=ASKED, containers=[container("app", mount()), container("other")]))
    assert hook(by_name(made, "other")) == []


@pytest.mark.parametrize("using", [settings(), CONFIGMAP, fluid()], ids=["inline", "configmap", "fluid"])
def test_a_containers_own_hook_stays(using: Settings) -> None:
    made = injected(pod(labels=ASKED, containers=[container("app", mount(), lifecycle=OWN_HOOK)]), using=using)
    assert hook(by_name(made, "app")) == ["echo"]


def test_a_containers_other_hook_stays_beside_ours() -> None:
    before = {"preStop": {"exec": {"command": ["echo"]}}}
    made = injected(pod(labels=ASKED, containers=[container("app", mount(), lifecycle=before)]))
    assert by_name(made, "app")["lifecycle"]["preStop"] == before["preStop"]
    assert hook(by_name(made, "app"))[-1] == "/data"


@pytest.mark.parametrize(
    ("fields", "waits"), [({}, False), ({"restartPolicy": "Always"}, True)], ids=["plain", "restarting"]
)
def test_an_init_container_waits_only_where_the_api_server_takes_a_hook(fields: Object, waits: bool) -> None:  # noqa: FBT001 - a column
    made = injected(pod(labels=ASKED, initContainers=[container("prepare", mount(), **fields)]))
    assert bool(hook(by_name(made, "prepare"))) is waits


def test_the_script_from_a_config_map_is_mounted_by_whoever_uses_a_dataset() -> None:
    made = injected(
        pod(containers=[container("app", mount()), container("other")], initContainers=[container("prepare", mount())]),
        using=CONFIGMAP,
    )
    script: Object = {"name": "check-fluid-mount-ready", "mountPath": "/check-fluid-mount-ready.sh"}
    script |= {"subPath": "check-fluid-mount-ready.sh", "readOnly": True}
    assert mount_of(by_name(made, "app"), "check-fluid-mount-ready") == script
    assert mount_of(by_name(made, "prepare"), "check-fluid-mount-ready") == script
    assert "volumeMounts" not in by_name(made, "other")
    assert hook(by_name(made, "app")) == []


def test_the_check_from_a_config_map_names_paths_and_types() -> None:
    asking = pod(volume("ant", "a"), volume("zoo", "z"), labels=ASKED)
    made = injected(asking, claim("ant"), claim("zoo", runtime="alluxio"), using=fluid())
    assert hook(by_name(made, "app"))[-1] == "time /check-fluid-mount-ready.sh /a:/z juicefs:alluxio"


def test_the_scripts_volume_gives_way_to_the_applications() -> None:
    taken = {"name": "check-fluid-mount-ready", "emptyDir": {}}
    made = injected(pod(volume(), taken), using=CONFIGMAP)
    assert by_name(made, "fluid-fluid-mount-ready")["configMap"]["name"] == "check-fluid-mount-ready"
    assert by_name(made, "check-fluid-mount-ready") == taken


def test_profile_fluid_adds_the_scripts_volume_even_when_nobody_mounts_it() -> None:
    idle = pod(containers=[container()])
    assert "check-fluid-mount-ready" in names(injected(idle, using=fluid())["spec"]["volumes"])
    result = planned(idle, using=CONFIGMAP)
    assert names(result.pod["spec"]["volumes"]) == ["data"]
    assert result.config_maps == ()
