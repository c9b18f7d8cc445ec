"""What the report says, and how often."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_fluid.cli import besides
from tests.cli.running import Ran, run
from tests.cli.world import JOB, named, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, job=JOB)


def inject(*arguments: str, stdin: str = "") -> Ran:
    return run("inject", "--objects", "objects.yaml", "--local", *arguments, stdin=stdin)


def test_who_ends_the_sidecars_is_said_once() -> None:
    text = JOB + "---\n" + named("second")
    assert inject("-", stdin=text).err.count("SidecarEnds: ") == 1
    assert inject("-v", "-", stdin=text).err.count("SidecarEnds: ") == 2


def test_what_was_not_written_would_be_injected() -> None:
    text = JOB + "---\n" + JOB.replace("claimName: jfs", "claimName: gone")
    assert inject("-", stdin=text).err.splitlines()[-1] == "1 would be injected, 1 refused; nothing was written"
    assert inject("--keep-going", "-", stdin=text).err.splitlines()[-1] == "1 injected, 1 refused"
    back = run("uninject", "-", stdin=inject("-", stdin=JOB).out + "---\na: [\n")
    assert back.err.splitlines()[-1] == "1 would be restored, 1 unreadable; nothing was written"


@pytest.mark.parametrize("text", ["3\n", "text\n", "[]\n", "- a\n", "true\n"])
def test_what_is_no_mapping_is_noted(text: str) -> None:
    ran = inject("-", stdin=text)
    assert (ran.status, ran.out) == (0, text)
    assert ran.err == "stdin:1: not a Kubernetes object\nno Pod templates found\n"


def test_a_missing_object_is_to_be_looked_for_among_the_files() -> None:
    ran = inject("-", stdin=JOB.replace("claimName: jfs", "claimName: gone"))
    hint = "    hint: the object is not among the files: add it with --objects, or leave --local out\n"
    assert ran.err.count(hint) == 1


def test_without_a_cluster_one_may_be_named() -> None:
    text = JOB.replace("claimName: jfs", "claimName: gone")
    ran = run("inject", "--objects", "objects.yaml", "-", stdin=text, variables={"HOME": "/nonexistent"})
    assert "add it with --objects, or name a cluster with --kubeconfig or --context\n" in ran.err


SUFFIX = '      annotations: {default.fuse-sidecar.fluid.io/host-mount-path-mode: "random-suffix"}\n      labels:\n'


def test_a_random_mount_point_of_a_template_is_shared_by_its_pods() -> None:
    text = JOB.replace("      labels:\n", SUFFIX)
    assert "    SharedSuffix: the mount point of " in inject("--profile", "fluid", "-", stdin=text).err
    assert "SharedSuffix" not in inject("-", stdin=text).err
    assert "SharedSuffix" not in inject("--profile", "fluid", "-", stdin=JOB).err


def test_a_random_mount_point_of_a_pod_is_its_own() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        **yaml.safe_load(JOB.replace("      labels:\n", SUFFIX))["spec"]["template"],
    }
    ran = inject("--profile", "fluid", "-", stdin=json.dumps(pod))
    assert ran.status == 0
    assert "SharedSuffix" not in ran.err


def test_a_label_that_is_a_boolean_is_to_be_quoted() -> None:
    ran = inject("-", stdin=JOB.replace('inject: "true"', "inject: true"))
    assert 'hint: put the value in quotes: serverless.fluid.io/inject: "true"' in ran.err
    assert "kubectl explain" not in ran.err


@pytest.mark.parametrize("word", ["apiVersion", "kind"])
@pytest.mark.parametrize("arguments", [["--objects", "both.yaml", "job.yaml"], ["both.yaml"]], ids=" ".join)
def test_two_outputs_in_one_document_are_to_be_parted(folder: Path, word: str, arguments: list[str]) -> None:
    output = f"{word}: x\nitems: []\n"
    (folder / "both.yaml").write_text(output + output)
    ran = inject(*arguments)
    assert ran.status == 1
    assert f"error: both.yaml:3:1: the key '{word}' stands twice in one mapping\n" in ran.err
    assert "hint: put `---` on a line of its own between the two" in ran.err


def test_another_key_that_stands_twice_is_one_too_many(folder: Path) -> None:
    (folder / "both.yaml").write_text("kind: x\nspec:\n  kind: a\n  kind: b\n")
    assert "hint: remove one of the two" in inject("both.yaml").err


def a_list(number: int) -> str:
    """A List of Jobs with labels and a field where they have no effect."""
    job = yaml.safe_load(JOB)
    job["metadata"]["labels"] = {"alibabacloud.com/eci": "true"}
    job["spec"]["nodeSelector"] = {"a": "b"}
    items = [{**job, "metadata": {**job["metadata"], "name": f"job-{index}"}} for index in range(number)]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1)


def cpu_seconds(*arguments: str, stdin: str) -> float:
    start = time.process_time()
    assert run(*arguments, stdin=stdin).status == 0
    return time.process_time() - start


@pytest.mark.timeout(60)
def test_a_list_takes_time_in_proportion_to_its_items() -> None:
    options = ("inject", "-q", "--objects", "objects.yaml", "--local", "--mount-check", "none", "-")
    small, large = a_list(200), a_list(800)
    cpu_seconds(*options, stdin=small)  # what is imported on the way is no matter of items
    assert cpu_seconds(*options, stdin=large) < 8 * cpu_seconds(*options, stdin=small)
    small, large = (run(*options, stdin=text).out for text in (small, large))
    assert cpu_seconds("uninject", "-q", "-", stdin=large) < 8 * cpu_seconds("uninject", "-q", "-", stdin=small)


def test_a_document_is_looked_through_once_for_what_stands_beside_its_templates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []

    def counted(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            calls.append(name)
            return original(*given)

        return call

    for name in ("misplaced", "lost_fields"):
        monkeypatch.setattr(besides, name, counted(name, getattr(besides, name)))
    ran = inject("-", stdin=a_list(20))
    assert sorted(calls) == ["lost_fields", "misplaced"]
    assert (ran.err.count("MisplacedLabel"), ran.err.count("MisplacedField")) == (20, 20)


def test_items_of_one_name_keep_their_own_reasons() -> None:
    job = yaml.safe_load(JOB)
    wrong = {**job, "metadata": {"name": "demo-app", "labels": {"alibabacloud.com/eci": "true"}}}
    ran = inject("-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": [job, wrong]}))
    first, second = ran.err.split("✓ ")[1:]
    assert ("MisplacedLabel" in first, "MisplacedLabel" in second) == (False, True)
