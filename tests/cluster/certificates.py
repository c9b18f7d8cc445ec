"""Real certificates for a control plane: a CA, and what it signs, made as the product makes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kubectl_fluid.webhook import certmake

#: A machine's clock may be set back while a control plane runs.
BEFORE, AFTER = dt.timedelta(hours=1), dt.timedelta(days=2)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key: Kubernetes takes it everywhere, and it is made in no time (RSA takes up to a second)."""
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """A certificate authority of its own, valid from an hour ago for two days."""

    def __init__(self) -> None:
        now = dt.datetime.now(dt.timezone.utc)
        self._span = (now - BEFORE, now + AFTER)
        self._made, self._key = certmake.authority(*self._span)
        self.certificate = _pem(self._made)

    def server(self, *names: str) -> Pair:
        """A certificate for a server of these host names and IP addresses."""
        made, key = certmake.leaf(names, self._made, self._key, *self._span)
        return Pair(_pem(made), certmake.private_pem(key))

    def client(self, user: str, groups: tuple[str, ...] = ()) -> Pair:
        """A certificate by which an API server knows this user and groups."""
        # Kubernetes reads the user from the common name, and the groups from the organizations.
        names = [(NameOID.ORGANIZATION_NAME, group) for group in groups] + [(NameOID.COMMON_NAME, user)]
        key = new_key()
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(oid, name) for oid, name in names]))
            .issuer_name(self._made.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._span[0])
            .not_valid_after(self._span[1])
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return Pair(_pem(made), certmake.private_pem(key))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
