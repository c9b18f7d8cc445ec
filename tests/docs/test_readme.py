"""`README.md`: its first example says what the program says of the example that it is about."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
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


def test_the_screen_of_validate_is_what_the_program_says_of_two_slips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (EXAMPLES / "eci-juicefs").glob("*.yaml"):
        text = (
            path.read_text().replace("mediumtype:", "mediumType:").replace("claimName: jfsdemo", "claimName: jfs-demo")
        )
        (tmp_path / path.name).write_text(text)
    monkeypatch.chdir(tmp_path)
    environment = Environment(
        program="kubectl fluid",
        arguments=["validate", "-f", "."],
        variables={"HOME": "/nonexistent", "NO_COLOR": "1"},
        stdin=io.BytesIO(),
        stdout=(out := io.BytesIO()),
        stderr=io.BytesIO(),
        stdout_is_terminal=True,
    )
    assert main(environment) == 1
    block = re.search(r"^\$ kubectl fluid validate -f \.\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    assert block
    assert block[1] == out.getvalue().decode()


@pytest.mark.parametrize(
    "page", [README, EXAMPLES / "cluster.yaml", ROOT / "docs" / "commands.md"], ids=lambda it: it.name
)
def test_no_page_appends_one_list_to_another(page: Path) -> None:
    assert ">>" not in page.read_text()
