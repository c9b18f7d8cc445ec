"""Golden files: every `inject/*.in.yaml` goes through `kubectl fluid inject`, both streams are compared.

The first line of an input holds its options (`# args: …`). `make golden` writes outputs anew; an output without an
input fails as stale. What profile
`default` made of it is also taken back by `uninject`.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.support import Golden

HERE = Path(__file__).parent
INPUTS = sorted((HERE / "inject").glob("*.in.yaml"))
UNIQUE = re.compile(r"\d{16}-[0-9a-f]{8}")


def options_of(path: Path) -> list[str]:
    first, _, _ = path.read_text().partition("\n")
    return shlex.split(first.removeprefix("# args:"))


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name.removesuffix(".in.yaml"))
def test_inject_gives_both_streams_of_the_golden_files(path: Path, golden: Golden) -> None:
    done = run("inject", "--objects", HERE / "objects.yaml", "--local", *options_of(path), "-", stdin=path.read_bytes())
    name = path.name.removesuffix(".in.yaml")
    golden(path.with_name(f"{name}.out.yaml"), UNIQUE.sub("<unique>", done.out))
    golden(path.with_name(f"{name}.err.txt"), f"exit {done.status}\n{done.err}")


def injected_by_default() -> list[Path]:
    """The inputs that come out with an injection in them, and an undo annotation that can take it back."""
    outputs = {path: path.with_name(path.name.replace(".in.yaml", ".out.yaml")) for path in INPUTS}
    return [
        path for path, output in outputs.items() if output.exists() and "kubectl-fluid.io/undo" in output.read_text()
    ]


@pytest.mark.parametrize("path", injected_by_default(), ids=lambda path: path.name.removesuffix(".in.yaml"))
def test_uninject_gives_back_the_input_byte_for_byte(path: Path) -> None:
    done = run("inject", "--objects", HERE / "objects.yaml", "--local", *options_of(path), "-", stdin=path.read_bytes())
    back = run("uninject", "-", stdin=done.out)
    assert (back.status, back.out) == (0, path.read_text())


def test_no_golden_file_is_left_without_its_input() -> None:
    names = {path.name.removesuffix(".in.yaml") for path in INPUTS}
    outputs = [path.name for path in (HERE / "inject").iterdir() if not path.name.endswith(".in.yaml")]
    assert [name for name in outputs if re.sub(r"\.(out\.yaml|err\.txt)$", "", name) not in names] == []
