"""What `validate` costs beside kubeconform: the same documents, the same schemas, one core, in turns."""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import yaml

from benchmarks.figures import Figure
from kubectl_fluid.validation.schema import files

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "conformance" / "crd-verdicts.jsonl.gz"
VALIDATE = [sys.executable, "-m", "kubectl_fluid", "validate"]
KUBECONFORM = ["kubeconform", "-n", "1", "-summary", "-schema-location"]
DOCUMENTS = 2000
#: Processes with which `-j` is measured.
JOBS = 2
#: Times that each command is run; the fastest counts.
RUNS = 7


def missing() -> str:
    """What is not here."""
    if shutil.which("kubeconform") is None:
        return "no kubeconform on the PATH (go install github.com/yannh/kubeconform/cmd/kubeconform@latest)"
    return "" if CORPUS.exists() else f"no ../shared/conformance/{CORPUS.name}"


@cache
def documents() -> list[Any]:
    """Documents that an API server took, over and over, with names of their own."""
    with gzip.open(CORPUS, "rt") as lines:
        valid = [case["doc"] for case in map(json.loads, lines) if case["valid"]]
    return [
        document | {"metadata": document["metadata"] | {"name": f"bench-{number}"}}
        for number, document in enumerate(islice(cycle(valid), DOCUMENTS))
    ]


def write_schemas(folder: Path) -> None:
    """One file for each of Fluid's kinds, named as kubeconform looks for them."""
    for schema in files.fluid():
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema.root, "$defs": schema.definitions}
        (folder / f"{schema.gvk.kind.lower()}.json").write_text(json.dumps(whole))


def seconds(command: list[str]) -> tuple[float, subprocess.CompletedProcess[bytes]]:
    """Processor time of a command and all that it starts, and what came of it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def without_nulls(value: Any) -> Any:
    """The value without members that are null: kubeconform refuses them, an API server drops them."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def streams() -> Iterator[Figure]:
    """2,000 valid documents in one file; then the same without nulls, which kubeconform takes as well."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield from _compared(documents(), "")
        yield from _compared(without_nulls(documents()), ", no nulls")
    finally:
        os.sched_setaffinity(0, cores)


def _compared(values: list[Any], which: str) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        manifests, schemas = Path(name, "all.yaml"), Path(name, "schemas")
        manifests.write_text(yaml.dump_all(values, Dumper=yaml.CSafeDumper, sort_keys=False))
        schemas.mkdir()
        write_schemas(schemas)
        best, said = _in_turns(
            {
                "kubeconform": [*KUBECONFORM, f"{schemas}/{{{{ .ResourceKind }}}}.json", str(manifests)],
                "schemas": [*VALIDATE, "--no-rules", "--summary", str(manifests)],
                "all": [*VALIDATE, "--summary", str(manifests)],
            }
        )
    yield Figure(f"kubeconform, 2,000 valid documents{which}", best["kubeconform"], "s")
    yield Figure(f"validate --no-rules / kubeconform{which}", best["schemas"] / best["kubeconform"], "times", 1)
    yield Figure(f"validate with rules / kubeconform{which}", best["all"] / best["kubeconform"], "times", 1)
    yield Figure(f"refused by kubeconform{which}", _count(r"Invalid: (\d+)", said["kubeconform"]), "")
    yield Figure(f"refused by validate --no-rules{which}", _count(r"(\d+) invalid", said["schemas"]), "", 0)


def _in_turns(commands: dict[str, list[str]]) -> tuple[dict[str, float], dict[str, str]]:
    """The fastest run of each command, and what it printed in the last one."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    said: dict[str, str] = {}
    for _ in range(RUNS):
        for name, command in commands.items():
            took, done = seconds(command)
            taken[name].append(took)
            said[name] = (done.stdout + done.stderr).decode()
    return {name: min(times) for name, times in taken.items()}, said


def _count(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    if not found:
        raise RuntimeError(f"no count in what a command said: {text[-500:]}")
    return int(found[-1])


def jobs() -> Iterator[Figure]:
    """The same documents ten times, in one process and in one on each of two processors."""
    if len(os.sched_getaffinity(0)) < JOBS:
        return
    with tempfile.TemporaryDirectory() as name:
        manifests = Path(name, "all.yaml")
        _write_many(10 * DOCUMENTS, manifests)
        taken: dict[int, list[float]] = {1: [], JOBS: []}
        said: dict[int, bytes] = {}
        for _ in range(RUNS // 2):
            for number, times in taken.items():
                begin = time.perf_counter()
                command = [*VALIDATE, "--summary", "-j", str(number), str(manifests)]
                done = subprocess.run(command, capture_output=True, check=False)
                times.append(time.perf_counter() - begin)
                said[number] = done.stdout + done.stderr
    yield Figure(f"validate -j {JOBS} / -j 1, 20,000 documents", min(taken[JOBS]) / min(taken[1]), "times", 0.8)
    yield Figure(f"outputs of -j {JOBS} that differ from -j 1", float(said[1] != said[JOBS]), "", 0)


def memory() -> Iterator[Figure]:
    """The largest process when 20,000 documents are read, against 500."""
    with tempfile.TemporaryDirectory() as name:
        peaks = {}
        for number in (500, 20_000):
            manifests = Path(name, f"{number}.yaml")
            _write_many(number, manifests)
            peaks[number] = _peak([*VALIDATE, "-v", str(manifests)])
    yield Figure("memory for 500 documents", peaks[500] / 1024, "MiB")
    yield Figure("memory for 20,000 documents / for 500", peaks[20_000] / peaks[500], "times", 1.3)


def _write_many(number: int, path: Path) -> None:
    """So many valid documents, each with a name of its own."""
    with path.open("w") as file:
        for begin in range(0, number, DOCUMENTS):
            some = documents()[: number - begin]
            renamed = [it | {"metadata": it["metadata"] | {"name": f"bench-{begin + i}"}} for i, it in enumerate(some)]
            file.write("---\n")
            yaml.dump_all(renamed, file, Dumper=yaml.CSafeDumper, sort_keys=False)


def _peak(command: list[str]) -> int:
    """Peak memory of a process in KiB, measured by one that has no other child."""
    measure = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", measure, *command], capture_output=True, text=True, check=True)
    return int(done.stdout)


def one_file() -> Iterator[Figure]:
    """A small file from start to end, against an interpreter that imports jsonschema, in turns."""
    commands = [
        [sys.executable, "-c", "import jsonschema"],
        [*VALIDATE, str(ROOT / "examples" / "eci-juicefs" / "dataset.yaml")],
    ]
    taken: list[list[float]] = [[] for _ in commands]
    for _ in range(3 * RUNS):
        for times, command in zip(taken, commands, strict=True):
            begin = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            times.append(time.perf_counter() - begin)
    library, validate = map(min, taken)
    yield Figure('validate of one file / python -c "import jsonschema"', validate / library, "times", 3)


MEASURES = (streams, jobs, memory, one_file)
