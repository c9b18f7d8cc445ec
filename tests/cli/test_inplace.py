from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.inplace import Before, replace_all


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_file_is_new_and_nothing_else_is_left(tmp_path: Path) -> None:
    files = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for file in files:
        file.write_bytes(b"old")
    replace_all([(Before.of(str(file)), [b"new ", file.name.encode()]) for file in files])
    assert [file.read_bytes() for file in files] == [b"new a.yaml", b"new b.yaml"]
    assert names(tmp_path) == ["a.yaml", "b.yaml"]


def test_mode_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"old")
    file.chmod(0o640)
    replace_all([(Before.of(str(file)), [b"new"])])
    assert file.stat().st_mode & 0o7777 == 0o640


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.yaml", tmp_path / "link.yaml"
    target.write_bytes(b"old")
    link.symlink_to(target)
    replace_all([(Before.of(str(link)), [b"new"])])
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_relative_name_in_the_working_folder_is_written_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_bytes(b"old")
    replace_all([(Before.of("a.yaml"), [b"new"])])
    assert Path("a.yaml").read_bytes() == b"new"


def test_a_file_that_changed_meanwhile_stops_all(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for file in (first, second):
        file.write_bytes(b"old")
    before = [Before.of(str(first)), Before.of(str(second))]
    second.write_bytes(b"somebody else's")
    with pytest.raises(CommandError, match=r"b.yaml: it was changed by somebody else meanwhile"):
        replace_all([(it, [b"new"]) for it in before])
    assert [first.read_bytes(), second.read_bytes()] == [b"old", b"somebody else's"]
    assert names(tmp_path) == ["a.yaml", "b.yaml"]


def test_an_error_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for file in (first, second):
        file.write_bytes(b"old")

    def chunks() -> object:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(CommandError, match=r"b.yaml: no space left on device"):
        replace_all([(Before.of(str(first)), [b"new"]), (Before.of(str(second)), chunks())])  # type: ignore[list-item]
    assert [first.read_bytes(), second.read_bytes()] == [b"old", b"old"]
    assert names(tmp_path) == ["a.yaml", "b.yaml"]
