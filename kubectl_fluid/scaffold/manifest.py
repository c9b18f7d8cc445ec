"""What all of these manifests have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

Object = dict[str, Any]

FLUID: Final = "data.fluid.io/v1alpha1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """An object and lines to say above it. `complete` is False where a person has to fill it in first."""

    value: Object
    comment: tuple[str, ...] = ()
    complete: bool = True


def head(api_version: str, kind: str, name: str, namespace: str | None) -> Object:
    """apiVersion, kind and metadata; no namespace for None, as kubectl does."""
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
