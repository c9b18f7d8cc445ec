from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.cli.running import run
from tests.cli.world import JOB, PLAIN, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, job=JOB)


def injected(text: str, *arguments: str) -> str:
    ran = run("inject", "--objects", "objects.yaml", "--local", "-", *arguments, stdin=text)
    assert ran.status == 0
    return ran.out


#: Its comment goes with the line that injection replaces, and cannot come back by itself.
COMMENTED = JOB.replace("claimName: jfs\n", "claimName: jfs   # a comment that gets lost\n")


def test_a_comment_that_went_with_its_line_comes_back() -> None:
    text = injected(COMMENTED)
    assert "gets lost\n" not in text
    assert "kubectl-fluid.io/undo-text" in text
    ran = run("uninject", "-", stdin=text)
    assert ran.out == COMMENTED
    assert ran.err.startswith("✓ restored job/demo-app (stdin:6): Undone: ")


def test_each_document_gets_its_own_text_back() -> None:
    text = COMMENTED + "---\n" + PLAIN + "---\n" + COMMENTED.replace("demo-app", "second")
    assert run("uninject", "-", stdin=injected(text)).out == text


def test_what_was_changed_since_stays_and_the_rest_goes() -> None:
    text = injected(COMMENTED).replace("image: 'debian:stable'", "image: 'debian:13'   # newer")
    ran = run("uninject", "-", stdin=text)
    wanted = yaml.safe_load(COMMENTED.replace("debian:stable", "debian:13"))
    assert yaml.safe_load(ran.out) == wanted
    assert "# newer" in ran.out


def test_a_forged_difference_of_texts_is_not_applied() -> None:
    text = injected(COMMENTED)
    evil = text.replace("   # a comment that gets lost", "\\n  evil: true")
    assert evil != text
    ran = run("uninject", "-", stdin=evil)
    assert ran.status == 0
    assert yaml.safe_load(ran.out) == yaml.safe_load(COMMENTED)


def test_a_pod_of_fluids_own_webhook_is_recognised() -> None:
    text = injected(JOB, "--profile", "fluid", "--mount-check", "none")
    assert "undo" not in text
    ran = run("uninject", "-", stdin=text)
    assert ran.status == 0
    assert "Recognised" in ran.err
    before, after = (yaml.safe_load(it)["spec"]["template"]["spec"] for it in (JOB, ran.out))
    assert after["volumes"] == before["volumes"]
    assert [it["name"] for it in after["containers"]] == ["demo"]


def test_what_was_never_injected_is_left_alone() -> None:
    ran = run("uninject", "job.yaml")
    assert (ran.status, ran.out) == (0, JOB)
    assert ran.err.startswith("- skipped  job/demo-app (job.yaml:6): NotInjected: ")


def test_the_cluster_is_not_asked() -> None:
    assert run("uninject", "--kubeconfig", "x", "job.yaml").status == 2
