"""`kubectl fluid validate`: a file that cannot be read is a finding of its own, and hides none of the others."""

from __future__ import annotations

import json
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.running import Ran, run
from tests.validation.examples import DATASET

read_xml = ET.fromstring

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
WRONG = CONFIG_MAP + "dat: {}\n"
#: What stands in the folder, in its order, with the beginning of what is said of it.
SAID = {
    "dangling.yaml": "no such file or directory",
    "good.yaml": "",
    "loop.yaml": "too many levels of symbolic links",
    "pipe.yaml": "not a regular file",
    "wrong.yaml": "unknown field `dat`",
}
CURE = "is the name right? A relative one begins in the folder that the program runs in"
FAULTY = [name for name, said in SAID.items() if said and name != "wrong.yaml"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a folder `f` of files that can be read and such that cannot."""
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / "f"
    inner.mkdir()
    (inner / "good.yaml").write_text(CONFIG_MAP)
    (inner / "wrong.yaml").write_text(WRONG)
    (inner / "dangling.yaml").symlink_to("nowhere")
    (inner / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(inner / "pipe.yaml")
    return inner


def validate(*arguments: str, stdin: str = "") -> Ran:
    ran = run("validate", *arguments, stdin=stdin)
    assert (ran.status, ran.err) == (1, "")
    return ran


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_is_told_at_its_place_among_the_others(jobs: str) -> None:
    lines = validate("f", "gone.yaml", "-j", jobs).out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [f"f/{name}" for name in SAID if SAID[name]] + ["gone.yaml"]
    assert [line.partition(": ")[2] for line in lines] == [
        "error FL0000 no such file or directory (it is a link to nowhere: mend or remove the link)",
        "error FL0000 too many levels of symbolic links (it is a link to loop.yaml: mend or remove the link)",
        "error FL0000 not a regular file (to read a pipe or device, give its own name)",
        "error FL0003 configmap/x: unknown field `dat` (did you mean `data`?)",
        f"error FL0000 no such file or directory ({CURE})",
    ]


def test_json_has_a_status_for_each() -> None:
    found = json.loads(validate("f", "-o", "json").out)
    assert {name: found[f"f/{name}"][0]["status"] for name in SAID} == {
        name: "Failure" if said else "Success" for name, said in SAID.items()
    }
    for name in FAULTY:
        (status,) = found[f"f/{name}"]
        assert (status["reason"], status["message"]) == ("BadRequest", SAID[name])
        assert [cause["code"] for cause in status["details"]["causes"]] == ["FL0000"]
        assert status["details"]["causes"][0]["hint"]


def test_junit_has_a_failing_case_for_each() -> None:
    suites = read_xml(validate("f", "-o", "junit").out)
    assert (suites.get("tests"), suites.get("failures")) == ("5", "4")
    failures = {suite.get("name"): [it.get("message") for it in suite.iter("failure")] for suite in suites}
    assert failures == {f"f/{name}": [said] if said else [] for name, said in SAID.items()}


def test_sarif_has_a_result_for_each() -> None:
    (ran,) = json.loads(validate("f", "-o", "sarif").out)["runs"]
    places = [it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for it in ran["results"]]
    assert places == [f"f/{name}" for name, said in SAID.items() if said]
    for name, result in zip(places, ran["results"], strict=True):
        assert result["level"] == "error"
        assert SAID[name.removeprefix("f/")] in result["message"]["text"]
    assert [rule["id"] for rule in ran["tool"]["driver"]["rules"]] == ["FL0000", "FL0003"]


def test_github_gets_a_command_for_each() -> None:
    lines = validate("f", "-o", "github").out.splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        f"::error file=f/{name}" for name, said in SAID.items() if said
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="takes a file of Linux that anybody may open and nobody read")
def test_a_file_that_fails_while_it_is_read_is_told_like_one_that_cannot_be_opened(folder: Path) -> None:
    for name in FAULTY:
        (folder / name).unlink()
    (folder / "broken.yaml").symlink_to("/proc/self/mem")
    lines = validate("f").out.splitlines()
    assert [line.partition(" FL")[0] for line in lines] == ["f/broken.yaml:1:1: error", "f/wrong.yaml:4:1: error"]


def test_of_several_names_the_missing_one_is_told_and_the_others_are_checked() -> None:
    ran = validate("f/good.yaml", "gone.yaml", "f/wrong.yaml", "gone.yaml", "empty")
    assert [line.partition(" FL")[0] for line in ran.out.splitlines()] == [
        "gone.yaml:1:1: error",
        "f/wrong.yaml:4:1: error",
        "empty:1:1: error",
    ]


def test_a_folder_without_manifests_is_told_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = validate("empty", "f/wrong.yaml")
    assert ran.out.splitlines()[0] == (
        "empty:1:1: error FL0000 no *.json, *.yaml or *.yml file in this folder (use -R to look into its folders too)"
    )
    assert "f/wrong.yaml:4:1: error FL0003" in ran.out


def test_rules_that_see_all_files_speak_of_those_that_can_be_read(folder: Path) -> None:
    (folder / "a.yaml").write_text(DATASET + "---\n" + DATASET)
    assert "stands twice" in validate("f").out


def test_what_cannot_be_read_cannot_be_turned_off() -> None:
    assert "f/pipe.yaml:1:1: error FL0000" in validate("f", "--disable", "FL0*").out


def test_a_wrong_command_line_is_none_of_the_findings() -> None:
    ran = run("validate", "gone.yaml", "--output", "xml")
    assert (ran.status, ran.out) == (2, "")


def test_other_verbs_stop_at_the_first() -> None:
    ran = run("inject", "--local", "f")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "error: f/dangling.yaml: no such file or directory\nhint: it is a link to nowhere: mend or remove the link\n"
    )
