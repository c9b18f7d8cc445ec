"""`kubectl fluid status -w` and `--wait`: no change is lost, whatever happens to the connection."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import run
from tests.cluster.control_plane import HOST, ControlPlane
from tests.cluster.loading_states import create, create_states, moved
from tests.cluster.switch import switching
from tests.status.objects import dataset, event, load, pod, reference, runtime

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

PATIENCE = 60


class Watching:
    """A `status -w` that runs, and the lines that it has printed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.out: list[str] = []
        self.err: list[str] = []
        pairs = ((process.stdout, self.out), (process.stderr, self.err))
        self.threads = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in pairs]
        for thread in self.threads:
            thread.start()

    def _read(self, stream: Any, lines: list[str]) -> None:
        with stream:
            lines.extend(line.decode() for line in stream)

    def row(self, name: str) -> list[str]:
        """The cells of the last row of a Dataset."""
        found = [line.split() for line in self.out if line.split()[:1] == [name]]
        return found[-1] if found else []

    def until(self, done: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end or self.process.poll() is not None:
                pytest.fail(f"not seen: {what}\n{''.join(self.out)}\n{''.join(self.err)}")
            time.sleep(0.05)

    def until_health(self, name: str, verdict: str) -> None:
        self.until(lambda: self.row(name)[1:2] == [verdict], f"{name} {verdict}")


@contextmanager
def watching(kubeconfig: Path, *arguments: str) -> Iterator[Watching]:
    command = [sys.executable, "-m", "kubectl_fluid", "status", "-w", "--kubeconfig", str(kubeconfig), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    seen = Watching(process)
    try:
        yield seen
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        for thread in seen.threads:
            thread.join()


def set_workers(api_server: ControlPlane, namespace: str, name: str, ready: int, desired: int = 3) -> None:
    value = moved(runtime(name, ready, desired), namespace)
    api_server.admin.merge(value, {"status": value["status"]}, "/status")


@pytest.fixture
def place(api_server: ControlPlane, namespace: str) -> str:
    create_states(api_server, namespace, "partial", "healthy")
    return namespace


def test_changed_rows_are_printed_and_others_are_not(api_server: ControlPlane, place: str) -> None:
    with watching(api_server.kubeconfig, "-n", place) as seen:
        seen.until_health("partial", "Degraded")
        set_workers(api_server, place, "partial", 3)
        seen.until_health("partial", "Healthy")
        assert [line.split()[0] for line in seen.out] == ["NAME", "healthy", "partial", "partial"]


def test_a_new_dataset_and_one_that_is_deleted_are_seen(api_server: ControlPlane, place: str) -> None:
    with watching(api_server.kubeconfig, "-n", place) as seen:
        seen.until_health("healthy", "Healthy")
        create_states(api_server, place, "workerless")
        seen.until_health("workerless", "Failed")
        api_server.admin.delete(moved(dataset("workerless"), place))
        seen.until(lambda: seen.row("workerless")[1:3] == ["Failed", "Deleted"], "the end of workerless")


def test_it_ends_with_130_when_it_is_interrupted(api_server: ControlPlane, place: str) -> None:
    with watching(api_server.kubeconfig, "-n", place) as seen:
        seen.until_health("healthy", "Healthy")
        seen.process.send_signal(signal.SIGINT)
        assert seen.process.wait(10) == 130


def test_a_change_during_a_restart_of_the_api_server_is_seen(api_server: ControlPlane, place: str) -> None:
    with watching(api_server.kubeconfig, "-n", place) as seen:
        seen.until_health("partial", "Degraded")
        with api_server.outage():
            seen.until(lambda: any("trying again" in line for line in seen.err), "that the cluster is gone")
        set_workers(api_server, place, "partial", 3)
        seen.until_health("partial", "Healthy")
        seen.until(lambda: any("there again" in line for line in seen.err), "that the cluster is back")
        assert sum("trying again" in line for line in seen.err) == 1


def test_changes_while_the_connection_is_cut_are_seen(api_server: ControlPlane, place: str, tmp_path: Path) -> None:
    with switching(api_server.port) as switch:
        kubeconfig = tmp_path / "config"
        kubeconfig.write_text(
            api_server.kubeconfig.read_text().replace(api_server.url, f"https://{HOST}:{switch.port}")
        )
        with watching(kubeconfig, "-n", place) as seen:
            seen.until_health("partial", "Degraded")
            switch.ports = []
            switch.cut()
            set_workers(api_server, place, "partial", 0)
            api_server.admin.delete(moved(dataset("healthy"), place))
            seen.until(lambda: any("trying again" in line for line in seen.err), "that the connection is cut")
            switch.ports = [api_server.port]
            seen.until_health("partial", "Failed")
            seen.until(lambda: seen.row("healthy")[1:3] == ["Failed", "Deleted"], "the end of healthy")


def test_a_pod_that_ends_is_no_longer_counted(api_server: ControlPlane, place: str) -> None:

    value = moved(pod("reader", "healthy"), place)
    with watching(api_server.kubeconfig, "-n", place, "healthy") as seen:
        seen.until_health("healthy", "Healthy")
        api_server.admin.create(value)
        seen.until(lambda: seen.row("healthy")[-2:-1] == ["1"], "one Pod")
        api_server.admin.merge(value, {"status": {"phase": "Succeeded"}}, "/status")
        seen.until(lambda: seen.row("healthy")[-2:-1] == ["0"], "no Pod")


def test_a_terminal_is_redrawn_in_place(api_server: ControlPlane, place: str) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "kubectl_fluid", "status", "-w", "-n", place, "--kubeconfig"]
    process = subprocess.Popen(
        [*command, str(api_server.kubeconfig)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"},
    )
    os.close(follower)
    drawn = b""
    try:
        end = time.monotonic() + PATIENCE
        changed = False
        while time.monotonic() < end and not re.search(rb"partial +Healthy", drawn):
            drawn += os.read(leader, 65536)
            if re.search(rb"partial +Degraded", drawn) and not changed:
                set_workers(api_server, place, "partial", 3)
                changed = True
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    assert re.search(rb"partial +Degraded", drawn)
    assert re.search(rb"partial +Healthy", drawn)
    assert b"\x1b[1A" in drawn  # the cursor goes up


# --- waiting -------------------------------------------------------------------------------------------------------


@contextmanager
def later(action: Callable[[], Any]) -> Iterator[None]:
    timer = threading.Timer(1, action)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def test_waiting_ends_when_all_are_healthy(api_server: ControlPlane, place: str) -> None:
    with later(lambda: set_workers(api_server, place, "partial", 3)):
        done = run("status", "-n", place, "--wait", "--timeout=60s", "--kubeconfig", api_server.kubeconfig)
    assert done.status == 0
    assert "waiting: dataset partial: Degraded: 2 of 3 workers are ready" in done.err


def test_waiting_gives_124_when_the_time_is_over(api_server: ControlPlane, place: str) -> None:
    done = run("status", "partial", "-n", place, "--wait", "--timeout=1s", "--kubeconfig", api_server.kubeconfig)
    assert done.status == 124
    assert "error: --wait=healthy: 1 s are over: dataset partial: Degraded" in done.err
    assert "partial" in done.out


def test_a_dataset_that_does_not_exist_yet_is_waited_for(api_server: ControlPlane, namespace: str) -> None:
    with later(lambda: create_states(api_server, namespace, "healthy")):
        arguments = ("healthy", "-n", namespace, "--wait", "--timeout=60s", "--kubeconfig", api_server.kubeconfig)
        assert run("status", *arguments).status == 0


def test_waiting_for_a_load_ends_with_the_load(api_server: ControlPlane, place: str) -> None:
    running, over = (moved(load("warm", "partial", phase), place) for phase in ("Executing", "Complete"))
    api_server.admin.create(running)
    with later(lambda: api_server.admin.merge(over, {"status": over["status"]}, "/status")):
        arguments = ("partial", "-n", place, "--wait=loaded", "--timeout=60s", "--kubeconfig", api_server.kubeconfig)
        done = run("status", *arguments)
    assert done.status == 0
    assert "DataLoad warm is Executing" in done.err


def test_a_load_that_has_failed_is_not_waited_for(api_server: ControlPlane, place: str) -> None:
    create(api_server, place, [load("warm", "partial", "Failed")])
    arguments = ("partial", "-n", place, "--wait=loaded", "--timeout=60s", "--kubeconfig", api_server.kubeconfig)
    done = run("status", *arguments)
    assert done.status == 1
    assert "DataLoad warm has failed" in done.err


def test_a_bound_dataset_is_bound_whatever_its_workers_do(api_server: ControlPlane, place: str) -> None:
    arguments = ("partial", "-n", place, "--wait=bound", "--timeout=5s", "--kubeconfig", api_server.kubeconfig)
    assert run("status", *arguments).status == 0


def test_a_tree_is_printed_anew_with_new_events(api_server: ControlPlane, place: str) -> None:
    with watching(api_server.kubeconfig, "-n", place, "dataset/partial") as seen:
        seen.until(lambda: any("Degraded: 2 of 3" in line for line in seen.out), "the tree")
        create(api_server, place, [event("partial.1", dataset("partial"), "ErrorProcessRuntime", "no node is left")])
        seen.until(lambda: any("no node is left" in line for line in seen.out), "the event")


def test_a_referenced_dataset_elsewhere_is_followed_through_an_outage(
    api_server: ControlPlane, namespace: str, place: str
) -> None:
    other = f"{namespace}-ref"
    api_server.create_namespace(other)
    value = moved(reference("ref", "team/partial"), namespace)
    value["metadata"]["namespace"] = other
    api_server.admin.create(value)
    with watching(api_server.kubeconfig, "-n", other) as seen:
        seen.until_health("ref", "Degraded")
        with api_server.outage():
            seen.until(lambda: any("trying again" in line for line in seen.err), "that the cluster is gone")
        set_workers(api_server, place, "partial", 3)
        seen.until_health("ref", "Healthy")
        assert [line.split()[1] for line in seen.out[1:]] == ["Degraded", "Healthy"]
