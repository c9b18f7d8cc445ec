from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.inputs import collect
from tests.cli.running import run


def names(*given: str | Path, recursive: bool = False) -> list[str]:
    inputs = collect([str(name) for name in given], recursive=recursive, kustomize=None, environment=Environment())
    return [source.source for source in inputs]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.yaml", "a.yml", "c.json", "README.md", "sub/d.yaml", "sub/deep/e.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}\n")
    return tmp_path


def relative(found: list[str], folder: Path) -> list[str]:
    return [os.path.relpath(name, folder) for name in found]


def test_a_folder_gives_its_own_manifests_in_order(folder: Path) -> None:
    assert relative(names(folder), folder) == ["a.yml", "b.yaml", "c.json"]


def test_recursive_goes_into_folders(folder: Path) -> None:
    assert relative(names(folder, recursive=True), folder) == [
        "a.yml",
        "b.yaml",
        "c.json",
        "sub/d.yaml",
        "sub/deep/e.yaml",
    ]


def test_a_loop_of_links_is_walked_once(folder: Path) -> None:
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "twice").symlink_to(folder / "sub")
    found = names(folder, recursive=True)
    assert len(found) == len(set(map(os.path.realpath, found))) == 5


def test_a_file_that_is_named_needs_no_extension(folder: Path) -> None:
    assert relative(names(folder / "README.md"), folder) == ["README.md"]


def test_a_folder_without_manifests_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.yaml").touch()
    with pytest.raises(CommandError, match=r"no \*.json, \*.yaml or \*.yml file") as caught:
        names(tmp_path)
    assert caught.value.hint == "use -R to look into its folders too"


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(CommandError, match=r"^missing.yaml: no such file or directory$"):
        names("missing.yaml")


def test_a_dangling_link_in_a_folder_is_an_error(folder: Path) -> None:
    (folder / "z.yaml").symlink_to("nowhere")
    with pytest.raises(CommandError, match=r"z.yaml: no such file or directory$"):
        names(folder)


def test_a_link_to_itself_is_an_error(folder: Path) -> None:
    (folder / "z.yaml").symlink_to("z.yaml")
    with pytest.raises(CommandError, match=r"z.yaml: too many levels of symbolic links$"):
        names(folder)


def test_a_url_has_a_hint() -> None:
    with pytest.raises(CommandError) as caught:
        names("https://example.com/job.yaml")
    assert "curl" in caught.value.hint


def test_a_name_with_a_nul_byte_is_an_error() -> None:
    with pytest.raises(CommandError, match="not the name of a file"):
        names("a\0b")


def test_a_pipe_in_a_folder_is_not_read(folder: Path) -> None:
    os.mkfifo(folder / "p.yaml")
    with pytest.raises(CommandError, match=r"p.yaml: not a regular file$"):
        names(folder)


def test_a_pipe_that_is_named_is_read_as_often_as_wanted() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"kind: Job\n")
    os.close(writer)
    (source,) = collect([f"/dev/fd/{reader}"], recursive=False, kustomize=None, environment=Environment())
    os.close(reader)
    assert [source.open().read(), source.open().read()] == [b"kind: Job\n"] * 2


def test_a_socket_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.yaml")
        with pytest.raises(CommandError, match=r"^s.yaml: no such device or address$"):
            names("s.yaml")


def test_a_name_given_twice_is_read_once(folder: Path) -> None:
    assert len(names(folder / "b.yaml", folder / "b.yaml")) == 1


def test_a_folder_under_two_names_is_read_once(folder: Path) -> None:
    assert relative(names(folder / "sub", f"{folder}/./sub", folder, recursive=True), folder)[0] == "sub/d.yaml"
    assert len(names(folder / "sub", f"{folder}/./sub", folder / "sub" / "deep", folder, recursive=True)) == 5


def test_a_link_and_its_target_are_read_once(folder: Path) -> None:
    (folder / "b-link.yaml").symlink_to(folder / "b.yaml")
    assert relative(names(folder / "b.yaml", folder / "b-link.yaml"), folder) == ["b.yaml"]
    assert relative(names(folder, folder / "b-link.yaml"), folder) == ["a.yml", "b-link.yaml", "c.json"]


def test_other_hard_links_are_files_of_their_own(folder: Path) -> None:
    os.link(folder / "b.yaml", folder / "d.yaml")
    assert len(names(folder / "b.yaml", folder / "d.yaml")) == 2


@pytest.mark.parametrize("verb", ["inject", "size"])
def test_stdin_can_be_read_only_once(verb: str) -> None:
    ran = run(verb, "-f", "-", "--objects", "-", "--local")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: kubectl fluid {verb}: stdin can be read only once\n")
