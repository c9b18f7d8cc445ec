from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.node.node import KERNEL, Node
from tests.node.pods import pod, template
from tests.support import ROOT

pytestmark = [pytest.mark.node, pytest.mark.timeout(240)]

_KUBECONFIG = re.compile(r"export KUBECONFIG=(\S+)")


@pytest.mark.usefixtures("node")  # says what is missing
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL], ids=["asked to end", "killed"])
def test_a_node_on_which_a_pod_reads_leaves_nothing_behind(ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.node"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            kubeconfig = next(found[1] for line in process.stderr if (found := _KUBECONFIG.search(line)))
            start_pod(kubeconfig)
            folder = str(Path(kubeconfig).parent)
            assert any(traces(process.pid, folder))
        finally:
            process.send_signal(ending)
    end = time.monotonic() + 90
    while left := list(traces(process.pid, folder)):
        assert time.monotonic() < end, left
        time.sleep(0.5)


def start_pod(kubeconfig: str) -> None:
    """A Pod with a sidecar that runs."""
    made = template("trap exit TERM; sleep 600 & wait")
    done = run("inject", "-f", "-", "--kubeconfig", kubeconfig, stdin=json.dumps(pod("app", made)))
    assert done.status == 0, done.err
    kubectl(kubeconfig, "apply", "-f", "-", stdin=done.out)
    kubectl(kubeconfig, "wait", "pod/app", "--for=condition=Ready", "--timeout=60s")


def kubectl(kubeconfig: str, *arguments: str, stdin: str = "") -> None:
    command = ["kubectl", "--kubeconfig", kubeconfig, *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def traces(pid: int, folder: str) -> Iterator[str]:
    """What there is of a node of process `pid`: processes, mounts, cgroups, its folder."""
    if Path(folder).exists():
        yield folder
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if folder in words or f"kubectl-fluid-{pid} " in words:
                yield words
    yield from map(str, Path("/sys/fs/cgroup").glob(f"**/kubectl-fluid-{pid}"))
    yield from (line for line in Path("/proc/self/mounts").read_text().splitlines() if folder in line)


def test_what_a_kubelet_sets_in_the_kernel_is_set_in_its_machine_only(node: Node) -> None:
    assert {name: Path(name).read_text() for name in KERNEL} == node.kernel
    assert node.command("cat", "/proc/sys/kernel/panic").strip() == "10"
