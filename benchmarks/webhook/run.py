"""The webhook's speed and memory, as ratios to the yardstick server in the same run.

`make bench ARGS=webhook`: needs `wrk`, two cores, and the extra `webhook`. Each server runs on core 0, one after the
other under the same load, which runs on core 1.

Bodies differ in uid and names from request to request, as Pods of one template do. `cold` is not what happens: there
each Pod is of a template of its own, and none of them is met twice, so that each has to be planned.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from kubectl_fluid.webhook import benchbodies as bodies

HERE = Path(__file__).resolve().parent
#: (body, connections, variants, patterns) → least ratio to the yardstick; None: not promised.
ROUNDS: tuple[tuple[str, int, int, tuple[str, ...], float | None], ...] = (
    ("simple", 1, 64, ("uid", "name"), None),
    ("simple", 8, 64, ("uid", "name"), 0.80),
    ("three", 8, 64, ("uid", "name"), 0.55),
    ("large", 8, 16, ("uid", "name"), 0.75),
    ("simple", 32, 64, ("uid", "name"), None),
    ("simple", 8, 4096, ("uid", "name", "volume"), None),
)
#: Milliseconds at 32 connections; MiB; reviews after which memory must be flat; seconds until it is ready.
MAX_P99, MAX_MEMORY, REVIEWS, READY, DATASETS = 12.0, 80.0, 100_000, 1.0, 200
#: Connections at which MAX_P99 is for; MiB by which memory may differ after that many reviews.
MANY, GROWTH = 32, 2.0
#: Length of each round.
SECONDS = 5
WRK = shutil.which("wrk")


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one round: reviews a second, the 99th percentile (ms), the server's CPU (µs a review)."""

    rate: float
    p99: float
    cpu: float
    errors: int


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves on a port."""

    process: subprocess.Popen[bytes]
    port: int
    started: float

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident memory in MiB."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def missing() -> str:
    """Why this cannot be measured here; "" where it can."""
    if WRK is None:
        return "wrk is not there (apt-get install wrk)"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    if cores < 2 or not shutil.which("taskset"):  # noqa: PLR2004 - one for the server, one for the load
        return "it takes two cores and taskset, to give the server one of its own"
    return ""


def speed() -> Iterator[Figure]:
    """All rounds, then memory: both of one process."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        prepare(folder)
        yardstick = stack.enter_context(running(folder, [sys.executable, str(HERE / "yardstick.py")]))
        ours = stack.enter_context(running(folder, [sys.executable, "-m", "kubectl_fluid", "webhook", "serve"]))
        for body, connections, variants, patterns, least in ROUNDS:
            path = folder / f"{body}.json"
            theirs, mine = (load(it, path, connections, variants, patterns) for it in (yardstick, ours))
            label = f"{body if 'volume' not in patterns else 'cold'}, {connections} connections"
            yield from compare(label, theirs, mine, least)
            if connections == MANY:
                yield Figure(f"{label}: p99", mine.p99, "ms", max(MAX_P99, theirs.p99 * 2))
        yield from memory(folder, ours)


def prepare(folder: Path) -> None:
    """Certificates, objects and bodies."""
    command = ["webhook", "certs", "--dir", str(folder), "--name", "127.0.0.1"]
    subprocess.run([sys.executable, "-m", "kubectl_fluid", *command], check=True, capture_output=True)
    (folder / "cluster.json").write_text(json.dumps({"kind": "List", "apiVersion": "v1", "items": bodies.cluster()}))
    for body in bodies.BODIES:
        (folder / f"{body}.json").write_text(json.dumps(bodies.review(body), separators=(",", ":")))


@contextlib.contextmanager
def running(folder: Path, command: list[str], core: int = 0) -> Iterator[Server]:
    """A server, when it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if "serve" in command:
        command += ["--cert-dir", str(folder), "--host", "127.0.0.1", "--port", str(port), "--drain", "0"]
        command += ["--local", "--objects", str(folder / "cluster.json")]
    else:
        command += [str(folder / "tls.crt"), str(folder / "tls.key"), str(port)]
    taskset = shutil.which("taskset") or "taskset"
    with subprocess.Popen([taskset, "-c", str(core), *command], stderr=subprocess.DEVNULL) as process:
        server = Server(process, port, time.monotonic())
        try:
            wait_for(folder, port)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)


def wait_for(folder: Path, port: int, path: str = "") -> None:
    """Until a connection (or a page) can be had."""
    context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if path:
                urllib.request.urlopen(f"https://127.0.0.1:{port}{path}", context=context).close()
            else:
                socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.005)
    raise TimeoutError(f"nobody serves on port {port}")


def load(server: Server, body: Path, connections: int, variants: int, patterns: tuple[str, ...]) -> Load:
    """One round of wrk."""
    url = f"https://127.0.0.1:{server.port}/mutate"
    command = ["taskset", "-c", "1", str(WRK), "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency"]
    command += ["-s", str(HERE / "review.lua"), url, "--", str(body), str(variants), *patterns]
    before = server.cpu()
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = server.cpu() - before
    found = re.search(r"(\d+) requests in", said)
    number, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", said)[0]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    requests = int(found[1]) if found else 0
    return Load(
        requests / SECONDS,
        float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit],
        spent / max(requests, 1) * 1e6,
        int(bad[1]) if bad else 0,
    )


def compare(label: str, theirs: Load, mine: Load, least: float | None) -> Iterator[Figure]:
    """Ours as a ratio to the yardstick. Where others use the machine too, that of CPU is the fairer one."""
    rate, cpu = mine.rate / theirs.rate, theirs.cpu / mine.cpu
    yield Figure(f"{label}: reviews a second / yardstick", rate, "times")
    yield Figure(f"{label}: the same by CPU", cpu, "times")
    if least is not None:
        yield Figure(f"{label}: the better of these", max(rate, cpu), "times", least, at_least=True)
    yield Figure(f"{label}: errors", mine.errors, "reviews", 0)


def memory(folder: Path, ours: Server) -> Iterator[Figure]:
    """Memory before and after many reviews."""
    before, answered = ours.memory(), 0.0
    while answered < REVIEWS:
        answered += load(ours, folder / "simple.json", 8, 4096, ("uid", "name")).rate * SECONDS
    after = ours.memory()
    yield Figure(f"memory after {answered:,.0f} reviews more", after, "MiB", MAX_MEMORY)
    yield Figure("by which it grew", after - before, "MiB", GROWTH)


def start_up() -> Iterator[Figure]:
    """Seconds until it is ready, with the objects of many datasets to be read from an API server."""
    from tests.catalog.apiserver import kubeconfig
    from tests.webhook.fakeapi import faking

    with tempfile.TemporaryDirectory() as name, faking() as api:
        folder = Path(name)
        prepare(folder)
        api.put(*bodies.cluster(tuple(f"ds-{number}" for number in range(DATASETS))))
        config = kubeconfig(folder, api.url)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "kubectl_fluid", "webhook", "serve", "--cert-dir", str(folder)]
        command += ["--host", "127.0.0.1", "--port", str(port), "--kubeconfig", config, "--drain", "0"]
        began = time.monotonic()
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(folder, port, "/readyz")
                took = time.monotonic() - began
            finally:
                process.send_signal(signal.SIGTERM)
    yield Figure(f"ready after its start, with {DATASETS} datasets", took, "s", READY)
