"""`CONTRIBUTING.md`: its tables of rooms and make targets are the house's, every folder has a line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from tests.docs.tables import filled, marked, table
from tests.house.test_house_rules import files_of_the_project
from tests.support import ROOT, Golden

PAGE = ROOT / "CONTRIBUTING.md"
PACKAGE = ROOT / "kubectl_fluid"


def floors() -> list[list[str]]:
    """The rooms by floor, from the ground up, as the import contract has them."""
    (layers,) = re.findall(r'^id = "floors"\n.+?^layers = \[\n(.+?)^\]', _pyproject(), re.MULTILINE | re.DOTALL)
    return [re.findall(r"\b[a-z]+\b", line) for line in reversed(layers.splitlines())]


def _pyproject() -> str:
    return (ROOT / "pyproject.toml").read_text()


def sentence(room: str) -> str:
    """The first line of the room's docstring."""
    module = PACKAGE / f"{room}.py"
    text = (module if module.exists() else PACKAGE / room / "__init__.py").read_text()
    return (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]


def rooms() -> Iterator[Sequence[str]]:
    for number, floor in enumerate(floors(), 1):
        for room in floor:
            if (PACKAGE / f"{room}.py").exists():
                yield [str(number), f"`{room}.py`", sentence(room)]
                continue
            yield [str(number), f"`{room}/`", sentence(room)]
            inner = sorted(it.parent.name for it in (PACKAGE / room).glob("*/__init__.py"))
            for name in inner:
                yield ["", f"`{room}/{name}/`", sentence(f"{room}/{name}")]


def targets() -> Iterator[Sequence[str]]:
    for name, said in re.findall(r"^([a-z]+):.*?## (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE):
        yield [f"`make {name}`", said]


def test_rooms_and_targets_are_those_of_the_house(golden: Golden) -> None:
    page = PAGE.read_text()
    made = {
        "rooms": table(["floor", "room", "what it is"], (it for it in rooms() if it[2])),
        "targets": table(["target", "does"], targets()),
    }
    assert sorted(marked(page)) == sorted(made)
    golden(PAGE, filled(page, made))


def test_every_folder_of_the_project_has_a_line() -> None:
    folders = {it.relative_to(ROOT).parts[0] for it in files_of_the_project() if it.parent != ROOT} - {PACKAGE.name}
    assert {it for it in folders if f"| `{it}/` |" not in PAGE.read_text()} == set()


def test_every_marker_of_tests_is_explained() -> None:
    markers = re.findall(r'^    "(\w+): ', _pyproject(), re.MULTILINE)
    assert {it for it in markers if f"`{it}`" not in PAGE.read_text()} == set()
