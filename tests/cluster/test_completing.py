"""Names are completed from a real API server."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kubectl_fluid.cli import completing
from tests.cli.running import Ran, run
from tests.cluster.control_plane import ControlPlane
from tests.cluster.loading_states import create_states
from tests.cluster.webhooks import pod

pytestmark = pytest.mark.cluster


def complete(api_server: ControlPlane, kubeconfig: Path, *words: str) -> Ran:
    path = f"{api_server.programs['kubectl'].parent}{os.pathsep}{os.environ['PATH']}"
    variables = {"HOME": str(api_server.folder), "PATH": path, "KUBECONFIG": str(kubeconfig)}
    return run("__complete", "--", *words, variables=variables)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests needs more time than a person has."""
    monkeypatch.setattr(completing, "BUDGET", 30)


@pytest.mark.usefixtures("patient")
def test_datasets_and_pods_are_completed(api_server: ControlPlane, namespace: str) -> None:
    create_states(api_server, namespace, "healthy", "partial", "blank")
    api_server.admin.create(pod("train-0", "jfs", namespace))
    own = api_server.kubeconfig_for("admin", ("system:masters",), namespace=namespace)
    assert complete(api_server, own, "status", "").out.split() == ["blank", "healthy", "partial", ":4"]
    assert complete(api_server, own, "status", "dataset/h").out.split() == ["dataset/healthy", ":4"]
    words = ("status", "-n", namespace, "pa")
    assert complete(api_server, api_server.kubeconfig, *words).out.split() == ["partial", ":4"]
    assert complete(api_server, own, "explain", "pod/").out.split() == ["pod/train-0", ":4"]
    assert complete(api_server, own, "status", "--as", "nobody", "") == Ran(0, ":4\n", "")


@pytest.mark.usefixtures("patient")
def test_a_user_without_rights_gets_no_names_and_no_error(api_server: ControlPlane, namespace: str) -> None:
    create_states(api_server, namespace, "healthy")
    stranger = api_server.kubeconfig_for("completing-stranger", namespace=namespace)
    assert complete(api_server, stranger, "status", "") == Ran(0, ":4\n", "")


def test_it_never_takes_longer_than_it_may(api_server: ControlPlane, namespace: str) -> None:
    """Names or none: that hangs on how busy the machine is."""
    create_states(api_server, namespace, "healthy")
    begun = time.monotonic()
    made = complete(api_server, api_server.kubeconfig, "status", "-n", namespace, "")
    assert time.monotonic() - begun < completing.BUDGET + 1.5
    assert made in (Ran(0, "healthy\n:4\n", ""), Ran(0, ":4\n", ""))
