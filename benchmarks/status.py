"""What `status -A` costs beside `kubectl get -A` of the same kinds: 2,000 Datasets, and 20,000 Pods that use them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from typing import Any

from benchmarks.figures import Figure
from kubectl_fluid.status.parts import Wanted, parts
from tests.cluster.api import Api
from tests.cluster.binaries import Missing, obtain
from tests.cluster.control_plane import ADMIN, ADMINS, ControlPlane
from tests.cluster.loading_states import moved
from tests.status.objects import claim, dataset, injected, pod, runtime

Object = dict[str, Any]

DATASETS, PODS, NAMESPACES = 2000, 20_000, 20
CLIENTS = 4
#: Times that each command is run, in turns; the fastest counts.
RUNS = 5
#: `status` may take so many times as long as `kubectl get`.
LIMIT = 1.5


def missing() -> str:
    """What is not here."""
    try:
        for name in ("etcd", "kube-apiserver", "kubectl"):
            obtain(name, lambda text: print(text, file=sys.stderr))
    except Missing as reason:
        return str(reason)
    return ""


def measure() -> Iterator[Figure]:
    """Start a control plane, fill it, and list it in turns."""
    plane = ControlPlane(lambda text: print(text, file=sys.stderr))
    try:
        fill(plane)
        yield from compare(plane)
    finally:
        plane.end()


def fill(plane: ControlPlane) -> None:
    """All objects, by several clients."""
    for number in range(NAMESPACES):
        plane.create_namespace(f"team-{number}")
    for values in (things(), applications()):
        lock = threading.Lock()

        def take(values: Iterator[Object] = values, lock: threading.Lock = lock) -> list[Object]:
            with lock:
                return list(islice(values, 20))

        apis = [plane.api_for(ADMIN, ADMINS) for _ in range(CLIENTS)]
        threads = [threading.Thread(target=partial(create, api, take)) for api in apis]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def create(connection: Api, take: Callable[[], list[Object]]) -> None:
    """One client."""
    with closing(connection) as api:
        while values := take():
            for value in values:
                api.create(value)


def things() -> Iterator[Object]:
    """Datasets, runtimes and claims."""
    for number in range(DATASETS):
        name, namespace = f"data-{number}", f"team-{number % NAMESPACES}"
        for value in (dataset(name), runtime(name), claim(name)):
            yield moved(value, namespace)


def applications() -> Iterator[Object]:
    """Pods, half of them with a sidecar; their statuses are those of Pods that wait for a node."""
    for number in range(PODS):
        use, namespace = f"data-{number % DATASETS}", f"team-{number % DATASETS % NAMESPACES}"
        value = injected(f"pod-{number}", use) if number % 2 else pod(f"pod-{number}", use)
        del value["status"]
        for container in value["spec"]["containers"]:
            container["env"] = [{"name": f"SETTING_{n}", "value": "x" * 20} for n in range(20)]
        yield moved(value, namespace)


def compare(plane: ControlPlane) -> Iterator[Figure]:
    """`status` and `kubectl get` in turns."""
    kinds = ",".join(it.resource.full for it in parts(Wanted(None)).values())
    get = [str(plane.programs["kubectl"]), "get", kinds, "-A", "--kubeconfig", str(plane.kubeconfig)]
    status = [sys.executable, "-m", "kubectl_fluid", "status", "-A", "--kubeconfig", str(plane.kubeconfig)]
    check(status)
    yield Figure("start of `status --help`", seconds([*status[:3], "status", "--help"]), "s")
    ours, theirs, whole = [], [], []
    for _ in range(RUNS):
        theirs.append(seconds(get))
        ours.append(seconds(status))
    whole.append(seconds([*get, "-o", "json"]))
    yield Figure("`kubectl get -A` of the same kinds", min(theirs), "s")
    yield Figure("`kubectl get -A -o json` of them (once)", min(whole), "s")
    yield Figure("`status -A`", min(ours), "s")
    yield Figure("`status -A` / `kubectl get -A`", min(ours) / min(theirs), "", LIMIT)
    yield Figure("memory of the largest child", memory(status), "MiB")


def check(status: list[str]) -> None:
    """Nothing is left out: every Dataset is there, and every Pod is counted."""
    done = subprocess.run([*status, "--no-headers"], capture_output=True, text=True, check=False)
    pods = [int(line.split()[-2]) for line in done.stdout.splitlines()]
    if (len(pods), sum(pods)) != (DATASETS, PODS):
        raise RuntimeError(f"{len(pods)} Datasets and {sum(pods)} Pods, not {DATASETS} and {PODS}: {done.stderr}")


def seconds(command: list[str]) -> float:
    """Wall clock of a process that must not fail to read anything."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took = time.perf_counter() - start
    if done.returncode not in (0, 1) or done.stderr:
        raise RuntimeError(done.stderr.decode())
    return took


def memory(command: list[str]) -> float:
    """The most that a process held, in MiB: measured by a process that has no other child."""
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


MEASURES = [measure]
