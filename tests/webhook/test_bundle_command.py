"""`kubectl fluid webhook manifest`."""

from __future__ import annotations

import base64
import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.files import files
from kubectl_fluid.webhook.bundle.objects import bundle
from kubectl_fluid.webhook.certs import Step, Wishes, take
from tests.cli.running import Ran, run


def command(*more: str | Path) -> Ran:
    return run("webhook", "manifest", *more)


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    run("webhook", "certs", "--dir", tmp_path)
    return tmp_path / "ca.crt"


def test_without_options_it_prints_what_the_files_hold() -> None:
    ran = command()
    made = files(Choices())
    names = yaml.safe_load(made["base/kustomization.yaml"])["resources"]
    assert ran.status == 0
    assert list(yaml.safe_load_all(ran.out)) == [yaml.safe_load(made[f"base/{name}"]) for name in names]


def test_every_option_reaches_the_objects(ca: Path) -> None:
    options = ["--namespace", "elsewhere", "--image", "registry.example/x:1", "--replicas", "3"]
    options += ["--failure-policy", "Ignore", "--profile", "fluid", "--eci-namespaces", "--monitoring", "--ca", str(ca)]
    choices = Choices(
        namespace="elsewhere",
        image="registry.example/x:1",
        replicas=3,
        failure_policy="Ignore",
        profile="fluid",
        ca=ca.read_bytes(),
        eci_namespaces=True,
        monitoring=True,
    )
    assert list(yaml.safe_load_all(command(*options).out)) == bundle(choices)


def test_cert_manager_adds_its_objects() -> None:
    ran = command("--cert-manager", "--image", "registry.example/x:1")
    assert list(yaml.safe_load_all(ran.out)) == bundle(Choices(cert_manager=True, image="registry.example/x:1"))
    assert ran.err == ""


def test_the_authority_goes_into_every_entry(ca: Path) -> None:
    ran = command("--ca", ca, "--image", "registry.example/x:1")
    configuration = list(yaml.safe_load_all(ran.out))[-1]
    assert [base64.b64decode(it["clientConfig"]["caBundle"]) for it in configuration["webhooks"]] == [
        ca.read_bytes()
    ] * 3
    assert ran.err == ""


def test_without_an_authority_it_is_said_what_is_missing() -> None:
    assert "note: without --ca no API server trusts the webhook" in command().err


def test_without_an_image_it_is_said_that_none_is_published() -> None:
    assert "note: no image is published: build kubectl-fluid:" in command().err
    assert "no image" not in command("--image", "registry.example/x:1").err


def test_as_json_it_is_one_list() -> None:
    assert json.loads(command("-o", "json").out)["items"] == bundle(Choices())


def test_names_alone_can_be_printed() -> None:
    lines = command("-o", "name").out.splitlines()
    assert lines[0] == "namespace/kubectl-fluid"
    assert len(lines) == len(bundle(Choices()))


def test_a_key_is_not_taken_for_an_authority(ca: Path) -> None:
    ran = command("--ca", ca.with_name("ca.key"))
    assert (ran.status, ran.out) == (1, "")
    assert "there is a private key in it" in ran.err


def test_a_servers_certificate_is_not_taken_for_an_authority(ca: Path) -> None:
    ran = command("--ca", ca.with_name("tls.crt"))
    assert (ran.status, ran.out) == (1, "")
    assert "the certificate is a server's, not an authority's (no CA:TRUE)\nhint: give ca.crt" in ran.err


def test_an_authority_that_has_ended_is_told_and_the_others_count(ca: Path) -> None:
    then = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=20)
    old = take(Step.CREATE, None, Wishes(("none",), days=1, ca_days=10), then).ca
    both = ca.with_name("both.crt")
    both.write_bytes(old + ca.read_bytes())
    ran = command("--ca", both)
    assert ran.status == 0
    assert f"warning: {both}: certificate 1 of 2 ended on " in ran.err
    both.write_bytes(old)
    ran = command("--ca", both)
    assert (ran.status, ran.out) == (1, "")


def test_a_folder_in_place_of_the_file_is_told_what_to_name(ca: Path) -> None:
    ran = command("--ca", ca.parent)
    assert (ran.status, ran.err) == (1, f"error: {ca.parent}: it is a folder\nhint: name the file in it: ca.crt\n")


@pytest.mark.parametrize(
    ("namespace", "words"),
    [
        ("team", "note: the Pods of team are not injected: a webhook must not stand in its own way"),
        ("kube-system", "note: the Pods of kube-system are never injected, with or without the webhook among them"),
    ],
)
def test_it_is_said_that_the_webhooks_own_namespace_is_left_out(namespace: str, words: str) -> None:
    ran = command("--namespace", namespace)
    assert (ran.status, words in ran.err) == (0, True)
    configuration = list(yaml.safe_load_all(ran.out))[-1]
    for entry in configuration["webhooks"]:
        (selected,) = [it for it in entry["namespaceSelector"]["matchExpressions"] if it["operator"] == "NotIn"]
        assert selected["values"].count(namespace) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--ca", "/nonexistent/ca.crt"], 1, "error: /nonexistent/ca.crt: no such file or directory"),
        (["--ca", ""], 2, "--ca is empty"),
        (["--ca", "x", "--cert-manager"], 2, "--ca and --cert-manager exclude each other"),
        (["--namespace", "No!"], 2, "error: --namespace: 'No!' is not a name that Kubernetes takes"),
        (["--namespace", "kube-node-lease"], 2, "kube-node-lease holds objects of the cluster itself, and no Pods"),
        (["--namespace", "kube-public"], 2, "kube-public holds objects of the cluster itself, and no Pods"),
        (["--image", "a b"], 2, "error: --image: 'a b' is not an image"),
        (["--replicas", "0"], 2, "invalid value for '--replicas'"),
    ],
)
def test_what_cannot_be_is_said(arguments: list[str], status: int, message: str) -> None:
    ran = command(*arguments)
    assert (ran.status, ran.out) == (status, "")
    assert message in ran.err


@pytest.mark.parametrize("verb", ["certs", "manifest"])
def test_help_does_not_load_what_only_some_runs_need(verb: str) -> None:
    program = (
        "import sys\n"
        "from kubectl_fluid.cli.environment import Environment\n"
        "from kubectl_fluid.cli.main import main\n"
        f"main(Environment(arguments=['webhook', '{verb}', '--help']))\n"
        "print({'cryptography', 'aiohttp', 'kubernetes', 'prometheus_client'} & set(sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
