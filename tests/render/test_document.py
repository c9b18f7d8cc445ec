"""docs/juicefs.md is made from the tables that rendering goes by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from kubectl_fluid.render.document import juicefs_page
from kubectl_fluid.render.effects import EFFECTS, Effect
from kubectl_fluid.render.ignored import JUICEFS, Ignored
from tests.support import ROOT, Golden

#: What a cluster writes itself, and the general fields of core types.
NOT_OURS = re.compile(r"status\b|.*\.(valueFrom|resources|volumeSource)\b.+")


def test_the_page_is_current(golden: Golden) -> None:
    golden(ROOT / "docs" / "juicefs.md", juicefs_page())


def test_no_table_has_a_row_of_another_width() -> None:
    for table in re.findall(r"(?:^\|.*\n)+", juicefs_page(), re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", row))) for row in table.splitlines()}
        assert len(widths) == 1, table


def normal(path: str) -> str:
    return re.sub(r"\[[^]]*\]", "", path)


def covered(field: str, paths: Iterable[str]) -> bool:
    """Whether one of the tables' paths is this field, lies above it or lies below it."""
    return any(f"{path}.".startswith(f"{field}.") or f"{field}.".startswith(f"{path}.") for path in map(normal, paths))


@pytest.mark.parametrize(("plural", "kind"), [("datasets", "Dataset"), ("juicefsruntimes", "JuiceFSRuntime")])
def test_every_field_of_the_schema_is_in_one_of_the_tables(
    shared: Callable[[str], Path], plural: str, kind: str
) -> None:
    listing = shared("facts/crd-fields.txt").read_text()
    section = listing.split(f"##### {plural}\n")[1].split("\n#####")[0]
    fields = {normal(line.partition(":")[0].rstrip("!")) for line in section.splitlines() if line.startswith("spec.")}
    rows: list[Effect | Ignored] = [*EFFECTS, *JUICEFS]
    paths = [row.path for row in rows if row.kind == kind]
    assert len(fields) > 20
    assert sorted(field for field in fields if not NOT_OURS.match(field) and not covered(field, paths)) == []
