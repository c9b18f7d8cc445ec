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
        (["--name", "grüße"], 2, "error: --name grüße: it is not ASCII"),
        (["-o", "secret", "--rotate"], 2, "-o only prints, and --rotate changes something"),
        (["--patch-configuration", "--rotate"], 2, "--patch-configuration only prints"),
        (["--dir", ""], 2, "--dir is empty"),
        (["-o", "yaml"], 2, "'yaml' is not 'secret'"),
    ],
)
def test_what_cannot_be_is_said(folder: Path, arguments: list[str], status: int, message: str) -> None:
    ran = command(folder, *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert message in ran.err


@pytest.mark.parametrize("below", ["", "certs"])
@pytest.mark.parametrize("more", [[], ["-osecret"]])
def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path, below: str, more: list[str]) -> None:
    (tmp_path / "file").touch()
    ran = command(tmp_path / "file" / below, *more)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"error: {tmp_path}/file: it is a file, not a folder\nhint: name a folder with --dir")


def test_a_link_that_leads_nowhere_is_said(folder: Path) -> None:
    folder.symlink_to("nowhere")
    ran = command(folder)
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"error: {folder}: it is a link that leads nowhere")


def test_a_link_to_a_folder_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    folder.symlink_to("real")
    assert command(folder).status == 0
    assert set(contents(tmp_path / "real")) == {"ca.crt", "ca.key", "tls.crt", "tls.key"}


def test_the_authoritys_key_is_not_made_anew_when_its_link_leads_nowhere(folder: Path) -> None:
    command(folder)
    (folder / "ca.key").unlink()
    (folder / "ca.crt").unlink()
    (folder / "ca.key").symlink_to("/nonexistent/ca.key")
    ran = command(folder)
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"error: {folder}/ca.key: it is a link that leads nowhere")
    assert (folder / "ca.key").is_symlink()


def test_a_certificate_that_somebody_else_made_is_not_overwritten(folder: Path) -> None:
    command(folder)
    for name in ("ca.crt", "ca.key"):
        (folder / name).unlink()
    before = contents(folder)
    ran = command(folder)
    assert ran.status == 1
    assert "there is a certificate in it without the authority that signed it" in ran.err
    assert contents(folder) == before


def test_a_key_that_others_can_read_is_told(folder: Path) -> None:
    assert "warning" not in command(folder).err
    (folder / "ca.key").chmod(0o640)
    assert f"warning: {folder}/ca.key: others can read this key: chmod 600 {folder}/ca.key" in command(folder).err


def test_a_secret_is_not_printed_for_a_namespace_that_the_certificate_is_not_for(folder: Path) -> None:
    command(folder)
    ran = command(folder, "-osecret", "-n", "elsewhere")
    assert (ran.status, ran.out) == (1, "")
    assert "it is not for kubectl-fluid-webhook.elsewhere.svc" in ran.err
    assert f"hint: kubectl fluid webhook certs --dir {folder} --namespace elsewhere" in ran.err


@pytest.mark.parametrize("more", ["-osecret", "--patch-configuration"])
def test_a_key_that_was_put_into_the_bundle_is_not_printed(folder: Path, more: str) -> None:
    command(folder)
    with (folder / "ca.crt").open("ab") as file:
        file.write((folder / "ca.key").read_bytes())
    ran = command(folder, more)
    assert (ran.status, ran.out) == (1, "")
    assert f"error: {folder}/ca.crt: there is a private key in it" in ran.err


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("ca.crt", "junk", "there is no PEM certificate in it, or a damaged one"),
        ("ca.key", "junk", "it is not a private key in PEM without a password"),
    ],
)
def test_junk_in_the_folder_is_an_error_with_a_cure_and_stays(folder: Path, name: str, text: str, why: str) -> None:
    command(folder)
    (folder / name).write_text(text)
    before = contents(folder)
    ran = command(folder)
    assert ran.status == 1
    assert ran.err.startswith(f"error: {folder}/{name}: {why}\nhint: put a good copy back, or begin anew")
    assert contents(folder) == before


def test_without_cryptography_it_is_said_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "kubectl_fluid.webhook.certmake", raising=False)
    ran = command(folder)
    assert (ran.status, ran.out) == (1, "")
    assert "error: webhook certs: the package cryptography is not installed" in ran.err
    assert "hint: pip install 'kubectl-fluid[webhook]'" in ran.err
