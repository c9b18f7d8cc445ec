"""The server's certificate: read again when it changes, and known when it ends."""

from __future__ import annotations

import datetime as dt
import json
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from kubectl_fluid.webhook import certmake, expiry, run
from kubectl_fluid.webhook.tls import CertificateError, Certificates, Files
from tests.cluster.certificates import Authority
from tests.webhook import serving
from tests.webhook.serving import JSON, Served, review

NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
HOUR = dt.timedelta(hours=1)


def write(folder: Path, begin: dt.datetime = NOW - HOUR, end: dt.datetime = NOW + HOUR, years: int = 0) -> Files:
    """A certificate with this validity."""
    authority, key = certmake.authority(begin, end + dt.timedelta(days=365 * years))
    made, private = certmake.leaf(["127.0.0.1"], authority, key, begin, end + dt.timedelta(days=365 * years))
    (folder / "ca.crt").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(certmake.private_pem(private))
    (folder / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Files.of_folder(folder)


@pytest.mark.parametrize("years", [0, 40], ids=["a year of two digits", "a year of four digits"])
def test_validity_is_what_the_certificate_says(tmp_path: Path, years: int) -> None:
    files = write(tmp_path, years=years)
    found = expiry.validity(files.certificate.read_text())
    end = NOW + HOUR + dt.timedelta(days=365 * years)
    assert found == ((NOW - HOUR).timestamp(), end.timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN CERTIFICATE-----",
        "-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nMIIBIjANBg==\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_certificate_has_no_validity(text: str) -> None:
    with pytest.raises(ValueError, match=r"certificate|base64|padding|Incorrect|Invalid|Only"):
        expiry.validity(text)


def test_a_certificate_is_valid_between_its_two_moments(tmp_path: Path) -> None:
    it = Certificates(write(tmp_path))
    assert it.is_valid()
    assert not it.is_valid((NOW - 2 * HOUR).timestamp())
    assert not it.is_valid((NOW + 2 * HOUR).timestamp())


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"tls.crt: no such file"):
        Certificates(Files.of_folder(tmp_path))


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    files = write(tmp_path)
    kept = files.certificate.read_bytes()
    write(tmp_path)
    files.certificate.write_bytes(kept)
    with pytest.raises(CertificateError, match="they do not belong together"):
        Certificates(files)


def test_an_encrypted_key_is_refused_without_asking_for_its_password(tmp_path: Path) -> None:
    files = write(tmp_path)
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    files.key.write_bytes(encrypted)
    with pytest.raises(CertificateError):
        Certificates(files)


def test_new_files_are_taken_and_spoken_of(tmp_path: Path) -> None:
    it = Certificates(write(tmp_path))
    assert it.reload() is None
    write(tmp_path, end=NOW + 5 * HOUR)
    told = it.reload()
    assert told is not None
    assert "the certificate has changed" in told
    assert it.validity.not_after == (NOW + 5 * HOUR).timestamp()
    assert it.reload() is None


@pytest.mark.parametrize("broken", [b"", b"nonsense", None], ids=["empty", "nonsense", "gone"])
def test_broken_files_leave_the_old_certificate_and_are_spoken_of_once(tmp_path: Path, broken: bytes | None) -> None:
    files = write(tmp_path)
    it = Certificates(files)
    before, good = it.validity, files.certificate.read_bytes()
    if broken is None:
        files.certificate.unlink()
    else:
        files.certificate.write_bytes(broken)
    said = [it.reload() for _ in range(4)]
    assert [bool(it) for it in said] == [False, True, False, False]
    assert "the old certificate stays" in str(said[1])
    assert it.validity == before
    files.certificate.write_bytes(good)
    assert it.reload() is None
    files.certificate.write_bytes(b"again")
    assert [bool(it.reload()) for _ in range(3)] == [False, True, False]


def test_files_that_are_half_written_are_not_broken_yet(tmp_path: Path) -> None:
    files = write(tmp_path)
    it = Certificates(files)
    kept = files.key.read_bytes()
    write(tmp_path, end=NOW + 5 * HOUR)
    new = files.key.read_bytes()
    files.key.write_bytes(kept)
    assert (it.reload(), it.broken_since) == (None, None)
    files.key.write_bytes(new)
    assert "the certificate has changed" in str(it.reload())


def test_broken_files_are_a_metric_and_the_server_stays_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CERTIFICATE_SECONDS", 0.02)
    broken, age = (f"kubectl_fluid_webhook_certificate_files_broken{it}" for it in ("", "_seconds"))
    with serving.serving(tmp_path) as served:
        metrics = served.metrics()
        assert (metrics[broken], metrics[age]) == (0, 0)
        kept = (tmp_path / "tls.crt").read_bytes()
        (tmp_path / "tls.crt").write_bytes(b"nonsense")
        served.wait(lambda: served.metrics()[age] > 0.2)
        assert served.metrics()[broken] == 1
        assert served.ask("GET", "/readyz").status == 200
        assert served.post(review()).status == 200
        assert len([line for line in served.said if "the old certificate stays" in line]) == 1
        (tmp_path / "tls.crt").write_bytes(kept)
        served.wait(lambda: served.metrics()[broken] == 0)
        assert served.metrics()[age] == 0


def fingerprint(served: Served) -> bytes:
    """The certificate that a new connection gets."""
    return ssl.get_server_certificate(("127.0.0.1", served.port)).encode()


def test_new_handshakes_get_the_new_certificate_and_old_connections_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CERTIFICATE_SECONDS", 0.05)
    with serving.serving(tmp_path) as served:
        connection = served.connect()
        connection.request("POST", "/mutate", json.dumps(review()), JSON)
        assert connection.getresponse().read()
        files = serving.write_certificate(tmp_path, Authority())
        served.wait(lambda: fingerprint(served).strip() == files.certificate.read_bytes().strip())
        assert served.post(review()).status == 200
        connection.request("POST", "/mutate", json.dumps(review()), JSON)
        assert connection.getresponse().status == 200
        connection.close()
        served.wait(lambda: any("the certificate has changed" in line for line in served.said))
        files.key.write_bytes(b"broken")
        served.wait(lambda: any("the old certificate stays" in line for line in served.said))
        assert served.post(review()).status == 200


def test_an_expired_certificate_is_not_ready_and_its_end_is_a_metric(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CERTIFICATE_SECONDS", 0.05)
    with serving.serving(tmp_path) as served:
        assert served.ask("GET", "/readyz").status == 200
        write(tmp_path, end=NOW - HOUR / 2)
        served.wait(served.webhook.faults)
        assert served.webhook.faults() == ["the certificate has expired, or is not valid yet"]
        lines = served.thread.call(served.webhook.metrics.text).decode().splitlines()
        (line,) = [line for line in lines if line.startswith("kubectl_fluid_webhook_certificate_expiry_")]
        assert float(line.split()[1]) == (NOW - HOUR / 2).timestamp()
        write(tmp_path)
        served.wait_ready()
