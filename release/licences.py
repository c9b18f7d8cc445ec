"""The licence of everything that an archive carries, as its authors wrote it."""

from __future__ import annotations

import re

from release.problem import Problem
from release.wheels import Wheel

_FILE = re.compile(r"(?:.*/)?((?:LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*)", re.IGNORECASE)


def licence_files(wheel: Wheel) -> dict[str, bytes]:
    """Those among a wheel's metadata, by their name without folders. Raises Problem where there is none."""
    found = {
        match[1]: content
        for name, content in wheel.files.items()
        if ".dist-info/" in name and (match := _FILE.fullmatch(name)) is not None
    }
    if not found:
        raise Problem(f"{wheel.path.name} has no licence in it", "put its text into release/licences/")
    return found


def licence_name(wheel: Wheel) -> str:
    """SPDX expression, or what METADATA says instead."""
    header = wheel.metadata.partition("\n\n")[0]
    for pattern in (
        r"^License-Expression: (.+)$",
        r"^License: (.{1,60})$",
        r"^Classifier: License :: (?:OSI Approved :: )?(.+)$",
    ):
        found = re.search(pattern, header, re.MULTILINE)
        if found and found[1].strip() not in ("UNKNOWN", "Dual License"):
            return found[1].strip()
    raise Problem(f"{wheel.path.name} does not name its licence")
