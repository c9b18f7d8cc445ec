"""`kubectl fluid webhook certs`."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import jsonpatch
import pytest
import yaml
from cryptography import x509

from kubectl_fluid.webhook import certs
from kubectl_fluid.webhook.bundle.choices import Choices
from kubectl_fluid.webhook.bundle.configuration import configuration
from tests.cli.running import Ran, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "certs"


def command(folder: Path, *more: str) -> Ran:
    return run("webhook", "certs", "--dir", folder, *more)


def contents(folder: Path) -> dict[str, bytes]:
    return {it.name: it.read_bytes() for it in folder.iterdir()}


def leaf(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "tls.crt").read_bytes())


def bundle(folder: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((folder / "ca.crt").read_bytes())


def test_the_first_run_makes_everything_and_prints_nothing(folder: Path) -> None:
    ran = command(folder)
    assert (ran.status, ran.out) == (0, "")
    assert "made an authority and a certificate" in ran.err
    assert set(contents(folder)) == {"ca.crt", "ca.key", "tls.crt", "tls.key"}


def test_a_second_run_changes_nothing(folder: Path) -> None:
    command(folder)
    before = contents(folder)
    ran = command(folder)
    assert (ran.status, "nothing is due" in ran.err) == (0, True)
    assert contents(folder) == before


def test_no_key_is_printed_unless_it_is_asked_for(folder: Path) -> None:
    for more in ([], ["--rotate"], ["--patch-configuration"]):
        ran = command(folder, *more)
        assert "PRIVATE KEY" not in ran.out + ran.err
        assert base64.b64encode(b"-----BEGIN PRIVATE").decode() not in ran.out + ran.err


def test_the_secret_is_of_the_leaf_and_without_the_authoritys_key(folder: Path) -> None:
    command(folder, "-n", "elsewhere")
    secret = yaml.safe_load(command(folder, "-o", "secret", "-n", "elsewhere", "--secret", "mine").out)
    assert (secret["kind"], secret["type"]) == ("Secret", "kubernetes.io/tls")
    assert (secret["metadata"]["namespace"], secret["metadata"]["name"]) == ("elsewhere", "mine")
    files = contents(folder)
    assert {name: base64.b64decode(text) for name, text in secret["data"].items()} == {
        name: files[name] for name in ("ca.crt", "tls.crt", "tls.key")
    }


@pytest.mark.parametrize("more", [[], ["--eci-namespaces"]])
def test_the_patch_puts_the_bundle_into_the_configuration(folder: Path, more: list[str]) -> None:
    command(folder)
    patch = json.loads(command(folder, "--patch-configuration", *more).out)
    patched = jsonpatch.apply_patch(configuration(Choices(eci_namespaces=bool(more))), patch)
    bundles = {base64.b64decode(it["clientConfig"]["caBundle"]) for it in patched["webhooks"]}
    assert bundles == {contents(folder)["ca.crt"]}


@pytest.mark.parametrize("more", ["-osecret", "--patch-configuration"])
def test_printing_makes_nothing(folder: Path, more: str) -> None:
    ran = command(folder, more)
    assert (ran.status, ran.out) == (1, "")
    assert f"error: {folder}: there are no certificates in it yet\nhint: kubectl fluid webhook certs --dir" in ran.err
    assert not folder.exists()


def test_a_rotation_takes_a_step_a_run(folder: Path) -> None:
    command(folder)
    (old,), first = bundle(folder), leaf(folder)
    at_once = ("--rotate", "--settle", "0")
    assert "put a new authority beside the old one" in command(folder, *at_once).err
    new = next(it for it in bundle(folder) if it != old)
    assert (set(bundle(folder)), leaf(folder)) == ({old, new}, first)
    assert "made a certificate of the new authority" in command(folder, *at_once).err
    assert (set(bundle(folder)), leaf(folder).issuer) == ({old, new}, new.subject)
    assert "dropped the old authority" in command(folder, *at_once).err
    assert bundle(folder) == [new]
    assert "nothing is due" in command(folder, "--settle", "0").err


def test_a_rotation_says_when_it_goes_on(folder: Path) -> None:
    command(folder)
    command(folder, "--rotate")
    before = contents(folder)
    ran = command(folder, "--rotate")
    assert "a rotation is under way: patch the configuration, apply the Secret, and run this again after" in ran.err
    assert contents(folder) == before


def test_names_and_validity_can_be_chosen(folder: Path) -> None:
    command(folder, "--name", "127.0.0.1", "--name", "localhost", "--days", "30", "-n", "elsewhere")
    names = leaf(folder).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(it.value) for it in names][2:] == [
        "kubectl-fluid-webhook.elsewhere.svc",
        "kubectl-fluid-webhook.elsewhere.svc.cluster.local",
        "127.0.0.1",
        "localhost",
    ]
    life = leaf(folder).not_valid_after_utc - leaf(folder).not_valid_before_utc - certs.SKEW
    assert life.days == 30


def test_other_names_make_a_new_leaf_of_the_same_authority(folder: Path) -> None:
    command(folder)
    before = bundle(folder)
    assert "made a new certificate of the same authority" in command(folder, "--name", "localhost").err
    assert bundle(folder) == before


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["-o", "secret", "--patch-configuration"], 2, "-o and --patch-configuration exclude each other"),
        (["--days", "365", "--ca-days", "400"], 2, "--ca-days must be twice --days at least"),
        (["--namespace", "No!"], 2, "error: --namespace: 'No!' is not a name that Kubernetes takes"),
        (["--name", "grüße"], 1, "error: certificate: it cannot have these names"),
        (["-o", "yaml"], 2, "'yaml' is not 'secret'"),
    ],
)
def test_what_cannot_be_is_said(folder: Path, arguments: list[str], status: int, message: str) -> None:
    ran = command(folder, *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert message in ran.err


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = command(tmp_path / "file" / "certs")
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"error: {tmp_path}/file/certs: not a directory")


def test_junk_in_the_folder_is_an_error_and_stays(folder: Path) -> None:
    command(folder)
    (folder / "ca.key").write_text("junk")
    before = contents(folder)
    ran = command(folder)
    assert ran.status == 1
    assert ran.err.startswith("error: ca.key: it is not a private key in PEM without a password\nhint: ")
    assert contents(folder) == before


def test_without_cryptography_it_is_said_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "kubectl_fluid.webhook.certmake", raising=False)
    ran = command(folder)
    assert (ran.status, ran.out) == (1, "")
    assert "error: webhook certs: the package cryptography is not installed" in ran.err
    assert "hint: pip install 'kubectl-fluid[webhook]'" in ran.err
