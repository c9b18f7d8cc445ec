"""What starting costs: `inject` on files alone imports nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.world import JOB, write
from tests.support import ROOT

#: Too big, or for the network: the issue names some, the rest costs as much.
UNWANTED = {
    *("asyncio", "concurrent", "email", "http", "jsonpatch", "jsonpointer", "jsonschema", "kubernetes", "logging"),
    *("pathlib", "random", "requests", "rich", "shutil", "socket", "ssl", "subprocess", "tempfile", "traceback"),
    *("unittest", "urllib", "urllib3"),
}
#: Rooms for which one injection after the other has no use.
ROOMS = {"render", "scaffold", "sizing", "webhook"}
CODE = """
import sys
before = set(sys.modules)
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.main import main
status = main(Environment(arguments=sys.argv[1:]))
print(status, *sorted(set(sys.modules) - before))
"""


def imported(*arguments: str) -> set[str]:
    """The modules that one command line imports in a process of its own; it must succeed."""
    done = subprocess.run([sys.executable, "-c", CODE, *arguments], capture_output=True, check=True, text=True)
    status, *modules = done.stdout.split()
    assert status == "0"
    return set(modules)


def rooms(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("kubectl_fluid.")}


def test_inject_on_files_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    folder = write(tmp_path, job=JOB)
    modules = imported("inject", "--local", "-f", str(folder / "job.yaml"), "--objects", str(folder / "objects.yaml"))
    assert "click" in modules
    assert UNWANTED & {name.partition(".")[0] for name in modules} == set()
    assert "injection" in rooms(modules)
    assert ROOMS & rooms(modules) == set()


def test_rendering_is_imported_where_something_has_to_be_rendered() -> None:
    """What the test above looks for would be seen."""
    assert ROOMS & rooms(imported("inject", "--local", "-f", str(ROOT / "examples" / "eci-juicefs"))) == {"render"}
