"""`kubectl fluid validate`: what is found, where, how it is told, and the exit code."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
from tests.catalog.apiserver import kubeconfig, not_found, serving
from tests.cli.running import Ran, run
from tests.validation.examples import DATALOAD, DATASET, JFS_KEYS, JOB, POD, RUNTIME, documents

read_xml = ET.fromstring

GOOD = documents(JFS_KEYS, DATASET, RUNTIME, DATALOAD, POD)
#: The MEM tier is a warning, on line 10.
WARNED = RUNTIME.replace("SSD", "MEM").replace('  fuse:\n    options: {cache-size: "0"}\n', "")
#: The name is an error, on line 3.
WRONG = RUNTIME.replace("name: demo", "name: 1-demo")


def validate(text: str, *arguments: str) -> Ran:
    return run("validate", "-f", "-", *arguments, stdin=text)


def lines(ran: Ran) -> list[str]:
    return ran.out.splitlines()


def test_manifests_that_keep_all_rules_are_passed_over_in_silence() -> None:
    assert validate(GOOD, "--strict") == Ran(0, "", "")


def test_a_mistake_is_told_with_file_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "runtime.yaml").write_text(documents(DATASET, WRONG))
    ran = run("validate", tmp_path / "runtime.yaml", "--disable", "FL0110")
    place = f"{tmp_path}/runtime.yaml:15:12: error FL0101 juicefsruntime/1-demo: Failed to create ddc engine"
    assert [line[: len(place)] for line in lines(ran)] == [place]
    assert ran.status == 1


def test_what_the_schema_finds_and_what_rules_find_stand_together_sorted_by_place() -> None:
    ran = validate(WRONG.replace("replicas: 1", "replica: 1"))
    assert [line.split()[2] for line in lines(ran)] == ["FL0101", "FL0003"]


def test_a_warning_fails_only_where_strictness_is_asked_for() -> None:
    assert "warning FL0308" in validate(WARNED).out
    assert (validate(WARNED).status, validate(WARNED, "--strict").status) == (0, 1)


def test_notes_are_told_to_those_who_ask() -> None:
    assert validate(DATASET).out == ""
    assert "info FL0111" in validate(DATASET, "-v").out


@pytest.mark.parametrize("pattern", ["FL0308", "fl03*", "FL0101,FL0308"])
def test_a_rule_is_turned_off_on_the_command_line(pattern: str) -> None:
    assert validate(WARNED, "--disable", pattern, "--strict") == Ran(0, "", "")


def test_turning_off_a_rule_that_is_none_is_a_mistake_with_a_proposal() -> None:
    ran = validate(WARNED, "--disable", "FL0380")
    assert ran.status == 2
    assert "there is no rule FL0380, did you mean FL0" in ran.err


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            WARNED.replace("mediumtype: MEM", "mediumtype: MEM  # kubectl-fluid: disable=FL0308"), id="behind"
        ),
        pytest.param(
            WARNED.replace(
                "      - mediumtype", "      # kubectl-fluid: disable=FL0308\n      # why\n      - mediumtype"
            ),
            id="above",
        ),
        pytest.param(
            WARNED.replace("{name: demo}", "{name: demo, annotations: {kubectl-fluid.io/disable: 'FL0101, FL03*'}}"),
            id="annotation",
        ),
    ],
)
def test_a_rule_is_turned_off_at_the_place(text: str) -> None:
    assert validate(text, "--strict").status == 0


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(WARNED.replace("mediumtype: MEM", "mediumtype: MEM  # kubectl-fluid: disable=FL0101"), id="other"),
        pytest.param("# kubectl-fluid: disable=FL0308\n" + WARNED, id="elsewhere"),
    ],
)
def test_a_comment_about_another_rule_or_another_line_turns_nothing_off(text: str) -> None:
    assert validate(text, "--strict").status == 1


def test_a_file_of_settings_is_read_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".kubectl-fluid.yaml").write_text("validate: {strict: true}\n")
    assert validate(WARNED).status == 1
    (tmp_path / ".kubectl-fluid.yaml").write_text("validate:\n  disable: [FL0308]\n  strict: true\n")
    assert validate(WARNED).status == 0


def test_another_file_of_settings_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("validate: {disable: [FL0308]}\n")
    assert validate(WARNED, "--strict", "--config", str(tmp_path / "settings.yaml")).status == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("validate: {disabled: [FL0308]}", "1:12: there is no setting disabled, did you mean disable?"),
        ("validate: {strict: 1}", "1:12: strict must be a boolean"),
        ("validate: {disable: [1]}", "1:12: disable must be a list of strings"),
        ("validate: {disable: [FL9999]}", "1:12: there is no rule FL9999"),
        ("check: {}", "1:1: there is no setting check"),
        ("validate: 1", "1:1: validate must be a mapping"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(tmp_path: Path, settings: str, sentence: str) -> None:
    (tmp_path / "s.yaml").write_text(f"{settings}\n")
    ran = validate(GOOD, "--config", str(tmp_path / "s.yaml"))
    assert (ran.status, sentence in ran.err) == (2, True), ran.err


def test_a_runtime_finds_its_dataset_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RUNTIME.replace("name: demo", "name: dem"))
    (tmp_path / "b.yaml").write_text(DATASET)
    ran = run("validate", tmp_path)
    assert [line.split()[1:3] for line in lines(ran)] == [["error", "FL0110"]]
    (tmp_path / "a.yaml").write_text(RUNTIME)
    assert run("validate", tmp_path).status == 0


def test_a_mistake_in_an_item_of_a_list_is_told_at_its_line() -> None:
    listed = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [{"apiVersion": "data.fluid.io/v1alpha1", "kind": "Dataset"}],
    }
    listed["items"][0]["metadata"] = {"name": "1-demo"}  # type: ignore[index]  # a literal of mixed types
    ran = validate(json.dumps(listed, indent=1))
    assert [line.split()[:3] for line in lines(ran)] == [["stdin:9:5:", "error", "FL0101"]]


def test_a_broken_document_does_not_hide_the_others() -> None:
    ran = validate(f"a: [\n---\n{WRONG}")
    assert [line.split()[2] for line in lines(ran)] == ["FL0000", "FL0101"]
    assert ran.status == 1


def test_a_helm_template_gets_one_sentence() -> None:
    text = "{{- if .Values.enabled }}\n" + WRONG + "{{- end }}\n---\nfoo: {{ .Values.bar }}\n"
    ran = validate(text)
    assert len(lines(ran)) == 1
    assert "this is a Helm template" in ran.out
    assert "helm template CHART" in ran.out


def test_templates_of_argo_and_prometheus_are_manifests() -> None:
    assert validate(DATASET.replace("volume", '"{{inputs.parameters.volume}}"')).status == 0


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("image: {tag: '1'}\n", id="values"),
        pytest.param("- a\n- b\n", id="a list"),
        pytest.param("apiVersion: v2\nname: chart\nversion: 1.0.0\n", id="a chart"),
        pytest.param("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", id="a kustomization"),
    ],
)
def test_what_is_no_manifest_is_passed_over(text: str) -> None:
    ran = validate(f"{text}---\n{GOOD}", "-v", "--summary")
    assert ran.status == 0
    assert "skipped" in ran.err


def test_what_is_meant_as_a_manifest_is_not_passed_over() -> None:
    ran = validate("metadata: {name: a}\nspec: {}\n")
    assert (ran.status, "error FL0001" in ran.out) == (1, True)


def test_a_kind_without_a_schema_is_an_error_unless_it_is_to_be_passed_over() -> None:
    text = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n"
    assert "error FL0002" in validate(text).out
    assert validate(text, "--ignore-missing-schemas") == Ran(0, "", "")


def test_a_crd_gives_the_schema_of_its_kind(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": "Widget", "plural": "widgets"}
    spec = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version]}
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": spec}
    (tmp_path / "crd.json").write_text(json.dumps(crd | {"metadata": {"name": "widgets.example.com"}}))
    text = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {sise: 1}\n"
    ran = validate(text, "--schema-location", str(tmp_path))
    assert [line.split()[:3] for line in lines(ran)] == [["stdin:4:8:", "error", "FL0003"]]
    assert validate(text.replace("sise", "size"), "--schema-location", str(tmp_path)).status == 0


def test_without_rules_only_the_api_server_speaks() -> None:
    assert validate(WRONG, "--no-rules") == Ran(0, "", "")


def test_the_summary_counts(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(documents(WRONG, WARNED, "a: 1\n"))
    ran = run("validate", tmp_path, "--summary")
    assert ran.err == "2 objects in 1 input, 1 invalid, 1 error, 1 warning, 1 document skipped (no manifest)\n"


def test_nothing_to_read_is_a_usage_error() -> None:
    assert run("validate").status == 2


def test_a_stream_without_any_object_is_not_met_with_silence() -> None:
    assert validate("# nothing\n") == Ran(0, "", "0 objects in 1 input, 0 invalid, 0 errors, 0 warnings\n")


def test_json_is_a_list_of_statuses_by_file() -> None:
    answer = json.loads(validate(documents(WRONG, WARNED), "-o", "json").out)
    failure, success = answer["stdin"]
    assert (failure["kind"], failure["status"], failure["reason"], failure["code"]) == (
        "Status",
        "Failure",
        "Invalid",
        422,
    )
    assert failure["details"]["name"] == "1-demo"
    cause: dict[str, Any] = failure["details"]["causes"][0]
    assert (cause["field"], cause["reason"], cause["code"], cause["line"]) == (
        "metadata.name",
        "FieldValueInvalid",
        "FL0101",
        3,
    )
    assert success["status"] == "Success"
    assert [it["severity"] for it in success["details"]["causes"]] == ["warning"]


def test_json_tells_the_api_servers_causes_first_and_of_what_cannot_be_read() -> None:
    answer = json.loads(validate(WRONG.replace("replicas", "replica") + "---\na: [\n", "-o", "json").out)
    first, second = answer["stdin"]
    assert [it["code"] for it in first["details"]["causes"]] == ["FL0003", "FL0101"]
    assert (second["status"], second["code"]) == ("Failure", 400)


def test_junit_has_a_case_for_each_object() -> None:
    root = read_xml(validate(documents(WRONG, WARNED, GOOD), "-o", "junit").out)
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "7", "1")
    cases = list(root.iter("testcase"))
    assert [case.get("name") for case in cases][:2] == ["juicefsruntime/1-demo", "juicefsruntime/demo"]
    assert [it.get("type") for it in root.iter("failure")] == ["FL0101"]


def test_junit_survives_what_xml_cannot_hold() -> None:
    text = DATASET.replace("juicefs:///", '"\\u0001<&"')
    assert list(read_xml(validate(text, "-o", "junit").out).iter("testcase"))


def test_sarif_names_rules_levels_and_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.yaml").write_text(documents(WRONG, WARNED))
    report = json.loads(run("validate", "-f", "a b.yaml", "-o", "sarif").out)
    assert report["version"] == "2.1.0"
    (done,) = report["runs"]
    assert [(it["ruleId"], it["level"]) for it in done["results"]] == [("FL0101", "error"), ("FL0308", "warning")]
    location = done["results"][0]["locations"][0]["physicalLocation"]
    assert location == {"artifactLocation": {"uri": "a%20b.yaml"}, "region": {"startLine": 3, "startColumn": 12}}
    rules = done["tool"]["driver"]["rules"]
    assert [rules[it["ruleIndex"]]["id"] for it in done["results"]] == ["FL0101", "FL0308"]


def test_github_gets_one_command_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a,b.yaml").write_text(WRONG)
    (line,) = lines(run("validate", "a,b.yaml", "-o", "github"))
    assert line.startswith("::error file=a%2Cb.yaml,line=3,col=12,title=FL0101::juicefsruntime/1-demo: Failed")


@pytest.mark.parametrize("output", ["text", "json", "junit", "sarif", "github"])
def test_every_output_has_the_same_exit_code(output: str) -> None:
    assert [validate(text, "-o", output).status for text in (GOOD, WARNED, WRONG)] == [0, 0, 1]


def terminal(text: str, **more: str) -> tuple[str, str]:
    """stdout and stderr of a run on a terminal."""
    environment = Environment(
        arguments=["validate", "-f", "-"],
        variables={"TERM": "xterm", **more},
        stdin=io.BytesIO(text.encode()),
        stdout=(out := io.BytesIO()),
        stderr=(err := io.BytesIO()),
        stdout_is_terminal=True,
        stderr_is_terminal=True,
    )
    main(environment)
    return out.getvalue().decode(), err.getvalue().decode()


def test_a_terminal_shows_the_line_with_a_caret_and_the_cure() -> None:
    out, _ = terminal(WRONG, NO_COLOR="1")
    assert out.splitlines()[1:] == [
        "    3 | metadata: {name: 1-demo}",
        "      |            ^",
        "      hint: at most 63 lower case letters, digits and -, a letter first",
    ]


def test_a_terminal_shows_colours_and_no_control_characters_of_the_source() -> None:
    out, _ = terminal(WRONG.replace("1-demo}", '"1-\\e[31mdemo"} # \u202e'))
    assert "\x1b[31merror\x1b[0m" in out
    assert "\u202e" not in out


def test_a_long_run_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from kubectl_fluid.cli import progress

    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    _, err = terminal(documents(*[POD] * 100))
    assert "objects checked" in err
    assert err.endswith("\r\x1b[K")


def test_labels_on_the_workload_instead_of_its_template_are_found() -> None:
    wrong = JOB.replace(
        '  template:\n    metadata:\n      labels:\n        serverless.fluid.io/inject: "true"\n', "  template:\n"
    )
    wrong = wrong.replace("  name: train\nspec", '  name: train\n  labels: {serverless.fluid.io/inject: "true"}\nspec')
    assert "stdin:5:12: warning FL0501 job/train" in validate(wrong).out


def test_the_cluster_is_not_asked_unless_it_is_wanted(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "kubeconfig")
    assert run("validate", "-f", "-", "--kubeconfig", nowhere, stdin=POD).status == 0
    assert run("validate", "-f", "-", "--kubeconfig", nowhere, "--cluster", stdin=POD).status == 4


def test_the_cluster_is_asked_for_what_the_files_lack(tmp_path: Path) -> None:
    claims = "/api/v1/namespaces/{}/persistentvolumeclaims/demo"
    datasets = "/apis/data.fluid.io/v1alpha1/namespaces/{}/datasets/demo"
    with serving() as server:
        path = kubeconfig(tmp_path, server.url, context={"namespace": "apps"})
        server.say(claims.format("apps"), not_found("persistentvolumeclaims", "demo"))
        server.say(datasets.format("apps"), not_found("datasets", "demo", "data.fluid.io"))
        ran = validate(POD, "--cluster", "--kubeconfig", path)
        assert "error FL0520 pod/train: there is no Dataset and no claim apps/demo" in ran.out
        server.hold(claims.format("default"), {"kind": "PersistentVolumeClaim", "metadata": {"name": "demo"}})
        assert validate(POD, "--cluster", "--kubeconfig", path, "-n", "default").status == 0
