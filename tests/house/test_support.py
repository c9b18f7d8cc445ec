"""The helpers of the other tests: one that passes whatever it is given would make them all worthless."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import support
from tests.support import Golden


def test_a_golden_file_that_holds_the_output_passes(tmp_path: Path) -> None:
    (tmp_path / "out.yaml").write_bytes(b"a: 1\r\n")
    Golden(update=False)(tmp_path / "out.yaml", "a: 1\r\n")


def test_a_golden_file_that_differs_fails_with_a_diff_and_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "out.yaml"
    path.write_text("a: 1\nb: 2\n")
    with pytest.raises(pytest.fail.Exception) as failure:
        Golden(update=False)(path, "a: 1\nb: 3\n")
    assert "-b: 2\n+b: 3\n" in str(failure.value)
    assert "make golden" in str(failure.value)
    assert path.read_text() == "a: 1\nb: 2\n"


def test_a_difference_in_line_ends_alone_counts(tmp_path: Path) -> None:
    (tmp_path / "out.yaml").write_bytes(b"a: 1\n")
    with pytest.raises(pytest.fail.Exception):
        Golden(update=False)(tmp_path / "out.yaml", "a: 1\r\n")


def test_a_missing_golden_file_fails(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="is missing"):
        Golden(update=False)(tmp_path / "out.yaml", "")


def test_an_update_writes_the_golden_file(tmp_path: Path) -> None:
    Golden(update=True)(tmp_path / "new" / "out.yaml", "a: 1\r\n")
    assert (tmp_path / "new" / "out.yaml").read_bytes() == b"a: 1\r\n"


def test_missing_reference_answers_are_skipped_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "SHARED", tmp_path)
    monkeypatch.setattr(support, "IN_CI", False)
    with pytest.raises(pytest.skip.Exception, match=r"\.\./shared/cases\.jsonl\.gz is missing"):
        support.shared("cases.jsonl.gz")


def test_missing_reference_answers_fail_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "SHARED", tmp_path)
    monkeypatch.setattr(support, "IN_CI", True)
    with pytest.raises(pytest.fail.Exception, match=r"\.\./shared/cases\.jsonl\.gz is missing"):
        support.shared("cases.jsonl.gz")


def test_reference_answers_that_are_there_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cases.jsonl.gz").touch()
    monkeypatch.setattr(support, "SHARED", tmp_path)
    assert support.shared("cases.jsonl.gz") == tmp_path / "cases.jsonl.gz"
