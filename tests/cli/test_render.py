"""`kubectl fluid render`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import RawDocument
from tests.cli.running import run
from tests.support import ROOT

FILES = ROOT / "examples" / "eci-juicefs"
DATASET, LOAD = FILES / "dataset.yaml", FILES / "dataload.yaml"


def test_the_names_of_everything_that_fluid_makes_are_printed() -> None:
    done = run("render", "-f", DATASET, "-f", LOAD, "-o", "name")
    assert done.status == 0
    assert done.out.splitlines()[0] == "daemonset.apps/jfsdemo-fuse"
    assert "job.batch/jfs-load-loader-job" in done.out


def test_yaml_is_a_stream_of_documents() -> None:
    done = run("render", "-f", DATASET)
    kinds = [parse(RawDocument("out", 0, 1, text)).value["kind"] for text in done.out.split("---\n")]
    assert kinds[:2] == ["DaemonSet", "ConfigMap"]
    assert "PersistentVolumeClaim" in kinds


def test_json_is_a_list_of_the_same_objects_in_the_same_order() -> None:
    made = json.loads(run("render", "-f", DATASET, "-o", "json").out)
    names = [f"{it['kind'].lower()}/{it['metadata']['name']}" for it in made["items"]]
    printed = run("render", "-f", DATASET, "-o", "name").out.splitlines()
    assert names == [f"{line.partition('/')[0].partition('.')[0]}/{line.partition('/')[2]}" for line in printed]


def test_objects_are_as_fluid_installs_them_unless_settled_is_asked_for() -> None:
    def workers(*more: str) -> dict[str, object]:
        items = json.loads(run("render", "-f", DATASET, "-o", "json", "-n", "team", *more).out)["items"]
        return next(dict(it) for it in items if it["kind"] == "StatefulSet")

    assert workers()["spec"]["replicas"] == 0  # type: ignore[index]
    settled = workers("--settled")
    assert settled["spec"]["replicas"] == 5  # type: ignore[index]
    assert settled["metadata"]["namespace"] == "team"  # type: ignore[index]


def test_options_take_the_place_of_the_controllers_variables() -> None:
    done = run("render", "-f", DATASET, "--mount-root", "/mnt", variables={"MOUNT_ROOT": "/other", "HOME": "/"})
    assert "/mnt/juicefs/default/jfsdemo" in done.out
    assert "/other/" not in done.out


def test_a_variable_with_which_fluid_would_not_start_is_a_usage_error() -> None:
    done = run("render", "-f", DATASET, variables={"CRITICAL_FUSE_POD": "perhaps"})
    assert done.status == 2
    assert "CRITICAL_FUSE_POD" in done.err


def test_all_errors_are_said_and_nothing_is_printed(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(DATASET.read_text().replace("juicefs:///", "s3://x").replace("quota: 40Gi", "quota: many"))
    done = run("render", "-f", bad)
    assert (done.status, done.out) == (1, "")
    assert "can not parse jfs path" in done.err
    assert done.err.count("error: ") > 1


def test_a_field_without_effect_is_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "ignored.yaml"
    file.write_text(
        DATASET.read_text().replace("  replicas: 5", "  replicas: 5\n  runAs: {uid: 0, gid: 0, user: a, group: a}")
    )
    done = run("render", "-f", file)
    assert done.status == 0
    assert "warning: juicefsruntime" in done.err or "warning: dataset" in done.err
    assert "runAs" in done.err
    assert run("render", "-q", "-f", file).err == ""


def test_a_dataload_without_its_dataset_is_an_error() -> None:
    done = run("render", "-f", LOAD)
    assert (done.status, done.out) == (1, "")
    assert "there is no Dataset default/jfsdemo" in done.err


@pytest.mark.parametrize("text", ["", "kind: ConfigMap\n", "3\n", "[]\n", "kind: Dataset\nmetadata: 3\n"])
def test_input_without_a_dataset_is_an_error(text: str) -> None:
    done = run("render", "-", stdin=text)
    assert (done.status, done.out) == (1, "")
    assert "there is no Dataset" in done.err


def test_a_dataset_without_a_name_is_an_error() -> None:
    done = run("render", "-", stdin="kind: Dataset\napiVersion: data.fluid.io/v1alpha1\nmetadata: {}\n")
    assert done.status == 1
    assert "Traceback" not in done.err


def test_nothing_to_read_is_a_usage_error() -> None:
    assert run("render").status == 2


def test_a_folder_with_nothing_but_manifests_gives_the_job_that_would_run() -> None:
    done = run("inject", "-f", FILES, "--local")
    assert done.status == 0
    assert "fluid-fuse-jfsdemo" in done.out
    assert "hostPath" not in done.out


FLUID = "apiVersion: data.fluid.io/v1alpha1\n"
OPTION = "{name: token, valueFrom: {secretKeyRef: {name: s, key: k}}}"
SPEC = "{mounts: [{name: v, mountPoint: '%s', encryptOptions: [%s]}]}"


def dataset(name: str, point: str = "juicefs:///") -> str:
    return f"{FLUID}kind: Dataset\nmetadata: {{name: {name}}}\nspec: {SPEC % (point, OPTION)}\n---\n"


def runtime(name: str, spec: str = "{replicas: 1}", kind: str = "JuiceFSRuntime") -> str:
    return f"{FLUID}kind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n---\n"


def test_a_reference_to_a_dataset_that_cannot_be_rendered_is_an_error_of_its_own() -> None:
    text = dataset("ref", "dataset://default/bad") + dataset("bad", "s3://x") + runtime("bad") + dataset("worse", "x")
    done = run("render", "-", stdin=text)
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines()[0] == (
        "error: dataset.data.fluid.io/ref: dataset default/bad cannot be rendered: "
        "MountPoint error, can not parse jfs path"
    )
    assert "error: dataset.data.fluid.io/bad: MountPoint error" in done.err
    assert "error: dataset.data.fluid.io/worse: a Dataset without a runtime stays NotBound" in done.err


def test_datasets_that_run_in_circles_are_an_error() -> None:
    text = dataset("ref", "dataset://default/ref2") + dataset("ref2", "dataset://default/ref2")
    done = run("render", "-", stdin=text)
    assert (done.status, done.out) == (1, "")
    assert [line.partition(": ThinRuntime with no profile name")[0] for line in done.err.splitlines()[::2]] == [
        "error: dataset.data.fluid.io/ref",
        "error: dataset.data.fluid.io/ref2",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            f"{FLUID}kind: Dataset\nmetadata: {{name: a, namespace: [x]}}\n",
            "Dataset.metadata.namespace is not a string",
        ),
        (f"{FLUID}kind: Dataset\nmetadata: {{name: {{}}}}\n", "Dataset.metadata.name is not a string"),
        (f"{FLUID}kind: Dataset\nmetadata: 3\n", "Dataset.metadata is not a mapping"),
        (f"{FLUID}kind: DataLoad\nmetadata: {{'': ''}}\n", "metadata.name: Required value"),
        (f"{FLUID}kind: DataLoad\nmetadata: {{name: a}}\nspec: {{'': ''}}\n", "names no namespace of its dataset"),
        (
            f"{FLUID}kind: DataLoad\nmetadata: {{name: a}}\nspec: {{dataset: {{name: []}}}}\n",
            "DataLoad.spec.dataset.name is not a string",
        ),
        ("apiVersion: v1\nkind: List\nitems: 3\n", "items must be a list, not a number"),
    ],
)
def test_a_wrong_type_is_one_sentence_and_no_bug(text: str, sentence: str) -> None:
    done = run("render", "-", stdin=text)
    assert (done.status, done.out) == (1, "")
    assert sum(sentence in line for line in done.err.splitlines()) == 1


def test_an_object_that_is_given_twice_is_an_error_and_not_rendered() -> None:
    done = run("render", "-", stdin=dataset("a") + runtime("a") + dataset("a") + runtime("a", "{}"))
    assert (done.status, done.out) == (1, "")
    assert [line for line in done.err.splitlines() if line.startswith("error")] == [
        "error: dataset.data.fluid.io/a: Dataset default/a is given twice",
        "error: juicefsruntime.data.fluid.io/a: JuiceFSRuntime default/a is given twice",
    ]


def test_two_runtimes_of_one_dataset_are_an_error() -> None:
    done = run("render", "-", stdin=dataset("a") + runtime("a") + runtime("a", kind="ThinRuntime"))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(
        "error: dataset.data.fluid.io/a: the dataset can't be bound to the runtime, "
        "because it's already bound to another runtime a\nhint: keep one of JuiceFSRuntime and ThinRuntime default/a\n"
    )


def test_a_runtime_without_its_dataset_is_a_warning_with_a_hint() -> None:
    done = run("render", "-", stdin=dataset("a") + runtime("a") + runtime("b"))
    assert done.status == 0
    assert (
        "warning: juicefsruntime.data.fluid.io/b: No dataset can be bound to the runtime, waiting.\n"
        "hint: give the Dataset default/b too: it has the name of its runtime\n"
    ) in done.err


def test_a_boolean_that_is_false_has_no_effect_either() -> None:
    done = run("render", "-", stdin=dataset("a") + runtime("a", "{worker: {enabled: false}}"))
    assert (
        "warning: dataset.data.fluid.io/a: JuiceFSRuntime.spec.worker.enabled has no effect\n"
        "hint: replicas: 0 starts no workers\n"
    ) in done.err


def test_a_dataload_of_a_reference_is_refused_in_fluids_own_sentence() -> None:
    load = f"{FLUID}kind: DataLoad\nmetadata: {{name: l}}\nspec: {{dataset: {{name: ref, namespace: default}}}}\n"
    done = run("render", "-", stdin=dataset("ref", "dataset://default/a") + dataset("a") + runtime("a") + load)
    assert done.status == 1
    assert "error: dataload.data.fluid.io/l: thinEngine for reference dataset does not support data" in done.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--enterprise-image", "foo"), ("--community-image", "registry:5000/foo"), ("--mount-root", "rel")],
)
def test_an_option_that_fluid_could_not_use_is_a_usage_error(option: str, value: str) -> None:
    done = run("render", "-f", DATASET, option, value)
    assert (done.status, done.out) == (2, "")
    assert f"{option}: '{value}' is not" in done.err


def test_the_name_of_a_variable_keeps_its_capitals_in_an_error() -> None:
    done = run("render", "-f", DATASET, variables={"MOUNT_ROOT": "/a b"})
    assert done.err.startswith("error: kubectl fluid render: MOUNT_ROOT is not a plain absolute path")
