"""`docs/explain.md`: its screens are those of real runs, its table of codes is the program's."""

from __future__ import annotations

import re

from kubectl_fluid.explanation.verdicts import CODES
from tests.support import ROOT, Golden

PAGE = ROOT / "docs" / "explain.md"
SCREEN = re.compile(r"(<!-- screen: (\S+) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
TABLE = re.compile(r"(\| code \| meaning \|\n\| --- \| --- \|\n).*\Z", re.DOTALL)


def test_screens_and_codes_are_current(golden: Golden) -> None:
    text = PAGE.read_text()
    text = SCREEN.sub(lambda it: it[1] + (ROOT / it[2]).read_text() + it[4], text)
    rows = "".join(f"| `{code}` | {meaning} |\n" for code, meaning in CODES.items())
    golden(PAGE, TABLE.sub(lambda it: it[1] + rows, text))


def test_the_readme_shows_a_screen_of_a_real_run() -> None:
    screens = SCREEN.findall((ROOT / "README.md").read_text())
    shown = {name: text for _, name, text, _ in screens if "explain" in name}
    assert shown
    assert all((ROOT / name).read_text() == text for name, text in shown.items())
