"""One node for a whole run, a namespace for each test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.cluster.binaries import Missing
from tests.node import volumes
from tests.node.node import Node
from tests.node.pods import Cluster
from tests.node.volumes import Volume
from tests.support import unavailable

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def say(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Tells whoever waits what takes minutes."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    terminal = pytestconfig.pluginmanager.getplugin("terminalreporter")

    def tell(text: str) -> None:
        with capture.global_and_fixture_disabled():
            terminal.write_line(f"\n{text}")

    return tell


@pytest.fixture(scope="session")
def node(say: Callable[[str], None]) -> Iterator[Node]:
    """A node with a real kubelet. Without what it needs tests are skipped, or fail in CI."""
    try:
        made = Node(say)
    except Missing as reason:
        unavailable(str(reason))
    try:
        yield made
    finally:
        made.end()


@pytest.fixture(scope="session")
def volume(node: Node) -> Volume:
    """A volume with a few files, small and large, in folders."""
    sizes = {f"images/{number:02}.bin": 1000 * number for number in range(40)}
    return volumes.create(node, "demo", 1, {**sizes, "README": 20, "deep/er/model.bin": 9_000_000})


@pytest.fixture(scope="session")
def other_volume(node: Node) -> Volume:
    """Another one."""
    return volumes.create(node, "other", 2, {"other.txt": 1000, "folder/b.txt": 100})


@pytest.fixture
def cluster(node: Node) -> Iterator[Cluster]:
    """A fresh namespace, whose Pods end with the test."""
    name = f"test-{next(_numbers)}"
    node.plane.create_namespace(name)
    made = Cluster(node, name)
    made.until(made.has_account, "the namespace has its account")
    yield made
    namespace = f"/api/v1/namespaces/{name}"
    node.plane.admin.request("DELETE", namespace)


@pytest.fixture
def demo(cluster: Cluster, volume: Volume) -> Cluster:
    """A namespace with the Dataset `demo`, which is bound."""
    volumes.install(cluster.node, volume, "demo", cluster.namespace)
    return cluster
