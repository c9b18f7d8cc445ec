from __future__ import annotations

from dataclasses import replace

import pytest

from kubectl_fluid import render
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.scaffold import dataload, dataset, job
from kubectl_fluid.scaffold.cache import Cache
from kubectl_fluid.scaffold.checks import ScaffoldError
from kubectl_fluid.scaffold.dataset import Request

SSD = Cache("SSD", ("/mnt/cache1", "/mnt/cache2"), "40Gi")
MEM = Cache("MEM", ("/dev/shm",), "4Gi")  # noqa: S108 - a path in a manifest
DEMO = Request(
    name="demo",
    mount="juicefs:///demo",
    edition="community",
    secret="jfs-secret",  # noqa: S106 - the name of a Secret
    volume="myjfs",
    bucket="https://demo.example",
    storage="oss",
    workers=5,
    cache=SSD,
)


def test_the_walkthroughs_objects_come_out() -> None:
    secret, data, runtime = (it.value for it in dataset.manifests(DEMO))
    assert secret == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "jfs-secret"},
        "type": "Opaque",
        "stringData": {},
    }
    (mount,) = data["spec"]["mounts"]
    assert (mount["name"], mount["mountPoint"]) == ("myjfs", "juicefs:///demo")
    assert mount["options"] == {"storage": "oss", "bucket": "https://demo.example"}
    assert [it["valueFrom"]["secretKeyRef"] for it in mount["encryptOptions"]] == [
        {"name": "jfs-secret", "key": key} for key in ("metaurl", "access-key", "secret-key")
    ]
    assert runtime["spec"] == {"replicas": 5, "tieredstore": {"levels": [SSD.level]}}
    assert data["metadata"] == runtime["metadata"] == {"name": "demo"}


@pytest.mark.parametrize("cache", [None, SSD, MEM], ids=["no cache", "SSD", "MEM"])
@pytest.mark.parametrize("cache_size", ["", "0"])
@pytest.mark.parametrize("access", ["read", "write"])
@pytest.mark.parametrize(
    ("edition", "bucket", "storage"),
    [("community", "https://b", "oss"), ("community", "", ""), ("cloud", "https://b", ""), ("cloud", "", "")],
)
def test_fluid_takes_whatever_comes_out(
    edition: str, bucket: str, storage: str, access: str, cache_size: str, cache: Cache | None
) -> None:
    request = replace(DEMO, edition=edition, cache=cache, cache_size=cache_size, bucket=bucket, storage=storage)
    request = replace(request, read_write=access == "write")
    _, data, runtime = (it.value for it in dataset.manifests(request))
    rendered = render.render(data, runtime, environment=render.Environment())
    assert rendered.errors == ()
    told = {it.code for it in rendered.warnings}
    assert told & {"TwoEditions", "NoCredentials", "NoSecret", "SharedMetaurl", "Unquoted", "IgnoredField"} == set()
    raised = any("the fuse container requests" in it.message for it in rendered.warnings)
    assert raised == (cache is MEM and not cache_size)
    daemon_set = rendered.find("DaemonSet", "demo-fuse")
    assert daemon_set is not None
    variables = {it["name"] for it in daemon_set["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert ("METAURL" if edition == "community" else "TOKEN") in variables


def test_the_secret_is_not_complete_and_says_how_it_is_made() -> None:
    secret, *others = dataset.manifests(replace(DEMO, edition="cloud", storage="", namespace="ml"))
    assert not secret.complete
    assert all(it.complete for it in others)
    assert [line.strip() for line in secret.comment[1:4]] == ["token=...", "access-key=...", "secret-key=..."]
    assert secret.comment[-1].strip() == (
        "kubectl create secret generic jfs-secret --namespace ml --from-env-file=jfs-secret.env "
        "--dry-run=client -o yaml | kubectl apply --namespace ml --server-side --force-conflicts -f -"
    )


def test_read_write_is_an_access_mode() -> None:
    data = dataset.manifests(replace(DEMO, read_write=True))[1].value
    assert data["spec"]["accessModes"] == ["ReadWriteMany"]


@pytest.mark.parametrize(
    "request_",
    [replace(DEMO, storage=""), replace(DEMO, bucket=""), replace(DEMO, edition="cloud")],
    ids=["a bucket alone", "a storage alone", "a storage in the cloud edition"],
)
def test_what_does_not_go_together_is_refused(request_: Request) -> None:
    with pytest.raises(ScaffoldError):
        dataset.manifests(request_)


def test_fluid_takes_the_dataload() -> None:
    load = dataload.manifest("demo-load", "demo", "ml", ["/"], {"threads": "50"}).value
    assert load["spec"] == {
        "dataset": {"name": "demo", "namespace": "ml"},
        "target": [{"path": "/"}],
        "options": {"threads": "50"},
    }
    _, data, runtime = (it.value for it in dataset.manifests(replace(DEMO, namespace="ml")))
    rendered = render.dataload(load, data, runtime, environment=render.Environment())
    assert (rendered.errors, rendered.warnings) == ((), ())


@pytest.mark.parametrize("platform", list(job.LABELS))
def test_each_platforms_labels_ask_for_the_sidecar_on_the_pod(platform: str) -> None:
    request = job.Request("demo-app", "demo", "debian:stable", "/data", platform, ["ls", "/data"])
    value = job.manifest(request).value
    made = plan(value["spec"]["template"], lambda _namespace, _name: None, Settings())
    assert made.reasons[0].code == "ClaimNotFound"
    assert "labels" not in value["metadata"]


def test_the_container_has_a_command_only_where_one_is_given() -> None:
    (container,) = job.manifest(job.Request("a", "demo", "debian", "/data")).value["spec"]["template"]["spec"][
        "containers"
    ]
    assert container == {"name": "a", "image": "debian", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
