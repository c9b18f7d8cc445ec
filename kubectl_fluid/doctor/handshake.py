"""TLS with a webhook that has a URL: no request is sent, only its certificate is looked at."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import NamedTuple

from kubectl_fluid.cluster.request import reason
from kubectl_fluid.doctor.targets import Address
from kubectl_fluid.webhook.expiry import Validity, validity


class Shown(NamedTuple):
    """What a server showed. `refused` says why the caBundle does not vouch for it; "" if it does.

    `validity` is None where it could not be read.
    """

    refused: str
    validity: Validity | None


class NotReached(NamedTuple):
    """Why there was no TLS with it, from here."""

    why: str


def shake(address: Address, ca: bytes, timeout: float) -> Shown | NotReached:
    """Connect as an API server does, which trusts this caBundle (b"": the system's authorities) and nobody else."""
    try:
        context = _strict(ca)
    except (ssl.SSLError, ValueError):
        return Shown("the caBundle cannot be read", None)
    try:
        certificate = _certificate(address, context, timeout)
        return Shown("", _validity(certificate))
    except ssl.SSLCertVerificationError as error:
        refused = error.verify_message or "it cannot be verified"
    except (OSError, ValueError) as error:  # ValueError: a host that is no name
        return NotReached(reason(error, timeout))
    with contextlib.suppress(OSError, ValueError):
        return Shown(refused, _validity(_certificate(address, _blind(), timeout)))
    return Shown(refused, None)


def _strict(ca: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca.strip():
        context.load_verify_locations(cadata=ca.decode("ascii"))
        # As Go does: any certificate of the caBundle is trusted, not only authorities that signed themselves.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    else:
        context.load_default_certs()
    return context


def _blind() -> ssl.SSLContext:
    """Only to read the dates of a certificate that was refused; nothing is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _certificate(address: Address, context: ssl.SSLContext, timeout: float) -> bytes:
    """DER of what the server shows."""
    with (
        socket.create_connection(address, timeout) as plain,
        context.wrap_socket(plain, server_hostname=address.host) as secure,
    ):
        return secure.getpeercert(binary_form=True) or b""


def _validity(certificate: bytes) -> Validity | None:
    try:
        return validity(ssl.DER_cert_to_PEM_cert(certificate))
    except ValueError:
        return None
