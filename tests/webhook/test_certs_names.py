"""Names of a certificate: what is taken for one, and that no run loses one by itself."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.webhook import certnames
from kubectl_fluid.webhook.certs import CertsError, Step, Wishes, read, take
from tests.cli.running import Ran, run

NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)


def command(folder: Path, *more: str) -> Ran:
    return run("webhook", "certs", "--dir", folder, *more)


def names(folder: Path) -> set[str]:
    leaf = x509.load_pem_x509_certificate((folder / "tls.crt").read_bytes())
    found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(it.value) for it in found}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first") / "certs"
    assert command(folder, "--name", "127.0.0.1", "--name", "Webhook.Example.com").status == 0
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "certs"))


MINE = {"127.0.0.1", "webhook.example.com"}


def test_a_run_without_the_names_keeps_them_and_says_so(folder: Path) -> None:
    before = (folder / "tls.crt").read_bytes()
    ran = command(folder)
    assert (ran.status, (folder / "tls.crt").read_bytes()) == (0, before)
    assert "nothing is due" in ran.err
    assert "kept from before (--drop-names leaves them out): 127.0.0.1, webhook.example.com" in ran.err


def test_a_new_name_comes_to_the_others(folder: Path) -> None:
    assert "made a new certificate" in command(folder, "--name", "localhost").err
    assert names(folder) >= {*MINE, "localhost"}


def test_no_step_of_a_rotation_loses_a_name(folder: Path) -> None:
    before = names(folder)
    for more in (["--rotate"], [], []):
        assert "✓" in command(folder, "--settle", "0", *more).err
        assert names(folder) == before


def test_names_that_are_to_go_go_and_are_named(folder: Path) -> None:
    ran = command(folder, "--drop-names", "--name", "127.0.0.1")
    assert "left out: webhook.example.com" in ran.err
    assert MINE & names(folder) == {"127.0.0.1"}
    assert "left out" not in command(folder, "--drop-names", "--name", "127.0.0.1").err


def test_a_run_for_another_namespace_keeps_the_names_of_the_first(folder: Path) -> None:
    before = names(folder)
    command(folder, "-n", "elsewhere")
    assert names(folder) > before
    assert "kubectl-fluid-webhook.elsewhere.svc" in names(folder)


def test_names_survive_the_loss_of_the_key(folder: Path) -> None:
    before = names(folder)
    (folder / "tls.key").unlink()
    assert "made a new certificate" in command(folder).err
    assert names(folder) == before


def test_many_names_are_counted_not_listed(folder: Path) -> None:
    command(folder, *(it for number in range(8) for it in ("--name", f"n{number}.example.com")))
    assert "127.0.0.1, n0.example.com, n1.example.com" in (err := command(folder).err)
    assert "and 4 more" in err


def test_a_name_in_capital_letters_is_not_a_new_one(folder: Path) -> None:
    assert "nothing is due" in command(folder, "--name", "WEBHOOK.example.COM").err


@pytest.mark.parametrize(
    ("name", "as_in_certificate"),
    [
        ("localhost", "localhost"),
        ("Webhook.Example.COM", "webhook.example.com"),
        ("*.example.com", "*.example.com"),
        ("127.0.0.1", "127.0.0.1"),
        ("0:0::1", "::1"),
        ("xn--gre-6ka8i.example", "xn--gre-6ka8i.example"),
        ("a" * 63, "a" * 63),
    ],
)
def test_a_name_is_taken_as_certificates_have_it(name: str, as_in_certificate: str) -> None:
    assert certnames.checked(name) == as_in_certificate


@pytest.mark.parametrize(
    ("name", "why", "cure"),
    [
        ("https://x:9443/mutate", "it is a URL", "host alone"),
        ("localhost:9443", "there is a port in it", "leave the port out"),
        ("[::1]", "no brackets", "leave the brackets out"),
        ("[::1]:9443", "no brackets", "and the port"),
        ("a,b", "more than one name", "once for each"),
        ("a b", "more than one name", "once for each"),
        ("300.1.1.1", "it is no IP address", "such as localhost"),
        ("10.0.0", "it is no IP address", "such as localhost"),
        ("10.0.0.0/24", "neither a DNS name nor an IP address", "such as localhost"),
        ("localhost.", "there is a dot at its end", "leave the dot out"),
        ("grüße.example", "it is not ASCII", "xn--"),
        ("fe80::1%eth0", "has no zone", "leave out %"),
        ("a_b", "neither a DNS name nor an IP address", "such as localhost"),
        ("-a", "neither", "such as localhost"),
        ("a..b", "neither", "such as localhost"),
        ("*", "neither", "such as localhost"),
        ("a.*.b", "neither", "such as localhost"),
        ("a" * 64, "neither", "such as localhost"),
        (".".join(["a" * 60] * 5), "304 characters are too many", "253"),
        ("", "neither", "such as localhost"),
        ("\x1b[2J", "neither", "such as localhost"),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_a_cure(name: str, why: str, cure: str) -> None:
    with pytest.raises(CertsError) as caught:
        certnames.checked(name)
    assert why in caught.value.why
    assert cure in caught.value.hint


def test_a_wrong_name_is_an_error_of_usage_before_anything_is_made(tmp_path: Path) -> None:
    ran = command(tmp_path / "certs", "--name", "\x1b[2J")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: --name \\x1b[2J: it is neither a DNS name nor an IP address\nhint: ")
    assert not (tmp_path / "certs").exists()


@given(st.one_of(st.ip_addresses().map(str), st.from_regex(r"[A-Za-z0-9.*:-]{1,30}", fullmatch=True), st.text()))
def test_a_name_that_is_taken_comes_back_from_the_certificate(name: str) -> None:
    try:
        taken = certnames.checked(name)
    except CertsError:
        return
    assert certnames.checked(taken) == taken
    assert read(take(Step.CREATE, None, Wishes((taken,)), NOW)).names == {taken}


@given(st.ip_addresses(v=6))
def test_one_address_has_one_name(address: ipaddress.IPv6Address) -> None:
    assert certnames.checked(address.exploded) == certnames.checked(str(address))
    assert certnames.earlier([address.exploded], frozenset({str(address)})) == ()
