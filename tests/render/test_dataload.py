"""A DataLoad becomes a Job or a CronJob."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid import render
from kubectl_fluid.claims import Object
from tests.render.samples import codes, dataset, found, messages, mount, runtime

ENVIRONMENT = render.Environment(image_pull_secrets=("regcred",))


def load(name: str = "warm", **spec: Any) -> Object:
    body = {"dataset": {"name": "demo", "namespace": "ns1"}, **spec}
    metadata = {"name": name, "namespace": "ns1", "uid": "uid-3"}
    return {"apiVersion": "data.fluid.io/v1alpha1", "kind": "DataLoad", "metadata": metadata, "spec": body}


def loaded(dataload: Object, subject: Object | None = None, **runtime_spec: Any) -> render.Rendered:
    owner = runtime(**{"replicas": 2, **runtime_spec})
    return render.dataload(dataload, subject or dataset(), owner, environment=ENVIRONMENT)


def pod(result: render.Rendered) -> Any:
    return found(result, "Job", "warm-loader-job")["spec"]["template"]["spec"]


def env(result: render.Rendered) -> dict[str, str]:
    return {entry["name"]: entry.get("value", "") for entry in pod(result)["containers"][0]["env"]}


def test_a_job_warms_all_workers_of_the_community_edition_up() -> None:
    result = loaded(load(target=[{"path": " /a "}, {"path": "/b", "replicas": 2}]))
    assert env(result) == {
        "STORAGE_ADDRESS": "",
        "MOUNTPATH": "/runtime-mnt/juicefs/ns1/demo/juicefs-fuse",
        "EDITION": "community",
        "POD_NAMES": "demo-worker-0:demo-worker-1",
        "TIMEOUT": "30m",
        "OPTION": "",
        "DATA_PATH": "/a /b",
        "PATH_REPLICAS": "1:2",
        "POD_NAMESPACE": "ns1",
    }
    job = found(result, "Job", "warm-loader-job")
    assert {key: job["spec"][key] for key in ("backoffLimit", "completions", "parallelism")} == {
        "backoffLimit": 3,
        "completions": 1,
        "parallelism": 1,
    }
    assert job["metadata"]["ownerReferences"][0]["kind"] == "DataLoad"
    assert pod(result)["serviceAccountName"] == "demo-loader"
    assert pod(result)["restartPolicy"] == "Never"
    assert pod(result)["imagePullSecrets"] == [{"name": "regcred"}]
    assert codes(result) == ["IgnoredField"]


def test_one_worker_is_enough_for_the_enterprise_edition() -> None:
    values = env(loaded(load(), dataset(mount("token"))))
    assert (values["EDITION"], values["POD_NAMES"], values["DATA_PATH"]) == ("enterprise", "demo-worker-0", "/")


def test_options_are_those_of_the_warm_up_but_for_the_timeout() -> None:
    values = env(loaded(load(options={"timeout": "1h", "threads": "50", "background": ""})))
    assert (values["TIMEOUT"], values["OPTION"]) == ("1h", "--background --threads=50")


def test_the_image_is_that_of_the_workers() -> None:
    version = {"image": "r.example/w", "imageTag": "w9", "imagePullPolicy": "Always"}
    container = pod(loaded(load(), juicefsVersion=version))["containers"][0]
    assert (container["image"], container["imagePullPolicy"]) == ("r.example/w:w9", "IfNotPresent")


def test_what_a_user_says_of_the_pod_is_copied() -> None:
    taint = {"key": "k", "operator": "Exists"}
    result = loaded(
        load(
            affinity={"nodeAffinity": {}},
            tolerations=[taint],
            nodeSelector={"zone": "a"},
            schedulerName="s",
            resources={"requests": {"memory": "1024Mi"}},
            podMetadata={"labels": {"a": "1"}, "annotations": {"b": "2"}},
        )
    )
    spec = pod(result)
    assert spec["affinity"] == {"nodeAffinity": {}}
    assert (spec["tolerations"], spec["nodeSelector"], spec["schedulerName"]) == ([taint], {"zone": "a"}, "s")
    assert spec["containers"][0]["resources"] == {"requests": {"memory": "1Gi"}}
    metadata = found(result, "Job", "warm-loader-job")["spec"]["template"]["metadata"]
    assert {"a": "1", "role": "dataload-pod", "targetDataset": "demo"}.items() <= metadata["labels"].items()
    assert metadata["annotations"] == {"sidecar.istio.io/inject": "false", "b": "2"}


def test_a_schedule_makes_a_cron_job() -> None:
    result = loaded(load(policy="Cron", schedule="0 3 * * *"))
    job = found(result, "CronJob", "warm-loader-job")
    assert job["spec"]["schedule"] == "0 3 * * *"
    assert {"role": "dataload-cronjob", "dataload": "warm", "fluid.io/jobPolicy": "cron"}.items() <= job["metadata"][
        "labels"
    ].items()
    assert result.find("Job", "warm-loader-job") is None


def test_on_event_makes_nothing() -> None:
    result = loaded(load(policy="OnEvent"))
    assert (result.objects, result.errors, codes(result)) == ((), (), ["OnEvent"])


@pytest.mark.parametrize(
    ("dataload", "sentence"),
    [
        pytest.param(
            load(dataset={"name": "demo"}),
            "TargetDatasetNotFound: DataLoad warm names no namespace of its dataset",
            id="no namespace",
        ),
        pytest.param(
            load(dataset={"name": "demo", "namespace": "other"}),
            "dataLoad(warm) namespace is not same as dataset",
            id="other namespace",
        ),
        pytest.param(load(dataset={"name": "x", "namespace": "ns1"}), "there is no Dataset ns1/x", id="other dataset"),
        pytest.param(load(policy="Cron"), "policy Cron needs a schedule", id="no schedule"),
        pytest.param(
            load(policy="Cron", schedule="daily"),
            'its CronJob is refused: spec.schedule: Invalid value: "daily": '
            "expected exactly 5 fields, found 1: [daily]",
            id="no schedule that can be read",
        ),
        pytest.param(
            load("w" * 42, policy="Cron", schedule="@daily"),
            f'its CronJob is refused: metadata.name: Invalid value: "{"w" * 42}-loader-job": '
            "must be no more than 52 characters",
            id="name that is too long for a CronJob",
        ),
        pytest.param(load(""), "metadata.name: Required value: name or generateName is required", id="no name"),
        pytest.param(load(policy="Always"), "policy 'Always' is none of Once, Cron, OnEvent", id="unknown policy"),
        pytest.param(
            load("w" * 47), f"the name of DataLoad {'w' * 47} is longer than 46 characters", id="name that is too long"
        ),
        pytest.param(
            load(target=[{"path": "/a\nb"}]), "a path or option of the DataLoad holds '\\n': '/a\\nb'", id="newline"
        ),
        pytest.param(load(options={"a": "<x"}), "a path or option of the DataLoad holds '<': '<x'", id="redirection"),
    ],
)
def test_a_dataload_is_refused(dataload: Object, sentence: str) -> None:
    assert messages(loaded(dataload)) == [sentence]


def test_without_workers_nothing_can_be_loaded() -> None:
    assert messages(loaded(load(), replicas=0)) == [
        "RuntimeNotReady: ns1/demo has no workers, and a DataLoad runs in one"
    ]


def test_other_runtimes_and_reference_datasets_are_not_loaded() -> None:
    subject = dataset({"mountPoint": "dataset://a/b", "name": "x"})
    assert messages(loaded(load(), subject)) == ["thinEngine for reference dataset does not support data operations"]
    thin = render.dataload(load(), dataset(), runtime(kind="ThinRuntime", replicas=1))
    assert messages(thin) == ["a DataLoad for ThinRuntime cannot be rendered"]


@pytest.mark.parametrize(("path", "code"), [("a", "RelativePath"), ("/a b", "PathWithSpaces")])
def test_paths_that_will_not_be_found_are_a_warning(path: str, code: str) -> None:
    assert codes(loaded(load(target=[{"path": path}]))) == [code]


@pytest.mark.parametrize(
    "dataload",
    [
        load(target=[{"path": "a b"}], options={"x": "a<b"}),
        load(policy="Cron"),
        load(loadMetadata=True),
        load("n" * 50),
    ],
)
def test_its_own_problems_are_those_that_rendering_finds_with_a_good_dataset(dataload: Object) -> None:
    rendered = loaded(dataload)
    assert render.dataload_problems(dataload) == [*rendered.errors, *rendered.warnings] != []


def run_script(result: render.Rendered, folder: Path, kubectl: str) -> tuple[int, list[str]]:
    """Run the script with a `kubectl` that writes down how it is called."""
    text = found(result, "ConfigMap", "warm-loader-data-load-script")["data"]["dataloader.distributedLoad"]
    program = folder / "kubectl"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$*\" >> {folder}/calls\n{kubectl}\n")
    program.chmod(0o755)
    script = folder / "load.sh"
    script.write_text(text.replace("/usr/local/bin/kubectl", str(program)))
    environment = {"PATH": os.defpath, **env(result)}
    done = subprocess.run(["sh", script], env=environment, capture_output=True, check=False, timeout=5)
    return done.returncode, (folder / "calls").read_text().splitlines()


def test_the_script_looks_for_the_paths_and_warms_each_worker_up(tmp_path: Path) -> None:
    result = loaded(load(target=[{"path": "/a*"}, {"path": "/b"}], options={"threads": "5"}))
    root = "/runtime-mnt/juicefs/ns1/demo/juicefs-fuse"
    warmup = f"timeout 30m /usr/local/bin/juicefs warmup {root}/a* {root}/b --threads=5"
    assert run_script(result, tmp_path, "exit 0") == (
        0,
        [
            f"-n ns1 exec demo-worker-0 -- timeout 30s ls {root}/a* {root}/b",
            f"-n ns1 exec demo-worker-0 -- {warmup}",
            f"-n ns1 exec demo-worker-1 -- {warmup}",
        ],
    )


def test_the_script_ends_where_a_path_is_missing(tmp_path: Path) -> None:
    code, calls = run_script(loaded(load()), tmp_path, "exit 2")
    assert (code != 0, len(calls)) == (True, 1)


def test_the_script_uses_the_program_of_the_enterprise_edition(tmp_path: Path) -> None:
    _, calls = run_script(loaded(load(), dataset(mount("token"))), tmp_path, "exit 0")
    assert "/usr/bin/juicefs warmup" in calls[1]


def test_a_name_that_a_cron_job_just_takes_is_fine() -> None:
    assert loaded(load("w" * 41, policy="Cron", schedule="@daily")).errors == ()


def test_a_reference_dataset_needs_no_runtime_to_be_refused() -> None:
    subject = dataset({"mountPoint": "dataset://a/b", "name": "x"})
    assert messages(render.dataload(load(), subject, None)) == [
        "thinEngine for reference dataset does not support data operations"
    ]


def test_what_is_wrong_with_the_dataload_is_said_where_its_dataset_is_missing() -> None:
    assert messages(render.dataload(load(policy="Cron"), None, None)) == [
        "policy Cron needs a schedule",
        "there is no Dataset ns1/demo",
    ]
    assert messages(render.dataload(load(), dataset(), None)) == ["there is no Dataset ns1/demo with a runtime"]


@pytest.mark.parametrize("replicas", [10_000, 2**31 - 1])
def test_names_of_more_workers_than_a_variable_holds_are_refused_without_being_made(replicas: int) -> None:
    assert messages(loaded(load(), replicas=replicas)) == [
        f"the names of {replicas} workers do not fit into one variable of the DataLoad's Job"
    ]


def test_the_enterprise_edition_needs_the_name_of_one_worker_only() -> None:
    assert env(loaded(load(), dataset(mount("token")), replicas=2**31 - 1))["POD_NAMES"] == "demo-worker-0"
