"""`kubectl fluid explain` on files, without any cluster."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.apiserver import kubeconfig, serving
from tests.cli.running import run
from tests.cli.world import JOB, named, write
from tests.explanation.schema import check
from tests.support import ROOT, Golden

Object = dict[str, Any]

GOLDENS = ROOT / "tests" / "cli" / "golden" / "explain"

SILENT = JOB.replace("serverless.fluid.io/inject", "app")
MISSING = JOB.replace("claimName: jfs", "claimName: nowhere")
INIT = JOB.replace(
    "      containers:\n",
    "      initContainers:\n        - {name: fetch, image: 'debian:stable', "
    "volumeMounts: [{name: data, mountPath: /in}]}\n"
    "      containers:\n",
)


def explain(folder: Path, *more: str, output: str = "text") -> tuple[int, str]:
    ran = run(
        "explain", "-f", folder / "job.yaml", "--objects", folder / "objects.yaml", "--local", "-o", output, *more
    )
    assert ran.err == ""
    return ran.status, ran.out


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        ("asks", JOB, 0),
        ("silent", SILENT, 4),
        ("missing", MISSING, 1),
        ("init-container", INIT, 0),
        ("several", JOB + "---\n" + MISSING, 1),
    ],
)
def test_the_page_and_the_document(
    tmp_path: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch, name: str, text: str, status: int
) -> None:
    monkeypatch.chdir(write(tmp_path, job=text))
    folder = Path()
    page, document = explain(folder), explain(folder, output="json")
    assert (page[0], document[0]) == (status, status)
    check(json.loads(document[1]))
    assert max(map(len, page[1].splitlines())) <= 80
    golden(GOLDENS / f"{name}.txt", page[1])
    golden(GOLDENS / f"{name}.json", document[1])


def test_what_was_injected_already_works(tmp_path: Path) -> None:
    folder = write(tmp_path, job=JOB)
    objects = folder / "objects.yaml"
    injected = run("inject", "-f", folder / "job.yaml", "--objects", objects, "--local").out
    (folder / "job.yaml").write_text(injected)
    status, text = explain(folder, output="json")
    document = json.loads(text)
    assert (status, document["diagnosis"]["code"]) == (0, "AlreadyInjected")
    assert document["claims"][0]["sidecar"] == "fluid-fuse-jfs"
    assert document["claims"][0]["mounts"] == [{"container": "demo", "mountPath": "/data"}]


def test_the_sidecars_that_are_named_are_those_that_inject_adds(tmp_path: Path) -> None:
    folder = write(tmp_path, job=JOB)
    document = json.loads(explain(folder, output="json")[1])
    injected = run("inject", "-f", folder / "job.yaml", "--objects", folder / "objects.yaml", "--local", "-o", "json")
    spec = json.loads(injected.out)["spec"]["template"]["spec"]
    assert document["plan"]["sidecars"] == [it["name"] for it in spec["initContainers"]]


def test_stdin_is_read(tmp_path: Path) -> None:
    objects = write(tmp_path) / "objects.yaml"
    ran = run("explain", "-f", "-", "--objects", objects, "--local", stdin=named("piped"))
    assert ran.status == 0
    assert ran.out.startswith("job/piped  namespace default, stdin:6\n")


def test_what_could_steer_a_terminal_is_escaped(tmp_path: Path) -> None:
    evil = JOB.replace('"true"   # please', r'"\e[31mred"').replace(
        "serverless.fluid.io/inject", "fluid.io/enable-injection"
    )
    status, text = explain(write(tmp_path, job=evil))
    assert status == 4
    assert r"fluid.io/enable-injection: \x1b[31mred" in text
    assert "\x1b" not in text


def test_colours_are_those_of_stdout(tmp_path: Path) -> None:
    folder = write(tmp_path, job=JOB)
    plain, coloured = explain(folder)[1], explain(folder, "--color", "always")[1]
    assert "\x1b[32m✓\x1b[0m" in coloured
    assert "\x1b[1mDIAGNOSIS\x1b[0m" in coloured
    for code in ("1", "2", "31", "32", "33", "36"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured.replace("\x1b[0m", "") == plain


def test_without_a_cluster_and_without_objects_it_cannot_be_told(tmp_path: Path) -> None:
    folder = write(tmp_path, job=JOB)
    ran = run("explain", "-f", folder / "job.yaml")
    assert ran.status == 4
    assert "? Unread: cluster: no current context in" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no input: name an object (pod/x, job/x, …), or give files with -f"),
        (["train"], "train: name an object as KIND/NAME, like job/train"),
        (["pod/"], "pod/: name an object as KIND/NAME, like job/train"),
        (["pod/x/y"], "pod/x/y: name an object as KIND/NAME, like job/train"),
        (["secret/x"], "secret is no kind that makes Pods; known: "),
        (["\x1b/x"], "\\x1b is no kind that makes Pods"),
        (["pod/x", "--local"], "--local asks no cluster: give a manifest with -f"),
    ],
)
def test_a_wrong_command_line_is_told(arguments: list[str], said: str) -> None:
    ran = run("explain", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: kubectl fluid explain: {said}")


def test_a_file_without_a_pod_is_told(tmp_path: Path) -> None:
    (tmp_path / "none.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    ran = run("explain", "-f", tmp_path / "none.yaml", "--local")
    assert (ran.status, ran.out, ran.err) == (1, "", "error: input: there is no Pod and no Pod template in it\n")


def test_a_named_object_needs_a_cluster() -> None:
    """The hints of files (--local, --objects) are none here."""
    ran = run("explain", "pod/x")
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.startswith("error: cluster: no current context in")
    assert ran.err.endswith("\nhint: name one with --kubeconfig or --context\n")


def test_a_named_object_and_a_server_that_is_away(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound, and nobody listens
        path = kubeconfig(tmp_path, f"http://127.0.0.1:{free.getsockname()[1]}")
        ran = run("explain", "pod/x", "--kubeconfig", path)
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.endswith(": connection refused\nhint: does `kubectl version` reach it?\n")


def test_a_server_that_answers_something_else_explains_nothing(tmp_path: Path) -> None:
    with serving() as server:
        server.hold("/api/v1/namespaces/default/pods/x", {"items": 5})
        ran = run("explain", "pod/x", "--kubeconfig", kubeconfig(tmp_path, server.url))
    assert (ran.status, ran.out) == (4, "")
    assert "its answer is not the Pod that was asked for" in ran.err


def test_a_namespace_that_would_lead_elsewhere_is_refused() -> None:
    ran = run("explain", "pod/x", "-n", "../x")
    assert (ran.status, ran.out) == (2, "")
    assert "'../x' is no name that a namespace can have" in ran.err


def test_what_only_inject_can_do_is_no_cure_for_a_pod(tmp_path: Path) -> None:
    _, document = explain(write(tmp_path, job=SILENT), output="json")
    assert "NotRequested" in document
    assert "--force" not in document
