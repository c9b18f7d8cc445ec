"""Any FUSE file system: ThinRuntime and ThinRuntimeProfile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubectl_fluid import render
from kubectl_fluid.claims import Object
from tests.render.samples import codes, dataset, found, messages, runtime, secret_option, tier

MOUNT = {"mountPoint": "nfs://h/x", "name": "data"}
TARGET = "/runtime-mnt/thin/ns1/demo/thin-fuse"


def profile(volumes: Any = None, name: str = "nfs", **fuse: Any) -> Object:
    spec = {"fileSystemType": "nfs", "fuse": {"image": "r.example/nfs", "imageTag": "v1", **fuse}, "volumes": volumes}
    return {"kind": "ThinRuntimeProfile", "metadata": {"name": name}, "spec": spec}


def thin(
    model: Object | None = None, *mounts: Object, environment: render.Environment | None = None, **spec: Any
) -> render.Rendered:
    subject = dataset(*(mounts or (MOUNT,)), **spec.pop("dataset", {}))
    owner = runtime(kind="ThinRuntime", **{"profileName": "nfs", **spec})
    return render.render(subject, owner, profile=model or profile(), environment=environment or render.Environment())


def pod(result: render.Rendered) -> Any:
    return found(result, "DaemonSet", "demo-fuse")["spec"]["template"]["spec"]


def container(result: render.Rendered) -> Any:
    return pod(result)["containers"][0]


def env(result: render.Rendered) -> dict[str, Any]:
    return {entry["name"]: entry.get("value") for entry in container(result)["env"]}


def config(result: render.Rendered) -> Any:
    return json.loads(found(result, "ConfigMap", "demo-fuse-conf")["data"]["config.json"])


def test_fuse_is_what_the_profile_says() -> None:
    result = thin(profile(command=["/run.sh"], args=["-f"], env=[{"name": "A", "value": "1"}]))
    assert container(result)["image"] == "r.example/nfs:v1"
    assert container(result)["imagePullPolicy"] == "IfNotPresent"
    assert container(result)["command"] == ["/run.sh"]
    assert container(result)["args"] == ["-f"]
    assert list(env(result)) == [
        "FLUID_RUNTIME_TYPE",
        "FLUID_RUNTIME_NS",
        "FLUID_RUNTIME_NAME",
        "A",
        "MOUNT_POINT",
        "MOUNT_OPTIONS",
    ]
    assert env(result)["MOUNT_POINT"] == TARGET
    assert container(result)["lifecycle"] == {"preStop": {"exec": {"command": ["umount", TARGET]}}}
    assert container(result)["securityContext"] == {"privileged": True, "runAsUser": 0, "runAsGroup": 0}


def test_the_runtime_wins_over_the_profile_and_adds_to_its_lists() -> None:
    volumes = [{"name": "p", "emptyDir": {}}]
    model = profile(
        volumes,
        command=["profile"],
        env=[{"name": "A", "value": "p"}],
        ports=[{"containerPort": 1}],
        resources={"requests": {"cpu": "1", "memory": "1Gi"}},
        volumeMounts=[{"name": "p", "mountPath": "/p"}],
        podMetadata={"labels": {"l": "p"}},
        livenessProbe={"exec": {"command": ["p"]}},
        imagePullSecrets=[{"name": "p"}],
        networkMode="ContainerNetwork",
        lifecycle={"preStop": {"exec": {"command": ["p"]}}},
    )
    own = {
        "image": "r.example/own",
        "command": ["runtime"],
        "env": [{"name": "B", "value": "r"}],
        "ports": [{"containerPort": 2}],
        "resources": {"requests": {"cpu": 2}},
        "volumeMounts": [{"name": "r", "mountPath": "/r"}],
        "podMetadata": {"labels": {"l": "r"}},
        "readinessProbe": {"exec": {"command": ["r"]}},
        "lifecycle": {"preStop": {"exec": {"command": ["r"]}}},
    }
    result = thin(model, fuse=own, volumes=[{"name": "r", "emptyDir": {}}])
    it = container(result)
    assert (it["image"], it["command"]) == ("r.example/own:v1", ["runtime"])
    assert [entry["name"] for entry in it["env"]][3:5] == ["A", "B"]
    assert it["ports"] == [{"containerPort": 1}, {"containerPort": 2}]
    assert it["resources"] == {"requests": {"cpu": "2", "memory": "1Gi"}}
    assert [entry["name"] for entry in it["volumeMounts"]] == ["thin-fuse-mount", "thin-conf", "p", "r"]
    assert it["livenessProbe"]["exec"]["command"] == ["p"]
    assert it["readinessProbe"]["exec"]["command"] == ["r"]
    assert it["lifecycle"]["preStop"]["exec"]["command"] == ["r"]
    assert pod(result)["hostNetwork"] is False
    assert pod(result)["imagePullSecrets"] == [{"name": "p"}]
    labels = found(result, "DaemonSet", "demo-fuse")["spec"]["template"]["metadata"]["labels"]
    assert {"l": "r", "role": "thin-fuse", "app": "thin"}.items() <= labels.items()


def test_a_runtime_can_do_without_a_profile() -> None:
    result = thin(profile(name="unused"), profileName=None, fuse={"image": "r.example/own"})
    assert container(result)["image"] == "r.example/own"
    assert found(result, "PersistentVolume", "ns1-demo")["spec"]["csi"]["volumeAttributes"]["mount_type"] == ""


def test_the_client_is_told_what_to_mount() -> None:
    result = thin(
        None,
        {**MOUNT, "options": {"b": "2"}, "path": "/p", "encryptOptions": [secret_option("key")], "readOnly": True},
        dataset={"sharedOptions": {"a": "1"}, "sharedEncryptOptions": [secret_option("token", "other")]},
        fuse={"options": {"vers": "4", "nolock": ""}},
    )
    assert config(result) == {
        "mounts": [
            {
                "mountPoint": "nfs://h/x",
                "options": {
                    "a": "1",
                    "b": "2",
                    "key": "/etc/fluid/secrets/jfs-secret/key",
                    "token": "/etc/fluid/secrets/other/token",
                },
                "name": "data",
                "path": "/p",
                "readOnly": True,
            }
        ],
        "targetPath": TARGET,
        "runtimeOptions": {"nolock": "", "vers": "4"},
        "accessModes": ["ReadOnlyMany"],
    }
    assert env(result)["MOUNT_OPTIONS"] == "nolock,ro,vers=4"
    secrets = [volume for volume in pod(result)["volumes"] if "secret" in volume]
    assert secrets == [
        {"name": "thin-fuseconfig-other", "secret": {"secretName": "other"}},
        {"name": "thin-fuseconfig-jfs-secret", "secret": {"secretName": "jfs-secret"}},
    ]


def test_options_of_the_profile_take_the_place_of_read_only() -> None:
    result = thin(profile(options={"a": "1"}))
    assert env(result)["MOUNT_OPTIONS"] == "a=1"
    assert codes(result) == ["ReadOnlyLost"]


def test_a_writable_dataset_without_options_has_none() -> None:
    assert "MOUNT_OPTIONS" not in env(thin(dataset={"accessModes": ["ReadWriteMany"]}))


def test_secrets_can_be_kept_out_of_files() -> None:
    environment = render.Environment.from_variables({"THIN_FUSE_CONFIG_STORAGE": "Secret"})
    result = thin(None, {**MOUNT, "encryptOptions": [secret_option("key")]}, environment=environment)
    assert result.find("ConfigMap", "demo-fuse-conf") is None
    volumes = {volume["name"]: volume for volume in pod(result)["volumes"]}
    assert volumes["thin-conf"]["secret"]["secretName"] == "demo-fuse-conf"
    assert list(volumes) == ["thin-fuse-mount", "thin-conf"]
    assert codes(result) == ["SecretConfig"]


def test_the_first_level_gives_a_cache_folder() -> None:
    result = thin(tieredstore=tier(path="/cache"))
    assert {"name": "cache-dir", "mountPath": "/cache"} in container(result)["volumeMounts"]
    assert [volume["name"] for volume in pod(result)["volumes"]] == ["thin-fuse-mount", "cache-dir", "thin-conf"]


@pytest.mark.parametrize(("value", "inside"), [("/host", "/host"), ("/host:/in", "/in")])
def test_a_mount_can_ask_for_a_folder_of_the_node(value: str, inside: str) -> None:
    result = thin(
        None, {**MOUNT, "options": {"fluid.fuse.hostvolume": value}}, dataset={"accessModes": ["ReadOnlyMany"]}
    )
    assert {"name": "fluid-fuse-hostvolume-0", "hostPath": {"path": "/host"}} in pod(result)["volumes"]
    mount = {"name": "fluid-fuse-hostvolume-0", "mountPath": inside, "readOnly": True}
    assert mount in container(result)["volumeMounts"]


def test_the_volume_has_the_type_of_the_profiles_file_system() -> None:
    attributes = found(thin(), "PersistentVolume", "ns1-demo")["spec"]["csi"]["volumeAttributes"]
    assert (attributes["mount_type"], attributes["fluid_path"]) == ("nfs", TARGET)


def test_a_profiles_node_selector_is_lost_for_fuse() -> None:
    result = thin(profile(nodeSelector={"zone": "p"}), fuse={"nodeSelector": {"disk": "r"}})
    assert pod(result)["nodeSelector"] == {"disk": "r", "fluid.io/f-ns1-demo": "true"}
    assert codes(result) == ["IgnoredField"]


def test_workers_are_made_where_they_are_enabled() -> None:
    assert thin().find("StatefulSet", "demo-worker") is None
    result = thin(
        worker={"enabled": True, "image": "r.example/w", "nodeSelector": {"zone": "a"}},
        tieredstore=tier(path="/cache"),
        replicas=2,
        dataset={"tolerations": [{"operator": "Exists", "tolerationSeconds": 1}]},
    )
    spec = found(result, "StatefulSet", "demo-worker")["spec"]
    worker = spec["template"]["spec"]
    assert (spec["replicas"], result.worker_replicas) == (0, 2)
    assert worker["containers"][0]["volumeMounts"] == [{"name": "cache-dir", "mountPath": "/cache"}]
    assert [volume["name"] for volume in worker["volumes"]] == ["cache-dir"]
    assert worker["tolerations"] == [{"operator": "Exists"}]
    assert spec["template"]["metadata"]["labels"]["fluid.io/dataset"] == "ns1-demo"


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        pytest.param(
            lambda: thin(profile(name="other")), 'thinruntimeprofiles.data.fluid.io "nfs" not found', id="no profile"
        ),
        pytest.param(lambda: thin(profile(image=None)), "fuse demo image is nil", id="no image"),
        pytest.param(
            lambda: thin(profile(lifecycle={"postStart": {"exec": {}}})),
            "custom fuse.lifecycle.postStart configuration in thinruntimeprofile is not supported",
            id="postStart of the profile",
        ),
        pytest.param(
            lambda: thin(fuse={"lifecycle": {"postStart": {"exec": {}}}}),
            "custom fuse.lifecycle.postStart configuration in thinruntime is not supported",
            id="postStart of the runtime",
        ),
        pytest.param(
            lambda: thin(None, MOUNT, MOUNT), 'Dataset.spec.mounts[1].name: Duplicate value: "data"', id="doubled name"
        ),
        pytest.param(
            lambda: thin(None, MOUNT, {**MOUNT, "name": "b", "path": "/data"}),
            'Dataset.spec.mounts[1].path: Duplicate value: "/data"',
            id="doubled path",
        ),
        pytest.param(
            lambda: thin(None, {**MOUNT, "options": {"k": "v"}, "encryptOptions": [secret_option("k")]}),
            "the option k is set more than one times, please double check the dataset's option and encryptOptions",
            id="doubled option",
        ),
        pytest.param(
            lambda: thin(fuse={"volumeMounts": [{"name": "nope", "mountPath": "/x"}]}),
            "failed to find the volume for volumeMount nope",
            id="no volume",
        ),
        pytest.param(
            lambda: thin(None, {"mountPoint": "pvc://claim", "name": "x"}),
            "the mount of claim claim depends on the volume behind it, which only the cluster knows",
            id="claim",
        ),
        pytest.param(
            lambda: thin(None, {**MOUNT, "options": {"fluid.fuse.hostvolume": "rel"}}),
            "invalid dataset option, fluid.fuse.hostvolume: rel, should be a absolute hostPath",
            id="relative folder",
        ),
        pytest.param(
            lambda: thin(None, {**MOUNT, "options": {"fluid.fuse.hostvolume": "/a:b"}}),
            "invalid dataset options, fluid.fuse.hostvolume: /a:b, should be a absolute mountPath",
            id="relative folder inside",
        ),
        pytest.param(
            lambda: thin(None, {**MOUNT, "options": {"fluid.fuse.hostvolume": "/a:/b:/c"}}),
            "invalid dataset option, fluid.fuse.hostvolume: /a:/b:/c",
            id="too many folders",
        ),
    ],
)
def test_a_thin_runtime_is_refused(result: Any, sentence: str) -> None:
    assert messages(result()) == [sentence]
