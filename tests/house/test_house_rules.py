"""Rules of the house that no linter knows. What ruff and import-linter can check stands in pyproject.toml."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import kubectl_fluid
from tests.support import ROOT, unavailable

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50

#: What a process has only one of, and who may touch it; everyone else is handed what he needs.
ALLOWED = {
    "print": (),
    "input": (),
    "sys.stdin": ("cli/environment.py", "cli/main.py"),
    "sys.stdout": ("cli/environment.py", "cli/main.py"),
    "sys.stderr": ("cli/environment.py", "cli/main.py"),
    "sys.argv": ("cli/environment.py", "cli/main.py"),
    "sys.exit": ("cli/main.py", "__main__.py"),
    "os.environ": ("cli/environment.py", "cli/main.py"),
    "os.getenv": (),
    "os.chdir": (),
}

#: Folders of somebody's machine. `/root`, `/tmp`, `/home/jovyan` and the like are not: manifests speak of those.
MACHINE_PATHS = re.compile(
    "|".join(rf"{re.escape(str(folder))}\b" for folder in {ROOT, Path.home()} - {Path("/root"), Path("/")})
    + r"|/Users/\w+/|[A-Z]:\\Users\\"
)


@cache
def files_of_the_project() -> tuple[Path, ...]:
    """Every file that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        unavailable("not a git checkout: which files belong to the project is not known")
    names = {name for name in listed.stdout.decode().split("\0") if name}
    return tuple(sorted(ROOT / name for name in names if (ROOT / name).is_file()))


def source_files() -> list[Path]:
    return sorted((ROOT / "kubectl_fluid").rglob("*.py"))


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def uses_of_the_process(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each name of ALLOWED that a module uses, and the line."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in ALLOWED:
                yield name, node.lineno
            case ast.Attribute(value=ast.Name(id=module), attr=name) if f"{module}.{name}" in ALLOWED:
                yield f"{module}.{name}", node.lineno
            case ast.ImportFrom(module=str(module)):
                yield from (
                    (f"{module}.{it.name}", node.lineno) for it in node.names if f"{module}.{it.name}" in ALLOWED
                )


def test_only_the_edge_of_the_program_touches_the_process() -> None:
    found = [
        f"{place(path, line)} {name}"
        for path in source_files()
        for name, line in uses_of_the_process(ast.parse(path.read_text()))
        if path.relative_to(ROOT / "kubectl_fluid").as_posix() not in ALLOWED[name]
    ]
    assert found == []


def test_no_file_is_longer_than_a_few_screens() -> None:
    code = [path for path in files_of_the_project() if path.suffix in {".py", ".sh"}]
    long = [place(path, lines) for path in code if (lines := path.read_text().count("\n")) > MAX_FILE_LINES]
    assert code
    assert long == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{place(path, node.lineno)} {node.name}"
        for path in source_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = [
        f"{place(path, number)} {match[0]}"
        for path in files_of_the_project()
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), start=1)
        if (match := MACHINE_PATHS.search(line))
    ]
    assert found == []


def test_locks_leave_the_choice_of_the_package_index_to_the_machine() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert [lock.name for lock in locks] == ["dev.txt", "node.txt", "release.txt", "run.txt"]
    assert [lock.name for lock in locks if re.search(r"://|--(extra-)?index-url|--find-links", lock.read_text())] == []


def test_every_locked_version_has_hashes() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.findall(r"^\S+==(?:.*\\\n)*.*", lock.read_text(), re.MULTILINE)
        assert entries
        assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_development_lock_holds_what_the_run_time_lock_holds() -> None:
    run, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("run.txt", "dev.txt")
    )
    assert run - dev == set()


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    headings = re.findall(r"^## .*", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "## [Unreleased]"
    assert [it for it in headings[1:] if not re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", it)] == []


def test_the_version_is_not_older_than_the_changelogs_newest_release() -> None:
    releases = re.findall(r"^## \[(\d+)\.(\d+)\.(\d+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    newest = max((tuple(map(int, release)) for release in releases), default=(0, 0, 0))
    assert tuple(map(int, re.findall(r"\d+", kubectl_fluid.__version__))) >= newest


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        pytest.param("print(1)", ["print"], id="a call"),
        pytest.param("import sys\nsys.stdout.write('')", ["sys.stdout"], id="an attribute"),
        pytest.param("from os import environ", ["os.environ"], id="an import by name"),
        pytest.param("table.print(1)\nother.stdout", [], id="somebody else's attribute"),
    ],
)
def test_the_rule_about_the_process_sees(source: str, seen: list[str]) -> None:
    assert [name for name, _ in uses_of_the_process(ast.parse(source))] == seen
