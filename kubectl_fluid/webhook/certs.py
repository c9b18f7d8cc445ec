"""The webhook's certificates: an authority of its own, the leaf that it signs, and what is due next.

Bytes in, bytes out; `certfiles` keeps them in a folder. `cryptography` (extra `webhook`) is imported when it is needed.

An authority is replaced in three steps, so that no API server ever meets a leaf that it cannot check:

| step        | signs     | ca.crt             | leaf by |
| ----------- | --------- | ------------------ | ------- |
| (before)    | old       | old                | old     |
| `INTRODUCE` | new       | new, old           | old     |
| `SWITCH`    | new       | new, old           | new     |
| `RETIRE`    | new       | new                | new     |

Between two of them the configuration's caBundle and then the Secret have to reach everybody, hence `settle`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import Enum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

#: Certificates are valid from a little before they are made: clocks of API servers differ.
SKEW = dt.timedelta(hours=1)
#: A leaf is renewed when less than this part of its life is left.
RENEW_AT = 1 / 3
LEAF_DAYS, CA_DAYS = 365, 3650


class CertsError(Exception):
    """Certificates or keys that cannot be used; says which and why. `hint` says what to do."""

    def __init__(self, what: str, why: str, hint: str = "") -> None:
        super().__init__(f"{what}: {why}")
        self.what, self.why, self.hint = what, why, hint


@unique
class Step(Enum):
    """What is done to a set of certificates, with the words that say so afterwards."""

    CREATE = "made an authority and a certificate"
    RENEW = "made a new certificate of the same authority"
    INTRODUCE = "put a new authority beside the old one; the certificate is still the old one's"
    SWITCH = "made a certificate of the new authority; the old authority is still trusted"
    RETIRE = "dropped the old authority"


@dataclass(frozen=True, slots=True)
class CertSet:
    """PEM texts: the bundle (`ca.crt`), the key of the authority that signs from now on, the leaf and its key."""

    ca: bytes
    ca_key: bytes
    leaf: bytes
    leaf_key: bytes


@dataclass(frozen=True, slots=True)
class Wishes:
    """DNS names and IP addresses of the leaf (the first one is its common name), and days of validity."""

    names: tuple[str, ...]
    days: int = LEAF_DAYS
    ca_days: int = CA_DAYS


def service_names(service: str, namespace: str, cluster_domain: str = "cluster.local") -> tuple[str, ...]:
    """The names by which a Service is reached. The API server uses `<service>.<namespace>.svc`."""
    full = f"{service}.{namespace}.svc"
    return (service, f"{service}.{namespace}", full, f"{full}.{cluster_domain}")


@dataclass(frozen=True, slots=True)
class State:
    """What a CertSet says about itself. `authorities` begins with the one that signs; `issuer` signed the leaf.

    `names` are those of the leaf, also of one whose key is gone.
    """

    authorities: tuple[x509.Certificate, ...]
    leaf: x509.Certificate | None
    issuer: x509.Certificate | None
    names: frozenset[str]

    @property
    def signer(self) -> x509.Certificate:
        """The authority whose key is there."""
        return self.authorities[0]

    @property
    def expires(self) -> dt.datetime | None:
        """When the first of leaf and its issuer ends; None without a usable leaf."""
        if self.leaf is None or self.issuer is None:
            return None
        return min(self.leaf.not_valid_after_utc, self.issuer.not_valid_after_utc)


def read(certs: CertSet) -> State:
    """Check a CertSet. A leaf that no authority of the bundle signed, or whose key is another's, counts as missing.

    Such a leaf is what a crash between two files leaves behind, and a new one mends it. Raises CertsError for an
    authority that cannot be used: nothing but a person can mend that.
    """
    authorities = _authorities(certs)
    leaf = _certificate(certs.leaf)
    issuer = next((it for it in authorities if leaf is not None and _signed(leaf, it)), None)
    if leaf is None or issuer is None:
        return State(authorities, None, None, frozenset())
    if not _fits(certs.leaf_key, leaf):
        return State(authorities, None, None, _names(leaf))
    return State(authorities, leaf, issuer, _names(leaf))


def due(state: State | None, wishes: Wishes, now: dt.datetime, *, rotate: bool, settle: dt.timedelta) -> Step | None:
    """The step that is to be taken now; None when there is none, or when the last one has not settled yet."""
    if state is None:
        return Step.CREATE
    if state.leaf is None or state.issuer is None:
        return Step.RENEW
    if state.issuer != state.signer:
        return Step.SWITCH if settled(state.signer, settle) <= now else None
    if _spent(state.leaf, now) or state.names != frozenset(map(canonical, wishes.names)):
        return Step.RENEW
    if len(state.authorities) > 1:
        return Step.RETIRE if settled(state.leaf, settle) <= now else None
    ends = state.signer.not_valid_after_utc
    return Step.INTRODUCE if rotate or ends < now + dt.timedelta(days=wishes.days) else None


def waiting_for(state: State, settle: dt.timedelta) -> dt.datetime | None:
    """When the next step of a rotation that is under way may be taken; None when none is."""
    if state.leaf is None or len(state.authorities) == 1:
        return None
    return settled(state.signer if state.issuer != state.signer else state.leaf, settle)


def settled(certificate: x509.Certificate, settle: dt.timedelta) -> dt.datetime:
    """When everybody has heard of a certificate."""
    return certificate.not_valid_before_utc + SKEW + settle


def take(step: Step, certs: CertSet | None, wishes: Wishes, now: dt.datetime) -> CertSet:
    """The certificates after a step that `due` named. Raises CertsError for names that no certificate can have."""
    if certs is None:
        certs = _new_authority(wishes, now)
        return _with_leaf(certs, wishes, now)
    if step is Step.INTRODUCE:
        made = _new_authority(wishes, now)
        return replace(certs, ca=made.ca + _pem(read(certs).signer), ca_key=made.ca_key)
    if step is Step.RETIRE:
        return replace(certs, ca=_pem(read(certs).signer))
    return _with_leaf(certs, wishes, now)


def _authorities(certs: CertSet) -> tuple[x509.Certificate, ...]:
    """Those of the bundle, the one whose key is there first."""
    from cryptography import x509

    try:
        bundle = x509.load_pem_x509_certificates(certs.ca)
    except ValueError:
        raise CertsError("ca.crt", "there is no PEM certificate in it, or a damaged one", _ANEW) from None
    public = _load_key(certs.ca_key, "ca.key").public_key()
    mine = [it for it in bundle if it.public_key() == public]
    if not mine:
        raise CertsError("ca.key", "it belongs to no certificate of ca.crt", _ANEW)
    return (mine[0], *(it for it in bundle if it != mine[0]))


def _certificate(pem: bytes) -> x509.Certificate | None:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None


def _fits(key: bytes, leaf: x509.Certificate) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return bool(leaf.public_key() == _load_key(key, "tls.key").public_key())
    except (ValueError, UnsupportedAlgorithm, CertsError):
        return False


def _load_key(pem: bytes, what: str) -> ec.EllipticCurvePrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CertsError(what, "it is not a private key in PEM without a password", _ANEW) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertsError(what, "it is no key of an elliptic curve, as this command makes them", _ANEW)
    return key


_ANEW = "put a good copy back, or begin anew in another folder (--dir), whose ca.crt the configuration needs then"


def _signed(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _names(leaf: x509.Certificate) -> frozenset[str]:
    from cryptography import x509

    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return frozenset()
    return frozenset(str(it.value) for it in names if isinstance(it, x509.DNSName | x509.IPAddress))


def canonical(name: str) -> str:
    """An IP address as certificates give it back; any other name as it is."""
    import ipaddress

    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def _spent(leaf: x509.Certificate, now: dt.datetime) -> bool:
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    return leaf.not_valid_after_utc - now < life * RENEW_AT


def _pem(*certificates: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(it.public_bytes(Encoding.PEM) for it in certificates)


def _new_authority(wishes: Wishes, now: dt.datetime) -> CertSet:
    from kubectl_fluid.webhook import certmake

    certificate, key = certmake.authority(now - SKEW, now + dt.timedelta(days=wishes.ca_days))
    return CertSet(_pem(certificate), certmake.private_pem(key), b"", b"")


def _with_leaf(certs: CertSet, wishes: Wishes, now: dt.datetime) -> CertSet:
    from kubectl_fluid.webhook import certmake

    signer = _authorities(certs)[0]
    until = min(now + dt.timedelta(days=wishes.days), signer.not_valid_after_utc)
    if until <= now:
        raise CertsError("ca.crt", f"the authority ended on {until:%Y-%m-%d}", _ANEW)
    try:
        leaf, key = certmake.leaf(wishes.names, signer, _load_key(certs.ca_key, "ca.key"), now - SKEW, until)
    except ValueError as error:
        raise CertsError("certificate", f"it cannot have these names: {error}") from None
    return replace(certs, leaf=_pem(leaf), leaf_key=certmake.private_pem(key))
