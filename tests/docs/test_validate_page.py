"""What `docs/validate.md` and `.pre-commit-hooks.yaml` tell others to run is run, as they would run it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.validate import FORMATS
from tests.cli.running import Ran
from tests.support import ROOT
from tests.validation.examples import DATASET, JFS_KEYS, RUNTIME, documents

PAGE = (ROOT / "docs" / "validate.md").read_text()
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
BLOCKS = [dedent(it) for it in re.findall(r"^ *```yaml\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)]
WRONG = RUNTIME.replace("replicas: 1", "replicas: one")

# The two names of the program, wherever a command says them.
SHIM = """\
kubectl-fluid() { "$PYTHON" -m kubectl_fluid "$@"; }
kubectl() { test "$1" = fluid || exit 127; shift; kubectl-fluid "$@"; }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with correct manifests, in folders of folders."""
    inner = tmp_path / "manifests" / "demo"
    inner.mkdir(parents=True)
    (inner / "dataset.yaml").write_text(documents(JFS_KEYS, DATASET))
    (inner / "runtime with space.yaml").write_text(RUNTIME)
    return tmp_path


def spoil(folder: Path) -> None:
    (folder / "manifests" / "demo" / "runtime with space.yaml").write_text(WRONG)


def shell(command: str, folder: Path) -> Ran:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", SHIM + command], cwd=folder, env=environment, capture_output=True, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def steps(block: str) -> list[str]:
    """The commands of the program in a workflow, or in a part of one."""
    return [
        command
        for command in re.findall(r"^ *- run: (.+)$", block, re.MULTILINE)
        if command.startswith("kubectl-fluid")
    ]


RUNS = [command for block in BLOCKS for command in steps(block)]


def hook_options() -> list[dict[str, Any]]:
    """The hooks as people write them into their configuration."""
    whole = [it for block in BLOCKS if "hooks:" in block for it in yaml.safe_load(block)["repos"][0]["hooks"]]
    return whole + [it for block in BLOCKS if block.startswith("- id:") for it in yaml.safe_load(block)]


def called(hook: dict[str, Any], names: list[str], folder: Path) -> Ran:
    """What pre-commit does: the words of `entry`, then `args`, then the names of files."""
    words = [*shlex.split(hook["entry"]), *hook.get("args", ()), *(names if hook.get("pass_filenames", True) else ())]
    return shell(shlex.join(words), folder)


def names_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml"))


def test_the_hook_is_one_that_pre_commit_can_read() -> None:
    (hook,) = HOOKS
    assert hook.keys() >= {"id", "name", "entry", "language"}
    assert (hook["id"], hook["language"]) == ("kubectl-fluid-validate", "python")
    assert f"{shlex.split(hook['entry'])[0]} = kubectl_fluid.cli.main:main" in (ROOT / "setup.cfg").read_text()


@pytest.mark.parametrize("options", hook_options(), ids=lambda it: "files" if "args" not in it else "folder")
def test_the_hook_passes_and_fails_as_pre_commit_calls_it(options: dict[str, Any], folder: Path) -> None:
    (hook,) = [it | options for it in HOOKS if it["id"] == options["id"]]
    assert [name for name in names_of(folder) if not re.search(options["files"], name)] == []
    assert called(hook, names_of(folder), folder).status == 0
    spoil(folder)
    ran = called(hook, names_of(folder), folder)
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.startswith("manifests/demo/runtime with space.yaml:5:3: error FL0004 "), ran.out


def test_the_page_has_a_hook_for_files_and_one_for_a_folder() -> None:
    assert [it.get("pass_filenames", True) for it in hook_options()] == [True, False]


def test_the_action_is_a_workflow_whose_command_is_run_here() -> None:
    (workflow,) = [it for it in map(yaml.safe_load, BLOCKS) if isinstance(it, dict) and "jobs" in it]
    commands = [step["run"] for step in workflow["jobs"]["validate"]["steps"] if "run" in step]
    assert commands[0].startswith("pip install git+")
    assert commands[1:] == RUNS[:1]
    assert len(RUNS) == 2


@pytest.mark.parametrize("command", [*RUNS, "kubectl fluid validate -R -f manifests/"])
def test_a_command_of_the_page_tells_good_manifests_from_bad_ones(command: str, folder: Path) -> None:
    assert command in PAGE
    assert shell(command, folder).status == 0
    spoil(folder)
    assert shell(command, folder).status == 1


def test_the_actions_command_annotates_the_line_and_counts(folder: Path) -> None:
    spoil(folder)
    ran = shell(RUNS[0], folder)
    assert ran.out.startswith("::error file=manifests/demo/runtime with space.yaml,line=5,col=3,title=FL0004::")
    assert ran.err == "3 objects in 2 inputs, 1 invalid, 1 error, 0 warnings\n"


def test_the_report_for_the_security_tab_is_written_where_the_upload_looks(folder: Path) -> None:
    spoil(folder)
    shell(RUNS[1], folder)
    assert "sarif_file: manifests.sarif\n" in PAGE
    assert json.loads((folder / "manifests.sarif").read_text())["runs"][0]["results"]


def test_the_settings_of_the_page_are_taken(folder: Path) -> None:
    (block,) = [block for block in BLOCKS if "schemaLocations" in block]
    (folder / ".kubectl-fluid.yaml").write_text(block)
    (folder / "crds").mkdir()
    ran = shell(f"{RUNS[0]} && kubectl fluid validate manifests/demo/dataset.yaml", folder)
    assert ran.status == 0, ran.err


def test_the_page_names_every_output_and_the_exit_codes_that_there_are() -> None:
    tables = re.findall(r"^\| `?(\w+)`? \|", PAGE, re.MULTILINE)
    assert [it for it in tables if not it.isdigit() and it != "code"] == list(FORMATS)
    codes = [ExitStatus(int(it)) for it in tables if it.isdigit()]
    assert codes == [it for it in ExitStatus if it < ExitStatus.TIMEOUT]
