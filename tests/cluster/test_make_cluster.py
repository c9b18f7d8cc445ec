from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.support import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(60)]


@pytest.fixture
def playground() -> Iterator[subprocess.Popen[str]]:
    """What `make cluster` runs."""
    command = [sys.executable, "-m", "tests.cluster"]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    with running:
        yield running
        running.kill()


def test_a_playground_says_how_to_reach_it_holds_the_examples_and_is_gone_after_ctrl_c(
    playground: subprocess.Popen[str], api_server: ControlPlane
) -> None:
    assert playground.stderr is not None
    talk = ""
    while "Ctrl-C" not in talk:
        line = playground.stderr.readline()
        assert line, talk
        talk += line
    found = re.search(r"KUBECONFIG=(\S+)", talk)
    assert found is not None
    kubeconfig = Path(found[1])
    columns = "custom-columns=:.metadata.name,:.status.phase"
    shown = api_server.kubectl("get", "datasets", "--no-headers", "-o", columns, kubeconfig=kubeconfig)
    assert shown.stdout.split() == ["jfsdemo", "Bound"]
    os.killpg(playground.pid, signal.SIGINT)
    assert playground.wait() == 0
    deadline = time.monotonic() + 5
    while kubeconfig.parent.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not kubeconfig.parent.exists()
