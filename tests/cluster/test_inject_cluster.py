"""`kubectl fluid inject` as a person types it, against a real API server."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.cluster import fluid_objects
from tests.cluster.control_plane import ControlPlane
from tests.support import unavailable

pytestmark = pytest.mark.cluster


@pytest.fixture(autouse=True)
def _plugin() -> None:
    if shutil.which("kubectl-fluid", path=str(Path(sys.executable).parent)) is None:
        unavailable("kubectl-fluid is not installed in the environment of this Python")


@pytest.fixture
def job(tmp_path: Path) -> str:
    """File with a Job that reads the dataset `jfs`."""
    path = tmp_path / "job.json"
    path.write_text(json.dumps(fluid_objects.job("app", "jfs"), indent=2))
    return str(path)


def create_dataset(api_server: ControlPlane, namespace: str) -> None:
    for value in fluid_objects.behind(namespace, "jfs"):
        api_server.admin.create(value)


def test_a_job_is_injected_from_the_cluster_and_the_api_server_takes_it(
    api_server: ControlPlane, namespace: str, job: str
) -> None:
    create_dataset(api_server, namespace)
    injected = api_server.kubectl("fluid", "inject", "-f", job, "-n", namespace)
    assert injected.returncode == 0, injected.stderr
    tried = api_server.kubectl(
        "apply", "--dry-run=server", "-n", namespace, "-o", "json", "-f", "-", stdin=injected.stdout
    )
    assert tried.returncode == 0, tried.stderr
    spec = json.loads(tried.stdout)["spec"]["template"]["spec"]
    assert [it["image"] for it in spec["initContainers"]] == ["juicedata/mount:ce-v1.3.0"]
    assert spec["initContainers"][0]["restartPolicy"] == "Always"
    assert [it["name"] for it in spec["containers"]] == ["app"]
    assert not any("persistentVolumeClaim" in it for it in spec["volumes"])


def test_the_job_goes_to_the_namespace_of_the_kubeconfigs_context(
    api_server: ControlPlane, namespace: str, job: str
) -> None:
    create_dataset(api_server, namespace)
    kubeconfig = api_server.kubeconfig_for("admin", ("system:masters",), namespace=namespace)
    injected = api_server.kubectl("fluid", "inject", "-f", job, kubeconfig=kubeconfig)
    assert injected.returncode == 0, injected.stderr
    assert "juicedata/mount:ce-v1.3.0" in injected.stdout


def test_the_injected_job_is_created(api_server: ControlPlane, namespace: str, job: str) -> None:
    create_dataset(api_server, namespace)
    injected = api_server.kubectl("fluid", "inject", "-f", job, "-n", namespace)
    created = api_server.kubectl("apply", "-n", namespace, "-f", "-", stdin=injected.stdout)
    assert created.stdout == "job.batch/app created\n"


def test_a_claim_that_is_not_in_the_cluster_is_refused(api_server: ControlPlane, namespace: str, job: str) -> None:
    refused = api_server.kubectl("fluid", "inject", "-f", job, "-n", namespace)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert f"{namespace}/jfs" in refused.stderr


def test_who_may_not_read_the_claims_gets_exit_code_4(api_server: ControlPlane, namespace: str, job: str) -> None:
    create_dataset(api_server, namespace)
    stranger = api_server.kubeconfig_for("stranger", namespace=namespace)
    denied = api_server.kubectl("fluid", "inject", "-f", job, kubeconfig=stranger)
    assert denied.returncode == 4
    assert denied.stdout == ""
    assert f"may not get persistentvolumeclaims {namespace}/jfs" in denied.stderr
