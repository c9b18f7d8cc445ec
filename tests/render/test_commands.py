"""Format, auth, quota: the commands before the mount."""

from __future__ import annotations

import pytest

from kubectl_fluid import render
from tests.render import samples
from tests.render.samples import command, dataset, mount, rendered, runtime, script, secret_option

FULL = {"storage": "minio", "bucket": "http://m:9000/b"}


def test_a_volume_is_formatted_with_everything_that_is_known_of_it() -> None:
    secrets = ("metaurl", "access-key", "secret-key", "my-extra")
    result = rendered(
        dataset(mount(*secrets, options={**FULL, "shards": "16"})),
        runtime(configs=[" trash-days=3 ", "", "hash-prefix"]),
    )
    assert command(result, "format") == (
        "/usr/local/bin/juicefs format --trash-days=3 --hash-prefix --access-key=${ACCESS_KEY} "
        "--secret-key=${SECRET_KEY} --storage=minio --bucket=http://m:9000/b --shards=16 --my-extra=${my_extra} "
        "${METAURL} minio"
    )
    assert command(result, "format", "worker") == command(result, "format")


@pytest.mark.parametrize("options", [{}, {"storage": "minio"}, {"bucket": "b"}, {"storage": "", "bucket": "b"}])
def test_without_storage_or_bucket_the_volume_must_exist(options: dict[str, str]) -> None:
    assert " --no-update " in command(rendered(dataset(mount(options=options))), "format")


def test_an_option_without_a_value_is_given_with_an_empty_one() -> None:
    assert " --writeback= " in command(rendered(dataset(mount(options={"writeback": ""}))), "format")


def test_the_enterprise_edition_is_authenticated() -> None:
    secrets = ("token", "access-key", "secret-key", "secret-key2", "access-key2", "other")
    options = {**FULL, "bucket2": "s3://b", "shards": "16"}
    result = rendered(dataset(mount(*secrets, options=options)), runtime(configs=["a=b"]))
    assert command(result, "auth") == (
        "/usr/bin/juicefs auth --a=b --token=${TOKEN} --accesskey=${ACCESS_KEY} --secretkey=${SECRET_KEY} "
        "--bucket=http://m:9000/b --bucket2=s3://b --access-key2=${access_key2} --secret-key2=${secret_key2} minio"
    )
    assert script(result)[-1].startswith(
        "exec /sbin/mount.juicefs minio /runtime-mnt/juicefs/ns1/demo/juicefs-fuse -o "
    )


def test_without_a_token_there_is_no_authentication() -> None:
    result = rendered(dataset(mount("access-key")))
    assert [line for line in script(result) if "juicefs auth" in line] == []
    assert script(result)[0] == "set -e"


def test_authentication_is_skipped_where_the_volume_is_configured() -> None:
    lines = script(rendered(dataset(mount("token"))))
    assert lines[1:3] == ["if test ! -f /root/.juicefs/minio.conf", "then"]


def test_a_shared_metaurl_is_a_source_but_not_an_edition() -> None:
    """Fluid looks at the mount's encrypt options twice instead of the shared ones."""
    result = rendered(dataset(mount("access-key"), sharedEncryptOptions=[secret_option("metaurl")]))
    assert script(result)[-1].startswith("exec /sbin/mount.juicefs ${METAURL} ")
    assert "SharedMetaurl" in samples.codes(result)


def test_a_quota_limits_the_folder_in_the_fuse_script_only() -> None:
    result = rendered(dataset(mount(options={"quota": "1.9Gi"})))
    assert command(result, "quota") == "/usr/local/bin/juicefs quota set ${METAURL} --path /demo --capacity 1"
    assert command(result, "quota", "worker") == ""
    enterprise = rendered(dataset(mount("token", options={"quota": "100G"})))
    assert command(enterprise, "quota") == "/usr/bin/juicefs quota set minio --path /demo --capacity 93"


def test_a_shared_quota_has_no_effect() -> None:
    result = rendered(dataset(sharedOptions={"quota": "2Gi"}))
    assert command(result, "quota") == ""
    assert "quota" not in " ".join(script(result))
    assert "SharedQuota" in samples.codes(result)


def test_values_with_special_characters_are_wrapped_as_fluid_wraps_them() -> None:
    result = rendered(
        dataset(
            mount(mountPoint="juicefs:///a$b", name="v$1", options={"note": "`id`", "odd$": "1"}), accessModes=["x"]
        )
    )
    words = command(result, "format").split()
    assert words[-1] == r"$'$\'v$1\''"
    assert {"--note=$'`id`'", "--$'odd$'=1"} <= set(words)
    assert script(result)[-1].endswith(
        " -o $'cache-dir=/var/jfsCache,metrics=0.0.0.0:14001,note=`id`,odd$=1,subdir=/a$b'"
    )


def test_secrets_become_variables_in_the_order_of_the_chart() -> None:
    secrets = ("z-last", "token", "secret-key", "access-key", "metaurl", "quota")
    result = rendered(dataset(mount(*secrets)), runtime(fuse={"env": [{"name": "A", "value": "1"}]}))
    names = [entry["name"] for entry in samples.container(result)["env"]]
    assert names == [
        "JFS_FOREGROUND",
        "A",
        "METAURL",
        "ACCESS_KEY",
        "SECRET_KEY",
        "TOKEN",
        "z_last",
        "FLUID_RUNTIME_TYPE",
        "FLUID_RUNTIME_NS",
        "FLUID_RUNTIME_NAME",
    ]
    workers = [entry["name"] for entry in samples.container(result, "worker")["env"]]
    assert workers == ["JFS_FOREGROUND", *names[2:7]]


def test_a_mounts_secret_wins_over_a_shared_one() -> None:
    shared = [secret_option("access-key", "shared"), secret_option("my-extra", "shared")]
    result = rendered(dataset(mount("metaurl", "access-key", "my-extra"), sharedEncryptOptions=shared))
    refs = [
        (entry["name"], entry["valueFrom"]["secretKeyRef"]["name"])
        for entry in samples.container(result)["env"]
        if "valueFrom" in entry
    ]
    assert ("ACCESS_KEY", "jfs-secret") in refs
    assert [ref for ref in refs if ref[0] == "my_extra"] == [("my_extra", "shared"), ("my_extra", "jfs-secret")]
    assert "DoubledVariable" in samples.codes(result)


def test_ports_of_workers_come_first_and_only_for_the_nodes_network() -> None:
    own = {"networkMode": "ContainerNetwork"}
    ports = {
        "both": (runtime(), 14000, 14001),
        "fuse only": (runtime(worker=own), 9567, 14000),
        "worker only": (runtime(fuse=own), 14000, 9567),
        "none": (runtime(worker=own, fuse={**own, "options": {"metrics": "0.0.0.0:9999"}}), 9567, 9999),
    }
    for name, (subject, worker, fuse) in ports.items():
        result = rendered(runtime_object=subject)
        seen = [samples.container(result, part)["ports"][0]["containerPort"] for part in ("worker", "fuse")]
        assert seen == [worker, fuse], name


def test_ports_can_be_given() -> None:
    result = render.render(dataset(), runtime(), ports=render.Ports(worker=15000, fuse=15001))
    assert [samples.container(result, part)["ports"][0]["containerPort"] for part in ("worker", "fuse")] == [
        15000,
        15001,
    ]
    half = render.render(dataset(), runtime(), ports=render.Ports(worker=14001))
    assert samples.container(half)["ports"][0]["containerPort"] == 14000


def test_a_users_metrics_option_stays_but_the_port_of_the_nodes_network_does_too() -> None:
    result = rendered(runtime_object=runtime(fuse={"options": {"metrics": "localhost:123"}}))
    assert "metrics=localhost:123" in samples.mount_options(result)
    assert samples.container(result)["ports"] == [{"containerPort": 14001, "name": "metrics", "protocol": "TCP"}]


def test_the_enterprise_edition_has_no_ports() -> None:
    assert "ports" not in samples.container(rendered(dataset(mount("token"))))
