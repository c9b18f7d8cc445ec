from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.running import Ran, run
from tests.cli.world import JOB, OBJECTS, write
from tests.workloads.manifests import EXAMPLES

ECI_JOB = JOB.replace('serverless.fluid.io/inject: "true"', "alibabacloud.com/fluid-sidecar-target: eci")
PLACE = "          volumeMounts:"


def asking(job: str, resources: str) -> str:
    return job.replace(PLACE, f"          resources: {resources}\n{PLACE}")


TWO_CONTAINERS = asking(ECI_JOB, "{limits: {cpu: 2, memory: 4Gi}}").replace(
    "      volumes:\n",
    "        - {name: other, image: debian, resources: {limits: {cpu: 2, memory: 4Gi}}}\n      volumes:\n",
)


def fuse(resources: str, tier: str = "") -> str:
    objects = OBJECTS.replace("          command:", f"          resources: {resources}\n          command:")
    head = "kind: JuiceFSRuntime\nmetadata: {name: jfs, namespace: default}\n"
    return objects.replace(head, f"{head}spec: {{tieredstore: {{levels: [{tier}]}}}}\n") if tier else objects


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, job=TWO_CONTAINERS, objects=fuse("{limits: {cpu: 250m, memory: 512Mi}}"))


def size(*arguments: str, stdin: str = "") -> Ran:
    return run("size", "--objects", "objects.yaml", "--local", *arguments, stdin=stdin)


def value(*arguments: str, stdin: str = "") -> Any:
    return json.loads(size("-o", "json", *arguments, stdin=stdin).out)


def test_the_documented_example_as_a_table() -> None:
    ran = size("-f", "job.yaml", "--region", "cn-hangzhou")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "NAME           POD               REQUESTED           INSTANCE\n"
        "job/demo-app   before            4 vCPU 8 GiB        4 vCPU 8 GiB\n"
        "job/demo-app   after             4.25 vCPU 8.5 GiB   6 vCPU 10 GiB\n"
        "job/demo-app   resource-ignore   4 vCPU 8 GiB        4 vCPU 8 GiB\n"
    )


def test_a_table_fits_a_terminal() -> None:
    assert max(map(len, size("job.yaml", "--use-specs", "2-4Gi").out.splitlines())) <= 80


def test_without_a_region_only_the_specifications_of_all_regions_count() -> None:
    rows = value("job.yaml")["items"][0]["sizes"]
    assert [row["instance"] for row in rows] == [
        {"vCPU": 4, "memoryGiB": 8},
        {"vCPU": 8, "memoryGiB": 16},
        {"vCPU": 4, "memoryGiB": 8},
    ]


def test_json_and_yaml_hold_the_same_and_numbers_are_numbers() -> None:
    found = value("job.yaml", "--region", "cn-hangzhou")
    assert yaml.safe_load(size("-o", "yaml", "job.yaml", "--region", "cn-hangzhou").out) == found
    assert {key: found[key] for key in ("apiVersion", "kind", "region", "specifications")} == {
        "apiVersion": "kubectl-fluid.io/v1alpha1",
        "kind": "InstanceSizeList",
        "region": "cn-hangzhou",
        "specifications": "regional",
    }
    (item,) = found["items"]
    assert (item["name"], item["source"], item["outcome"]) == ("job/demo-app", "job.yaml:6", "injected")
    assert item["sizes"][1] == {
        "pod": "after",
        "requested": {"vCPU": 4.25, "memoryGiB": 8.5},
        "instance": {"vCPU": 6, "memoryGiB": 10},
    }


def test_a_region_without_more_specifications_is_said_to_have_none() -> None:
    ran = size("job.yaml", "--region", "cn-hangzhuo")
    assert ran.err.startswith("note: only these regions have additional specifications: cn-hangzhou, cn-shanghai, ")
    assert ran.err.endswith("; not cn-hangzhuo\n")


def test_specifications_of_the_callers_own_are_a_row() -> None:
    rows = value("job.yaml", "--use-specs", "3-5Gi,ecs.c6.xlarge")["items"][0]["sizes"]
    assert rows[-1] == {
        "pod": "useSpecs",
        "requested": {"vCPU": 3, "memoryGiB": 5},
        "instance": {"vCPU": 4, "memoryGiB": 8},
        "alternatives": [{"instanceType": "ecs.c6.xlarge"}],
    }


def test_the_memory_tier_has_a_row_and_a_sentence(folder: Path) -> None:
    tier = "{mediumtype: MEM, path: /dev/shm, quota: 40Gi}"
    (folder / "objects.yaml").write_text(fuse("{requests: {cpu: 250m, memory: 40Gi}}", tier))
    ran = size("job.yaml")
    assert "job/demo-app   after             4.25 vCPU 48 GiB   8 vCPU 64 GiB\n" in ran.out
    assert "job/demo-app   no MEM tier       4.25 vCPU 8 GiB    8 vCPU 8 GiB\n" in ran.out
    said = "the MEM tier of JuiceFSRuntime default/jfs raises the memory request of fluid-fuse-jfs"
    assert f"note: job/demo-app (job.yaml:6), after: MemoryTier: {said}" in ran.err


def test_an_injected_manifest_is_compared_with_what_it_came_from() -> None:
    injected = run("inject", "--objects", "objects.yaml", "--local", "job.yaml").out
    assert "fluid-fuse-jfs" in injected
    assert value("-", stdin=injected)["items"][0]["sizes"] == value("job.yaml")["items"][0]["sizes"]


def test_a_pod_that_does_not_ask_for_a_sidecar_has_one_row_and_a_reason() -> None:
    ran = size("-", stdin=TWO_CONTAINERS.replace("alibabacloud.com/fluid-sidecar-target", "app"))
    assert (ran.status, len(ran.out.splitlines())) == (0, 2)
    assert ran.err.startswith("note: job/demo-app (stdin:6): NotRequested: ")
    forced = size("--force", "-", stdin=TWO_CONTAINERS.replace("alibabacloud.com/fluid-sidecar-target", "app"))
    assert len(forced.out.splitlines()) == 4


def test_a_pod_that_cannot_be_injected_is_an_error() -> None:
    ran = size("-", stdin=TWO_CONTAINERS.replace("claimName: jfs", "claimName: gone"))
    assert (ran.status, len(ran.out.splitlines())) == (1, 2)
    assert ran.err.startswith("error: job/demo-app (stdin:6): ClaimNotFound: ")


def test_a_pod_that_becomes_larger_than_any_instance_is_an_error() -> None:
    ran = size("-", stdin=asking(ECI_JOB, "{limits: {cpu: 64, memory: 8Gi}}"))
    assert ran.status == 1
    assert "job/demo-app   after             64.25 vCPU 8.5 GiB   none\n" in ran.out
    assert "TooLarge: ECI has no specification that holds 64.25 vCPU 8.5 GiB" in ran.err


def test_a_quantity_that_is_none_is_an_error_at_its_place() -> None:
    ran = size("-", stdin=asking(ECI_JOB, "{limits: {cpu: many}}") + "---\n" + TWO_CONTAINERS)
    assert ran.status == 1
    assert ran.err.startswith(
        "error: stdin:15:32: job/demo-app: spec.containers[0].resources.limits.cpu: quantities must"
    )
    assert len(ran.out.splitlines()) == 4


def test_objects_of_the_input_win_over_those_of_the_option(folder: Path) -> None:
    (folder / "small.yaml").write_text(fuse("{limits: {cpu: 1, memory: 1Gi}}"))
    after = value("job.yaml", "small.yaml")["items"][0]["sizes"][1]
    assert after["requested"] == {"vCPU": 5, "memoryGiB": 9}


def test_an_unreadable_file_of_objects_is_an_error(folder: Path) -> None:
    (folder / "objects.yaml").write_text("kind: Dataset\na: [\n")
    assert size("job.yaml").status == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_every_kind_of_workload_has_a_group_for_each_template(example: Any) -> None:
    found = value("--force", "-", stdin=json.dumps(example.value))
    assert [item["name"] for item in found["items"]] == [name for _, name in example.expected]


def test_documents_without_pods_give_nothing() -> None:
    ran = size("-", stdin="kind: ConfigMap\napiVersion: v1\n")
    assert (ran.status, ran.out, ran.err) == (0, "", "no Pod templates found\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "error: kubectl fluid size: no input"),
        (["job.yaml", "--use-specs", "huge"], "error: kubectl fluid size: --use-specs: 'huge' is no specification"),
        (["job.yaml", "-o", "table"], "error: kubectl fluid size: invalid value for"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str], message: str) -> None:
    ran = size(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(message)


def test_a_dataset_and_its_runtime_are_enough(folder: Path) -> None:
    options = ["--edition", "cloud", "--secret", "s", "--cache", "MEM:/dev/shm:40Gi", "--dry-run", "-o", "yaml"]
    data = run("create", "dataset", "jfs", "--mount", "juicefs:///", *options).out
    (folder / "objects.yaml").write_text(data)
    assert [row["requested"] for row in value("job.yaml")["items"][0]["sizes"]] == [
        {"vCPU": 4, "memoryGiB": 8},
        {"vCPU": 4, "memoryGiB": 48},
        {"vCPU": 4, "memoryGiB": 8},
        {"vCPU": 4, "memoryGiB": 8},
    ]


def test_a_kind_without_a_pod_template_says_what_to_do_instead() -> None:
    text = "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: TrainJob\nmetadata: {name: t}\nspec: {}\n"
    ran = size("-", stdin=text)
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("note: trainjob/t (stdin:1): NoPodTemplate: trainjob/t has no Pod template")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a document."""
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(item, (*path, key))


@pytest.mark.parametrize("wrong", [[], {}, 3, "x"], ids=repr)
@pytest.mark.parametrize("state", ["plain", "injected"])
def test_whatever_stands_where_something_else_should_is_no_bug(state: str, wrong: Any) -> None:
    text = TWO_CONTAINERS
    if state == "injected":
        text = run("inject", "--objects", "objects.yaml", "--local", "job.yaml").out
    original = yaml.safe_load(text)
    for *way, last in (path for path in places(original) if len(path) > 2):
        changed = copy.deepcopy(original)
        holder = changed
        for key in way:
            holder = holder[key]
        holder[last] = wrong
        ran = size("-", stdin=json.dumps(changed))
        assert ran.status in (0, 1), (way, last, ran.err)


def test_what_use_specs_names_may_be_too_large_as_well() -> None:
    ran = size("job.yaml", "--use-specs", "100-8Gi")
    assert (ran.status, ran.out.splitlines()[-1].split()[-1]) == (1, "none")
    assert (
        "note: job/demo-app (job.yaml:6), use-specs: TooLarge: ECI has no specification that holds 100 vCPU" in ran.err
    )


def test_the_pods_own_specifications_are_told_and_the_request_is_still_that_of_the_containers() -> None:
    job = TWO_CONTAINERS.replace(
        "    spec:\n", "      annotations: {k8s.aliyun.com/eci-use-specs: 16-32Gi}\n    spec:\n", 1
    )
    ran = size("-", stdin=job)
    assert "job/demo-app   after             4.25 vCPU 8.5 GiB   16 vCPU 32 GiB\n" in ran.out
    assert ran.err.startswith("note: job/demo-app (stdin:6), before, after, resource-ignore: UseSpecs: annotation k8s.")


def test_json_says_which_rows_a_note_is_about() -> None:
    (note,) = value("-", stdin=asking(ECI_JOB, "{limits: {cpu: 64, memory: 8Gi}}"))["items"][0]["notes"]
    assert (note["code"], note["pods"]) == ("TooLarge", ["after"])


@pytest.mark.timeout(20)
def test_notes_stand_before_the_table_where_both_streams_are_one(folder: Path) -> None:
    (folder / "job.yaml").write_text(ECI_JOB)
    command = [sys.executable, "-m", "kubectl_fluid", "size", "--objects", "objects.yaml", "--local", "job.yaml"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, text=True)
    first_words = [line.split()[0] for line in done.stdout.splitlines()]
    assert first_words == ["note:", "NAME", "job/demo-app", "job/demo-app", "job/demo-app"]
