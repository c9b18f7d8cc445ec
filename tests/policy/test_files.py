"""`policies/serverless/`, `policies/guards/` and `policies/overlays/` are current, and say what they should."""

from __future__ import annotations

import configparser
import re
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml

from kubectl_fluid import keys
from kubectl_fluid.injection.decision import decide
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy import inexpressible, mutating
from kubectl_fluid.policy.files import files, installation
from kubectl_fluid.policy.guards.every import guards, guards_of_templates
from kubectl_fluid.policy.guards.objects import STAGES
from kubectl_fluid.validation.schema.check import check
from kubectl_fluid.validation.schema.files import kubernetes_minors
from kubectl_fluid.validation.schema.load import load
from tests.support import ROOT, Golden

POLICIES = ROOT / "policies"
FOLDERS = ("serverless", "guards", "overlays")
PAGE = ROOT / "docs" / "policies.md"


@pytest.mark.parametrize("path", sorted(files()))
def test_the_files_are_current(golden: Golden, path: str) -> None:
    golden(POLICIES / path, files()[path])


def test_there_is_no_other_file() -> None:
    found = [it for folder in FOLDERS for it in (POLICIES / folder).rglob("*") if it.is_file()]
    assert {it.relative_to(POLICIES).as_posix() for it in found} == set(files())


def test_kustomize_takes_every_file_once_and_what_it_takes_is_there() -> None:
    taken = []
    for path, text in files().items():
        if path.endswith("/kustomization.yaml"):
            folder = PurePosixPath(path).parent
            for resource in yaml.safe_load(text)["resources"]:
                found = (POLICIES / folder / resource).resolve().relative_to(POLICIES).as_posix()
                if found.endswith(".yaml"):
                    taken.append(found)
                else:
                    assert f"{found}/kustomization.yaml" in files() or found.split("/")[0] in ("webhook", "sync")
    assert sorted(taken) == sorted(it for it in files() if not it.endswith("/kustomization.yaml"))


def bindings(stage: str) -> list[dict[str, Any]]:
    return [
        value
        for folder in ("guards", "guards/templates")
        for value in yaml.safe_load_all(files()[f"{folder}/{stage}/bindings.yaml"])
    ]


@pytest.mark.parametrize(
    ("stage", "actions"),
    [
        ("audit", {("Audit",)}),
        ("warn", {("Warn", "Audit")}),
        ("deny", {("Deny", "Audit"), ("Warn", "Audit")}),
    ],
)
def test_every_guard_has_bindings_of_the_same_names_in_each_stage(stage: str, actions: set[tuple[str, ...]]) -> None:
    bound = bindings(stage)
    policies = [it.policy["metadata"]["name"] for it in (*guards(), *guards_of_templates())]
    named = [it["metadata"]["name"] for it in bound]
    assert list(dict.fromkeys(it["spec"]["policyName"] for it in bound)) == policies
    assert set(policies) <= set(named)
    assert named == [it["metadata"]["name"] for it in bindings("audit")]
    assert {tuple(it["spec"]["validationActions"]) for it in bound} == actions


def test_only_the_guard_of_templates_needs_their_definition() -> None:
    kinds = {it.policy["spec"].get("paramKind", {}).get("kind") for it in guards()}
    assert kinds == {None, "PersistentVolumeClaim"}
    assert [it.policy["spec"]["paramKind"]["kind"] for it in guards_of_templates()] == ["InjectionTemplate"]


@pytest.mark.parametrize("minor", kubernetes_minors())
def test_a_version_knows_the_guards_and_from_1_36_on_the_policies(minor: int) -> None:
    schemas = load(minor)
    for stage in STAGES:
        for value in (*(it.policy for it in (*guards(), *guards_of_templates())), *bindings(stage)):
            assert check(value, schemas) == []
    definition, *policies = installation()
    assert check(definition, schemas) == []
    assert {bool(check(value, schemas)) for value in policies} == {minor < 36}


def test_the_guards_stand_where_the_wheel_takes_them_from() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    shipped = dict(setup["options.data_files"])
    folders = {PurePosixPath(it).parent.as_posix() for it in files()}
    assert {f"share/kubectl-fluid/policies/{it}": f"policies/{it}/*.yaml" for it in folders}.items() <= shipped.items()


def test_every_code_is_on_the_page() -> None:
    page = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE))
    assert {it.code for it in (*inexpressible.ROWS, *inexpressible.ELSEWHERE)} <= page


def asked(labels: dict[str, str]) -> list[str]:
    """Bindings that match a Pod with these labels, by what a label selector means."""

    def holds(term: dict[str, object]) -> bool:
        value = labels.get(str(term["key"]))
        values = term.get("values", ())
        assert isinstance(values, list | tuple)
        return {
            "In": value in values,
            "NotIn": value not in values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }[str(term["operator"])]

    return [
        it["metadata"]["name"]
        for it in mutating.bindings()
        if all(map(holds, it["spec"]["matchResources"]["objectSelector"]["matchExpressions"]))
    ]


LABELS = {
    keys.INJECT: ("true", "false", None),
    keys.INJECT_DEPRECATED: ("true", "x", None),
    keys.SIDECAR_TARGET: ("eci", "", None),
    keys.ENABLE: ("false", "true", None),
    keys.DONE: ("true", "false", None),
}


@pytest.mark.parametrize("number", range(3 ** len(LABELS)))
def test_one_binding_matches_the_pods_that_the_command_line_injects_and_none_the_others(number: int) -> None:
    labels: dict[str, str] = {}
    for key, values in LABELS.items():
        number, choice = divmod(number, 3)
        value = values[choice]
        if value is not None:
            labels[key] = value
    wanted = decide(Draft({"metadata": {"labels": labels}, "spec": {}}), Settings()).branch is not None
    assert len(asked(labels)) == wanted
