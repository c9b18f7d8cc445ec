"""`kubectl fluid validate`: what a newcomer reads, whatever the output: the field, what is wrong, and what to do."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
from tests.cli.running import Ran, run
from tests.validation.examples import DATASET, JOB, POD, RUNTIME, documents

WARNED = RUNTIME.replace("SSD", "MEM").replace('  fuse:\n    options: {cache-size: "0"}\n', "")
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"


def validate(text: str, *arguments: str | Path) -> Ran:
    return run("validate", "-f", "-", *arguments, stdin=text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{CONFIG_MAP}data: {{a: y}}\n", "data.a: must be of type string, not boolean (YAML reads it as a boolean: "),
        (f"{CONFIG_MAP}data: {{a: 1}}\n", "data.a: must be of type string, not integer (put it in quotes)"),
        (
            RUNTIME.replace("replicas: 1", "replicas: '1'"),
            "spec.replicas: must be of type integer, not string (write 1 without quotes)",
        ),
        (
            JOB.replace("containers:\n", "containers: {}\n      x:\n"),
            "spec.template.spec.containers: must be of type array, not object (it is a list: begin each item",
        ),
        (
            RUNTIME.replace("quota: 40Gi", "quotaList: 40Gi"),
            'quotaList: "40Gi" is not a list of two quantities or more, joined by commas, like `10Gi,20Gi`',
        ),
        (DATASET.replace("name: demo", "name: DEMO"), 'metadata.name: "DEMO": a lowercase RFC 1123 subdomain'),
        (RUNTIME.replace("replicas", "replica"), ": unknown field `replica` (did you mean `replicas`?)"),
    ],
)
def test_a_sentence_of_the_schema_names_its_field_and_the_cure(text: str, said: str) -> None:
    assert said in validate(text, "--no-rules").out


@pytest.mark.parametrize("text", [POD.replace("name: train", "name: y"), DATASET.replace("name: demo", "name: 1")])
def test_a_name_of_the_wrong_type_is_not_said_to_be_missing_too(text: str) -> None:
    found = [line.split()[2] for line in validate(text, "--no-rules").out.splitlines()]
    assert set(found) == {"FL0004"}


def test_the_policy_that_a_job_cannot_have_is_named() -> None:
    said = "spec.template.spec.restartPolicy: must be OnFailure or Never in a Job, not Always"
    assert said in validate(JOB.replace("restartPolicy: Never", "restartPolicy: Always"), "--no-rules").out


@pytest.mark.parametrize(
    ("api_version", "kind", "hint"),
    [
        ("v1", "Deployment", "a Deployment is of apps/v1"),
        ("kubeflow.org/v1", "PyTorchJob", "--schema-location, or pass it over with --ignore-missing-schemas"),
        ("serving.knative.dev/v1", "Service", "a Service is of v1; for one of serving.knative.dev give its CRD"),
        ("data.fluid/v1alpha1", "Dataset", "a Dataset is of data.fluid.io/v1alpha1"),
        ("v1", "Foo", "give its CRD or schema with --schema-location"),
    ],
)
def test_a_kind_without_schema_comes_with_what_was_meant_or_what_to_do(api_version: str, kind: str, hint: str) -> None:
    ran = validate(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x}}\n")
    assert hint in ran.out


def test_kinds_that_are_passed_over_are_told_to_those_who_ask() -> None:
    text = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\n"
    assert validate(text, "--ignore-missing-schemas") == Ran(0, "", "")
    ran = validate(text, "--ignore-missing-schemas", "-v")
    assert ran == Ran(0, "stdin:1:1: info FL0002 widget/x: no schema is known of example.com/v1 Widget\n", "")


def test_an_annotation_turns_off_what_the_schema_finds_in_its_object_too() -> None:
    annotated = CONFIG_MAP.replace("{name: x}", '{name: x, annotations: {kubectl-fluid.io/disable: "FL0003"}}')
    assert validate(f"{annotated}dada: {{}}\n").status == 0
    assert validate(f"{annotated}data: []\n").status == 1
    assert validate(f"{annotated}---\n{CONFIG_MAP}dada: {{}}\n").status == 1


@pytest.mark.parametrize("item", ["1", "null", "text", "[]"])
def test_an_item_of_a_list_that_is_no_object_is_an_error_at_its_place(item: str) -> None:
    ran = validate(f"apiVersion: v1\nkind: List\nitems:\n  - {item}\n")
    assert ran.status == 1
    assert ran.out.startswith("stdin:4:5: error FL0001")


@pytest.mark.parametrize(("argument", "code"), [("-v", "FL0500"), ("--no-rules", "FL0001")])
def test_a_list_without_items_is_not_called_an_unknown_kind(argument: str, code: str) -> None:
    ran = validate("apiVersion: v1\nkind: List\nitems: {}\n", argument)
    assert [line.split()[2] for line in ran.out.splitlines()] == [code]


HOSTILE = 'apiVersion: v1\nkind: Pod\nmetadata: {name: "a\\e[31m\\a\\n::error::x"}\nspec: {"x\\e[2J": 1}\n'


@pytest.mark.parametrize("output", ["text", "github"])
def test_no_control_character_of_a_manifest_comes_through(output: str) -> None:
    ran = validate(HOSTILE, "-o", output)
    assert ran.status == 1
    assert [it for it in ran.out if not it.isprintable() and it != "\n"] == []
    assert len(ran.out.splitlines()) == ran.out.count("FL00")


def test_junit_tells_the_cure() -> None:
    root = ET.fromstring(validate(f"{CONFIG_MAP}dada: {{}}\n", "-o", "junit").out)  # noqa: S314 - our own
    assert "(did you mean `data`?)" in (root.findtext(".//failure") or "")


@pytest.mark.parametrize(("strict", "failures"), [((), "0"), (("--strict",), "1")])
def test_warnings_are_junits_failures_where_they_fail_the_run(strict: tuple[str, ...], failures: str) -> None:
    ran = validate(WARNED, "-o", "junit", *strict)
    root = ET.fromstring(ran.out)  # noqa: S314 - our own
    assert (root.get("failures"), str(ran.status)) == (failures, failures)
    assert len(root.findall(".//failure")) == int(failures)


def test_the_caret_stands_below_its_place_behind_wide_characters() -> None:
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: {a: "数据集"}, lables: {}}\n'
    environment = Environment(
        program="kubectl fluid",
        arguments=["validate", "-f", "-", "--color", "never"],
        variables={"HOME": "/nonexistent"},
        stdin=io.BytesIO(text.encode()),
        stdout=(out := io.BytesIO()),
        stderr=io.BytesIO(),
        stdout_is_terminal=True,
    )
    assert main(environment) == 1
    _, source, caret, _ = out.getvalue().decode().splitlines()
    assert caret.index("^") == source.index("lables") + 3


@pytest.mark.parametrize("content", ["validate: [\n", "\xff", None])
def test_settings_that_cannot_be_read_are_a_mistake_of_usage(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "settings.yaml"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    ran = validate(POD, "--config", path)
    assert ran.status == 2
    assert ran.err.startswith(f"error: {path}")


def test_settings_that_are_a_list_are_not_called_a_section(tmp_path: Path) -> None:
    (path := tmp_path / "settings.yaml").write_text("[]\n")
    assert "the settings are a mapping with the one key validate" in validate(POD, "--config", path).err


def test_what_cannot_be_read_cannot_be_turned_off() -> None:
    ran = validate(POD, "--disable", "FL0000")
    assert (ran.status, "what cannot be read cannot be passed over" in ran.err) == (2, True)


@pytest.mark.parametrize("option", [("--context", "x"), ("--kubeconfig", "/x"), ("--as", "x"), ("--as-group", "x")])
def test_options_about_a_cluster_that_is_not_asked_are_told_to_do_nothing(option: tuple[str, str]) -> None:
    ran = validate(CONFIG_MAP, *option)
    assert ran == Ran(0, "", f"note: {option[0]} says which cluster, and none is asked without --cluster\n")


def test_without_any_cluster_no_option_is_proposed_that_the_verb_does_not_have(tmp_path: Path) -> None:
    ran = run("validate", "-f", "-", "--cluster", stdin=POD, variables={"HOME": str(tmp_path)})
    assert (ran.status, "--objects" in ran.err, "leave --cluster out" in ran.err) == (4, False, True)


def test_a_url_is_not_taken_for_another_verbs_input() -> None:
    ran = run("validate", "https://example.com/x.yaml")
    assert "(URLs are not fetched: read what curl -fsSL URL prints, with -f -)" in ran.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [", ":2:1: the text is not valid YAML: did not find"),
        ("\xff", "the file is not UTF-8 text\nhint: save the file as UTF-8"),
        ("a: 1", "hint: a JSON Schema says its kind in x-kubernetes-group-version-kind or its name"),
    ],
)
def test_a_file_of_schemas_that_is_of_no_use_is_told_in_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "crd.yaml"
    path.write_bytes(content.encode("latin-1"))
    for command in (("validate", "-f", "-"), ("schema",)):
        ran = run(*command, "--schema-location", path, stdin=POD)
        assert ran.status == 2
        assert said in ran.err


def test_a_url_of_schemas_is_told_to_be_one() -> None:
    ran = validate(POD, "--schema-location", "https://example.com/crd.yaml")
    assert "is a URL, and those are not fetched\nhint: download it, and name the file" in ran.err


def test_the_api_servers_path_stays_in_json() -> None:
    found = json.loads(validate(documents(DATASET, RUNTIME).replace("replicas: 1", "replicas: '1'"), "-o", "json").out)
    cause = found["stdin"][1]["details"]["causes"][0]
    assert (cause["field"], cause["message"]) == ("spec.replicas", "must be of type integer, not string")


@pytest.mark.timeout(60)
def test_mistakes_of_a_large_mapping_have_their_places_in_good_time() -> None:
    data = "".join(f"  k{number}: {number}\n" for number in range(20_000))
    ran = validate(f"{CONFIG_MAP}data:\n{data}", "--no-rules")
    lines = ran.out.splitlines()
    assert (len(lines), lines[0].split()[0], lines[-1].split()[0]) == (20_000, "stdin:5:3:", "stdin:20004:3:")
