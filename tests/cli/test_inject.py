from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
from tests.cli.running import Ran, run, start
from tests.cli.world import JOB, OBJECTS, PLAIN, named, write
from tests.support import unavailable


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a Job and the cluster's objects."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, job=JOB, plain=PLAIN)


def inject(*arguments: str, stdin: str = "") -> Ran:
    return run("inject", "--objects", "objects.yaml", "--local", *arguments, stdin=stdin)


def without_claim() -> str:
    return JOB.replace("claimName: jfs", "claimName: gone").replace("demo-app", "broken")


def test_the_sidecar_is_in_and_the_report_is_on_stderr() -> None:
    ran = inject("-f", "job.yaml")
    assert ran.status == 0
    (sidecar,) = yaml.safe_load(ran.out)["spec"]["template"]["spec"]["initContainers"]
    assert (sidecar["name"], sidecar["restartPolicy"]) == ("fluid-fuse-jfs", "Always")
    assert ran.err.splitlines()[0].startswith("✓ injected job/demo-app (job.yaml:6): ")
    assert ran.err.splitlines()[-1] == "1 injected"


def test_what_is_not_injected_stays_as_it_stands() -> None:
    ran = inject("job.yaml")
    kept = [line for line in ran.out.splitlines() if line in JOB.splitlines()]
    replaced = {
        "          persistentVolumeClaim:",
        "            claimName: jfs",
        "            - {name: data, mountPath: /data}",
    }
    assert set(JOB.splitlines()) - set(kept) <= replaced


def test_keys_that_are_numbers_or_booleans_stay_as_they_stand() -> None:
    keys = ['        1.50: "a"', '        y: "b"', '        0x10: "c"', '        .inf: "d"']
    text = JOB.replace("      labels:", "\n".join(["      annotations:", *keys, "      labels:"]), 1)
    ran = inject("-", stdin=text)
    assert (ran.status, text != JOB) == (0, True)
    assert "\n".join(keys) in ran.out
    assert "fluid-fuse-jfs" in ran.out


def test_documents_that_do_not_change_come_out_byte_for_byte() -> None:
    text = "\ufeff# head\n---\n" + PLAIN + "---\r\n# only a comment\r\n---\n{}\n...\n---\nlast: 1"
    ran = inject("-f", "-", stdin=text)
    assert (ran.status, ran.out) == (0, text)


def test_documents_of_the_input_count_as_objects_wherever_they_stand() -> None:
    ran = run("inject", "--local", "-", stdin=JOB + "---\n" + OBJECTS)
    assert ran.status == 0
    assert ran.out.endswith("---\n" + OBJECTS)
    assert "fluid-fuse-jfs" in ran.out


def test_files_are_joined_so_that_they_stay_documents_of_their_own(folder: Path) -> None:
    (folder / "x.yaml").write_text("a: 1")
    (folder / "y.yaml").write_text("%YAML 1.1\n---\nb: 2\n")
    (folder / "z.json").write_text('\ufeff{"c": 3}')
    ran = inject("x.yaml", "y.yaml", "z.json")
    assert list(yaml.safe_load_all(ran.out)) == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_one_failing_document_and_nothing_is_written() -> None:
    ran = inject("-", stdin=JOB + "---\n" + without_claim() + "---\n" + PLAIN)
    assert (ran.status, ran.out) == (1, "")
    assert "✗ refused  job/broken (stdin:" in ran.err
    assert "ClaimNotFound: PersistentVolumeClaim default/gone does not exist\n    hint: " in ran.err
    assert ran.err.splitlines()[-1] == "1 would be injected, 1 refused; nothing was written"


def test_keep_going_leaves_the_failing_document_out_and_still_fails() -> None:
    ran = inject("--keep-going", "-", stdin=without_claim() + "---\n" + JOB + "---\n" + PLAIN)
    names = [document["metadata"]["name"] for document in yaml.safe_load_all(ran.out)]
    assert (ran.status, names) == (1, ["demo-app", "plain"])


def test_an_unreadable_document_fails_like_a_refused_one() -> None:
    text = JOB + "---\na: [\n---\n" + PLAIN
    assert inject("-", stdin=text).out == ""
    ran = inject("--keep-going", "-", stdin=text)
    assert ran.status == 1
    assert [document["kind"] for document in yaml.safe_load_all(ran.out)] == ["Job", "ConfigMap"]
    assert ran.err.splitlines()[-1] == "1 injected, 1 unreadable"


def test_a_second_injection_changes_nothing() -> None:
    once = inject("job.yaml").out
    twice = inject("-", stdin=once)
    assert twice.out == once
    assert "AlreadyInjected" in twice.err


@pytest.mark.parametrize(
    "text",
    [
        JOB,
        JOB.replace("\n", "\r\n"),
        JOB.rstrip("\n"),
        "---\n" + JOB + "...\n",
        json.dumps(yaml.safe_load(JOB)),
        json.dumps(yaml.safe_load(JOB), indent=4) + "\n",
        yaml.safe_dump(yaml.safe_load(JOB), default_flow_style=True),
        JOB + "---\n" + PLAIN + "---\n" + named("second"),
        "apiVersion: v1\nkind: List\nitems:\n- "
        + JOB.removeprefix("# the job\n").replace("\n", "\n  ").rstrip()
        + "\n",
        JOB.replace("    metadata:\n      labels:", "    metadata:\n      annotations: {}   # none yet\n      labels:"),
        JOB.replace("      volumes:\n", "      initContainers: []   # none\n      volumes:\n"),
        JOB.replace("      volumes:\n", "      initContainers:\n      # none\n      volumes:\n"),
    ],
)
def test_uninject_gives_the_text_back_byte_for_byte(text: str) -> None:
    injected = inject("-", stdin=text)
    assert injected.status == 0
    assert injected.out != text
    back = run("uninject", "-", stdin=injected.out)
    assert (back.status, back.out) == (0, text)


def test_profile_fluid_names_and_places_as_fluid_does() -> None:
    spec = yaml.safe_load(inject("--profile", "fluid", "--mount-check", "none", "job.yaml").out)["spec"]["template"][
        "spec"
    ]
    assert [container["name"] for container in spec["containers"]] == ["fluid-fuse-0", "demo"]


def test_force_injects_without_a_label() -> None:
    text = JOB.replace("serverless.fluid.io/inject", "app")
    assert inject("-", stdin=text).out == text
    assert "fluid-fuse-jfs" in inject("--force", "-", stdin=text).out


def test_a_label_in_the_wrong_place_is_pointed_at() -> None:
    text = JOB.replace(
        "metadata: {name: demo-app}", 'metadata: {name: demo-app, labels: {serverless.fluid.io/inject: "true"}}'
    )
    text = text.replace('        serverless.fluid.io/inject: "true"   # please', "        app: demo")
    ran = inject("-", stdin=text)
    assert (ran.status, ran.out) == (0, text)
    assert "MisplacedLabel: serverless.fluid.io/inject stands on the workload (line 4)" in ran.err


def test_the_namespace_of_the_command_line_is_that_of_documents_without_one() -> None:
    ran = inject("-n", "team", "job.yaml")
    assert ran.status == 1
    assert "team/jfs does not exist" in ran.err


def test_the_namespace_of_a_document_counts_more() -> None:
    text = JOB.replace("{name: demo-app}", "{name: demo-app, namespace: default}")
    assert inject("-n", "team", "-", stdin=text).status == 0


def test_quiet_says_only_what_was_refused() -> None:
    assert inject("-q", "job.yaml").err == ""
    assert "refused" in inject("-q", "-", stdin=without_claim()).err


def test_verbose_says_what_has_no_pods() -> None:
    ran = inject("-v", "job.yaml", "plain.yaml")
    assert ran.err.splitlines()[-2:] == ["no Pod template: configmap/plain (plain.yaml:1)", "1 injected"]
    assert "configmap" not in inject("job.yaml", "plain.yaml").err


def test_a_person_is_told_that_the_terminal_is_read() -> None:
    environment = Environment(
        arguments=["inject", "--local", "-"],
        stdin=io.BytesIO(PLAIN.encode()),
        stdin_is_terminal=True,
        stderr=(err := io.BytesIO()),
    )
    assert main(environment) == 0
    assert err.getvalue().startswith(b"reading manifests from the terminal: end them with Ctrl-D\n")


def test_ctrl_c_is_exit_code_130_and_leaves_nothing_behind(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kubectl_fluid", "inject", "--local", "--objects", "objects.yaml", "job.yaml", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"a: 1\n" * 200_000)  # more than a pipe holds: when this ends, the program is reading
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=9)
    assert (process.returncode, out, err) == (130, b"", b"error: interrupted\n")
    assert {path.name for path in folder.iterdir()} == {"job.yaml", "objects.yaml", "plain.yaml"}


def test_hostile_names_do_not_steer_the_terminal(folder: Path) -> None:
    (folder / "a\x1b[2J.yaml").write_text(JOB.replace("demo-app", '"x\\e[31m"'))
    ran = inject("a\x1b[2J.yaml")
    assert "\x1b" not in ran.err
    assert "job/'x\\x1b[31m' (a\\x1b[2J.yaml:" in ran.err


def test_an_ascii_terminal_gets_other_glyphs() -> None:
    ran = start("inject", "--objects", "objects.yaml", "--local", "job.yaml", PYTHONIOENCODING="ascii")
    assert ran.err.startswith("+ injected job/demo-app")


def test_kustomize_is_asked_for_what_it_builds(folder: Path) -> None:
    if shutil.which("kubectl") is None:
        unavailable("kubectl is not installed")
    (folder / "kustomization.yaml").write_text("resources: [job.yaml]\nnamePrefix: x-\n")
    ran = run("inject", "--objects", "objects.yaml", "--local", "-k", ".", variables=dict(os.environ))
    assert ran.status == 0
    assert yaml.safe_load(ran.out)["metadata"]["name"] == "x-demo-app"


def test_kustomizes_own_error_is_passed_on() -> None:
    if shutil.which("kubectl") is None:
        unavailable("kubectl is not installed")
    ran = run("inject", "--local", "-k", "nowhere", variables=dict(os.environ))
    assert ran.status == 1
    assert ran.err.startswith("error: kubectl kustomize nowhere: must build at directory: ")
    assert '"' not in ran.err


def test_an_error_of_kustomize_with_quotes_in_it_is_passed_on(folder: Path) -> None:
    if shutil.which("kubectl") is None:
        unavailable("kubectl is not installed")
    (folder / "kustomization.yaml").write_text("resourcs: []\n")
    ran = run("inject", "--local", "-k", ".", variables=dict(os.environ))
    assert ran.err == 'error: kubectl kustomize .: invalid Kustomization: json: unknown field "resourcs"\n'


def test_without_kubectl_kustomize_says_so() -> None:
    ran = run("inject", "--local", "-k", ".", variables={"PATH": "/nonexistent"})
    assert (ran.status, ran.err.splitlines()[0]) == (1, "error: kubectl kustomize .: kubectl is not on the PATH")


def test_the_image_of_the_prefetcher_comes_from_the_option_or_the_variable() -> None:
    text = JOB.replace(
        "      labels:\n", '      annotations: {file-prefetcher.fluid.io/inject: "true"}\n      labels:\n'
    )
    arguments = ("inject", "--objects", "objects.yaml", "--local", "-")
    assert run(*arguments, stdin=text).status == 1
    assert "image: i1" in run(*arguments, "--prefetcher-image", "i1", stdin=text).out
    assert "image: i2" in run(*arguments, stdin=text, variables={"FILE_PREFETCHER_IMAGE": "i2"}).out


def test_a_train_job_that_asks_is_refused_with_what_to_do() -> None:
    text = "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: TrainJob\nmetadata: {name: t}\nspec:\n  labels: {%s}\n"
    asking = inject("-", stdin=text % 'serverless.fluid.io/inject: "true"')
    assert (asking.status, asking.out) == (1, "")
    assert "✗ refused  trainjob/t (stdin:1): NoPodTemplate: " in asking.err
    silent = inject("-", stdin=text % "")
    assert (silent.status, silent.out) == (0, text % "")
