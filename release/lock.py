"""`requirements/release.txt`: which version of what an archive carries, and the hashes of its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from release.problem import Problem
from release.source import ROOT

LOCK = ROOT / "requirements" / "release.txt"
_ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<hashes>(?: \\\n +--hash=sha256:[0-9a-f]{64})+)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def requirement(self) -> str:
        """As pip reads it."""
        return f"{self.name}=={self.version}" + "".join(f" --hash=sha256:{it}" for it in self.hashes)


def pins(path: Path = LOCK) -> dict[str, Pin]:
    """The lock, by name in lower case. Raises Problem for a line that it cannot read."""
    text = path.read_text(encoding="utf-8")
    found = {
        it["name"].lower(): Pin(it["name"].lower(), it["version"], tuple(re.findall(r"sha256:(\w+)", it["hashes"])))
        for it in _ENTRY.finditer(text)
    }
    lines = re.findall(r"^[A-Za-z0-9].*", text, re.MULTILINE)
    if len(found) != len(lines):
        raise Problem(
            f"{path.name}: {len(lines)} lines name a distribution, {len(found)} of them with version and hashes"
        )
    return found
