"""The folders of guards and overlays: kustomize builds each, `validate` knows every kind in it and finds nothing, and a
real API server takes every object.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from kubectl_fluid.policy.files import OVERLAYS, files, installation
from kubectl_fluid.policy.guards.every import guards, guards_of_templates
from kubectl_fluid.policy.guards.objects import STAGES
from tests.cli.running import run
from tests.cluster.bundles import apply, of_kind
from tests.cluster.control_plane import ControlPlane
from tests.cluster.test_webhook_kustomize import FOREIGN, definition
from tests.support import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]

Object = dict[str, Any]

POLICIES = ROOT / "policies"
FOLDERS = sorted(
    path.removesuffix("/kustomization.yaml")
    for path in files()
    if path.endswith("/kustomization.yaml") and not path.endswith("base/kustomization.yaml")
)
#: Kinds of others, which `validate` has no schema of.
OF_OTHERS = {"Certificate", "Issuer"}


def built(plane: ControlPlane, folder: str) -> list[Object]:
    """What kustomize makes of a folder."""
    done = plane.kubectl("kustomize", str(POLICIES / folder))
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module")
def cluster(api_server: ControlPlane) -> Iterator[ControlPlane]:
    """With what a dry run of the rest needs: the webhook's namespace, and the kinds of cert-manager."""
    definitions = [definition(kind) for kind in sorted(OF_OTHERS & FOREIGN.keys())]
    apply(api_server, of_kind("Namespace"), *definitions)
    names = [it["metadata"]["name"] for it in definitions]
    waited = api_server.kubectl("wait", "--for=condition=Established", "crd", *names, "--timeout=30s")
    assert waited.returncode == 0, waited.stderr
    yield api_server
    api_server.kubectl("delete", "crd", *names)


def test_every_stage_and_overlay_is_in_these_tests() -> None:
    assert {it for it in FOLDERS if it.startswith("guards/")} == {
        *(f"guards/{stage}" for stage in STAGES),
        *(f"guards/templates/{stage}" for stage in STAGES),
    }
    assert len(FOLDERS) == 1 + 2 * len(STAGES) + len(OVERLAYS) * len(STAGES)


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_api_server_takes_what_kustomize_makes_of_a_folder(cluster: ControlPlane, folder: str) -> None:
    values = built(cluster, folder)
    # Server-side, since other tests may have left the definition, and `apply` warns of what it has not made itself.
    words = ("apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", "-")
    done = cluster.kubectl(*words, stdin=yaml.safe_dump_all(values))
    told = [line for line in done.stderr.splitlines() if "last-applied-configuration" not in line]
    assert (done.returncode, told) == (0, [])
    assert len(done.stdout.splitlines()) == len(values)


@pytest.mark.parametrize("folder", FOLDERS)
def test_validate_finds_nothing_in_it_and_knows_every_kind(
    api_server: ControlPlane, folder: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    values = [it for it in built(api_server, folder) if it["kind"] not in OF_OTHERS]
    file = tmp_path_factory.mktemp("built") / "all.yaml"
    file.write_text(yaml.safe_dump_all(values))
    ran = run("validate", "-f", file, "--strict", "--summary")
    assert ran.status == 0, ran.out + ran.err
    assert f"{len(values)} objects in 1 input, 0 invalid" in ran.err


@pytest.mark.parametrize("stage", STAGES)
def test_an_overlay_is_its_folders_together(api_server: ControlPlane, stage: str) -> None:
    for name, (folders, _) in OVERLAYS.items():
        found = Counter(map(place, built(api_server, f"overlays/{name}/{stage}")))
        above = [*folders, f"guards/{stage}", *([f"guards/templates/{stage}"] if "serverless" in folders else [])]
        assert found == Counter(place(it) for folder in above for it in built(api_server, folder))
        assert max(found.values()) == 1


def place(value: Object) -> tuple[str, str]:
    return value["kind"], value["metadata"]["name"]


def test_the_serverless_overlay_holds_the_policies_and_all_guards(api_server: ControlPlane) -> None:
    found = {place(it): it for it in built(api_server, "overlays/serverless/deny")}
    for value in (*installation(), *(it.policy for it in (*guards(), *guards_of_templates()))):
        assert found[place(value)] == value


def test_the_folder_of_another_stage_changes_the_bindings_and_nothing_else(cluster: ControlPlane) -> None:
    # The guards over Pods are left out: they would speak to other tests' Pods.
    kinds = {it.policy["metadata"]["name"] for it in guards() if "paramKind" not in it.policy["spec"]}
    kinds -= {"kubectl-fluid-injected", "kubectl-fluid-eci", "kubectl-fluid-eci-advice"}
    stages = {
        stage: [it for it in built(cluster, f"guards/{stage}") if it["metadata"]["name"] in kinds] for stage in STAGES
    }
    try:
        apply(cluster, *stages["audit"])
        for stage in ("warn", "deny", "audit"):
            lines = apply(cluster, *stages[stage]).splitlines()
            changed = [line for line in lines if not line.endswith(" unchanged")]
            assert changed
            assert all(re.match(r"validatingadmissionpolicybinding\S* configured$", line) for line in changed)
    finally:
        for value in stages["audit"]:
            cluster.kubectl("delete", value["kind"], value["metadata"]["name"])
