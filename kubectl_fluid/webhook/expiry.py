"""When a certificate ends: read from its DER, because the standard library cannot say it of a certificate that is ours.

RFC 5280, 4.1: Certificate = SEQUENCE { tbsCertificate SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer,
validity SEQUENCE { notBefore Time, notAfter Time }, … }, … }.
"""

from __future__ import annotations

import datetime as dt
import ssl
from typing import NamedTuple

_SEQUENCE, _VERSION, _UTC_TIME, _GENERALIZED_TIME = 0x30, 0xA0, 0x17, 0x18
_FORMATS = {_UTC_TIME: "%y%m%d%H%M%SZ", _GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}
_LONG_FORM = 0x80
_END = "-----END CERTIFICATE-----"


class Validity(NamedTuple):
    """Seconds since the epoch."""

    not_before: float
    not_after: float


def validity(pem: str) -> Validity:
    """Of the first certificate in a PEM file, which is the server's own. ValueError where there is none."""
    begin, end = pem.find("-----BEGIN CERTIFICATE-----"), pem.find(_END)
    if begin < 0 or end < begin:
        raise ValueError("there is no certificate in it")
    der = ssl.PEM_cert_to_DER_cert(pem[begin : end + len(_END)])
    try:
        _, certificate, _ = _element(der)
        _, body, _ = _element(certificate)
        tag, _, rest = _element(body)
        skipped = 3 if tag == _VERSION else 2  # serial number, signature, issuer
        for _ in range(skipped):
            _, _, rest = _element(rest)
        _, span, _ = _element(rest)
        first, not_before, rest = _element(span)
        second, not_after, _ = _element(rest)
        return Validity(_seconds(first, not_before), _seconds(second, not_after))
    except (IndexError, KeyError):
        raise ValueError("its certificate cannot be read") from None


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what follows of the first element. IndexError where it is cut off."""
    tag, length, start = data[0], data[1], 2
    if length & _LONG_FORM:
        start += length & ~_LONG_FORM
        length = int.from_bytes(data[2:start], "big")
    if start + length > len(data):
        raise IndexError
    return tag, data[start : start + length], data[start + length :]


def _seconds(tag: int, text: bytes) -> float:
    moment = dt.datetime.strptime(text.decode("ascii"), _FORMATS[tag])  # noqa: DTZ007 - Z is UTC, which is set here
    return moment.replace(tzinfo=dt.timezone.utc).timestamp()
