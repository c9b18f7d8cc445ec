from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import jsonpatch
import pytest
import yaml

from tests.cli.running import Ran, run
from tests.cli.world import JOB, PLAIN, named, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a Job and the cluster's objects."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, job=JOB, plain=PLAIN)


def inject(*arguments: str, stdin: str = "") -> Ran:
    return run("inject", "--objects", "objects.yaml", "--local", *arguments, stdin=stdin)


def without_claim() -> str:
    return JOB.replace("claimName: jfs", "claimName: gone").replace("demo-app", "broken")


def test_json_of_one_document_is_that_object() -> None:
    value = json.loads(inject("-o", "json", "job.yaml").out)
    assert (value["kind"], value["spec"]["template"]["spec"]["initContainers"][0]["name"]) == ("Job", "fluid-fuse-jfs")


def test_json_of_several_documents_is_a_list() -> None:
    value = json.loads(inject("-o", "json", "job.yaml", "plain.yaml", "-", stdin="# nothing\n").out)
    assert (value["apiVersion"], value["kind"]) == ("v1", "List")
    assert [item["kind"] for item in value["items"]] == ["Job", "ConfigMap"]


def test_patches_are_per_object_and_relative_to_it() -> None:
    items = [yaml.safe_load(JOB), yaml.safe_load(PLAIN), {**yaml.safe_load(named("other"))}]
    items[2]["metadata"]["namespace"] = "default"
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    lines = [json.loads(line) for line in inject("-o", "patch", "-", stdin=text).out.splitlines()]
    assert [{key: line[key] for key in line if key != "patch"} for line in lines] == [
        {"apiVersion": "batch/v1", "kind": "Job", "name": "demo-app"},
        {"apiVersion": "batch/v1", "kind": "Job", "namespace": "default", "name": "other"},
    ]
    whole = json.loads(inject("-o", "json", "-", stdin=text).out)
    patched = [jsonpatch.apply_patch(item, line["patch"]) for item, line in zip(items[::2], lines, strict=True)]
    assert patched == whole["items"][::2]


def test_names_are_those_of_changed_objects() -> None:
    assert inject("-o", "name", "job.yaml", "plain.yaml").out == "job.batch/demo-app\n"


def test_the_diff_makes_the_new_file_from_the_old_one(folder: Path) -> None:
    (folder / "two.yaml").write_text(PLAIN + "---\n" + JOB + "---\n" + PLAIN)
    whole = inject("two.yaml").out
    diff = inject("-o", "diff", "two.yaml").out
    assert diff.startswith("--- a/two.yaml\n+++ b/two.yaml\n@@ ")
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=folder, check=True)
    assert (folder / "two.yaml").read_text() == whole


def test_the_diff_has_colours_when_they_are_asked_for() -> None:
    assert "\x1b[32m+" in inject("-o", "diff", "--color=always", "job.yaml").out
    assert "\x1b" not in inject("-o", "diff", "job.yaml").out


def test_in_place_writes_what_changed_and_nothing_else(folder: Path) -> None:
    expected = inject("job.yaml").out
    before = (folder / "plain.yaml").stat()
    (folder / "job.yaml").chmod(0o600)
    ran = inject("--in-place", "job.yaml", "plain.yaml")
    assert (ran.status, ran.out) == (0, "")
    assert (folder / "job.yaml").read_text() == expected
    assert stat.S_IMODE((folder / "job.yaml").stat().st_mode) == 0o600
    assert (folder / "plain.yaml").stat() == before
    assert ran.err.splitlines()[-1] == "1 injected; 1 file written"


def test_in_place_writes_nothing_when_one_file_fails(folder: Path) -> None:
    (folder / "z.yaml").write_text(without_claim())
    ran = inject("--in-place", "job.yaml", "z.yaml")
    assert ran.status == 1
    assert (folder / "job.yaml").read_text() == JOB
    assert {path.name for path in folder.iterdir()} == {"job.yaml", "objects.yaml", "plain.yaml", "z.yaml"}


def test_in_place_with_keep_going_leaves_failing_documents_as_they_are(folder: Path) -> None:
    (folder / "z.yaml").write_text(without_claim() + "---\n" + JOB)
    ran = inject("--in-place", "--keep-going", "z.yaml")
    assert ran.status == 1
    text = (folder / "z.yaml").read_text()
    assert text.startswith(without_claim() + "---\n")
    assert "fluid-fuse-jfs" in text


def test_in_place_leaves_a_file_alone_that_it_cannot_read_to_the_end(folder: Path) -> None:
    (folder / "z.yaml").write_bytes(JOB.encode() + b"---\n\xff\n")
    ran = inject("--in-place", "--keep-going", "z.yaml", "job.yaml")
    assert ran.status == 1
    assert (folder / "z.yaml").read_bytes() == JOB.encode() + b"---\n\xff\n"
    assert "fluid-fuse-jfs" in (folder / "job.yaml").read_text()


def test_in_place_and_uninject_in_place_leave_no_trace(folder: Path) -> None:
    inject("--in-place", "job.yaml")
    run("uninject", "--in-place", "job.yaml")
    assert (folder / "job.yaml").read_text() == JOB


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no input: give files or folders, - for stdin, or -k DIR"),
        (["--in-place", "-"], "--in-place writes files, and stdin is none"),
        (["--in-place", "-o", "json", "job.yaml"], "--in-place prints nothing, so it does not go with -o"),
        (["-o", "xml", "job.yaml"], "invalid value for '-o' / '--output'"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(arguments: list[str], message: str) -> None:
    ran = inject(*arguments)
    assert ran.status == 2
    assert ran.err.startswith(f"error: kubectl fluid inject: {message}")


def test_config_maps_are_added_once_and_only_where_the_input_has_none() -> None:
    arguments = ("--profile", "fluid", "--mount-check", "configmap", "-")
    documents = list(yaml.safe_load_all(inject(*arguments, stdin=JOB + "---\n" + named("second")).out))
    added = [it["metadata"]["name"] for it in documents if it["kind"] == "ConfigMap"]
    volumes = documents[0]["spec"]["template"]["spec"]["volumes"]
    mounted = {volume["configMap"]["name"] for volume in volumes if "configMap" in volume}
    assert sorted(added) == sorted(mounted - {"jfs-fuse-script"})
    given = "".join("---\n" + yaml.safe_dump(it) for it in documents if it["kind"] == "ConfigMap")
    again = list(yaml.safe_load_all(inject(*arguments, stdin=JOB + given).out))
    assert [it["metadata"]["name"] for it in again if it["kind"] == "ConfigMap"] == added


BY_CONFIG_MAP = ("--profile", "fluid", "--mount-check", "configmap")


def test_added_config_maps_are_in_every_kind_of_output(folder: Path) -> None:
    whole = inject(*BY_CONFIG_MAP, "job.yaml").out
    names = [document["metadata"]["name"] for document in yaml.safe_load_all(whole)]
    assert len(names) > 1
    items = json.loads(inject(*BY_CONFIG_MAP, "-o", "json", "job.yaml").out)["items"]
    assert [item["metadata"]["name"] for item in items] == names
    lines = [json.loads(line) for line in inject(*BY_CONFIG_MAP, "-o", "patch", "job.yaml").out.splitlines()]
    assert [(line["name"], "patch" in line, line.get("object", {}).get("kind")) for line in lines] == [
        ("demo-app", True, None),
        *((name, False, "ConfigMap") for name in names[1:]),
    ]
    assert inject(*BY_CONFIG_MAP, "-o", "name", "job.yaml").out.split() == [
        "job.batch/demo-app",
        *(f"configmap/{name}" for name in names[1:]),
    ]
    diff = inject(*BY_CONFIG_MAP, "-o", "diff", "job.yaml").out
    inject(*BY_CONFIG_MAP, "--in-place", "job.yaml")
    assert (folder / "job.yaml").read_text() == whole
    (folder / "job.yaml").write_text(JOB)
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=folder, check=True)
    assert (folder / "job.yaml").read_text() == whole


def test_the_diff_of_a_failing_document_that_is_kept_shows_nothing_of_it() -> None:
    ran = inject("--keep-going", "-o", "diff", "-", stdin=without_claim() + "---\n" + JOB)
    assert ran.status == 1
    assert "-            claimName: gone" not in ran.out
    assert "-            claimName: jfs" in ran.out


def test_in_place_counts_a_file_of_two_names_once(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("job.yaml")
    assert inject("--in-place", "job.yaml", "link.yaml").err.splitlines()[-1] == "1 injected; 1 file written"
    assert (folder / "link.yaml").is_symlink()


def test_in_place_says_that_other_hard_links_keep_the_old_text(folder: Path) -> None:
    (folder / "other").hardlink_to(folder / "job.yaml")
    ran = inject("--in-place", "job.yaml")
    assert f"note: {folder / 'job.yaml'} is a new file now: its other hard links keep the old text\n" in ran.err
    assert (folder / "other").read_text() == JOB
