"""The file prefetcher."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid import keys
from kubectl_fluid.injection.prefetcher import STATUS_PATH, expand, read
from kubectl_fluid.injection.reason import Refusal
from tests.injection.build import (
    LEGACY,
    Object,
    by_name,
    claim,
    container,
    environment,
    fluid,
    hook,
    injected,
    mount,
    names,
    planned,
    pod,
    refused,
    serverful,
    settings,
    volume,
)

NAME, STATUS = "fluid-file-prefetcher", "fluid-file-prefetcher-status-vol"
ASKED = {keys.PREFETCH: "true", keys.PREFETCH_IMAGE: "prefetcher:1"}


def prefetching(*volumes: Object, **annotations: str) -> Object:
    return pod(*volumes, annotations={**ASKED, **annotations})


@pytest.mark.parametrize(
    ("files", "globs"),
    [
        pytest.param("<ALL>", ["/data/a1/**", "/data/a2/**", "/data/b/**"], id="everything"),
        pytest.param("pvc://ant", ["/data/a1/**", "/data/a2/**"], id="each volume of a claim"),
        pytest.param("pvc://bee/", ["/data/b/**"], id="only a slash"),
        pytest.param("pvc://bee/x/*.rec", ["/data/b/x/*.rec"], id="a glob"),
        pytest.param("pvc://bee/a/../b/./c", ["/data/b/b/c"], id="dots are cleaned"),
        pytest.param("pvc://bee/../../etc/passwd", ["/data/b/etc/passwd"], id="nothing leaves the volume"),
        pytest.param("pvc://bee/..", ["/data/b/**"], id="only dots"),
        pytest.param("pvc://bee/x;pvc://ant/y", ["/data/b/x", "/data/a1/y", "/data/a2/y"], id="several"),
        pytest.param("pvc://cow/x", [], id="a claim that the Pod does not name"),
        pytest.param("/bee/x;bee/x;;file://bee/x", [], id="no claim at all"),
        pytest.param("pvc://", [], id="no name"),
        pytest.param("pvc://cow/x;pvc://bee/x", ["/data/b/x"], id="one of two is known"),
    ],
)
def test_the_file_list_gives(files: str, globs: list[str]) -> None:
    assert expand(files, {"ant": ["a1", "a2"], "bee": ["b"]}) == globs


@pytest.mark.parametrize(
    ("key", "text", "field", "value"),
    [
        (keys.PREFETCH_ASYNC, "t", "asynchronous", True),
        (keys.PREFETCH_ASYNC, "FALSE", "asynchronous", False),
        (keys.PREFETCH_TIMEOUT, "30", "timeout", 30),
        (keys.PREFETCH_TIMEOUT, "+30", "timeout", 30),
        (keys.PREFETCH_TIMEOUT, "-1", "timeout", -1),
        (keys.PREFETCH_TIMEOUT, "2147483647", "timeout", 2147483647),
        (keys.PREFETCH_ENVS, "A=1 B=", "environment", (("A", "1"), ("B", ""))),
        (keys.PREFETCH_ENVS, "", "environment", ()),
        (keys.PREFETCH_FILES, "", "files", "<ALL>"),
        (keys.PREFETCH_FILES, "pvc://demo", "files", "pvc://demo"),
    ],
)
def test_an_annotation_is_read(key: str, text: str, field: str, value: Any) -> None:
    assert getattr(read({**ASKED, key: text}, settings()), field) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (keys.PREFETCH_ASYNC, "perhaps"),
        (keys.PREFETCH_ASYNC, ""),
        (keys.PREFETCH_TIMEOUT, "soon"),
        (keys.PREFETCH_TIMEOUT, ""),
        (keys.PREFETCH_TIMEOUT, "1_000"),
        (keys.PREFETCH_TIMEOUT, "٣"),
        (keys.PREFETCH_TIMEOUT, "2147483648"),
        (keys.PREFETCH_TIMEOUT, "9" * 5000),
        (keys.PREFETCH_ENVS, "A"),
        (keys.PREFETCH_ENVS, "A=1=2"),
        (keys.PREFETCH_ENVS, "A=1  B=2"),
        (keys.PREFETCH_IMAGE, ""),
    ],
)
def test_a_bad_annotation_is_refused_by_its_name(key: str, text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read({**ASKED, key: text}, settings())
    reason = refusal.value.reason
    assert (reason.code, reason.pointer) == ("BadPrefetcher", ("metadata", "annotations", key))
    assert key in reason.message


def test_the_callers_image_serves_where_the_pod_names_none() -> None:
    asking = pod(annotations={keys.PREFETCH: "true"})
    assert by_name(injected(asking, using=settings(prefetcher_image="ours:1")), NAME)["image"] == "ours:1"
    assert by_name(injected(prefetching(), using=settings(prefetcher_image="ours:1")), NAME)["image"] == "prefetcher:1"


def test_the_prefetcher_reads_the_volumes_that_its_globs_name() -> None:
    asking = prefetching(volume("ant", "a"), volume("zoo", "z"), **{keys.PREFETCH_FILES: "pvc://zoo/x"})
    made = by_name(injected(asking, claim("ant"), claim("zoo")), NAME)
    assert [(it["name"], it["mountPath"]) for it in made["volumeMounts"]] == [
        ("z", "/data/z"),
        (STATUS, STATUS_PATH),
    ]
    assert made["volumeMounts"][0]["mountPropagation"] == "HostToContainer"
    assert environment(made)["FILE_PREFETCHER_FILE_LIST"] == "/data/z/x"


def test_the_application_waits_for_the_prefetcher() -> None:
    made = injected(prefetching(**{keys.PREFETCH_ENVS: "LEVEL=debug"}))
    assert names(made["spec"]["containers"]) == [NAME, "app"]
    assert hook(by_name(made, NAME))[:2] == ["bash", "-c"]
    assert names(by_name(made, "app")["volumeMounts"]) == ["data"]
    assert made["metadata"]["annotations"][keys.PREFETCH_DONE] == "true"
    variables = environment(by_name(made, NAME))
    assert variables == {
        "FILE_PREFETCHER_FILE_LIST": "/data/data/**",
        "FILE_PREFETCHER_ASYNC_PREFETCH": "false",
        "FILE_PREFETCHER_TIMEOUT_SECONDS": "120",
        "LEVEL": "debug",
    }


def test_beside_an_asynchronous_prefetcher_the_application_can_look_how_far_it_is() -> None:
    made = injected(prefetching(**{keys.PREFETCH_ASYNC: "true"}))
    assert hook(by_name(made, NAME)) == []
    assert names(by_name(made, "app")["volumeMounts"]) == ["data", STATUS]
    assert by_name(made, STATUS)["emptyDir"] == {}


def test_it_stands_behind_a_legacy_sidecar_and_before_the_application() -> None:
    made = injected(prefetching(), using=settings(sidecar_mode=LEGACY))
    assert names(made["spec"]["containers"]) == ["fluid-fuse-demo", NAME, "app"]


def test_it_stands_behind_the_last_container_that_looks_like_a_sidecar() -> None:
    asking = prefetching()
    asking["spec"]["containers"] = [container(name) for name in ("fluid-fuse-x", "app", "fluid-fuse-y", "last")]
    asking["spec"]["containers"][1]["volumeMounts"] = [mount()]
    made = injected(asking)
    assert names(made["spec"]["containers"]) == ["fluid-fuse-x", "app", "fluid-fuse-y", NAME, "last"]


def test_an_asynchronous_prefetcher_is_no_business_of_containers_that_look_like_sidecars() -> None:
    asking = prefetching(**{keys.PREFETCH_ASYNC: "true"})
    asking["spec"]["containers"].append(container("fluid-fuse-x"))
    assert "volumeMounts" not in by_name(injected(asking), "fluid-fuse-x")


@pytest.mark.parametrize(
    "annotations",
    [
        pytest.param({keys.PREFETCH: "false"}, id="not asked"),
        pytest.param({keys.PREFETCH: "True"}, id="True is not true"),
        pytest.param({keys.PREFETCH_DONE: "true"}, id="done before"),
        pytest.param({keys.PREFETCH_FILES: "pvc://nothing/x"}, id="no file"),
    ],
)
def test_no_prefetcher_is_added(annotations: dict[str, str]) -> None:
    made = injected(prefetching(**annotations))
    assert names(made["spec"]["containers"]) == ["app"]
    assert STATUS not in names(made["spec"]["volumes"])


def test_a_pod_on_nodes_with_the_csi_plugin_gets_one_too() -> None:
    made = injected(serverful(annotations=ASKED))
    assert names(made["spec"]["containers"]) == [NAME, "app"]
    assert by_name(made, "data") == volume()


@pytest.mark.parametrize("using", [settings(), fluid()], ids=["default", "fluid"])
def test_names_of_the_prefetchers_own_are_refused(using: Any) -> None:
    asking = prefetching()
    asking["spec"]["containers"].append(container(NAME))
    reason = refused(asking, using=using)
    assert (reason.code, reason.pointer) == ("BadPrefetcher", ("spec", "containers", 1))
    reason = refused(prefetching(volume(), {"name": STATUS, "emptyDir": {}}), using=using)
    assert (reason.code, reason.pointer) == ("BadPrefetcher", ("spec", "volumes", 1))


def test_a_mount_path_that_is_taken_is_refused() -> None:
    asking = prefetching(**{keys.PREFETCH_ASYNC: "true"})
    asking["spec"]["containers"][0]["volumeMounts"].append(mount("data", STATUS_PATH))
    assert refused(asking).code == "MountPathTaken"


def test_the_containers_of_the_plan_are_sidecars_only() -> None:
    assert planned(prefetching()).sidecars == ("fluid-fuse-demo",)
