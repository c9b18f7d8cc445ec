"""`validate -j`: what is said does not depend on the number of processes, nor on where memory ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_fluid.cli import validate_check, validate_found, validating, workers
from kubectl_fluid.cli.inputs import Input
from kubectl_fluid.cli.validate_check import Wanted
from kubectl_fluid.cli.validating import Validator
from kubectl_fluid.validation.rules import Run, index, store
from kubectl_fluid.validation.schema import load
from tests.cli.running import Ran, run
from tests.validation.examples import DATALOAD, DATASET, JFS_KEYS, POD, RUNTIME, documents

WARNED = RUNTIME.replace("SSD", "MEM").replace('  fuse:\n    options: {cache-size: "0"}\n', "")
HELM = "{{- if .Values.enabled }}\nkind: Dataset\n"
BROKEN = "a: [\n"
#: No runtime is there for it, and it is cheap to look at.
LONELY = """\
apiVersion: data.fluid.io/v1alpha1
kind: Dataset
metadata: {name: demo}
spec:
  mounts: [{mountPoint: https://example.com/data, name: data}]
"""
LIST = """\
apiVersion: v1
kind: List
items:
- {apiVersion: data.fluid.io/v1alpha1, kind: Dataset, metadata: {name: 1-a}}
- {apiVersion: data.fluid.io/v1alpha1, kind: JuiceFSRuntime, metadata: {name: lonely}}
"""


def named(text: str, number: int) -> str:
    return text.replace("demo", f"demo-{number}")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder with something of everything, in several files."""
    first = [named(it, number) for number in range(40) for it in (DATASET, WARNED, DATALOAD)]
    (tmp_path / "a.yaml").write_text(documents(*first, LIST, "values: 1\n", DATASET, DATASET, BROKEN))
    (tmp_path / "b.yaml").write_text(documents(DATASET, BROKEN, HELM, WARNED))
    (tmp_path / "c.yaml").write_bytes(documents(*[named(POD, it) for it in range(60)]).encode() + b"---\na: \xff\n")
    second = [
        named(it, 40 + number).replace("replicas", "replica") for number in range(30) for it in (RUNTIME, JFS_KEYS)
    ]
    (tmp_path / "d.yaml").write_text(documents(*second))
    return tmp_path


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validating, "DOCUMENTS", 7)
    monkeypatch.setattr(validating, "_KEPT", 2000)


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("output", ["text", "json", "junit", "sarif", "github"])
def test_every_output_is_the_same_to_the_byte_whatever_the_number_of_processes(many: Path, output: str) -> None:
    alone = run("validate", many, "-v", "--summary", "-o", output)
    assert alone.status == 1
    assert "default/jfs stands twice" in alone.out
    assert [run("validate", many, "-v", "--summary", "-o", output, "-j", jobs) for jobs in ("2", "5")] == [alone] * 2


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("small_batches")
def test_spawned_processes_say_the_same(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = run("validate", many, "-v", "--summary")
    monkeypatch.setattr(validating, "start_method", lambda: "spawn")
    monkeypatch.setattr(workers, "start_method", lambda: "spawn")
    assert run("validate", many, "-v", "--summary", "-j", "2") == alone


@pytest.mark.parametrize("output", ["text", "json", "junit", "sarif", "github"])
def test_what_lies_in_files_is_told_as_what_lies_in_memory(
    many: Path, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run("validate", many, "-v", "--summary", "-o", output)
    monkeypatch.setattr(validate_found, "FEW", 3)
    monkeypatch.setattr(store, "IN_MEMORY", 500)
    monkeypatch.setattr(index, "FEW", 5)
    assert run("validate", many, "-v", "--summary", "-o", output) == before


@pytest.mark.usefixtures("small_batches")
def test_findings_stand_in_the_order_of_files_and_lines(many: Path) -> None:
    ran = run("validate", many, "-v", "-j", "3")
    places = [line.removeprefix(str(many)).split(":")[:3] for line in ran.out.splitlines()]
    assert places == sorted(places, key=lambda it: (it[0], int(it[1]), int(it[2])))
    assert len({it[0] for it in places}) == 4


@pytest.mark.usefixtures("small_batches")
def test_nothing_behind_a_helm_template_is_looked_at_even_if_another_process_did(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(documents(HELM, *[WARNED.replace("demo", f"1-{it}") for it in range(30)]))
    ran = run("validate", tmp_path, "-j", "3")
    assert (ran.out.count("\n"), "Helm template" in ran.out) == (1, True)


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.usefixtures("small_batches")
def test_a_bug_is_told_with_the_place_of_its_document(many: Path, jobs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(value: object) -> str:
        if isinstance(value, dict) and value.get("metadata", {}).get("name") == "demo-20":
            raise LookupError("nothing here")
        return ""

    monkeypatch.setattr(validate_check, "not_a_manifest", trip)
    monkeypatch.setattr(workers, "start_method", lambda: "fork")
    text = (many / "a.yaml").read_text()
    place = text.count("\n", 0, text.rindex("---", 0, text.index("demo-20"))) + 1
    assert run("validate", many, "-j", jobs) == Ran(
        3,
        "",
        f"error: this is a bug in kubectl-fluid: {many}/a.yaml:{place}: LookupError: nothing here\n"
        "hint: run it again with --traceback and report what it prints\n",
    )


def test_a_negative_number_of_processes_is_a_usage_error() -> None:
    assert run("validate", "-f", "-", "-j", "-1", stdin=DATASET).status == 2


def test_zero_stands_for_every_processor() -> None:
    assert run("validate", "-f", "-", "-j", "0", stdin=documents(JFS_KEYS, DATASET, RUNTIME)) == Ran(0, "", "")


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system has no process groups")
def test_ctrl_c_ends_all_processes_with_one_word(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(documents(*[named(WARNED, it) for it in range(4000)]))
    command = [sys.executable, "-m", "kubectl_fluid", "validate", "-j", "2", "-", str(tmp_path / "a.yaml")]
    running = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert running.stdin is not None
    running.stdin.write(documents(*[named(WARNED, it) for it in range(600)]).encode())  # and then it waits for more
    running.stdin.flush()
    while not _children(running.pid):
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=10)
    assert (running.returncode, out, err) == (130, b"", b"error: interrupted\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def _children(process: int) -> list[str]:
    return [
        status.parent.name
        for status in Path("/proc").glob("[0-9]*/stat")
        if status.read_text().rpartition(")")[2].split()[1] == str(process)
    ]


def test_a_file_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(documents(DATASET, RUNTIME.replace("demo", "other")))

    class Truncating(Run):
        def keep(self, waiting: object) -> None:
            super().keep(waiting)  # type: ignore[arg-type]  # handed on as it is
            path.write_text("")

    validator = Validator(load(), Truncating(), Wanted(verbose=True), lambda _: None)
    with pytest.raises(Exception, match="it changed while it was read"):
        validator.read([Input(str(path), path=str(path))])


def _read_all(documents_in_all: int, folder: Path) -> None:
    """Validate so many documents, each of which has a finding, and go through what is found."""
    path = folder / f"{documents_in_all}.yaml"
    with path.open("w") as file:
        for number in range(documents_in_all):
            file.write(f"---\n{named(LONELY, number)}")
    validator = Validator(load(), Run(), Wanted(verbose=True, documents=True), lambda _: None)
    outcome = validator.read([Input(str(path), path=str(path))])
    assert (outcome.objects, sum(1 for _ in outcome.documents)) == (documents_in_all, documents_in_all)


def _peak(documents_in_all: int, folder: Path) -> int:
    """The most memory that this takes at a time, in bytes."""
    tracemalloc.start()
    try:
        _read_all(documents_in_all, folder)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.timeout(60)
def test_memory_does_not_grow_with_the_number_of_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "IN_MEMORY", 1 << 14)  # what is full at once need not be filled first
    monkeypatch.setattr(validate_found, "FEW", 16)
    monkeypatch.setattr(index, "FEW", 64)
    _read_all(20, tmp_path)  # compiles schemas
    few, many = _peak(300, tmp_path), _peak(6000, tmp_path)
    each = (many - few) / 5700
    assert each < 120, f"{each:.0f} bytes for each further document: of its name some may be held, and nothing else"


def test_names_that_are_many_take_a_few_bytes_each() -> None:
    def places() -> Iterator[int]:
        for number in range(40_000):
            known.put(("Dataset", "default", f"name-{number}"), number)
            yield number

    known = index.Index(lambda key, place: key == ("Dataset", "default", f"name-{place}"))
    tracemalloc.start()
    assert len(list(places())) == 40_000
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 40_000 * 32
