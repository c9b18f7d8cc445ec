"""`kubectl fluid policy test`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid import keys
from tests.cli.running import run
from tests.cluster import fluid_objects
from tests.policy.test_compile_command import compiled
from tests.policy.test_trial import pod
from tests.support import ROOT

Object = dict[str, Any]


@pytest.fixture
def objects(tmp_path: Path) -> Path:
    """The objects of one dataset."""
    return written(tmp_path / "objects.json", *fluid_objects.behind("default", "jfs"))


def written(path: Path, *values: Object) -> Path:
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": values}))
    return path


def job() -> Object:
    return fluid_objects.job("train", "jfs")


def items(*words: str | Path, status: int = 0) -> list[Object]:
    done = run("policy", "test", *words, "--local", "-o", "json")
    assert done.status == status, done.err
    found: list[Object] = json.loads(done.out)["items"]
    return found


def test_the_pod_of_a_job_is_told_with_its_patch_and_the_pod_that_is_admitted(tmp_path: Path, objects: Path) -> None:
    (found,) = items("-f", written(tmp_path / "job.json", job()), "--objects", objects)
    assert (found["name"], found["namespace"], found["outcome"]) == ("job/train", "default", "admitted")
    assert [(it["name"], it["injected"]) for it in found["templates"]] == [("jfs", True)]
    assert [it["name"] for it in found["object"]["spec"]["initContainers"]] == ["fluid-fuse-jfs"]
    assert found["object"]["metadata"]["generateName"] == "train-"
    assert {it["path"] for it in found["patch"]} >= {"/spec/initContainers/0"}


def test_text_says_who_adds_what_and_who_objects(tmp_path: Path, objects: Path) -> None:
    left = pod("jfs", annotations={keys.PREFETCH: "true"})
    path = written(tmp_path / "pods.json", job(), left)
    done = run("policy", "test", "-f", path, "--objects", objects, "--local")
    assert done.status == 1
    assert "injectiontemplate/jfs: adds fluid-fuse-jfs, platform default" in done.out
    assert "injectiontemplate/jfs: leaves the Pod alone: Prefetcher: " in done.out
    assert "kubectl-fluid-claims denies claim-left: volume data is the claim" in done.out
    assert done.out.endswith("1 admitted, 1 refused\n")


def test_a_message_names_what_makes_the_pod(tmp_path: Path, objects: Path) -> None:
    words = ("-f", written(tmp_path / "job.json", job()), "--objects", objects, "--bundle", "guards")
    (found,) = items(*words, status=1)
    assert [it["message"].endswith("(kubectl fluid explain job/train -n default)") for it in found["guards"]] == [True]


def test_a_message_about_a_pod_that_nobody_makes_names_a_command_that_works(tmp_path: Path, objects: Path) -> None:
    template = job()["spec"]["template"]
    value = {"apiVersion": "v1", "kind": "Pod", **template, "metadata": {**template["metadata"], "name": "app"}}
    words = ("-f", written(tmp_path / "pod.json", value), "--objects", objects, "--bundle", "guards")
    (found,) = items(*words, status=1)
    assert [it["message"].endswith("(kubectl fluid explain -f FILE -n default)") for it in found["guards"]] == [True]


def test_a_stage_that_warns_refuses_nothing(tmp_path: Path, objects: Path) -> None:
    path = written(tmp_path / "job.json", job())
    (found,) = items("-f", path, "--objects", objects, "--bundle", "guards", "--stage", "warn")
    assert found["outcome"] == "warned"


def test_yaml_says_what_json_says(tmp_path: Path, objects: Path) -> None:
    import yaml

    words = ("policy", "test", "-f", written(tmp_path / "job.json", job()), "--objects", objects, "--local", "-o")
    assert yaml.safe_load(run(*words, "yaml").out) == json.loads(run(*words, "json").out)


def test_a_template_that_is_given_is_taken_as_it_is(tmp_path: Path, objects: Path) -> None:
    (made,) = compiled("-f", objects, "--local")
    made["spec"]["platforms"][0]["sidecar"]["container"]["image"] = "old:1"
    path = written(tmp_path / "job.json", job(), made)
    (found,) = items("-f", path, "--objects", objects)
    assert found["object"]["spec"]["initContainers"][0]["image"] == "old:1"


def test_a_template_that_no_api_server_takes_is_an_error(tmp_path: Path, objects: Path) -> None:
    (made,) = compiled("-f", objects, "--local")
    made["spec"]["platforms"][0]["sidecar"]["container"]["fieldOfTomorrow"] = 1
    done = run(
        "policy",
        "test",
        "-f",
        written(tmp_path / "job.json", job()),
        "--objects",
        written(tmp_path / "t.json", made),
        "--local",
    )
    assert (done.status, done.out) == (1, "")
    assert "fieldOfTomorrow" in done.err


def test_such_a_template_is_an_error_among_the_files_too(tmp_path: Path, objects: Path) -> None:
    (made,) = compiled("-f", objects, "--local")
    done = run("policy", "test", "-f", written(tmp_path / "all.json", {**made, "spec": {}}, job()), "--local")
    assert (done.status, done.out) == (1, "")
    assert "InjectionTemplate default/jfs: spec.dataset: `dataset` is required" in done.err


def test_a_dataset_without_a_runtime_has_its_pods_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "all.json", fluid_objects.dataset("default", "jfs", "NotBound"), job())
    found = items("-f", path, status=1)
    assert [(it["code"], it["name"]) for it in found[1]["templates"]] == [("Refused", "jfs")]
    assert [it["guard"] for it in found[1]["guards"]] == ["claim-left", "template-left"]


def test_the_label_of_a_namespace_among_the_files_counts(tmp_path: Path, objects: Path) -> None:
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "default", "labels": {keys.GUARDS: "off"}},
    }
    path = written(tmp_path / "job.json", job(), namespace)
    (found,) = items("-f", path, "--objects", objects, "--bundle", "guards")
    assert found["guards"] == []


def test_objects_of_fluids_among_the_files_are_tried_and_those_of_a_dump_are_not(tmp_path: Path, objects: Path) -> None:
    path = written(tmp_path / "bad.json", fluid_objects.dataset("default", "1-demo"))
    (found,) = items("-f", path, "--objects", objects, status=1)
    assert (found["name"], [it["guard"] for it in found["guards"]]) == ("dataset/1-demo", ["FL0101"])


def test_the_code_of_a_rule_is_said_once(tmp_path: Path) -> None:
    path = written(tmp_path / "d.json", fluid_objects.dataset("default", "1-demo"))
    done = run("policy", "test", "-f", path, "--local")
    assert done.status == 1
    assert "kubectl-fluid-dataset denies FL0101: The name of a Dataset" in done.out


def test_a_dump_may_be_a_pipe(tmp_path: Path, objects: Path) -> None:
    done = run(
        "policy",
        "test",
        "-f",
        written(tmp_path / "job.json", job()),
        "--objects",
        "-",
        "--local",
        stdin=objects.read_bytes(),
    )
    assert done.status == 0, done.err
    assert "adds fluid-fuse-jfs" in done.out


def test_names_cannot_steer_the_terminal(tmp_path: Path, objects: Path) -> None:
    value = pod("jfs")
    value["metadata"]["name"] = "x\x1b[2J"
    done = run("policy", "test", "-f", written(tmp_path / "pod.json", value), "--objects", objects, "--local")
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        ("kind: ConfigMap\n", 1, "there is no Pod, no Pod template and no object of Fluid's"),
        ("a: [", 1, "error: "),
        ("apiVersion: v1\nkind: Pod\nspec: 1\n", 1, "spec"),
        ("apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {volumes: 1}}}\n", 1, "spec.volumes must be"),
    ],
)
def test_bad_input_is_told(tmp_path: Path, text: str, status: int, sentence: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    done = run("policy", "test", "-f", path, "--local")
    assert done.status == status
    assert sentence in done.out + done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "words", [(), ("-f", "x", "--bundle", "y"), ("-f", "x", "--stage", "y"), ("-f", "x", "-o", "patch")]
)
def test_wrong_usage_is_told(words: tuple[str, ...]) -> None:
    assert run("policy", "test", *words).status == 2


def test_the_page_shows_what_it_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "policies.md").read_text()
    (block,) = re.findall(r"```console\n\$ kubectl fluid (policy test .*?)\n(.*?)```", page, re.DOTALL)
    command, shown = block
    assert run(*command.split()).out == shown
