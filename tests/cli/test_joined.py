"""What comes out can be read by kubectl, in whatever form its sources were."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from kubectl_fluid.manifests.parse import parse
from kubectl_fluid.manifests.stream import split
from tests.cli.running import Ran, run
from tests.cli.world import JOB, PLAIN, named, write
from tests.support import unavailable

JSON = json.dumps(yaml.safe_load(JOB))
BY_CONFIG_MAP = ("--mount-check", "configmap")
ADDED = ["configmap/check-fluid-mount-ready", "configmap/juicefs-default-check-mount"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a Job in both forms and the cluster's objects."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.json").write_text(JSON + "\n")
    (tmp_path / "second.json").write_text(json.dumps(yaml.safe_load(named("second"))))
    (tmp_path / "two.json").write_text(f"{JSON}\n{json.dumps(yaml.safe_load(named('third')))}")
    return write(tmp_path, job=JOB, plain=PLAIN)


def inject(*arguments: str, stdin: str = "") -> Ran:
    return run("inject", "--objects", "objects.yaml", "--local", *arguments, stdin=stdin)


def names(text: str) -> list[str]:
    documents = [parse(raw).value for raw in split(io.BytesIO(text.encode()), "out")]
    return [f"{it['kind'].lower()}/{it['metadata']['name']}" for it in documents if it is not None]


def kubectls(text: str) -> list[str]:
    """What kubectl reads in the text."""
    if shutil.which("kubectl") is None:
        unavailable("kubectl is not installed")
    command = ["kubectl", "label", "--local", "-f", "-", "a=b", "-o", "name"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [line.replace("job.batch/", "job/") for line in done.stdout.split()]


STREAMS = {
    "JSON alone": (["job.json"], ["job/demo-app"]),
    "JSON and ConfigMaps": ([*BY_CONFIG_MAP, "job.json"], ["job/demo-app", *ADDED]),
    "JSON and YAML": (["job.json", "plain.yaml"], ["job/demo-app", "configmap/plain"]),
    "YAML and JSON": (["plain.yaml", "job.json"], ["configmap/plain", "job/demo-app"]),
    "JSON and JSON": (["job.json", "second.json"], ["job/demo-app", "job/second"]),
    "JSON values of one file": (["two.json"], ["job/demo-app", "job/third"]),
    "JSON values of one file and ConfigMaps": ([*BY_CONFIG_MAP, "two.json"], ["job/demo-app", "job/third", *ADDED]),
    "JSON values of one file and YAML": (
        ["two.json", "plain.yaml"],
        ["job/demo-app", "job/third", "configmap/plain"],
    ),
    "YAML and JSON values of one file": (
        ["plain.yaml", "two.json"],
        ["configmap/plain", "job/demo-app", "job/third"],
    ),
    "JSON, ConfigMaps and YAML": (
        [*BY_CONFIG_MAP, "job.json", "plain.yaml"],
        ["job/demo-app", *ADDED, "configmap/plain"],
    ),
}


@pytest.mark.parametrize("reader", [names, kubectls])
@pytest.mark.parametrize(("arguments", "expected"), STREAMS.values(), ids=STREAMS)
def test_every_object_is_read(arguments: list[str], expected: list[str], reader: Callable[[str], list[str]]) -> None:
    assert reader(inject(*arguments).out) == expected


@pytest.mark.parametrize("names", [("job.json", "plain.yaml"), ("job.json", "second.json"), ("two.json", "plain.yaml")])
def test_json_that_is_followed_by_something_else_begins_with_a_marker(names: tuple[str, ...]) -> None:
    assert inject(*names).out.startswith("---\n{")


@pytest.mark.parametrize("text", [JSON, JSON + "\n", json.dumps(yaml.safe_load(JOB), indent=2), JSON + JSON + "\n"])
def test_json_that_does_not_change_stays_byte_for_byte(text: str) -> None:
    text = text.replace("serverless.fluid.io", "example.com")
    assert inject("-", stdin=text).out == text


def test_a_source_that_kubectl_could_not_read_is_left_so_and_noted() -> None:
    text = JSON + "\n---\n" + PLAIN
    ran = inject("-", stdin=text)
    assert ran.out.startswith('{"apiVersion"')
    assert "note: the input begins with JSON and goes on with YAML, which kubectl cannot read" in ran.err
    assert run("uninject", "-", stdin=ran.out).out == text


@pytest.mark.parametrize("arguments", [["--in-place"], ["-o", "diff"]], ids=" ".join)
@pytest.mark.parametrize("name", ["job.json", "json.yaml", "yaml.json"])
def test_a_json_file_has_no_room_for_config_maps(folder: Path, name: str, arguments: list[str]) -> None:
    (folder / "json.yaml").write_text(JSON)
    (folder / "yaml.json").write_text(JOB)
    before = (folder / name).read_text()
    ran = inject(*arguments, *BY_CONFIG_MAP, name)
    assert (ran.status, ran.out, (folder / name).read_text()) == (1, "", before)
    assert f"error: {name}: a JSON file holds one value, and has no room for the ConfigMaps" in ran.err
    assert "hint: use --mount-check inline" in ran.err
    assert inject("--in-place", name).status == 0


def test_a_json_file_without_room_stops_no_other_file_that_is_kept(folder: Path) -> None:
    (folder / "other.yaml").write_text(JOB.replace("metadata: {name: demo-app}", "metadata: {name: x, namespace: y}"))
    ran = inject("--in-place", "--keep-going", *BY_CONFIG_MAP, "job.json", "job.yaml")
    assert ran.status == 1
    assert (folder / "job.json").read_text() == JSON + "\n"
    assert "fluid-fuse-jfs" in (folder / "job.yaml").read_text()


def test_lists_come_out_as_one_flat_list() -> None:
    job, plain = yaml.safe_load(JOB), yaml.safe_load(PLAIN)
    inner = {"apiVersion": "v1", "kind": "List", "items": [plain]}
    stream = [{"apiVersion": "v1", "kind": "List", "items": [job, inner]}, plain, {"apiVersion": "v1", "kind": "List"}]
    ran = inject("-o", "json", "-", stdin=yaml.safe_dump_all(stream))
    value = json.loads(ran.out)
    assert [item["kind"] for item in value["items"]] == ["Job", "ConfigMap", "ConfigMap"]
    assert kubectls(ran.out) == ["job/demo-app", "configmap/plain", "configmap/plain"]


def test_a_list_gets_its_config_maps_among_its_items() -> None:
    text = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(JOB)]})
    value = json.loads(inject("-o", "json", *BY_CONFIG_MAP, "-", stdin=text).out)
    assert [item["kind"] for item in value["items"]] == ["Job", "ConfigMap", "ConfigMap"]
