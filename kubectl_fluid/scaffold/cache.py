"""A cache in one word: `SSD:/mnt/cache1:/mnt/cache2:40Gi`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kubectl_fluid.manifests import quantity
from kubectl_fluid.scaffold import checks
from kubectl_fluid.scaffold.checks import ScaffoldError
from kubectl_fluid.scaffold.manifest import Object

MEDIA: Final = ("MEM", "SSD", "HDD")
MEMORY: Final = "MEM"
_MEBIBYTE: Final = 2**20
_HINT: Final = "write MEDIUM:/path[:/path...]:SIZE, e.g. SSD:/mnt/cache1:/mnt/cache2:40Gi"


@dataclass(frozen=True, slots=True)
class Cache:
    """The one level of a tiered store that JuiceFS uses; `quota` is for all paths together."""

    medium: str
    paths: tuple[str, ...]
    quota: str

    @property
    def level(self) -> Object:
        """As it stands in `spec.tieredstore.levels`."""
        return {"mediumtype": self.medium, "path": ":".join(self.paths), "quota": self.quota}


def parse_cache(text: str) -> Cache:
    """Read a cache; raises ScaffoldError."""
    medium, *rest = text.split(":")
    if medium not in MEDIA:
        raise ScaffoldError(f"medium {medium!r} is none of {', '.join(MEDIA)}", _HINT)
    *paths, quota = rest or [""]
    if not paths or quota.startswith("/"):
        raise ScaffoldError(f"{text!r} lacks a {'size' if quota.startswith('/') else 'path'}", _HINT)
    if len(set(paths)) < len(paths):
        raise ScaffoldError(f"{text!r} names a path twice", _HINT)
    if "" in (*paths, quota):
        raise ScaffoldError(f"{text!r} has an empty {'size' if quota == '' else 'path'}", _HINT)
    if not all(path.strip("/") for path in paths):
        raise ScaffoldError(f"{text!r} makes a cache of the whole file system", "use a folder, e.g. /mnt/cache1")
    if quantity.parse(checks.size(quota)).value < _MEBIBYTE:
        raise ScaffoldError(f"{text!r} is less than 1Mi, in which JuiceFS counts", _HINT)
    return Cache(medium, tuple(checks.absolute(path) for path in paths), quota)
