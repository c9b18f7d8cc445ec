"""The certificates that whoever calls the webhook is told to trust: a PEM file, checked before it becomes a caBundle.

With the standard library alone: `cryptography` is an extra, and printing a manifest must do without it.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass

from kubectl_fluid.webhook.certs import CertsError
from kubectl_fluid.webhook.expiry import Validity, validity

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_HINT = "give a file of PEM certificates, such as the ca.crt of `kubectl fluid webhook certs`"
#: First bytes of what is given instead → what that is, and the cure.
_INSTEAD = (
    (b"", "it is empty", _HINT),
    (b"\x30\x82", "it is DER, not PEM", "openssl x509 -inform der -in FILE -out ca.crt"),
    (b"LS0tLS1CRUdJTi", "it is PEM in base64, as in a caBundle or a Secret", "decode it first: base64 -d"),
)


@dataclass(frozen=True, slots=True)
class Trusted:
    """PEM of all certificates, and a sentence for each that is of no use any more, or not yet."""

    pem: bytes
    notes: tuple[str, ...]


def bundle_of(text: bytes, what: str) -> bytes:
    """The certificates of a PEM text. Raises CertsError when there is anything else of note in it."""
    return b"".join(_blocks(text, what))


def authorities_of(text: bytes, what: str, now: float) -> Trusted:
    """The same for a caBundle: each must be an authority's, and one of them at least valid (`now`: epoch seconds).

    Go's clients, API servers among them, would take a server's own certificate too, but only until it is renewed.
    """
    blocks = _blocks(text, what)
    notes: list[str] = []
    for number, block in enumerate(blocks, start=1):
        which = "the certificate" if len(blocks) == 1 else f"certificate {number} of {len(blocks)}"
        if not _may_sign(block):
            hint = "give ca.crt, the certificate of the authority that signs, not tls.crt"
            raise CertsError(what, f"{which} is a server's, not an authority's (no CA:TRUE)", hint)
        notes += _off_time(which, validity(block.decode("ascii")), now)
    if len(notes) == len(blocks):
        raise CertsError(what, "; ".join(notes), "make new ones: `kubectl fluid webhook certs` keeps a folder current")
    return Trusted(b"".join(blocks), tuple(notes))


def _blocks(text: bytes, what: str) -> list[bytes]:
    """Each certificate as PEM of its own, without what stands around it."""
    if b"PRIVATE KEY-----" in text:
        raise CertsError(what, "there is a private key in it", "give the authority's certificate (ca.crt), not its key")
    found = [_BEGIN + part.partition(_END)[0] + _END + b"\n" for part in text.split(_BEGIN)[1:]]
    if not found:
        for begin, why, hint in _INSTEAD:
            if text.startswith(begin) if begin else not text.strip():
                raise CertsError(what, why, hint)
        raise CertsError(what, "there is no PEM certificate in it", _HINT)
    for number, block in enumerate(found, start=1):
        try:
            ssl.create_default_context(cadata=block.decode("ascii")).get_ca_certs()  # which reads its names too
            validity(block.decode("ascii"))
        except (ValueError, OSError):
            which = "its certificate" if len(found) == 1 else f"certificate {number} of {len(found)}"
            raise CertsError(
                what, f"{which} cannot be read: it is cut off or damaged", f"copy it anew; {_HINT}"
            ) from None
    return [block.replace(b"\r\n", b"\n") for block in found]


def _may_sign(block: bytes) -> bool:
    """Whether OpenSSL counts it among authorities (X509_check_ca): basicConstraints CA:TRUE, and keyUsage if any."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=block.decode("ascii"))
    return context.cert_store_stats()["x509_ca"] == 1


def _off_time(which: str, span: Validity, now: float) -> list[str]:
    if now >= span.not_after:
        return [f"{which} ended on {_day(span.not_after)}"]
    if now < span.not_before:
        return [f"{which} is valid from {_day(span.not_before)} only"]
    return []


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
