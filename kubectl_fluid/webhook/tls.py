"""TLS of the server: certificate files that are read again when they change, without a restart."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from pathlib import Path

from kubectl_fluid.webhook.expiry import Validity, validity


@dataclass(frozen=True, slots=True)
class Files:
    """Where certificate chain and private key stand, both PEM."""

    certificate: Path
    key: Path

    @classmethod
    def of_folder(cls, folder: Path) -> Files:
        """The names of a Secret of type kubernetes.io/tls."""
        return cls(folder / "tls.crt", folder / "tls.key")

    def read(self) -> tuple[bytes, bytes]:
        """What stands in them. Raises OSError."""
        return self.certificate.read_bytes(), self.key.read_bytes()


class CertificateError(Exception):
    """Certificate files that cannot be used; `str()` says which and why."""


class Certificates:
    """The certificate that new handshakes get. `context` is for the listener, and stays the same.

    `broken_since` (seconds since the epoch): the files cannot be used since then, and the certificate is what they held
    before; None while all is well.

    Raises CertificateError when it is made of files that cannot be used.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._content, self._current, self.validity = _load(files)
        self._seen = self._content
        self._told = False
        self.broken_since: float | None = None
        self.context = _context()
        # Asked in each handshake, also in one that names no server.
        self.context.sni_callback = self._choose

    def reload(self) -> str | None:
        """Read the files if they have changed; a sentence where that is worth one, None where it is not.

        Files that cannot be used leave everything as it is. They are spoken of, once, when they are still the same at
        the next call: who writes two files is half done in between.
        """
        try:
            content = self._files.read()
        except OSError as error:
            content = (str(error).encode(), b"")
        if content == self._content:
            self._seen, self._told, self.broken_since = content, False, None
            return None
        seen, self._seen = self._seen, content
        try:
            self._content, self._current, self.validity = _load(self._files)
        except CertificateError as error:
            if seen == content and self.broken_since is None:
                self.broken_since = time.time()
            told, self._told = self._told and seen == content, seen == content
            return f"{error}; the old certificate stays" if seen == content and not told else None
        self._told, self.broken_since = False, None
        return f"the certificate has changed; the new one is valid until {_day(self.validity.not_after)}"

    def is_valid(self, now: float | None = None) -> bool:
        """Whether the certificate's time has come and is not over."""
        now = time.time() if now is None else now
        return self.validity.not_before <= now < self.validity.not_after

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._current


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # API servers speak HTTP/2 where they are offered it, and we do not.
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load(files: Files) -> tuple[tuple[bytes, bytes], ssl.SSLContext, Validity]:
    """Contents, a context that serves them, and their validity, all of the same moment."""
    names = f"certificate {files.certificate} and key {files.key}"
    try:
        content = files.read()
        context = _context()
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
        found = validity(content[0].decode("ascii", "replace"))
        if files.read() != content:
            raise CertificateError(f"{names}: they are being written")
    except ssl.SSLError as error:
        raise CertificateError(f"{names}: {_reason(error)}") from None
    except OSError as error:
        raise CertificateError(f"{error.filename or names}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:
        raise CertificateError(f"{files.certificate}: {error}") from None
    return content, context, found


def _no_password() -> str:
    """Asking for one on the terminal would stop the server."""
    raise ValueError("the key is encrypted")


def _reason(error: ssl.SSLError) -> str:
    known = {"KEY_VALUES_MISMATCH": "they do not belong together"}
    return known.get(error.reason or "", f"they are not PEM that OpenSSL takes ({error.reason or 'unknown reason'})")


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(seconds))
