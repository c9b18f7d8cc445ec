from __future__ import annotations

import pytest

from tests.node.pods import LIST, Cluster, exit_code, pod, sidecars, state, status_of, template
from tests.node.volumes import Volume

pytestmark = [pytest.mark.node, pytest.mark.timeout(240)]

NATIVE = "--sidecar-mode=native"
LEGACY = "--sidecar-mode=legacy"
FLUID = "--profile=fluid"
RANDOM = {"default.fuse-sidecar.fluid.io/host-mount-path-mode": "random-suffix"}


@pytest.mark.parametrize(
    ("options", "annotations"),
    [
        pytest.param((), {}, id="default"),
        pytest.param(("--mount-check=configmap",), {}, id="configmap"),
        pytest.param((FLUID, NATIVE), {}, id="fluid"),
        pytest.param((FLUID, NATIVE), RANDOM, id="random-suffix"),
        pytest.param(("--platform=eci", NATIVE), {}, id="eci"),
        pytest.param(("--platform=acs",), {}, id="acs"),
    ],
)
def test_an_injected_pod_reads_the_data_and_succeeds(
    demo: Cluster, volume: Volume, options: tuple[str, ...], annotations: dict[str, str]
) -> None:
    made = demo.start(pod("app", template(LIST), annotations), *options)
    done = demo.finished("app")
    assert demo.log("app") == volume.listing
    assert done["status"]["phase"] == "Succeeded"
    assert [exit_code(done, name) for name in sidecars(made)] == [0]


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="default"), pytest.param((FLUID,), id="fluid"), pytest.param(("--platform=eci",), id="eci")],
)
def test_a_legacy_sidecar_serves_and_outlives_the_application_until_somebody_unmounts(
    demo: Cluster, volume: Volume, options: tuple[str, ...]
) -> None:
    (sidecar,) = sidecars(demo.start(pod("app", template(LIST)), LEGACY, *options))
    demo.until(lambda: exit_code(demo.pod("app"), "app") is not None, "the application ends")
    assert demo.log("app") == volume.listing
    assert "running" in state(demo.pod("app"), sidecar)
    point = f"/runtime-mnt/juicefs/{demo.namespace}/demo/juicefs-fuse"
    demo.exec("app", sidecar, "umount", point)
    assert demo.finished("app")["status"]["phase"] == "Succeeded"


def test_without_privileges_no_application_starts_where_the_kernel_lets_no_client_mount(demo: Cluster) -> None:
    demo.start(pod("app", template(LIST)), "--platform=unprivileged")
    demo.until(lambda: status_of(demo.pod("app"), "fluid-fuse-demo")["restartCount"] > 0, "the client has given up")
    made = demo.pod("app")
    assert "waiting" in state(made, "app"), f"{demo.report()}\n{demo.node.kubelet_said(made['metadata']['uid'])}"
