"""Where this differs from Fluid on purpose: one test for each row of docs/divergences.md, under profile `fluid`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.claims import Name, Problem
from kubectl_fluid.injection.plan import plan
from tests.injection.build import (
    NAMESPACE,
    NATIVE,
    Object,
    by_name,
    claim,
    container,
    fluid,
    hook,
    injected,
    mount,
    names,
    planned,
    pod,
    refused,
    serverful,
    skipped,
    template,
    volume,
    with_problem,
)
from tests.support import ROOT

TABLE = (ROOT / "docs" / "divergences.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z-]+)` \|.*\| `(test_\w+)` \|$", re.MULTILINE)
FLUID = fluid()
PREFETCH = {keys.PREFETCH: "true", keys.PREFETCH_IMAGE: "prefetcher:1"}


def objects(fluid_path: str = "/runtime-mnt/juicefs/ml/demo/juicefs-fuse", **attributes: str) -> list[Object]:
    """A bound JuiceFS dataset `ml/demo` as a cluster holds it."""
    fuse = template(Name(NAMESPACE, "demo"))
    metadata = {"name": "demo", "namespace": NAMESPACE}
    data = "data.fluid.io/v1alpha1"
    status = {"phase": "Bound", "runtimes": [{"name": "demo", "namespace": NAMESPACE, "type": "juicefs"}]}
    csi = {"volumeAttributes": {"fluid_path": fluid_path, "mount_type": "JuiceFS", **attributes}}
    pod_spec = {"containers": [fuse.container], "volumes": list(fuse.volumes)}
    return [
        {"apiVersion": data, "kind": "Dataset", "metadata": metadata, "status": status},
        {"apiVersion": data, "kind": "JuiceFSRuntime", "metadata": metadata, "spec": {}},
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {**metadata, "labels": {"fluid.io/s-ml-demo": "true"}},
            "spec": {"volumeName": "ml-demo"},
        },
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "ml-demo"}, "spec": {"csi": csi}},
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "demo-fuse", "namespace": NAMESPACE},
            "spec": {"template": {"spec": pod_spec}},
        },
    ]


def planned_from(cluster: list[Object]) -> Any:
    store = ObjectStore()
    for item in cluster:
        store.add(item)
    return plan(pod(), claims_from(store.get), FLUID)


def test_an_unknown_platform_is_refused() -> None:
    assert refused(pod(annotations={keys.PLATFORM: "acme"}), using=FLUID).code == "UnknownPlatform"


@pytest.mark.parametrize(("kind", "code"), [("DaemonSet", "FuseNotFound"), ("PersistentVolume", "VolumeNotFound")])
def test_a_missing_fuse_daemon_set_is_refused(kind: str, code: str) -> None:
    assert planned_from(objects()).sidecars == ("fluid-fuse-0",)
    (reason,) = planned_from([item for item in objects() if item["kind"] != kind]).reasons
    assert (reason.code, kind in reason.message) == (code, True)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (keys.PREFETCH_TIMEOUT, "soon"),
        (keys.PREFETCH_ASYNC, "perhaps"),
        (keys.PREFETCH_ENVS, "A"),
        (keys.PREFETCH_IMAGE, ""),
    ],
)
@pytest.mark.parametrize("make", [pod, serverful], ids=["serverless", "serverful"])
def test_a_bad_prefetcher_annotation_is_refused(make: Any, key: str, text: str) -> None:
    reason = refused(make(annotations={**PREFETCH, key: text}), using=FLUID)
    assert (reason.code, key in reason.message) == ("BadPrefetcher", True)


def test_a_name_or_mount_path_that_is_taken_is_refused() -> None:
    app = container("app", mount(), mount("tmp", "/check-fluid-mount-ready.sh"))
    scratch = {"name": "tmp", "emptyDir": {}}
    assert refused(pod(volume(), scratch, containers=[app]), using=FLUID).code == "MountPathTaken"
    prefetched = pod(annotations=PREFETCH, containers=[container("fluid-file-prefetcher", mount())])
    assert refused(prefetched, using=FLUID).code == "BadPrefetcher"


def test_nested_datasets_in_native_mode_get_numbered_names() -> None:
    outer, inner = claim("outer", nested=("inner",)), claim("inner")
    made = injected(pod(volume("outer")), outer, inner, using=fluid(sidecar_mode=NATIVE))
    assert names(made["spec"]["initContainers"]) == ["fluid-fuse-1", "fluid-fuse-0"]
    taken = pod(containers=[container("fluid-fuse-1", mount())])
    assert names(injected(taken, using=FLUID)["spec"]["containers"]) == ["fluid-fuse-2", "fluid-fuse-1"]


def test_no_hook_is_added_to_init_containers_that_end() -> None:
    asking = pod(labels={keys.APP_POST_START: "true"}, initContainers=[container("prepare", mount())])
    made = injected(asking, using=FLUID)
    assert hook(by_name(made, "prepare")) == []
    assert hook(by_name(made, "app"))
    asking["spec"]["initContainers"][0]["restartPolicy"] = "Always"
    assert hook(by_name(injected(asking, using=FLUID), "prepare"))


@pytest.mark.parametrize("name", ["mem", "logs", "script", "x"])
def test_a_clashing_volume_always_gets_a_valid_name(name: str) -> None:
    # With "-0" behind it: five characters (Fluid panics), six (its name ends with a dash), eight (a good one), three.
    fuse = template(Name(NAMESPACE, "demo"), volumes=() if name == "script" else ({"name": name, "emptyDir": {}},))
    clash = pod(
        volume(),
        {"name": f"{name}-0", "emptyDir": {}},
        labels={keys.CACHE_DIR: "true"},
        containers=[container("a", mount())],
    )
    made = injected(clash, claim(fuse=fuse), using=FLUID)
    found = names(made["spec"]["volumes"])
    assert len(set(found)) == len(found)
    assert [it for it in found if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", it)] == []
    expected = "fluid--0" if name == "script" else f"fluid-{name}-0"
    assert expected in found
    assert expected in [it["name"] for it in by_name(made, "fluid-fuse-0")["volumeMounts"]]


def test_nothing_is_created_while_a_pod_is_planned() -> None:
    asked: list[str] = []

    def claims(namespace: str, name: str) -> Any:
        asked.append(f"{namespace}/{name}")
        return claim()

    result = plan(pod(), claims, FLUID)
    assert asked == ["ml/demo"]
    referred = {it["configMap"]["name"] for it in result.pod["spec"]["volumes"] if "configMap" in it}
    assert {it["metadata"]["name"] for it in result.config_maps} <= referred
    assert "ConfigMap" not in str(result.operations)


def test_the_label_of_ack_fluid_is_understood() -> None:
    labelled = pod(labels={keys.SIDECAR_TARGET: "eci"})
    del labelled["metadata"]["labels"][keys.INJECT]
    assert by_name(injected(labelled, using=FLUID), "data") == {"name": "data", "emptyDir": {}}


@pytest.mark.parametrize(
    "attributes", [{"fluid_path": "/runtime-mnt/../etc"}, {"fluid_sub_path": "../other"}], ids=["path", "sub path"]
)
def test_paths_with_dots_are_refused(attributes: dict[str, str]) -> None:
    (reason,) = planned_from(objects(**attributes)).reasons
    assert reason.code == "BadVolume"


def test_arguments_of_a_check_are_quoted() -> None:
    app = container("app", mount(path="/my data"))
    made = injected(
        pod(labels={keys.APP_POST_START: "true"}, containers=[app]), claim(sub_path="a;reboot"), using=FLUID
    )
    assert hook(by_name(made, "fluid-fuse-0"))[-1].endswith(" JuiceFS 'a;reboot'")
    assert hook(by_name(made, "app"))[-1] == "time /check-fluid-mount-ready.sh '/my data' juicefs"


def test_datasets_that_mount_each_other_end() -> None:
    loop = claim("one", nested=("two",)), claim("two", nested=("one",))
    reason = refused(pod(volume("one")), *loop, using=FLUID)
    assert (reason.code, reason.claim in ("one", "two")) == ("NestedTooDeep", True)


def test_a_template_that_would_take_an_application_volume_is_refused() -> None:
    fuse = template(Name(NAMESPACE, "demo"))
    fuse.container["volumeMounts"].append(mount("data", "/stolen"))
    assert refused(pod(), claim(fuse=fuse), using=FLUID).code == "BadFuse"


def test_a_steered_pod_is_not_steered_again() -> None:
    served = with_problem(claim(node_selector={"a": "b"}), no_sidecar=Problem("FuseNotFound", "not needed here"))
    assert skipped(injected(serverful(), served, using=FLUID), served, using=FLUID) == "AlreadySteered"


def test_every_row_of_the_table_names_its_test_and_every_test_has_a_row() -> None:
    rows = ROW.findall(TABLE)
    assert len(rows) == len(re.findall(r"^\| `", TABLE, re.MULTILINE))
    tests = {name for name in globals() if name.startswith("test_")} - {
        "test_every_row_of_the_table_names_its_test_and_every_test_has_a_row"
    }
    assert {test for _, test in rows} == tests
    assert len({row for row, _ in rows}) == len(rows)
    assert planned(pod(), using=FLUID).operations
