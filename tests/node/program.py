"""The image of this project: the interpreter that runs the tests, what the program needs, and the program."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from tests.node.images import Image, with_libraries
from tests.support import ROOT

NAME = "node.test/kubectl-fluid:1"
PLACE = "/opt/program"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra == ['\"]([^'\"]+)['\"]")


def image() -> Image:
    """What the Containerfile builds, put together from what is installed here."""
    python = Path(sys.executable).resolve()
    library = Path(sysconfig.get_path("stdlib"))
    packages = dict(_packages())
    files = {
        str(python): python,
        str(library): library,
        **packages,
        f"{PLACE}/kubectl_fluid": ROOT / "kubectl_fluid",
        f"{PLACE}/kubectl_fluid/schemas": ROOT / "schemas",
    }
    native = [*library.glob("lib-dynload/*.so"), *(path for path in packages.values() if path.suffix == ".so")]
    return Image(
        NAME,
        {**files, **with_libraries(python, *native)},
        entrypoint=[str(python), "-m", "kubectl_fluid"],
        environment={"PYTHONPATH": PLACE, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
        user="65532:65532",
    )


def _packages() -> Iterator[tuple[str, Path]]:
    """Files of all that the program needs with its extra `webhook`."""
    for distribution in _needed("kubectl-fluid", "webhook"):
        for file in distribution.files or ():
            path = Path(str(distribution.locate_file(file)))
            inside = ".." not in file.parts and "__pycache__" not in file.parts
            if inside and path.is_file() and "kubectl_fluid" not in file.parts[0]:
                yield f"{PLACE}/{file}", path


def _needed(name: str, extra: str = "", seen: set[str] | None = None) -> Iterator[metadata.Distribution]:
    seen = set() if seen is None else seen
    found = metadata.distribution(name)
    if found.metadata["Name"] in seen:
        return
    seen.add(found.metadata["Name"])
    yield found
    for requirement in found.requires or ():
        wanted = _EXTRA.search(requirement)
        if (match := _NAME.match(requirement)) and (wanted is None or wanted[1] == extra):
            try:
                yield from _needed(match[0], seen=seen)
            except metadata.PackageNotFoundError:
                continue  # for another Python or platform
