"""Certificates: those of a caBundle, and one that a server shows."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from kubectl_fluid.doctor import trust
from kubectl_fluid.doctor.handshake import NotReached, Shown, shake
from kubectl_fluid.doctor.model import Check, Verdict
from kubectl_fluid.doctor.targets import Address, Service, Target
from kubectl_fluid.explanation.hooks import Whose
from kubectl_fluid.webhook.expiry import validity
from tests.doctor.certificates import DAY, HOST, made, showing

OK, WARNING, FAILED, UNKNOWN, SKIPPED = Verdict
SERVICE = Service("kubectl-fluid", "kubectl-fluid-webhook", 443)


def target(ca: bytes | None, service: Service | None = SERVICE, port: int = 443) -> Target:
    return Target("hooks", Whose.OURS, service, None if service else Address(HOST, port), ca)


def bundle(ca: bytes | None, days: float = 0, service: Service | None = SERVICE) -> Check:
    """The caBundle as it is in so many days from now."""
    return trust.bundle(target(ca, service), time.time() + days * DAY.total_seconds())


@pytest.mark.parametrize(
    ("days", "verdict", "said"),
    [
        (0, OK, "10 days old and valid for 90 days more, until 20"),
        (70, WARNING, "80 days old and valid for 20 days more"),
        (90, WARNING, "valid for 0 days more"),
        (100, FAILED, "1 certificate in the caBundle, none valid: the last ended 9 days ago, on 20"),
        (-20, FAILED, "none valid yet: the first is from 20"),
    ],
)
def test_an_authority_of_any_age(days: float, verdict: Verdict, said: str) -> None:
    check = bundle(made(ca_end=90).ca, days)
    assert (check.verdict, check.subject) == (verdict, "hooks")
    assert said in check.message
    assert bool(check.hint) is (verdict is not OK)


def test_the_authority_that_lasts_longest_counts() -> None:
    check = bundle(made(ca_end=5).ca + made(ca_end=90).ca)
    assert (check.verdict, "valid for 90 days more" in check.message) == (OK, True)
    assert "1 other is not valid" in bundle(made(ca_end=5).ca + made(ca_end=90).ca, 20).message


@pytest.mark.parametrize(
    ("ca", "said"),
    [
        pytest.param(b"", "the caBundle is empty", id="absent"),
        pytest.param(b"\n", "the caBundle is empty", id="Cg==, as in Fluid's chart"),
        pytest.param(None, "the caBundle is not base64", id="not base64"),
        pytest.param(b"no PEM", "there is no PEM certificate in it", id="no PEM"),
        pytest.param(made().ca[:200], "cannot be read", id="cut off"),
        pytest.param(made().ca + made().key, "there is a private key in it", id="a key in it"),
    ],
)
def test_what_no_api_server_can_go_by(ca: bytes | None, said: str) -> None:
    check = bundle(ca)
    assert check.verdict is FAILED
    assert said in check.message
    assert "no API server can call this webhook" in check.message


def test_a_url_may_do_without_caBundle() -> None:  # noqa: N802 - its name
    assert bundle(b"", service=None).verdict is SKIPPED


def test_what_is_wrong_with_fluids_own_is_cured_by_fluid() -> None:
    check = trust.bundle(Target("hooks", Whose.FLUID, SERVICE, None, b""), time.time())
    assert "rollout restart deployment fluid-webhook" in check.hint


def certificate(shown: Shown | NotReached, ca: bytes = b"PEM") -> Check:
    return trust.certificate(target(ca, None), shown, time.time())


def test_a_certificate_that_is_trusted_tells_its_age(tmp_path: Path) -> None:
    each = made()
    with showing(each, tmp_path) as port:
        check = certificate(shake(Address(HOST, port), each.ca, 5))
    assert check.verdict is OK
    assert "10 days old and valid for 355 days more" in check.message


def test_one_that_ends_soon_is_a_warning(tmp_path: Path) -> None:
    each = made(-300, 5)
    with showing(each, tmp_path) as port:
        check = certificate(shake(Address(HOST, port), each.ca, 5))
    assert (check.verdict, "valid for 5 days more" in check.message) == (WARNING, True)
    assert "kubectl fluid webhook certs" in check.hint


@pytest.mark.parametrize(
    ("begin", "end", "name", "said"),
    [
        (-300, -5, HOST, "certificate has expired (it is 300 days old and ended 4 days ago"),
        (3, 300, HOST, "certificate is not yet valid (it is valid from 20"),
        (-10, 300, "127.0.0.2", "IP address mismatch"),
    ],
)
def test_one_that_an_api_server_refuses(tmp_path: Path, begin: float, end: float, name: str, said: str) -> None:
    each = made(begin, end, name=name)
    with showing(each, tmp_path) as port:
        check = certificate(shake(Address(HOST, port), each.ca, 5))
    assert check.verdict is FAILED
    assert said in check.message


def test_one_of_another_authority_is_refused(tmp_path: Path) -> None:
    with showing(made(), tmp_path) as port:
        check = certificate(shake(Address(HOST, port), made().ca, 5))
    assert (check.verdict, "does not vouch for" in check.message) == (FAILED, True)


def test_without_a_bundle_the_api_servers_authorities_may_know_it(tmp_path: Path) -> None:
    with showing(made(), tmp_path) as port:
        check = certificate(shake(Address(HOST, port), b"", 5), b"")
    assert check.verdict is WARNING
    assert "the authorities of this machine do not vouch for" in check.message
    assert check.hint == "put its authority into the caBundle"


def test_without_a_bundle_one_that_has_ended_is_refused_all_the_same(tmp_path: Path) -> None:
    with showing(made(-300, -5), tmp_path) as port:
        assert certificate(shake(Address(HOST, port), b"", 5), b"").verdict is FAILED


def test_another_name_is_not_cured_by_the_same_certificate_anew() -> None:
    check = certificate(Shown("IP address mismatch, certificate is not valid for '127.0.0.1'.", None))
    assert (check.verdict, check.hint.startswith(f"the certificate must name {HOST}")) == (FAILED, True)


def test_a_server_certificate_in_the_bundle_is_trusted_as_go_does(tmp_path: Path) -> None:
    each = made()
    with showing(each, tmp_path) as port:
        assert shake(Address(HOST, port), each.leaf, 5) == Shown("", validity(each.leaf.decode()))


def test_a_bundle_that_cannot_be_read_vouches_for_nobody(tmp_path: Path) -> None:
    with showing(made(), tmp_path) as port:
        assert shake(Address(HOST, port), b"\xff", 5) == Shown("the caBundle cannot be read", None)


def test_nobody_there_is_not_the_webhooks_fault() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    check = certificate(shake(Address(HOST, port), b"", 1))
    assert check.verdict is UNKNOWN
    assert "is not reached from here (connection refused)" in check.message


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    began = time.monotonic()
    with socket.create_server((HOST, 0)) as listener:
        found = shake(Address(HOST, listener.getsockname()[1]), b"", 0.3)
    assert found == NotReached("no answer within 0.3 s")
    assert time.monotonic() - began < 3


def test_a_host_that_is_no_name_is_not_reached() -> None:
    assert isinstance(shake(Address("a" * 300 + ".example", 443), b"", 1), NotReached)
