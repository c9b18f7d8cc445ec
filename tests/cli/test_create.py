from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.running import Ran, run
from tests.support import unavailable

DATASET = ["dataset", "demo", "--mount", "juicefs:///demo", "--edition", "community", "--secret", "jfs-secret"]
JOB = ["job", "demo-app", "--dataset", "demo", "--image", "debian:stable", "--mount-path", "/data"]
DATALOAD = ["dataload", "demo-load", "--dataset", "demo"]
#: Writes down what it was given, says something on both streams, and ends with the code in a file.
KUBECTL = """\
#!/bin/sh
cat > "$0.stdin"
printf '%s\\n' "$@" > "$0.arguments"
echo applied
cat "$0.words" >&2
exit "$(cat "$0.code")"
"""


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program on the PATH of the runs that stands for kubectl."""
    path = tmp_path / "kubectl"
    path.write_text(KUBECTL)
    path.chmod(0o755)
    answer(path, 0, "")
    monkeypatch.chdir(tmp_path)
    return path


def answer(kubectl: Path, code: int, words: str) -> None:
    kubectl.with_name("kubectl.code").write_text(str(code))
    kubectl.with_name("kubectl.words").write_text(words)


def given(kubectl: Path) -> tuple[list[str], list[Any]]:
    arguments = kubectl.with_name("kubectl.arguments").read_text().splitlines()
    return arguments, list(yaml.safe_load_all(kubectl.with_name("kubectl.stdin").read_text()))


def create(*arguments: str, path: Path | None = None) -> Ran:
    variables = {"HOME": "/nonexistent", "PATH": f"{path.parent}:/usr/bin:/bin" if path else "/nonexistent"}
    return run("create", *arguments, variables=variables)


def printed(*arguments: str) -> list[Any]:
    ran = create(arguments[0], "--dry-run=client", "-o", "yaml", *arguments[1:])
    assert (ran.status, ran.err) == (0, "")
    return list(yaml.safe_load_all(ran.out))


def test_a_dataset_is_printed_with_its_runtime_and_a_secret_to_fill_in() -> None:
    values = printed(*DATASET, "--workers", "5", "--cache", "SSD:/mnt/cache1:/mnt/cache2:40Gi", "-n", "ml")
    assert [(it["kind"], it["metadata"]) for it in values] == [
        ("Secret", {"name": "jfs-secret", "namespace": "ml"}),
        ("Dataset", {"name": "demo", "namespace": "ml"}),
        ("JuiceFSRuntime", {"name": "demo", "namespace": "ml"}),
    ]
    assert values[1]["spec"]["mounts"][0]["name"] == "demo"
    assert values[2]["spec"]["replicas"] == 5


def test_the_printed_secret_has_no_key_that_could_overwrite_a_value() -> None:
    ran = create(*DATASET, "--dry-run", "-o", "yaml")
    secret = next(yaml.safe_load_all(ran.out))
    assert (secret["stringData"], "data" in secret) == ({}, False)
    assert "#   metaurl=...\n#   access-key=...\n#   secret-key=...\n" in ran.out
    command = "kubectl create secret generic jfs-secret --from-env-file=jfs-secret.env --dry-run=client -o yaml"
    assert f"#   {command} | kubectl apply --server-side --force-conflicts -f -\napiVersion: v1\n" in ran.out


def test_the_hint_for_the_secret_is_a_command_that_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("kubectl") is None:
        unavailable("kubectl is not on the PATH")
    monkeypatch.chdir(tmp_path)
    lines = create(*DATASET, "--dry-run=client").err.splitlines()
    keys = [line.strip().removesuffix("...") for line in lines if line.endswith("=...")]
    (tmp_path / "jfs-secret.env").write_text("".join(f'{key}it\'s "a" $value\n' for key in keys))
    command = lines[-1].partition(" | ")[0].split()
    made = yaml.safe_load(subprocess.run(command, capture_output=True, check=True).stdout)
    assert set(made["data"]) == {"metaurl", "access-key", "secret-key"}


def test_json_of_several_objects_is_a_list_and_the_hint_is_on_stderr() -> None:
    ran = create(*DATASET, "--dry-run=client", "-o", "json")
    assert [it["kind"] for it in json.loads(ran.out)["items"]] == ["Secret", "Dataset", "JuiceFSRuntime"]
    assert ran.err.startswith("Secret jfs-secret is still to be filled.")
    assert json.loads(create(*JOB, "--dry-run=client", "-o", "json").out)["kind"] == "Job"


def test_without_a_format_only_names_are_printed_as_kubectl_does() -> None:
    lines = ["dataset.data.fluid.io/demo", "juicefsruntime.data.fluid.io/demo"]
    assert create(*DATASET, "--dry-run=client", "-o", "name").out.splitlines() == lines
    assert create(*DATASET, "--dry-run=client").out.splitlines() == [f"{line} created (dry run)" for line in lines]


def test_a_job_for_eci_has_its_labels_on_the_pods_and_its_command_as_it_was_given() -> None:
    (value,) = printed(*JOB, "--platform", "eci", "--", "sh", "-c", "time cp -r /data /var/copy", "--dry-run")
    template = value["spec"]["template"]
    assert template["metadata"]["labels"] == {
        "alibabacloud.com/fluid-sidecar-target": "eci",
        "alibabacloud.com/eci": "true",
    }
    assert template["spec"]["containers"][0]["command"] == ["sh", "-c", "time cp -r /data /var/copy", "--dry-run"]


def test_a_dataload_names_the_namespace_that_the_kubeconfig_chooses(tmp_path: Path) -> None:
    config = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "namespace": "ml"}}],
        "clusters": [{"name": "k", "cluster": {"server": "https://nowhere.invalid"}}],
    }
    (tmp_path / "config").write_text(json.dumps(config))
    (value,) = printed(*DATALOAD, "--kubeconfig", str(tmp_path / "config"), "--option", "threads=50", "--path", "/a")
    assert value["metadata"]["namespace"] == value["spec"]["dataset"]["namespace"] == "ml"
    assert (value["spec"]["target"], value["spec"]["options"]) == ([{"path": "/a"}], {"threads": "50"})
    assert printed(*DATALOAD, "-n", "other")[0]["spec"]["dataset"]["namespace"] == "other"
    assert printed(*DATALOAD)[0]["spec"]["target"] == [{"path": "/"}]


def test_what_is_printed_can_be_injected_with_the_objects_of_the_dataset() -> None:
    job = create(*JOB, "--dry-run=client", "-o", "yaml").out
    data = create(*DATASET, "--dry-run=client", "-o", "yaml").out
    ran = run("inject", "--local", "-", stdin=f"{job}---\n{data}")
    assert ran.status == 0, ran.err
    spec = next(yaml.safe_load_all(ran.out))["spec"]["template"]["spec"]
    assert [it["name"] for it in spec["initContainers"]] == ["fluid-fuse-demo"]


def test_kubectl_applies_everything_but_the_secret(kubectl: Path) -> None:
    answer(kubectl, 0, "Warning: old\n")
    ran = create(*DATASET, "-n", "ml", path=kubectl)
    arguments, values = given(kubectl)
    assert arguments == ["apply", "--filename=-", "--namespace=ml"]
    assert [it["kind"] for it in values] == ["Dataset", "JuiceFSRuntime"]
    assert (ran.status, ran.out) == (0, "applied\n")
    assert ran.err.splitlines()[:2] == [
        "Warning: old",
        "Secret jfs-secret is still to be filled. Write its values into a file jfs-secret.env, one a line:",
    ]


def test_kubectl_is_told_which_cluster_who_asks_and_what_to_print(kubectl: Path) -> None:
    options = ["--context", "c", "--kubeconfig=f", "--as", "--help", "--as-group", "g", "--as-group", "h", "-o", "json"]
    assert create(*JOB, "--dry-run=server", *options, path=kubectl).status == 0
    arguments, _ = given(kubectl)
    assert " ".join(arguments[2:]) == (
        "--dry-run=server --output=json --kubeconfig=f --context=c --as=--help --as-group=g --as-group=h"
    )


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("error: no matches for kind Dataset", 1),
        ("Unable to connect to the server: dial tcp", 4),
        ("Error from server (Forbidden): datasets is forbidden", 4),
        ("", 1),
    ],
)
def test_kubectls_failure_is_told_in_its_own_words(kubectl: Path, words: str, status: int) -> None:
    answer(kubectl, 1, words)
    ran = create(*JOB, path=kubectl)
    assert ran.status == status
    assert ran.err.startswith(
        f"error: kubectl apply: {words.removeprefix('error: ') or 'exit code 1'}\nhint: print the"
    )


def test_without_kubectl_nothing_can_be_applied_but_everything_printed() -> None:
    ran = create(*JOB)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "error: kubectl apply: kubectl is not on the PATH\n"
        "hint: install kubectl, or print the manifests with --dry-run=client -o yaml\n"
    )


def test_a_cache_in_memory_is_warned_of_unless_the_fuse_client_has_its_own_size() -> None:
    memory = [*DATASET, "--cache", "MEM:/dev/shm:4Gi", "--dry-run=client", "-o", "yaml"]
    assert create(*memory).err.startswith(
        "note: without --cache-size the memory request of each FUSE client becomes 4Gi"
    )
    assert create(*memory, "--cache-size", "0").err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*DATASET[:1], "Demo", *DATASET[2:]], "error: NAME: 'Demo' is not a name that Kubernetes takes"),
        ([*DATASET, "--mount", "s3://b"], "error: --mount: 's3://b' is not a folder of a JuiceFS volume"),
        ([*DATASET, "--bucket", "https://b", "--storage", "oss\nrm"], "error: --storage: 'oss\\nrm' holds '\\n'"),
        (
            [*DATASET, "--bucket", "https://b"],
            "error: --storage: storage and bucket of the community edition go together",
        ),
        ([*DATASET, "--volume", ""], "error: --volume: it is empty"),
        ([*DATASET, "--cache", "SSD:40Gi"], "error: --cache: 'SSD:40Gi' lacks a path"),
        ([*DATASET, "--cache-size", "1Gi"], "error: --cache-size: '1Gi' is not a number of MiB"),
        ([*DATASET, "-n", "a/b"], "error: --namespace: 'a/b' is not a name that Kubernetes takes"),
        ([*DATALOAD, "--option", "threads"], "error: --option: threads has no ="),
        ([*DATALOAD, "--option", "threads=$(id)"], "error: --option: '$(id)' holds '$'"),
        ([*DATALOAD, "--path", "data"], "error: --path: 'data' is not an absolute path"),
        ([*JOB, "--image", "-x"], "error: --image: '-x' is not an image"),
        ([*JOB, "--", "ls", "\udcff"], "error: COMMAND: '\\udcff' is not UTF-8"),
    ],
)
def test_a_bad_value_is_named_with_its_option_and_a_cure(arguments: list[str], message: str) -> None:
    ran = create(*arguments, "--dry-run=client") if "--" not in arguments else create(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(message)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["dataset"],
        [*DATASET, "--edition", "enterprise"],
        [*DATASET, "--workers", "-1"],
        ["datset"],
        [*JOB, "--dry-run=maybe"],
    ],
)
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str]) -> None:
    ran = create(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[-1].startswith("hint: see 'kubectl fluid create")


@pytest.mark.parametrize("kind", ["dataset", "dataload", "job"])
def test_each_kind_has_help_with_examples(kind: str) -> None:
    ran = create(kind, "-h")
    assert ran.status == 0
    assert f"Usage: kubectl fluid create {kind} [flags] NAME" in ran.out
    assert "\nExamples:\n  # " in ran.out


def test_the_kinds_complete_as_verbs_do() -> None:
    assert run("__complete", "--", "create", "data").out.splitlines()[:2] == [
        "dataset\tCreate a Dataset on JuiceFS with its runtime",
        "dataload\tCreate a DataLoad, which warms a Dataset's cache",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        DATASET,
        [*DATASET, "--workers", "5", "--cache", "SSD:/mnt/cache1:/mnt/cache2:40Gi", "--read-write"],
        ["dataset", "demo", "--mount", "juicefs:///", "--edition", "cloud", "--volume", "v", "--secret", "jfs-secret"],
        DATALOAD,
        [*JOB, "--platform", "eci", "--", "ls", "/data"],
    ],
    ids=["community", "cached", "cloud", "dataload", "job"],
)
def test_what_is_printed_passes_validate(arguments: list[str]) -> None:
    made = create(arguments[0], "--dry-run=client", "-o", "yaml", *arguments[1:])
    checked = run("validate", "-", stdin=made.out)
    assert (made.status, checked.status, checked.out) == (0, 0, "")
