"""`kubectl fluid policy compile`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.apiserver import kubeconfig, serving
from tests.cli.running import run
from tests.cluster import fluid_objects

Object = dict[str, Any]


def written(folder: Path, *objects: Object) -> Path:
    path = folder / "objects.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return path


def compiled(*words: str | Path) -> list[Object]:
    done = run("policy", "compile", *words, "-o", "json")
    assert done.status == 0, done.err
    items: list[Object] = json.loads(done.out)["items"]
    return items


def test_each_dataset_of_the_files_has_a_template(tmp_path: Path) -> None:
    objects = [*fluid_objects.behind("a", "one"), *fluid_objects.behind("b", "two")]
    made = compiled("-f", written(tmp_path, *objects), "--local")
    assert [(it["kind"], it["metadata"]["namespace"], it["metadata"]["name"]) for it in made] == [
        ("InjectionTemplate", "a", "one"),
        ("InjectionTemplate", "b", "two"),
    ]


def test_a_claim_of_other_storage_has_none(tmp_path: Path) -> None:
    other = {**fluid_objects.claim("a", "disk"), "metadata": {"namespace": "a", "name": "disk"}}
    made = compiled("-f", written(tmp_path, *fluid_objects.behind("a", "one"), other), "--local")
    assert [it["metadata"]["name"] for it in made] == ["one"]


def test_the_policies_come_before_the_templates(tmp_path: Path) -> None:
    made = compiled("-f", written(tmp_path, *fluid_objects.behind("a", "one")), "--local", "--with-policies")
    kinds = [it["kind"] for it in made]
    assert kinds[0] == "CustomResourceDefinition"
    assert kinds[-1] == "InjectionTemplate"
    assert "MutatingAdmissionPolicy" in kinds


def test_who_is_refused_is_said(tmp_path: Path) -> None:
    objects = fluid_objects.behind("a", "one")
    objects[0]["status"]["phase"] = "NotBound"
    spec = objects[-1]["spec"]["template"]["spec"]
    spec["volumes"].append({"name": "logs", "hostPath": {"path": "/var/log"}})
    spec["containers"][0]["volumeMounts"].append({"name": "logs", "mountPath": "/logs"})
    path = written(tmp_path, *objects)
    done = run("policy", "compile", "-f", path, "--local")
    assert 'note: a/one: dataset "a/one" is not bound: its Pods are refused until it is' in done.err
    assert "note: a/one: not on platform eci: the FUSE client of dataset a/one needs hostPath volume logs" in done.err
    assert run("policy", "compile", "-f", path, "--local", "-q").err == ""


def test_a_dataset_of_which_too_little_is_known_is_compiled_for_its_pods_to_be_refused(tmp_path: Path) -> None:
    dataset = fluid_objects.dataset("a", "one", phase="NotBound")
    dataset["status"]["runtimes"][0]["type"] = "alluxio"  # whose objects are not rendered
    (made,) = compiled("-f", written(tmp_path, dataset), "--local")
    assert {it["refusal"]["code"] for it in made["spec"]["platforms"]} == {"CannotRender"}


def test_what_no_pod_could_be_made_with_is_an_error(tmp_path: Path) -> None:
    objects = fluid_objects.behind("a", "one")
    objects[-1]["spec"]["template"]["spec"]["containers"][0]["fieldOfTomorrow"] = True
    done = run("policy", "compile", "-f", written(tmp_path, *objects), "--local")
    assert done.status == 1
    assert done.out == ""
    assert "template a/one: spec.platforms.0.sidecar.container.fieldOfTomorrow: unknown field" in done.err


def test_files_without_dataset_are_an_error(tmp_path: Path) -> None:
    done = run("policy", "compile", "-f", written(tmp_path, fluid_objects.job("x", "y")), "--local")
    assert (done.status, done.out) == (1, "")
    assert "there is no Dataset in it" in done.err


@pytest.mark.parametrize(
    ("words", "where", "hint"),
    [
        ((), "namespace default", "-n names another namespace, -A takes all of them"),
        (("-A",), "cluster", "see `kubectl get datasets -A`"),
    ],
)
def test_a_cluster_without_dataset_is_an_error_with_a_cure_that_fits(
    tmp_path: Path, words: tuple[str, ...], where: str, hint: str
) -> None:
    with serving() as server:
        for inside in ("", "namespaces/default/"):
            path = f"/apis/data.fluid.io/v1alpha1/{inside}datasets?limit=500"
            server.hold(path, {"kind": "List", "metadata": {"resourceVersion": "1"}, "items": []})
        config = kubeconfig(tmp_path, server.url)
        done = run("policy", "compile", "--cluster", "--kubeconfig", config, *words)
    assert (done.status, done.out) == (1, "")
    assert done.err == f"error: {where}: there is no Dataset in it\nhint: {hint}\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "name files (-f, -k), or --cluster"),
        (("--cluster", "-f", "x"), "not both"),
        (("--target", "vap", "--cluster"), "reads nothing"),
        (("--target", "webhook", "--stage", "warn"), "--stage goes with --target vap"),
        (("--cluster", "--stage", "deny"), "--stage goes with --target vap"),
        (("-f", "x", "-A"), "--all-namespaces goes with --cluster"),
        (("--cluster", "--local"), "exclude each other"),
        (("-f", "x", "--check", "server", "--local"), "--check server goes with --target map, and without --local"),
        (("--target", "kyverno"), "no policy of Kyverno has been compared"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], sentence: str) -> None:
    done = run("policy", "compile", *words)
    assert (done.status, done.out) == (2, "")
    assert sentence in done.err


def test_the_webhook_is_the_one_of_webhook_manifest() -> None:
    assert run("policy", "compile", "--target", "webhook").out == run("webhook", "manifest").out


def test_guards_come_each_with_its_bindings() -> None:
    made = compiled("--target", "vap", "--stage", "warn")
    policies = [it["metadata"]["name"] for it in made if it["kind"] == "ValidatingAdmissionPolicy"]
    bindings = [it for it in made if it["kind"] == "ValidatingAdmissionPolicyBinding"]
    assert policies == list(dict.fromkeys(it["spec"]["policyName"] for it in bindings))
    assert len({it["metadata"]["name"] for it in bindings}) == len(bindings)
    assert all("Deny" not in it["spec"]["validationActions"] for it in bindings)
