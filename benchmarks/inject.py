"""What `inject` costs: its start, planning, a long stream, memory."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from kubectl_fluid.catalog.build import claims_from
from kubectl_fluid.catalog.objects import ObjectStore
from kubectl_fluid.claims import Claims
from kubectl_fluid.injection.plan import plan
from kubectl_fluid.injection.reason import Outcome
from kubectl_fluid.injection.settings import Settings

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
JOB = (EXAMPLES / "job.yaml").read_text()
OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {key: value}\n"
INJECT = [sys.executable, "-m", "kubectl_fluid", "inject", "--local", "--objects", str(EXAMPLES / "cluster.yaml"), "-f"]

#: Times that a short thing is measured.
RUNS = 21


def start_up() -> Iterator[Figure]:
    """A small Job from start to end, against two interpreters that do nothing, in turns; the fastest of each counts."""
    commands = [
        [sys.executable, "-c", "pass"],
        [sys.executable, "-c", "import click"],
        [*INJECT, str(EXAMPLES / "job.yaml")],
    ]
    taken: list[list[float]] = [[] for _ in commands]
    for _ in range(RUNS):
        for times, command in zip(taken, commands, strict=True):
            begin = time.perf_counter()
            run(command)
            times.append(time.perf_counter() - begin)
    bare, click, inject = map(min, taken)
    yield Figure("start to end of a small Job / python -c pass", inject / bare, "times")
    yield Figure('start to end of a small Job / python -c "import click"', inject / click, "times", 3)


def stream() -> Iterator[Figure]:
    """2,000 Jobs in one stream."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write("---\n".join(JOB.replace("demo-app", f"demo-{number}") for number in range(2000)))
        file.flush()
        usage = run([*INJECT, file.name])
    rate = 2000 / (usage.ru_utime + usage.ru_stime)
    yield Figure("2,000 Jobs in one stream", rate, "documents/s", 400, at_least=True)


def run(command: list[str]) -> resource.struct_rusage:
    """Run a program that must succeed, and say what it used. Its bytecode is cached, as that of an installed one is."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return usage


def memory() -> Iterator[Figure]:
    """Peak memory of a long stream against a short one; a tenth of the documents are Jobs."""
    few, many = (peak_of_stream(number) for number in (500, 50_000))
    yield Figure("memory for 50,000 documents / for 500", many / few, "times", 1.1)


def peak_of_stream(number: int) -> int:
    """The most memory that a process used which injected that many documents (the system's own unit)."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        for index in range(number):
            file.write("---\n" + (OTHER if index % 10 else JOB.replace("demo-app", f"demo-{index}")))
        file.flush()
        return run([*INJECT, file.name]).ru_maxrss


def planning() -> Iterator[Figure]:
    """Planning one Pod with prepared claims, and how that grows."""
    claims = prepared_claims(20)
    small = per_plan(pod(variables=5, datasets=1), claims)
    yield Figure("planning one Pod", small * 1e6, "µs", 150)
    many, more = (per_plan(pod(variables=number, datasets=1), claims) for number in (200, 2000))
    yield Figure("planning with 2,000 variables / with 200", more / many, "times", 11)
    one, twenty = (per_plan(pod(variables=5, datasets=number), claims) for number in (2, 20))
    yield Figure("planning with 20 datasets / with 2", twenty / one, "times", 11)


def per_plan(subject: dict[str, Any], claims: Claims) -> float:
    """Seconds that one plan takes."""
    settings = Settings()
    if plan(subject, claims, settings).outcome is not Outcome.INJECTED:
        raise RuntimeError("the Pod of the benchmark is not injected")
    rounds = 20
    return statistics.median(
        seconds(lambda: [plan(subject, claims, settings) for _ in range(rounds)]) / rounds for _ in range(RUNS)
    )


def pod(*, variables: int, datasets: int) -> dict[str, Any]:
    """A Pod with so many environment variables that mounts so many datasets."""
    names = [f"d{index}" for index in range(datasets)]
    return {
        "metadata": {"name": "p", "labels": {"serverless.fluid.io/inject": "true"}},
        "spec": {
            "containers": [
                {
                    "name": "app",
                    "image": "debian:stable",
                    "env": [{"name": f"VARIABLE_{index}", "value": str(index)} for index in range(variables)],
                    "volumeMounts": [{"name": name, "mountPath": f"/{name}"} for name in names],
                }
            ],
            "volumes": [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in names],
        },
    }


def prepared_claims(number: int) -> Claims:
    """Claims of datasets d0, d1, …, each made already."""
    from io import BytesIO

    from kubectl_fluid.manifests.parse import parse
    from kubectl_fluid.manifests.stream import split

    store = ObjectStore()
    text = (EXAMPLES / "cluster.yaml").read_text()
    for index in range(number):
        for raw in split(BytesIO(text.replace("jfsdemo", f"d{index}").encode()), "cluster.yaml"):
            store.add(parse(raw).value)
    claims = claims_from(store.get)
    for index in range(number):
        claims("default", f"d{index}")
    return claims


def seconds(action: Callable[[], object]) -> float:
    """Processor time that something takes here: other programs of a busy machine do not count."""
    begin = time.process_time()
    action()
    return time.process_time() - begin


MEASURES = (start_up, planning, stream, memory)
