"""ConfigMaps that `inject` added go with the injection."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cli.running import Ran, run
from tests.cli.world import JOB, PLAIN, named, write

BY_CONFIG_MAP = ("--mount-check", "configmap")
LAST_LINE_COMMENTED = JOB.rstrip("\n") + "   # a comment that gets lost"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, job=JOB)


def inject(*arguments: str, stdin: str = "") -> Ran:
    ran = run("inject", "--objects", "objects.yaml", "--local", *BY_CONFIG_MAP, *arguments, stdin=stdin)
    assert ran.status == 0
    return ran


TEXTS = {
    "YAML": JOB,
    "YAML without a last line break": JOB.rstrip("\n"),
    "a comment on a last line without its break": LAST_LINE_COMMENTED,
    "CRLF": JOB.replace("\n", "\r\n"),
    "an end marker": JOB + "...\n",
    "blank lines at the end": JOB + "\n\n",
    "several": JOB + "---\n" + PLAIN + "---\n" + named("second"),
    "JSON": json.dumps(yaml.safe_load(JOB)) + "\n",
    "JSON without a last line break": json.dumps(yaml.safe_load(JOB)),
    "JSON of several lines": json.dumps(yaml.safe_load(JOB), indent=2),
    "JSON values": json.dumps(yaml.safe_load(JOB)) + json.dumps(yaml.safe_load(named("second"))),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_uninject_gives_back_the_text_without_config_maps(text: str) -> None:
    injected = inject("-", stdin=text).out
    assert "check-fluid-mount-ready.sh" in injected
    ran = run("uninject", "-", stdin=injected)
    assert (ran.status, ran.out) == (0, text)
    assert "configmap/check-fluid-mount-ready is removed: no Pod needs it any more" in ran.err


@pytest.mark.parametrize("text", [JOB, JOB.rstrip("\n"), LAST_LINE_COMMENTED])
def test_files_and_diffs_come_back_in_the_same_way(folder: Path, text: str) -> None:
    file = folder / "job.yaml"
    file.write_text(text)
    forth = inject("-o", "diff", "job.yaml").out
    inject("--in-place", "job.yaml")
    injected = file.read_text()
    back = run("uninject", "-o", "diff", "job.yaml").out
    run("uninject", "--in-place", "job.yaml")
    assert file.read_text() == text
    for diff, result in ((forth, injected), (back, text)):
        subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=folder, check=True)
        assert file.read_text() == result


def test_several_files_stay_documents_of_their_own(folder: Path) -> None:
    (folder / "x.yaml").write_text(JOB.rstrip("\n"))
    ran = run("uninject", "-", stdin=inject("x.yaml", "-", stdin=PLAIN).out)
    assert ran.out == JOB + "---\n" + PLAIN


def test_they_stay_while_a_pod_of_the_input_mounts_them() -> None:
    injected = inject("-", stdin=JOB).out
    kept = (
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: other}\n"
        "spec: {containers: [], volumes: [{name: v, configMap: {name: check-fluid-mount-ready}}]}\n"
    )
    ran = run("uninject", "-", stdin=injected + kept)
    added = [it["metadata"]["name"] for it in yaml.safe_load_all(ran.out) if it["kind"] == "ConfigMap"]
    assert added == ["check-fluid-mount-ready"]


def test_they_stay_where_no_pod_of_the_input_mounted_them() -> None:
    alone = "---\n".join(inject("-", stdin=JOB).out.split("---\n")[1:])
    assert run("uninject", "-", stdin=alone).out == alone


def test_they_stay_where_a_document_cannot_be_read() -> None:
    injected = inject("-", stdin=JOB).out
    ran = run("uninject", "--keep-going", "-", stdin=injected + "---\na: [\n")
    assert ran.status == 1
    assert "check-fluid-mount-ready.sh" in ran.out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#!/usr/bin/env bash", "#!/bin/bash"),
        ("fluid.io/check-mount-script-sha256: ", "fluid.io/check-mount-script-sha256: f"),
        ("  namespace: default\n", "  namespace: elsewhere\n"),
        ("  annotations:\n    fluid.io/check", "  annotations:\n    mine: x\n    fluid.io/check"),
    ],
)
def test_what_is_not_exactly_ours_stays(old: str, new: str) -> None:
    injected = inject("-", stdin=JOB.replace("{name: demo-app}", "{name: demo-app, namespace: default}")).out
    assert old in injected
    kept = list(yaml.safe_load_all(run("uninject", "-", stdin=injected.replace(old, new)).out))
    assert len([it for it in kept if it["kind"] == "ConfigMap"]) == 2


def test_profile_fluid_leaves_none_either() -> None:
    ran = run("uninject", "-", stdin=inject("--profile", "fluid", "-", stdin=JOB).out)
    assert [it["kind"] for it in yaml.safe_load_all(ran.out)] == ["Job"]
