"""The webhook's certificates: what is in them, and that nobody ever meets one that he cannot check."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.webhook.certs import (
    CertsError,
    CertSet,
    Step,
    Wishes,
    due,
    read,
    service_names,
    take,
    waiting_for,
)

NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
DAY = dt.timedelta(days=1)
MINUTES = dt.timedelta(minutes=10)
SERVER = "kubectl-fluid-webhook.kubectl-fluid.svc"
WISHES = Wishes((*service_names("kubectl-fluid-webhook", "kubectl-fluid"), "127.0.0.1", "0:0::1"))


@pytest.fixture(scope="module")
def made() -> CertSet:
    return take(Step.CREATE, None, WISHES, NOW)


def step_at(certs: CertSet, now: dt.datetime, *, rotate: bool = False, settle: dt.timedelta = MINUTES) -> Step | None:
    return due(read(certs), WISHES, now, rotate=rotate, settle=settle)


def advanced(certs: CertSet, now: dt.datetime, step: Step) -> CertSet:
    assert step_at(certs, now, rotate=True) is step
    return take(step, certs, WISHES, now)


def leaf_of(certs: CertSet) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certs.leaf)


def authorities_of(certs: CertSet) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(certs.ca)


def is_trusted(folder: Path, served: CertSet, trusted: CertSet) -> bool:
    """Whether a client that trusts one set's bundle takes the other set's leaf, in a real handshake."""
    (folder / "chain").write_bytes(served.leaf + served.leaf_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain")
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            context.wrap_socket(ours, server_side=True).close()
        except (ssl.SSLError, OSError):
            ours.close()

    thread = threading.Thread(target=serve)
    thread.start()
    client = ssl.create_default_context(cadata=trusted.ca.decode())
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    try:
        client.wrap_socket(theirs, server_hostname=SERVER).close()
    except ssl.SSLCertVerificationError:
        return False
    finally:
        theirs.close()
        thread.join()
    return True


def test_a_strict_client_takes_the_certificate_in_a_handshake(made: CertSet, tmp_path: Path) -> None:
    assert is_trusted(tmp_path, served=made, trusted=made)


def test_a_client_of_another_authority_does_not(made: CertSet, tmp_path: Path) -> None:
    other = take(Step.CREATE, None, WISHES, NOW)
    assert not is_trusted(tmp_path, served=made, trusted=other)


def test_the_leaf_is_a_servers_and_nothing_else(made: CertSet) -> None:
    extensions = leaf_of(made).extensions
    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert (basic.critical, basic.value.ca) == (True, False)
    assert (usage.critical, usage.value.digital_signature, usage.value.key_cert_sign) == (True, True, False)
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_the_leaf_has_every_name_of_the_service(made: CertSet) -> None:
    names = leaf_of(made).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [
        "kubectl-fluid-webhook",
        "kubectl-fluid-webhook.kubectl-fluid",
        "kubectl-fluid-webhook.kubectl-fluid.svc",
        "kubectl-fluid-webhook.kubectl-fluid.svc.cluster.local",
    ]
    assert [str(it) for it in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_the_authority_signs_leaves_only(made: CertSet) -> None:
    (authority,) = authorities_of(made)
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = authority.extensions.get_extension_for_class(x509.KeyUsage)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.digital_signature) == (True, True, False)


def test_keys_are_on_the_curve_p_256(made: CertSet) -> None:
    for certificate in (leaf_of(made), *authorities_of(made)):
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.curve.name == "secp256r1"


def test_leaf_and_authority_point_to_each_other(made: CertSet) -> None:
    (authority,) = authorities_of(made)
    own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    its = leaf_of(made).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert own == its


def test_the_longest_namespace_fits() -> None:
    names = service_names("kubectl-fluid-webhook", "n" * 63)
    certs = take(Step.CREATE, None, Wishes(names), NOW)
    assert read(certs).names == frozenset(names)


def test_nothing_is_due_on_the_next_day(made: CertSet) -> None:
    assert step_at(made, NOW + DAY) is None


def test_a_leaf_is_renewed_when_a_third_of_its_life_is_left_and_its_authority_stays(made: CertSet) -> None:
    assert step_at(made, NOW + 243 * DAY) is None
    assert step_at(made, NOW + 244 * DAY) is Step.RENEW
    renewed = take(Step.RENEW, made, WISHES, NOW + 244 * DAY)
    assert (renewed.ca, renewed.ca_key) == (made.ca, made.ca_key)
    assert leaf_of(renewed).not_valid_after_utc == NOW + (244 + 365) * DAY
    assert renewed.leaf_key != made.leaf_key


def test_a_leaf_of_other_names_is_renewed(made: CertSet) -> None:
    wishes = Wishes(service_names("kubectl-fluid-webhook", "elsewhere"))
    assert due(read(made), wishes, NOW, rotate=False, settle=MINUTES) is Step.RENEW
    assert read(take(Step.RENEW, made, wishes, NOW)).names == frozenset(wishes.names)


def test_an_authority_that_would_end_before_a_new_leaf_is_replaced_without_being_asked(made: CertSet) -> None:
    late = NOW + (3650 - 364) * DAY
    young = take(Step.RENEW, made, WISHES, late)
    assert step_at(young, late) is Step.INTRODUCE


def test_no_leaf_outlives_its_authority(made: CertSet) -> None:
    late = NOW + 3649 * DAY
    assert leaf_of(take(Step.RENEW, made, WISHES, late)).not_valid_after_utc == NOW + 3650 * DAY


def test_an_authority_that_has_ended_signs_nothing(made: CertSet) -> None:
    with pytest.raises(CertsError, match="the authority ended on"):
        take(Step.RENEW, made, WISHES, NOW + 3651 * DAY)


def test_each_step_of_a_rotation_is_trusted_by_whoever_has_not_heard_of_it_yet(made: CertSet, tmp_path: Path) -> None:
    introduced = advanced(made, NOW, Step.INTRODUCE)
    switched = advanced(introduced, NOW + MINUTES, Step.SWITCH)
    retired = advanced(switched, NOW + 2 * MINUTES, Step.RETIRE)
    for before, after in ((made, introduced), (introduced, switched), (switched, retired)):
        # The bundle reaches API servers and the leaf reaches Pods at different times, in any order.
        assert is_trusted(tmp_path, served=before, trusted=after)
        assert is_trusted(tmp_path, served=after, trusted=before)
    assert not is_trusted(tmp_path, served=made, trusted=retired)
    assert [len(authorities_of(it)) for it in (made, introduced, switched, retired)] == [1, 2, 2, 1]


def test_without_the_step_between_a_client_would_be_cut_off(made: CertSet, tmp_path: Path) -> None:
    switched = take(Step.SWITCH, take(Step.INTRODUCE, made, WISHES, NOW), WISHES, NOW)
    assert not is_trusted(tmp_path, served=switched, trusted=made)


def test_a_rotation_waits_between_its_steps_and_goes_on_without_being_asked_again(made: CertSet) -> None:
    introduced = advanced(made, NOW, Step.INTRODUCE)
    assert waiting_for(read(introduced), MINUTES) == NOW + MINUTES
    assert step_at(introduced, NOW + MINUTES / 2, rotate=True) is None
    assert step_at(introduced, NOW + MINUTES) is Step.SWITCH
    switched = take(Step.SWITCH, introduced, WISHES, NOW + MINUTES)
    assert step_at(switched, NOW + MINUTES * 1.5, rotate=True) is None
    assert step_at(switched, NOW + MINUTES * 2) is Step.RETIRE
    retired = take(Step.RETIRE, switched, WISHES, NOW + MINUTES * 2)
    assert waiting_for(read(retired), MINUTES) is None
    assert step_at(retired, NOW + DAY) is None


def test_the_old_authoritys_key_is_gone_after_the_first_step(made: CertSet) -> None:
    assert advanced(made, NOW, Step.INTRODUCE).ca_key != made.ca_key


def test_two_authorities_never_have_one_name(made: CertSet) -> None:
    first, second = authorities_of(advanced(made, NOW, Step.INTRODUCE))
    assert first.subject != second.subject


@pytest.mark.parametrize("field", ["leaf", "leaf_key"])
def test_a_leaf_without_its_key_is_made_anew(made: CertSet, field: str) -> None:
    other = take(Step.RENEW, made, WISHES, NOW)
    torn = CertSet(**{**{it: getattr(made, it) for it in CertSet.__slots__}, field: getattr(other, field)})
    assert step_at(torn, NOW) is Step.RENEW
    assert read(take(Step.RENEW, torn, WISHES, NOW)).leaf is not None


def test_a_leaf_of_a_stranger_is_made_anew(made: CertSet) -> None:
    other = take(Step.CREATE, None, WISHES, NOW)
    assert step_at(CertSet(made.ca, made.ca_key, other.leaf, other.leaf_key), NOW) is Step.RENEW


def test_an_authority_without_its_key_is_an_error_for_a_person(made: CertSet) -> None:
    other = take(Step.CREATE, None, WISHES, NOW)
    with pytest.raises(CertsError, match=r"ca\.key: it belongs to no certificate of ca\.crt") as caught:
        read(CertSet(made.ca, other.ca_key, made.leaf, made.leaf_key))
    assert caught.value.hint


def test_a_leaf_without_its_key_still_says_its_names(made: CertSet) -> None:
    torn = CertSet(made.ca, made.ca_key, made.leaf, b"")
    assert (read(torn).leaf, read(torn).names) == (None, read(made).names)


@given(junk=st.binary(max_size=200), field=st.sampled_from(CertSet.__slots__))
def test_no_junk_in_a_file_is_a_bug(made: CertSet, junk: bytes, field: str) -> None:
    certs = CertSet(**{**{it: getattr(made, it) for it in CertSet.__slots__}, field: junk})
    if field.startswith("ca"):
        with pytest.raises(CertsError):
            read(certs)
    else:
        assert read(certs).leaf is None
