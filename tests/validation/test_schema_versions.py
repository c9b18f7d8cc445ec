"""Several minor versions of Kubernetes: their files, the choice of one, and what is said of what others know."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.validation.schema import Gvk, check, files, load
from kubectl_fluid.validation.schema.load import UnknownMinor, minor_of, nearest_minor
from kubectl_fluid.validation.schema.mergepatch import applied, difference
from kubectl_fluid.validation.schema.versions import of_field
from schemas import make_kubernetes
from schemas.openapi import definitions
from schemas.sources import enums, release
from tests.catalog.apiserver import kubeconfig, serving
from tests.cli.running import run

Object = dict[str, Any]

MINORS = files.kubernetes_minors()
POD = Gvk("", "v1", "Pod")


def pod(**fields: Any) -> Object:
    spec = {"containers": [{"name": "a", "image": "b"}], **fields}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}


def found(value: Object, minor: int) -> list[tuple[str, str]]:
    return [(it.code, it.hint) for it in check(value, load(minor))]


def test_eight_minors_are_known_without_a_gap() -> None:
    assert tuple(range(30, 38)) == MINORS


def test_each_file_names_the_release_that_the_generator_takes() -> None:
    for version in make_kubernetes.RELEASES:
        said = json.loads(make_kubernetes.target(version).read_bytes())["$comment"]
        assert re.search(rf"kube-apiserver {re.escape(version)} \(Go module k8s.io/kubernetes h1:\S{{44}}\)", said)
    assert len(make_kubernetes.RELEASES) == len(MINORS)


def test_the_older_minors_take_little_room() -> None:
    sizes = {path.name: path.stat().st_size for path in files.folder().glob("kubernetes-*.json")}
    whole = sizes.pop(f"kubernetes-1.{MINORS[-1]}.json")
    assert sum(sizes.values()) < whole / 8


@pytest.mark.parametrize("minor", MINORS)
def test_every_reference_of_a_minor_leads_somewhere_and_nothing_is_left_over(minor: int) -> None:
    schemas = files.kubernetes(minor)
    known = schemas[0].definitions
    wanted = set(re.findall(r'"\$ref": "#/\$defs/([^"]+)"', json.dumps(known)))
    assert set(known) == wanted | {name for name, it in known.items() if "x-kubernetes-resource" in it}


@pytest.mark.timeout(60)
def test_the_newest_file_is_what_the_generator_makes() -> None:
    """Of the release whose source Go has here, since the API server of the tests is built of it."""
    newest = make_kubernetes.RELEASES[0]
    try:
        with release(newest, offline=True) as source:
            made = make_kubernetes.whole(definitions(source.get), make_kubernetes.comment(source))
    except RuntimeError as reason:
        pytest.skip(f"Go's cache does not hold it: {reason}")
    assert made == make_kubernetes.target(newest).read_text()


def test_a_patch_is_what_the_generator_makes_of_both_versions() -> None:
    """A stale or edited patch would hold what changes nothing, or in another order."""
    for newer, older in zip(make_kubernetes.RELEASES, make_kubernetes.RELEASES[1:], strict=False):
        text = make_kubernetes.target(older).read_text()
        before, after = (files.kubernetes(minor_of(version))[0].definitions for version in (newer, older))
        assert text == make_kubernetes.patch(before, after, json.loads(text)["$comment"])


def test_enums_are_read_from_generated_code() -> None:
    generated = (
        "func schema_k8sio_api_core_v1_Toleration(ref common.ReferenceCallback) common.OpenAPIDefinition {\n"
        '\t\t\t\t\t"key": {\n'
        '\t\t\t\t\t"effect": {\n'
        '\t\t\t\t\t\t\tEnum:        []interface{}{"NoExecute", "NoSchedule"},\n'
    )
    assert enums(generated) == {("core", "v1", "Toleration"): {"effect": ["NoExecute", "NoSchedule"]}}


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(0, 2), st.lists(st.integers(0, 2), max_size=2)),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_a_difference_applied_gives_the_wanted_value(value: Any, wanted: Any) -> None:
    before = json.dumps(value)
    assert applied(value, difference(value, wanted)) == wanted
    assert json.dumps(value) == before


@pytest.mark.parametrize(
    ("value", "patch", "result"),
    [
        ({"a": "b"}, {"a": None}, {}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [1]}, {"a": [2]}, {"a": [2]}),
        ("x", {"a": {"b": None}}, {"a": {}}),
        ({"a": 1}, "c", "c"),
    ],
)
def test_a_patch_is_applied_as_its_standard_says(value: Any, patch: Any, result: Any) -> None:
    assert applied(value, patch) == result


def test_a_null_has_no_patch() -> None:
    with pytest.raises(ValueError, match="null"):
        difference({}, {"a": None})


def test_without_a_choice_it_is_the_newest() -> None:
    assert {schema.minor for schema in load() if schema.builtin} == {MINORS[-1]}


@pytest.mark.parametrize("version", ["1.33", "v1.33", "1.33.2", "v1.33.2-aliyun.1", "v1.33.2+k3s1"])
def test_a_version_is_given_as_people_and_clusters_write_it(version: str) -> None:
    assert minor_of(version) == nearest_minor(version) == 33


@pytest.mark.parametrize("version", ["", "33", "1", "1.x", "2.33", "1.33\n", "latest", "1.٣٣", "1." + "3" * 5000])
def test_what_is_no_version_is_an_error_that_names_those_that_there_are(version: str) -> None:
    with pytest.raises(UnknownMinor, match=r"is no version of Kubernetes like 1\.33: there are those of 1\.30, "):
        minor_of(version)


def test_a_cluster_of_another_version_gets_the_nearest() -> None:
    assert (nearest_minor("v1.24.1"), nearest_minor("v1.99.0")) == (MINORS[0], MINORS[-1])


def test_a_field_that_came_later_is_unknown_and_says_from_when_on() -> None:
    value = pod(hostnameOverride="x")
    assert found(value, 35) == found(value, 37) == []
    assert found(value, 33) == [("FL0003", "known from Kubernetes 1.34 on, not in 1.33")]


def test_a_field_in_a_list_that_came_later_says_so_too() -> None:
    value = pod(containers=[{"name": "a", "image": "b"}, {"name": "c", "image": "d", "restartPolicyRules": []}])
    assert found(value, 31) == [("FL0003", "known from Kubernetes 1.34 on, not in 1.31")]


def test_a_field_that_went_says_until_when() -> None:
    value = pod(resourceClaims=[{"name": "a", "source": {"resourceClaimName": "b"}}])
    assert [code for code, _ in found(value, 30)] == ["FL0017"]
    assert ("FL0003", "known up to Kubernetes 1.30, not in 1.37") in found(value, 37)
    assert of_field(POD, ("spec", "workloadRef")) == "only in Kubernetes 1.35"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("resources", {"limits": {"memory": 8080}}),
        ("containers", [{"name": "a", "image": "b", "restartPolicyRules": ["x"]}]),
        ("containers", [{"name": "a", "image": "b", "env": [{"name": "A", "valueFrom": {"fileKeyRef": {"key": 1}}}]}]),
    ],
)
def test_nothing_more_is_said_of_a_field_that_came_later(field: str, value: Any) -> None:
    """It was not decoded: what is in it may be anything."""
    assert ("FL0003" in {code for code, _ in found(pod(**{field: value}), 31)}) is True
    assert not {code for code, _ in found(pod(**{field: value}), 31)} & {"FL0004", "FL0012"}


def test_a_field_that_no_version_knows_gets_a_proposal() -> None:
    assert found(pod(hostnam="x"), 31) == [("FL0003", "did you mean `hostname`?")]


def test_a_kind_that_came_later_says_from_when_on() -> None:
    value = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": "a"},
        "spec": {"policyName": "b"},
    }
    assert found(value, 36) == []
    assert found(value, 35) == [("FL0002", "known from Kubernetes 1.36 on, not in 1.35")]


@pytest.mark.parametrize("minor", MINORS)
def test_what_older_versions_call_required_and_take_without_is_not_missed(minor: int) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "b"}]}}
    selector = {"matchLabels": {"a": "b"}}
    cases: dict[str, Object] = {
        "apps/v1 StatefulSet": {"spec": {"selector": selector, "template": template}},
        "scheduling.k8s.io/v1 PriorityClass": {},
        "networking.k8s.io/v1 NetworkPolicy": {"spec": {}},
        "rbac.authorization.k8s.io/v1 RoleBinding": {"roleRef": {"kind": "Role", "name": "a"}},
    }
    for kind, value in cases.items():
        version, _, name = kind.partition(" ")
        assert found({"apiVersion": version, "kind": name, "metadata": {"name": "a"}, **value}, minor) == []


def test_an_unknown_version_is_a_usage_error_with_the_known_ones(tmp_path: Path) -> None:
    ran = run("validate", "-f", tmp_path, "--kubernetes-version", "1.12")
    assert ran.status == 2
    assert "no schemas of Kubernetes 1.12: there are those of 1.30, 1.31, " in ran.err


def test_validate_checks_for_the_version_that_is_asked_for(tmp_path: Path) -> None:
    manifest = tmp_path / "pod.yaml"
    manifest.write_text(json.dumps(pod(hostnameOverride="x")))
    assert run("validate", manifest).status == 0
    ran = run("validate", manifest, "--kubernetes-version", "v1.33.1")
    assert ran.status == 1
    assert "unknown field `hostnameOverride` (known from Kubernetes 1.34 on, not in 1.33)" in ran.out


@pytest.mark.parametrize(
    ("written", "status", "said"),
    [
        ('"1.33"', 1, ""),
        ("1.30", 2, "a string, in quotes (1.30 without them is the number 1.3)"),
        ('"1.3"', 2, "no schemas of Kubernetes 1.3:"),
    ],
)
def test_the_settings_choose_a_version_and_the_option_goes_before(
    tmp_path: Path, written: str, status: int, said: str
) -> None:
    manifest, settings = tmp_path / "pod.yaml", tmp_path / "settings.yaml"
    manifest.write_text(json.dumps(pod(hostnameOverride="x")))
    settings.write_text(f"validate:\n  kubernetesVersion: {written}\n")
    ran = run("validate", manifest, "--config", settings)
    assert ran.status == status
    assert said in ran.err
    if status == 1:
        assert run("validate", manifest, "--config", settings, "--kubernetes-version", "1.34").status == 0


@pytest.mark.parametrize(
    ("version", "status", "said"),
    [
        ({"gitVersion": "v1.33.4"}, 1, ""),
        ({"gitVersion": "v1.34.1-aliyun.1"}, 0, ""),
        ({"gitVersion": "v1.99.0"}, 0, "note: the cluster is of v1.99.0: no schemas of Kubernetes 1.99: "),
        ({"gitVersion": "v1.9.0\x1b[31m"}, 0, ""),
        ({"gitVersion": ["v1.33.4"]}, 0, ""),
        (["v1.33.4"], 0, ""),
    ],
)
def test_the_cluster_chooses_its_version_where_nobody_else_does(
    tmp_path: Path, version: Any, status: int, said: str
) -> None:
    manifest = tmp_path / "pod.yaml"
    manifest.write_text(json.dumps(pod(hostnameOverride="x")))
    with serving() as server:
        server.hold("/version", version)
        options = ("--cluster", "--kubeconfig", kubeconfig(tmp_path, server.url))
        ran = run("validate", manifest, *options)
        assert ran.status == status
        assert said in ran.err
        assert "\x1b" not in ran.err
        assert run("validate", manifest, *options, "--kubernetes-version", "1.34").status == 0


def test_schema_tells_which_versions_know_a_field() -> None:
    assert "known:    from Kubernetes 1.34 on\n" in run("schema", "pod.spec.hostnameOverride").out
    assert "known:" not in run("schema", "pod.spec.hostname").out
    ran = run("schema", "pod.spec.hostnameOverride", "--kubernetes-version", "1.33")
    assert (ran.status, ran.err.splitlines()[-1]) == (2, "hint: known from Kubernetes 1.34 on, not in 1.33")


def test_only_the_newest_file_is_read_where_nothing_else_is_asked_for(tmp_path: Path) -> None:
    """Older versions cost nothing before there is a mistake that they could explain."""
    manifest = tmp_path / "pod.yaml"
    manifest.write_text(json.dumps(pod()))
    code = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, it: opened.append(str(it[0])) if event == 'open' else None)\n"
        "from kubectl_fluid.cli.main import main\n"
        f"sys.argv = ['kubectl-fluid', 'validate', {str(manifest)!r}]\n"
        "assert main() == 0\n"
        "print(*(it.rpartition('/')[2] for it in opened if it.rpartition('/')[2].startswith('kubernetes-1.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [f"kubernetes-1.{MINORS[-1]}.json"]
