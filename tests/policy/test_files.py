"""`policies/serverless/` is current, and says what it should."""

from __future__ import annotations

import re

import pytest
import yaml

from kubectl_fluid import keys
from kubectl_fluid.injection.decision import decide
from kubectl_fluid.injection.draft import Draft
from kubectl_fluid.injection.settings import Settings
from kubectl_fluid.policy import inexpressible, mutating
from kubectl_fluid.policy.files import files
from tests.support import ROOT, Golden

SERVERLESS = ROOT / "policies" / "serverless"
PAGE = ROOT / "docs" / "policies.md"


@pytest.mark.parametrize("path", sorted(files()))
def test_the_files_are_current(golden: Golden, path: str) -> None:
    golden(SERVERLESS / path, files()[path])


def test_there_is_no_other_file() -> None:
    assert {it.name for it in SERVERLESS.iterdir()} == set(files())


def test_kustomize_takes_every_file() -> None:
    resources = yaml.safe_load(files()["kustomization.yaml"])["resources"]
    assert {*resources, "kustomization.yaml"} == set(files())


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
