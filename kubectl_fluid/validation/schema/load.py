"""All schemas of a run: those that come with the program, and those of other places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.locations import read as located
from kubectl_fluid.validation.schema.model import Schemas

#: `1.33`, `v1.33.2`, and what managed clusters say of themselves: `v1.33.2-aliyun.1`.
_VERSION = re.compile(r"v?1\.(\d{1,4})(\.\d+)?([-+.][-+.\w]*)?", re.ASCII)


class UnknownMinor(ValueError):
    """There are no schemas of that version of Kubernetes; the message names those that there are."""


def minor_of(version: str) -> int:
    """The minor of a version like `1.33` or `v1.33.2`, which must be one whose kinds are known. Raises UnknownMinor."""
    return _checked(_read(version))


def nearest_minor(version: str) -> int:
    """The minor that is known and nearest to that of a version, which may be older or newer. Raises UnknownMinor."""
    minors = files.kubernetes_minors()
    return min(max(_read(version), minors[0]), minors[-1])


def _read(version: str) -> int:
    found = _VERSION.fullmatch(version)
    if found is None:
        raise UnknownMinor(f"{version[:40]} is no version of Kubernetes like 1.33: {_known()}")
    return int(found[1])


def _checked(minor: int) -> int:
    if minor not in files.kubernetes_minors():
        raise UnknownMinor(f"no schemas of Kubernetes 1.{minor}: {_known()}")
    return minor


def _known() -> str:
    return f"there are those of {', '.join(f'1.{it}' for it in files.kubernetes_minors())}"


def load(kubernetes_minor: int | None = None, locations: Iterable[Path | str] = ()) -> Schemas:
    """The schemas of a run; those of `locations`, files and folders with CRDs and JSON Schemas, win over our own.

    The built-in kinds are those of Kubernetes 1.`kubernetes_minor` (default: the newest that there is).
    Raises UnknownMinor, and locations.LocationError (a ValueError) for what cannot be read.
    """
    minor = files.kubernetes_minors()[-1] if kubernetes_minor is None else _checked(kubernetes_minor)
    return Schemas([*files.kubernetes(minor), *files.fluid(), *files.own(), *located(locations)])
