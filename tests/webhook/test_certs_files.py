"""The folder of certificates: modes, whole files, crashes."""

from __future__ import annotations

import datetime as dt
import errno
import stat
from pathlib import Path

import pytest

from kubectl_fluid.webhook import certfiles
from kubectl_fluid.webhook.certs import CertsError, CertSet, Step, Wishes, due, read, take

NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
WISHES = Wishes(("webhook.test.svc",))
AT_ONCE = dt.timedelta(0)


@pytest.fixture(scope="module")
def made() -> CertSet:
    return take(Step.CREATE, None, WISHES, NOW)


def test_what_is_saved_is_loaded(made: CertSet, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert certfiles.load(folder) is None
    assert certfiles.save(folder, None, made) == ["ca.crt", "ca.key", "tls.key", "tls.crt"]
    assert certfiles.load(folder) == made


def test_only_the_owner_reads_keys(made: CertSet, tmp_path: Path) -> None:
    certfiles.save(tmp_path / "certs", None, made)
    modes = {it.name: stat.S_IMODE(it.stat().st_mode) for it in (tmp_path / "certs").iterdir()}
    assert (modes["ca.key"], modes["tls.key"]) == (0o600, 0o600)
    assert modes["tls.crt"] & 0o022 == 0
    assert stat.S_IMODE((tmp_path / "certs").stat().st_mode) & 0o077 == 0


def test_a_key_that_others_could_read_is_replaced_by_one_that_they_cannot(made: CertSet, tmp_path: Path) -> None:
    (tmp_path / "tls.key").write_text("old")
    (tmp_path / "tls.key").chmod(0o666)
    certfiles.save(tmp_path, None, made)
    assert stat.S_IMODE((tmp_path / "tls.key").stat().st_mode) == 0o600


def test_only_what_differs_is_written(made: CertSet, tmp_path: Path) -> None:
    certfiles.save(tmp_path, None, made)
    renewed = take(Step.RENEW, made, WISHES, NOW)
    assert certfiles.save(tmp_path, made, renewed) == ["tls.key", "tls.crt"]
    assert certfiles.load(tmp_path) == renewed


def test_nothing_else_stays_in_the_folder(made: CertSet, tmp_path: Path) -> None:
    certfiles.save(tmp_path, None, made)
    assert {it.name for it in tmp_path.iterdir()} == set(certfiles.FILES)


def test_a_folder_that_cannot_take_all_files_keeps_what_it_has(made: CertSet, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("old")
    (tmp_path / ("tls.crt")).mkdir()  # no file can take its place
    with pytest.raises(OSError, match=r"tls\.crt"):
        certfiles.save(tmp_path, None, made)
    assert not [it.name for it in tmp_path.iterdir() if it.name.startswith(".")]


PATHS = {
    "create": [Step.CREATE],
    "renew": [Step.CREATE, Step.RENEW],
    "introduce": [Step.CREATE, Step.INTRODUCE],
    "switch": [Step.CREATE, Step.INTRODUCE, Step.SWITCH],
    "retire": [Step.CREATE, Step.INTRODUCE, Step.SWITCH, Step.RETIRE],
}
#: Step and number of files that were written before the crash. An authority without its key: a test of its own.
CRASHES = [(name, written) for name in PATHS for written in range(4) if (name, written) != ("create", 1)]


@pytest.mark.parametrize(("name", "written"), CRASHES)
def test_a_crash_between_two_files_is_mended_by_the_next_runs(name: str, written: int, tmp_path: Path) -> None:
    before: CertSet | None = None
    for step in PATHS[name][:-1]:
        before = take(step, before, WISHES, NOW)
    after = take(PATHS[name][-1], before, WISHES, NOW)
    if before is not None:
        certfiles.save(tmp_path, None, before)
    for file in list(certfiles.FILES)[:written]:
        (tmp_path / file).write_bytes(getattr(after, certfiles.FILES[file]))
    certs = certfiles.load(tmp_path)
    for _ in range(4):
        following = due(None if certs is None else read(certs), WISHES, NOW, rotate=False, settle=AT_ONCE)
        certs = take(following, certs, WISHES, NOW) if following is not None else certs
    assert certs is not None
    assert read(certs).leaf is not None
    assert len(read(certs).authorities) == 1


@pytest.mark.parametrize("missing", ["ca.crt", "ca.key"])
def test_half_an_authority_is_an_error_that_names_the_file(made: CertSet, tmp_path: Path, missing: str) -> None:
    certfiles.save(tmp_path, None, made)
    (tmp_path / missing).unlink()
    with pytest.raises(CertsError, match=f"{missing}: it is missing"):
        certfiles.load(tmp_path)


def test_a_file_of_another_size_than_certificates_have_is_not_read(made: CertSet, tmp_path: Path) -> None:
    certfiles.save(tmp_path, None, made)
    (tmp_path / "ca.crt").write_bytes(b"x" * 70_000)
    with pytest.raises(CertsError, match="it is larger than 64 KiB"):
        certfiles.load(tmp_path)


def test_a_file_that_is_a_link_stays_one_and_its_target_is_replaced(made: CertSet, tmp_path: Path) -> None:
    safe, folder = tmp_path / "safe", tmp_path / "certs"
    safe.mkdir()
    folder.mkdir()
    (safe / "secret").touch(mode=0o644)
    (folder / "ca.key").symlink_to("../safe/secret")
    certfiles.save(folder, None, made)
    assert (folder / "ca.key").is_symlink()
    assert (safe / "secret").read_bytes() == made.ca_key
    assert stat.S_IMODE((safe / "secret").stat().st_mode) == 0o600
    assert {it.name for it in safe.iterdir()} == {"secret"}


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left, other = tmp_path / f".ca.key.{'0' * 16}", tmp_path / ".ca.key.backup"
    left.touch()
    other.touch()
    with certfiles.alone(tmp_path):
        assert (left.exists(), other.exists()) == (False, True)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "{}/.ca.key.0123456789abcdef"), "{}: permission denied"),
        (OSError(errno.EROFS, "Read-only file system", "{}"), "{}: the file system is read-only"),
        (OSError(errno.ENOSPC, "No space left on device", "{}/ca.crt"), "{}/ca.crt: no space left on device"),
        (
            OSError(errno.EISDIR, "Is a directory", "{}/.x", None, "{}/tls.crt"),
            "{}/tls.crt: it is a folder, and should",
        ),
        (OSError("odd"), "{}: odd"),
    ],
    ids=["permission", "read-only", "full", "folder", "odd"],
)
def test_what_the_system_says_becomes_a_sentence_with_a_cure(error: OSError, sentence: str, tmp_path: Path) -> None:
    for field in ("filename", "filename2"):
        if isinstance(getattr(error, field), str):
            setattr(error, field, getattr(error, field).format(tmp_path))
    told = certfiles.explained(tmp_path, error)
    assert str(told).startswith(sentence.format(tmp_path))
    assert told.hint


def test_two_runs_do_not_work_in_one_folder(tmp_path: Path) -> None:
    with certfiles.alone(tmp_path), pytest.raises(CertsError, match="another run"), certfiles.alone(tmp_path):
        pass
    with certfiles.alone(tmp_path):
        pass
