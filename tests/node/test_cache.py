from __future__ import annotations

import threading

import pytest

from tests.cli.running import Ran, run, start
from tests.node import experiment, volumes
from tests.node.experiment import FILES
from tests.node.node import Node
from tests.node.pods import Cluster, pod, template
from tests.node.volumes import Volume

pytestmark = [pytest.mark.node, pytest.mark.timeout(300)]

#: Seconds for each object.
DELAY = 0.005


@pytest.fixture(scope="module")
def many(node: Node) -> Volume:
    """A volume of many small files."""
    return volumes.create(node, "many", 3, experiment.sizes())


def test_the_rendered_load_job_fills_the_cache_from_which_applications_then_read(
    cluster: Cluster, many: Volume
) -> None:
    node = cluster.node
    experiment.install(cluster, many, "cold", workers=0)
    cold = experiment.copy(cluster, "cold", DELAY)
    assert cold.gets >= FILES

    experiment.install(cluster, many, "warm", workers=1)
    waiting = _Waiting(cluster)
    node.store(delay=0)
    experiment.warm_up(cluster, "warm")
    assert waiting.end().status == 0, waiting.end().err
    warm = experiment.copy(cluster, "warm", DELAY)
    assert warm.gets == 0
    assert warm.files == cold.files == FILES


def test_status_and_explain_see_what_runs(demo: Cluster) -> None:
    demo.start(pod("app", template("trap exit TERM; sleep 600 & wait")))
    demo.running("app")
    kubeconfig = ("--kubeconfig", demo.node.plane.kubeconfig, "-n", demo.namespace)
    told = run("explain", "pod/app", *kubeconfig)
    assert "sidecar fluid-fuse-demo serves it: running, ready, mounted" in told.out
    assert told.status == 0
    told = run("status", "dataset/demo", *kubeconfig)
    assert "native sidecar fluid-fuse-demo ready" in told.out
    assert "pod/app Running injected on node" in told.out


class _Waiting:
    """`kubectl fluid status --wait=loaded` while the load goes on."""

    def __init__(self, cluster: Cluster) -> None:
        self._ran: list[Ran] = []
        where = ("-n", cluster.namespace, "--kubeconfig", cluster.node.plane.kubeconfig)
        self._thread = threading.Thread(
            target=lambda: self._ran.append(start("status", "warm", "--wait=loaded", "--timeout=3m", *where))
        )
        self._thread.start()

    def end(self) -> Ran:
        self._thread.join()
        return self._ran[0]
