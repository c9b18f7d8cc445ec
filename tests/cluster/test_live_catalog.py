from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.live import LiveObjects, connect
from kubectl_fluid.cluster.errors import ClusterError
from tests.cluster import fluid_objects
from tests.cluster.control_plane import ControlPlane

pytestmark = pytest.mark.cluster

Connect = Callable[[Path], LiveObjects]


@pytest.fixture
def connected() -> Iterator[Connect]:
    """`connected(kubeconfig)`: a connection that is closed after the test."""
    with ExitStack() as stack:

        def to(kubeconfig: Path) -> LiveObjects:
            live = connect(str(kubeconfig), variables={})
            stack.callback(live.close)
            return live

        yield to


@pytest.fixture
def dataset(api_server: ControlPlane, namespace: str) -> str:
    """A dataset and everything behind it, in the test's namespace."""
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)
    return "jfs"


def test_a_claim_comes_out_of_what_fluid_left_in_a_cluster(
    api_server: ControlPlane, namespace: str, dataset: str, connected: Connect
) -> None:
    claim = claims_from(connected(api_server.kubeconfig).get)(namespace, dataset)
    assert claim is not None
    assert (claim.not_ready, claim.broken, claim.no_sidecar) == (None, None, None)
    found = claim.dataset
    assert found is not None
    assert found.fuse is not None
    assert (found.runtime_type, found.mount_type) == ("juicefs", "JuiceFS")
    assert found.fluid_path == f"/runtime-mnt/juicefs/{namespace}/jfs/juicefs-fuse"
    assert found.cache_node_label == f"fluid.io/s-{namespace}-jfs"
    assert found.fuse.container["image"] == "juicedata/mount:ce-v1.3.0"
    assert [it["name"] for it in found.fuse.volumes] == ["juicefs-fuse-mount", "script"]


def test_there_is_no_claim_where_there_is_no_pvc(api_server: ControlPlane, namespace: str, connected: Connect) -> None:
    assert claims_from(connected(api_server.kubeconfig).get)(namespace, "jfs") is None


def test_a_dataset_that_is_not_bound_is_not_ready(
    api_server: ControlPlane, namespace: str, dataset: str, connected: Connect
) -> None:
    value = fluid_objects.dataset(namespace, dataset)
    api_server.admin.merge(value, {"status": {"phase": "NotBound"}}, "/status")
    claim = claims_from(connected(api_server.kubeconfig).get)(namespace, dataset)
    assert claim is not None
    assert claim.not_ready is not None
    assert claim.not_ready.code == "DatasetNotBound"


def test_a_field_of_a_dataset_that_nobody_knows_is_there(
    api_server: ControlPlane, namespace: str, dataset: str, connected: Connect
) -> None:
    value = fluid_objects.dataset(namespace, dataset)
    api_server.admin.merge(value, {"spec": {"fieldOfTomorrow": {"a": [1, None]}}})
    found = connected(api_server.kubeconfig).get("Dataset", namespace, dataset)
    assert found is not None
    assert found["spec"]["fieldOfTomorrow"] == {"a": [1, None]}


def test_a_user_without_rights_is_told_what_he_may_not(
    api_server: ControlPlane, namespace: str, dataset: str, connected: Connect
) -> None:
    live = connected(api_server.kubeconfig_for("stranger"))
    with pytest.raises(ClusterError, match=f"may not get persistentvolumeclaims {namespace}/jfs") as denied:
        claims_from(live.get)(namespace, dataset)
    assert f"kubectl auth can-i get persistentvolumeclaims -n {namespace}" in denied.value.hint


def test_a_user_who_may_get_these_five_kinds_needs_no_other_right(
    api_server: ControlPlane, namespace: str, dataset: str, connected: Connect
) -> None:
    rules = [
        {"apiGroups": [""], "resources": ["persistentvolumes", "persistentvolumeclaims"], "verbs": ["get"]},
        {"apiGroups": ["apps"], "resources": ["daemonsets"], "verbs": ["get"]},
        {"apiGroups": ["data.fluid.io"], "resources": ["datasets", "juicefsruntimes"], "verbs": ["get"]},
    ]
    group, name = "rbac.authorization.k8s.io", f"{namespace}-reader"
    metadata = {"name": name}
    api_server.admin.create({"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": metadata, "rules": rules})
    api_server.admin.create({
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": group, "kind": "User", "name": name}],
    })  # fmt: skip
    claim = claims_from(connected(api_server.kubeconfig_for(name)).get)(namespace, dataset)
    assert claim is not None
    assert claim.dataset is not None
    assert claim.dataset.fuse is not None


@pytest.mark.timeout(60)
def test_an_api_server_that_is_gone_is_said_to_be_unreachable(
    api_server: ControlPlane, namespace: str, connected: Connect
) -> None:
    live = connected(api_server.kubeconfig)
    with api_server.outage(), pytest.raises(ClusterError, match=api_server.url):
        live.get("Dataset", namespace, "jfs")
