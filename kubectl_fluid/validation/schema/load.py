"""All schemas of a run: those that come with the program, and those of other places."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.locations import read
from kubectl_fluid.validation.schema.model import Schemas


class UnknownMinor(ValueError):
    """There are no schemas of that version of Kubernetes; the message names those that there are."""


def load(kubernetes_minor: int | None = None, locations: Iterable[Path | str] = ()) -> Schemas:
    """The schemas of a run; those of `locations`, files and folders with CRDs and JSON Schemas, win over our own.

    The built-in kinds are those of Kubernetes 1.`kubernetes_minor` (default: the newest that there is).
    Raises UnknownMinor, and locations.LocationError (a ValueError) for what cannot be read.
    """
    minors = files.kubernetes_minors()
    minor = minors[-1] if kubernetes_minor is None else kubernetes_minor
    if minor not in minors:
        known = ", ".join(f"1.{it}" for it in minors)
        raise UnknownMinor(f"no schemas of Kubernetes 1.{minor}: there are those of {known}")
    return Schemas([*files.kubernetes(minor), *files.fluid(), *read(locations)])
