"""The bundle's folders: kustomize builds each, `validate` finds nothing in it, and a real API server takes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from kubectl_fluid.webhook.bundle.choices import NAMESPACE, Choices
from kubectl_fluid.webhook.bundle.objects import bundle
from tests.cli.running import run
from tests.cluster.bundles import apply, of_kind
from tests.cluster.control_plane import ControlPlane
from tests.support import ROOT

pytestmark = pytest.mark.cluster

Object = dict[str, Any]

POLICIES = ROOT / "policies"


def place(value: Object) -> tuple[str, str]:
    return value["kind"], value["metadata"]["name"]


@pytest.fixture(scope="module")
def installed(api_server: ControlPlane) -> ControlPlane:
    """An API server with the namespace, without which no dry run of what goes into it succeeds."""
    apply(api_server, of_kind("Namespace"))
    return api_server


@pytest.mark.parametrize("folder", [".", "base", "overlays/eci-namespaces"])
def test_kustomize_gives_what_the_api_server_takes(installed: ControlPlane, folder: str) -> None:
    built = installed.kubectl("kustomize", str(POLICIES / "webhook" / folder))
    assert built.returncode == 0, built.stderr
    values = list(yaml.safe_load_all(built.stdout))
    told = apply(installed, *values, dry=True)
    assert len(told.splitlines()) == len(values) == len(bundle(Choices()))


@pytest.mark.parametrize(
    ("folder", "choices"),
    [
        ("webhook", Choices()),
        ("webhook/overlays/eci-namespaces", Choices(eci_namespaces=True)),
        ("webhook/overlays/cert-manager", Choices(cert_manager=True)),
    ],
)
def test_kustomize_gives_what_the_command_prints(api_server: ControlPlane, folder: str, choices: Choices) -> None:
    built = api_server.kubectl("kustomize", str(POLICIES / folder))
    assert built.returncode == 0, built.stderr

    assert sorted(yaml.safe_load_all(built.stdout), key=place) == sorted(bundle(choices), key=place)


def test_kustomize_makes_the_dashboards_config_map(api_server: ControlPlane) -> None:
    built = api_server.kubectl("kustomize", str(POLICIES / "monitoring"))
    assert built.returncode == 0, built.stderr
    made = {it["kind"]: it for it in yaml.safe_load_all(built.stdout)}
    for kind, value in made.items():
        assert value == of_kind(kind, Choices(monitoring=True))
    assert set(made) == {"ConfigMap", "PrometheusRule", "ServiceMonitor"}


OVERLAYS = ("webhook", "webhook/overlays/cert-manager", "webhook/overlays/eci-namespaces", "monitoring")


def test_every_overlay_is_in_these_tests() -> None:
    found = {it.parent.relative_to(POLICIES).as_posix() for it in POLICIES.glob("*/overlays/*/kustomization.yaml")}
    assert {it for it in found if it.startswith("webhook/")} == {it for it in OVERLAYS if "/" in it}


@pytest.mark.parametrize("folder", OVERLAYS)
def test_validate_finds_nothing_in_what_kustomize_gives(
    api_server: ControlPlane, folder: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    built = api_server.kubectl("kustomize", str(POLICIES / folder))
    assert built.returncode == 0, built.stderr
    file = tmp_path_factory.mktemp("built") / "all.yaml"
    file.write_text(built.stdout)
    ran = run("validate", "-f", file, "--strict", "--summary", "--ignore-missing-schemas")
    assert ran.status == 0, ran.out + ran.err
    assert f"{len(list(yaml.safe_load_all(built.stdout)))} objects in 1 input, 0 invalid" in ran.err


def test_an_overlay_of_ones_own_sets_the_image_and_the_bundle(
    installed: ControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("mine")
    certs = folder / "certs"
    run("webhook", "certs", "--dir", certs)
    (folder / "ca-patch.json").write_text(run("webhook", "certs", "--dir", certs, "--patch-configuration").out)
    shutil.copytree(POLICIES / "webhook", folder / "webhook")
    (folder / "kustomization.yaml").write_text(
        yaml.safe_dump(
            {
                "resources": ["webhook"],
                "images": [{"name": "kubectl-fluid", "newName": "registry.example/x", "newTag": "1"}],
                "patches": [{"path": "ca-patch.json", "target": {"kind": "MutatingWebhookConfiguration"}}],
            }
        )
    )
    built = installed.kubectl("kustomize", str(folder))
    assert built.returncode == 0, built.stderr
    values = list(yaml.safe_load_all(built.stdout))
    made = sorted(bundle(Choices(image="registry.example/x:1", ca=(certs / "ca.crt").read_bytes())), key=place)
    assert sorted(values, key=place) == made
    apply(installed, *values, dry=True)


#: Kinds of others: a CRD of each that takes anything shows that the objects are whole and land where they should.
FOREIGN = {
    "Certificate": ("cert-manager.io", "v1", "certificates"),
    "Issuer": ("cert-manager.io", "v1", "issuers"),
    "PrometheusRule": ("monitoring.coreos.com", "v1", "prometheusrules"),
    "ServiceMonitor": ("monitoring.coreos.com", "v1", "servicemonitors"),
}


def definition(kind: str) -> Object:
    group, version, plural = FOREIGN[kind]
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural},
            "versions": [served],
        },
    }


@pytest.fixture
def with_foreign_kinds(installed: ControlPlane) -> Iterator[ControlPlane]:
    definitions = [definition(kind) for kind in FOREIGN]
    names = [it["metadata"]["name"] for it in definitions]
    apply(installed, *definitions)
    waited = installed.kubectl("wait", "--for=condition=Established", "crd", *names, "--timeout=8s")
    assert waited.returncode == 0, waited.stderr
    yield installed
    installed.kubectl("delete", "crd", *names)


@pytest.mark.timeout(60)
def test_the_overlays_with_kinds_of_others_are_taken_too(with_foreign_kinds: ControlPlane) -> None:
    for folder in ("webhook/overlays/cert-manager", "monitoring"):
        built = with_foreign_kinds.kubectl("kustomize", str(POLICIES / folder))
        assert built.returncode == 0, built.stderr
        values = list(yaml.safe_load_all(built.stdout))
        assert len(apply(with_foreign_kinds, *values, dry=True).splitlines()) == len(values)
    everything = bundle(Choices(namespace=NAMESPACE, cert_manager=True, eci_namespaces=True, monitoring=True))
    assert len(apply(with_foreign_kinds, *everything, dry=True).splitlines()) == len(everything)


@pytest.mark.parametrize("namespace", ["kube-system", "default"])
def test_a_namespace_that_is_there_already_can_hold_it(installed: ControlPlane, namespace: str) -> None:
    printed = run("webhook", "manifest", "--namespace", namespace, "-o", "json")
    values = json.loads(printed.out)["items"]
    assert len(apply(installed, *values, dry=True).splitlines()) == len(values)
