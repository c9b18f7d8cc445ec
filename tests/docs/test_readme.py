"""`README.md`: its first example says what the program says of the example that it is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.support import ROOT

README = ROOT / "README.md"
EXAMPLES = ROOT / "examples"


def test_the_first_example_shows_the_real_report(monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(
        r"^```console\n\$ kubectl fluid inject -f job\.yaml \| kubectl apply -f -\n(.*?)^```",
        README.read_text(),
        re.MULTILINE | re.DOTALL,
    )
    assert block
    monkeypatch.chdir(EXAMPLES)
    ran = run("inject", "-f", "job.yaml", "--objects", "cluster.yaml", "--local")
    assert block[1] == ran.err + "job.batch/demo-app created\n"


@pytest.mark.parametrize(
    "page", [README, EXAMPLES / "cluster.yaml", ROOT / "docs" / "commands.md"], ids=lambda it: it.name
)
def test_no_page_appends_one_list_to_another(page: Path) -> None:
    assert ">>" not in page.read_text()
