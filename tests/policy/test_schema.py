"""The schema file of InjectionTemplate: current, as strict as the CRD, and known to `validate`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubectl_fluid.policy import names
from kubectl_fluid.policy.crd import crd
from kubectl_fluid.validation.schema import check, files, load
from kubectl_fluid.validation.schema.crd import definition
from schemas import make_template
from schemas.make_fluid import text_of
from tests.cli.running import run
from tests.cluster import fluid_objects
from tests.support import ROOT

Object = dict[str, Any]


def template() -> Object:
    objects = json.dumps({"apiVersion": "v1", "kind": "List", "items": fluid_objects.behind("a", "one")})
    made = run("policy", "compile", "-f", "-", "--local", "-o", "json", stdin=objects)
    found: Object = json.loads(made.out)["items"][0]
    return found


def test_the_file_is_what_the_generator_makes() -> None:
    assert make_template.TARGET.read_text() == text_of(make_template.document())


def test_the_file_says_the_same_as_the_custom_resource_definition() -> None:
    read, made = (it["spec"]["versions"][0]["schema"] for it in (definition(files.own()[0]), crd()))
    assert read == made


@pytest.mark.parametrize("minor", files.kubernetes_minors())
def test_a_template_is_taken_whatever_the_version_of_kubernetes(minor: int) -> None:
    assert check(template(), load(minor)) == []


def test_a_field_that_no_container_has_is_refused_at_its_place() -> None:
    value = template()
    value["spec"]["platforms"][0]["sidecar"]["container"]["imagePullPolice"] = "Always"
    (found,) = check(value, load())
    assert found.pointer == ("spec", "platforms", 0, "sidecar", "container", "imagePullPolice")
    assert found.hint == "did you mean `imagePullPolicy`?"


def test_a_number_may_be_a_string_where_the_definition_says_so() -> None:
    value = template()
    container = value["spec"]["platforms"][0]["sidecar"]["container"]
    container["resources"] = {"limits": {"cpu": 2, "memory": "4Gi"}}
    assert check(value, load()) == []
    container["resources"] = {"limits": {"cpu": True}}
    assert [it.code for it in check(value, load())] == ["FL0004"]


#: What is printed by which command, beside kinds that are of neither Kubernetes nor this project.
COMMANDS = {
    "map": ("policy", "compile", "-f", ROOT / "examples" / "eci-juicefs", "--local"),
    "map with policies": ("policy", "compile", "-f", ROOT / "examples" / "eci-juicefs", "--local", "--with-policies"),
    "guards": ("policy", "compile", "--target", "vap"),
    "guards, warning": ("policy", "compile", "--target", "vap", "--stage", "warn"),
    "guards, audited": ("policy", "compile", "--target", "vap", "--stage", "audit"),
    "webhook": ("policy", "compile", "--target", "webhook"),
    "manifest": ("webhook", "manifest"),
    "manifest for ECI": ("webhook", "manifest", "--namespace", "fluid-system", "--eci-namespaces"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_validate_takes_what_the_program_prints(words: tuple[str, ...]) -> None:
    printed = run(*words)
    assert printed.status == 0, printed.err
    checked = run("validate", "--strict", "-", stdin=printed.out)
    assert (checked.status, checked.out) == (0, "")


def test_what_other_operators_define_is_the_only_thing_that_validate_does_not_know() -> None:
    printed = run("webhook", "manifest", "--cert-manager", "--monitoring")
    checked = run("validate", "--strict", "-", stdin=printed.out)
    unknown = [line for line in checked.out.splitlines() if "FL0002" in line]
    assert unknown == checked.out.splitlines()
    assert all("cert-manager.io/v1" in line or "monitoring.coreos.com/v1" in line for line in unknown)
    assert run("validate", "--strict", "--ignore-missing-schemas", "-", stdin=printed.out).status == 0


def test_policies_that_mutate_are_said_to_be_too_new_for_an_older_version() -> None:
    printed = run("policy", "compile", "-f", ROOT / "examples" / "eci-juicefs", "--local", "--with-policies")
    checked = run("validate", "--kubernetes-version", "1.35", "-", stdin=printed.out)
    assert "MutatingAdmissionPolicy (known from Kubernetes 1.36 on, not in 1.35)" in checked.out
    assert names.TEMPLATE.kind not in checked.out
