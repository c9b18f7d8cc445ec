"""What is accepted and yet worth a word."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubectl_fluid.claims import Object
from kubectl_fluid.render.ignored import DATA_LOAD, JUICEFS, THIN, Ignored, ignored_fields
from tests.render import samples
from tests.render.samples import codes, dataset, mount, rendered, runtime, secret_option, tier

GOOD = {"options": {"storage": "s3", "bucket": "https://b.example"}}


def put(value: Any, path: list[str], leaf: Any) -> Any:
    """`value` with `leaf` at a path of the table."""
    if not path:
        return leaf
    key, _, index = path[0].partition("[")
    if not index:
        value[key] = put(value.get(key, {}), path[1:], leaf)
        return value
    items = value.setdefault(key, [])
    while len(items) < (2 if index == "1:]" else 1):
        items.append({})
    items[-1] = put(items[-1], path[1:], leaf)
    return value


def test_a_good_dataset_and_runtime_give_no_warning() -> None:
    owner = runtime(replicas=2, tieredstore=tier(low="0.1"), fuse={"image": "r.example:5000/jfs", "imageTag": "v1"})
    assert rendered(dataset(mount(**GOOD)), owner).warnings == ()
    assert rendered(dataset(mount("token", **GOOD)), runtime()).warnings == ()


@pytest.mark.parametrize("row", dict.fromkeys((*JUICEFS, *THIN, *DATA_LOAD)), ids=lambda row: f"{row.kind} {row.path}")
def test_every_field_of_the_tables_is_seen(row: Ignored) -> None:
    start = {"kind": row.kind}
    if row.beside:
        put(start, [*row.path.split(".")[:-1], row.beside], "something")
    value = put(copy.deepcopy(start), row.path.split("."), {"something": True})
    assert [problem.message for problem in ignored_fields((row,), value)] == [f"{row.kind}.{row.path} has no effect"]
    assert ignored_fields((row,), put(copy.deepcopy(start), row.path.split("."), leaf=False)) != []
    assert ignored_fields((row,), start) == []
    assert ignored_fields((row,), {"kind": row.kind, "spec": {}}) == []
    assert ignored_fields((row,), {"kind": row.kind, "spec": []}) == []


def test_ignored_fields_really_change_nothing() -> None:
    plain_dataset, plain_runtime = dataset(mount(**GOOD)), runtime(tieredstore=tier())
    subject, owner = dataset(mount(**GOOD)), runtime(tieredstore=tier())
    leaves: dict[str, Any] = {
        "spec.mounts[1:]": mount(name="second"),
        "spec.mounts[].readOnly": True,
        "spec.mounts[].shared": True,
        "spec.mounts[].path": "/p",
        "spec.worker.enabled": True,
        "spec.worker.replicas": 7,
        "spec.worker.ports": [{"containerPort": 81}],
        "spec.disablePrometheus": True,
        "spec.tieredstore.levels[1:]": {"mediumtype": "SSD", "path": "/x", "quota": "1Gi"},
        "spec.tieredstore.levels[].high": "0.9",
    }
    for row in JUICEFS:
        if row.path != "spec.tieredstore.levels[].quotaList":
            put(subject if row.kind == "Dataset" else owner, row.path.split("."), leaves.get(row.path, {"a": "b"}))
    result = rendered(subject, owner)
    assert result.errors == ()
    assert result.objects == rendered(plain_dataset, plain_runtime).objects
    assert len(codes(result)) == len(JUICEFS) - 1


@pytest.mark.parametrize(
    ("subject", "owner", "code"),
    [
        pytest.param(dataset(mount("access-key")), runtime(), "NoCredentials", id="no metaurl and no token"),
        pytest.param(dataset(mount("metaurl", "token", **GOOD)), runtime(), "TwoEditions", id="metaurl and token"),
        pytest.param(
            dataset(mount("token"), sharedEncryptOptions=[secret_option("metaurl")]),
            runtime(),
            "SharedMetaurl",
            id="shared",
        ),
        pytest.param(dataset(mount("metaurl", **{**GOOD, "name": ""})), runtime(), "NoVolumeName", id="no name"),
        pytest.param(dataset(mount(mountPoint="juicefs://", **GOOD)), runtime(), "NoPath", id="no path"),
        pytest.param(dataset(mount(mountPoint="juicefs://a", **GOOD)), runtime(), "RelativePath", id="relative path"),
        pytest.param(dataset(), runtime(), "NoBucket", id="no bucket"),
        pytest.param(dataset(mount(name="my vol", **GOOD)), runtime(), "Unquoted", id="space"),
        pytest.param(dataset(mount(**GOOD)), runtime(tieredstore=tier(path="/a,/b")), "CommaPath", id="comma"),
        pytest.param(dataset(mount(**GOOD)), runtime(tieredstore=tier(path="/a::/b")), "CachePaths", id="empty folder"),
        pytest.param(
            dataset(mount(**GOOD)), runtime(tieredstore=tier(path="/a:/a")), "CachePaths", id="doubled folder"
        ),
        pytest.param(dataset(mount(**GOOD)), runtime(tieredstore=tier(path=None)), "NoCachePath", id="no folder"),
        pytest.param(
            dataset(mount(**GOOD)),
            runtime(tieredstore=tier(path="/a,/b", quota=None, quotaList="1Gi,2Gi")),
            "QuotaList",
            id="only a list of quotas",
        ),
        pytest.param(
            dataset(mount(**GOOD)),
            runtime(tieredstore=tier(volumeType="emptyDir", volumeSource={"hostPath": {}})),
            "VolumeSource",
            id="volume source of another type",
        ),
        pytest.param(dataset(mount(**GOOD)), runtime(fuse={"image": "r:5000/a:v1"}), "TwoTags", id="tag in the image"),
        pytest.param(dataset(mount(**GOOD)), runtime(juicefsVersion={"image": "a:v1"}), "TwoTags", id="tag, workers"),
        pytest.param(
            dataset(mount(**GOOD)),
            runtime(fuse={"podMetadata": {"labels": {"app": "mine"}}}),
            "SelectorLabel",
            id="label of the selector",
        ),
        pytest.param(dataset(mount(**GOOD)), runtime(tieredstore=tier(mediumtype="MEM")), "MemoryCache", id="memory"),
        pytest.param(
            dataset(mount(**GOOD)),
            runtime(worker={"options": {"cache-size": "1"}}),
            "RuntimeDeprecated",
            id="deprecated",
        ),
        pytest.param(
            dataset(mount("token")), runtime(fuse={"options": {"cache-group": "g"}}), "CacheGroups", id="cache groups"
        ),
        pytest.param(
            dataset(mount(**GOOD), annotations={"pvc.fluid.io/resources.requests.storage": "lots"}),
            runtime(),
            "StorageRequest",
            id="size of the volume",
        ),
        pytest.param(
            dataset(mount(**GOOD)), runtime({"data.fluid.io/metadataList": "not json"}), "MetadataList", id="metadata"
        ),
        pytest.param(
            dataset(mount(**GOOD)),
            runtime(
                volumeClaimTemplates=[{"metadata": {"name": "v"}}],
                worker={"volumeMounts": [{"name": "v", "mountPath": "/v"}]},
            ),
            "TemplateNames",
            id="claim templates",
        ),
    ],
)
def test_a_warning_is_given_for(subject: Object, owner: Object, code: str) -> None:
    result = rendered(subject, owner)
    assert result.errors == ()
    # A list of quotas goes with a comma between paths, which is worth a warning of its own.
    assert set(codes(result)) - {"IgnoredField"} - ({"CommaPath"} if code == "QuotaList" else set()) == {code}


def test_an_encrypt_option_without_a_secret_is_a_warning() -> None:
    subject = dataset(mount(**GOOD))
    subject["spec"]["mounts"][0]["encryptOptions"].append({"name": "access-key"})
    result = rendered(subject)
    assert codes(result) == ["NoSecret"]
    assert "ACCESS_KEY" not in [entry["name"] for entry in samples.container(result)["env"]]


def test_warnings_are_given_beside_errors() -> None:
    result = rendered(dataset(mount(mountPoint="/x", readOnly=True)))
    assert [problem.code for problem in result.errors] == ["MountPoint"]
    assert "IgnoredField" in codes(result)


def test_no_warning_is_given_twice() -> None:
    result = rendered(runtime_object=runtime({"data.fluid.io/metadataList": "not json"}))
    assert len(set(result.warnings)) == len(result.warnings)
