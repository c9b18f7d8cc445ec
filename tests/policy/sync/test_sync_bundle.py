"""What runs the syncer in a cluster: the files are current, and the objects say what they should."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_fluid.policy.sync import bundle
from kubectl_fluid.policy.sync.bundle import Choices, files
from kubectl_fluid.webhook.bundle import choices as webhook
from kubectl_fluid.webhook.bundle import deployment as webhook_deployment
from tests.cli.running import run
from tests.support import ROOT, Golden

Object = dict[str, Any]

SYNC = ROOT / "policies" / "sync"


def only(kind: str, choices: Choices | None = None) -> Object:
    (found,) = [it for it in bundle.bundle(choices or Choices()) if it["kind"] == kind]
    return found


@pytest.mark.parametrize("path", sorted(files(Choices())))
def test_the_files_are_current(golden: Golden, path: str) -> None:
    golden(SYNC / path, files(Choices())[path])


def test_there_is_no_other_file_and_kustomize_takes_every_one() -> None:
    made = files(Choices())
    assert {it.name for it in SYNC.iterdir()} == set(made)
    assert {*yaml.safe_load(made["kustomization.yaml"])["resources"], "kustomization.yaml"} == set(made)


def test_the_files_are_installed_with_the_program() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert setup["options.data_files"]["share/kubectl-fluid/policies/sync"] == "policies/sync/*.yaml"


def test_validate_has_nothing_to_say_of_it() -> None:
    done = run("validate", "-f", SYNC)
    assert done.status == 0, done.out


def test_it_may_write_templates_and_nothing_else() -> None:
    writes = {"create", "update", "patch", "delete", "deletecollection", "*"}
    for rule in bundle.cluster_role()["rules"]:
        assert "*" not in (*rule["apiGroups"], *rule["resources"], *rule["verbs"])
        assert "secrets" not in rule["resources"]
        if writes & set(rule["verbs"]):
            assert (rule["apiGroups"], rule["resources"]) == (["kubectl-fluid.io"], ["injectiontemplates"])


def test_its_command_line_is_one_that_the_program_knows(tmp_path: Path) -> None:
    (container,) = only("Deployment")["spec"]["template"]["spec"]["containers"]
    done = run(*container["args"], "--kubeconfig", tmp_path / "none")
    assert (done.status, "kubeconfig" in done.err) == (4, True), done.err


def test_its_probes_ask_at_the_port_that_it_listens_on() -> None:
    (container,) = only("Deployment")["spec"]["template"]["spec"]["containers"]
    (port,) = container["ports"]
    assert f"--health-port={port['containerPort']}" in container["args"]
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["port"] == port["name"]


def test_it_is_what_the_strictest_pod_security_standard_asks_for() -> None:
    spec = only("Deployment")["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_it_is_of_the_same_image_user_and_namespace_as_the_webhook() -> None:
    assert (bundle.IMAGE, bundle.NAMESPACE, bundle.USER) == (
        webhook.IMAGE,
        webhook.NAMESPACE,
        webhook_deployment.USER,
    )


def test_choices_reach_the_objects() -> None:
    chosen = Choices(namespace="elsewhere", image="registry.example/x:1", replicas=1)
    deployment = only("Deployment", chosen)
    assert (deployment["metadata"]["namespace"], deployment["spec"]["replicas"]) == ("elsewhere", 1)
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.example/x:1"
    assert only("Namespace", chosen)["metadata"]["name"] == "elsewhere"
    assert only("ClusterRoleBinding", chosen)["subjects"][0]["namespace"] == "elsewhere"
