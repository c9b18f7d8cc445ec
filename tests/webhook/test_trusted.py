"""PEM files that become a caBundle: authorities alone, some of them valid, and no key."""

from __future__ import annotations

import base64
import datetime as dt
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.webhook.certs import CertsError, CertSet, Step, Wishes, take
from kubectl_fluid.webhook.trusted import authorities_of, bundle_of

NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
DAY = dt.timedelta(days=1)
WISHES = Wishes(("webhook.test.svc",), days=1, ca_days=10)


def made_at(when: dt.datetime) -> CertSet:
    return take(Step.CREATE, None, WISHES, when)


@pytest.fixture(scope="module")
def made() -> CertSet:
    return made_at(NOW)


@pytest.fixture(scope="module")
def old() -> CertSet:
    return made_at(NOW - 20 * DAY)


def test_a_bundle_is_taken_without_the_words_around_its_certificates(made: CertSet) -> None:
    assert bundle_of(b"subject=CN = x\r\n" + made.ca.replace(b"\n", b"\r\n") + b"# end\n", "ca.crt") == made.ca


def test_a_bundle_of_two_stays_two(made: CertSet) -> None:
    two = take(Step.INTRODUCE, made, WISHES, NOW).ca
    trusted = authorities_of(two, "ca.crt", NOW.timestamp())
    assert (trusted.pem, trusted.notes) == (two, ())
    assert two.count(b"BEGIN CERTIFICATE") == 2


@pytest.mark.parametrize("before", [0, 1])
def test_a_servers_certificate_is_no_authority_wherever_it_stands(made: CertSet, before: int) -> None:
    which = r"certificate 2 of 2" if before else "the certificate"
    with pytest.raises(CertsError, match=f"{which} is a server's, not an authority's") as caught:
        authorities_of(made.ca * before + made.leaf, "tls.crt", NOW.timestamp())
    assert "ca.crt" in caught.value.hint


def test_whom_to_trust_may_be_a_server_itself_where_nothing_is_installed(made: CertSet) -> None:
    assert bundle_of(made.leaf, "tls.crt") == made.leaf


def test_an_authority_that_has_ended_is_refused_when_it_is_alone(old: CertSet) -> None:
    day = f"{NOW - 10 * DAY:%Y-%m-%d}"
    with pytest.raises(CertsError, match=f"the certificate ended on {day}"):
        authorities_of(old.ca, "ca.crt", NOW.timestamp())


def test_an_authority_that_has_ended_is_told_beside_a_good_one(made: CertSet, old: CertSet) -> None:
    trusted = authorities_of(made.ca + old.ca, "ca.crt", NOW.timestamp())
    assert trusted.pem == made.ca + old.ca
    assert trusted.notes == (f"certificate 2 of 2 ended on {NOW - 10 * DAY:%Y-%m-%d}",)


def test_an_authority_of_the_future_is_refused(made: CertSet) -> None:
    with pytest.raises(CertsError, match="is valid from"):
        authorities_of(made.ca, "ca.crt", (NOW - 2 * DAY).timestamp())


def test_what_is_called_an_authority_signs_what_openssl_takes(made: CertSet) -> None:
    context = ssl.create_default_context(cadata=authorities_of(made.ca, "ca.crt", NOW.timestamp()).pem.decode())
    assert len(context.get_ca_certs()) == 1


def der(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"hello", "there is no PEM certificate in it"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "its certificate cannot be read"),
        (b"-----BEGIN CERTIFICATE-----\n\xff\n-----END CERTIFICATE-----\n", "its certificate cannot be read"),
        (b"-----BEGIN CERTIFICATE-----\n", "its certificate cannot be read: it is cut off or damaged"),
        (b"-----BEGIN PRIVATE KEY-----\n", "there is a private key in it"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "there is a private key in it"),
        (b"-----BEGIN EC PRIVATE KEY-----\n", "there is a private key in it"),
    ],
)
def test_what_is_no_bundle_is_refused(text: bytes, why: str) -> None:
    with pytest.raises(CertsError, match=why) as caught:
        bundle_of(text, "ca.crt")
    assert caught.value.hint


def test_other_forms_of_a_certificate_are_named_with_the_way_to_pem(made: CertSet) -> None:
    with pytest.raises(CertsError, match="it is DER, not PEM") as caught:
        bundle_of(der(made.ca), "ca.crt")
    assert "openssl x509 -inform der" in caught.value.hint
    with pytest.raises(CertsError, match="it is PEM in base64") as caught:
        bundle_of(base64.b64encode(made.ca), "ca.crt")
    assert "base64 -d" in caught.value.hint


def test_a_key_is_not_in_the_sentence_that_refuses_it(made: CertSet) -> None:
    with pytest.raises(CertsError) as caught:
        authorities_of(made.ca + made.ca_key, "ca.crt", NOW.timestamp())
    secret = made.ca_key.splitlines()[1].decode()
    assert secret not in f"{caught.value}{caught.value.hint}"


@given(cut=st.integers(1, 400), flip=st.integers(0, 255))
def test_a_damaged_certificate_is_refused_or_left_as_it_is(made: CertSet, cut: int, flip: int) -> None:
    damaged = bytearray(made.ca)
    damaged[cut] = flip
    try:
        trusted = authorities_of(bytes(damaged), "ca.crt", NOW.timestamp())
    except CertsError:
        return
    assert ssl.create_default_context(cadata=trusted.pem.decode()).get_ca_certs()
