"""In which versions of Kubernetes a built-in kind, or a field of it, is known."""

from __future__ import annotations

from collections.abc import Collection

from kubectl_fluid.validation.finding import Pointer
from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.model import Gvk, Schema


def of_field(gvk: Gvk, pointer: Pointer) -> str:
    """`from Kubernetes 1.34 on`, `up to …` or `only in …`; "" where it is known in all versions that we know, or none.

    The pointer leads to a value in an object of the kind: a list's index may be any number.
    """
    return _said([minor for minor in files.kubernetes_minors() if _has(minor, gvk, pointer)])


def elsewhere(schema: Schema, pointer: Pointer) -> str:
    """What to say of an unknown field that other versions know; "" where none does."""
    if schema.minor is None:
        return ""
    return _beside(of_field(schema.gvk, pointer), schema.minor)


def kind_elsewhere(gvk: Gvk, minor: int) -> str:
    """What to say of a kind that Kubernetes 1.`minor` does not have, and other versions do; "" where none does."""
    return _beside(of_field(gvk, ()), minor)


def _beside(known: str, minor: int) -> str:
    return f"known {known}, not in 1.{minor}" if known else ""


def _said(minors: Collection[int]) -> str:
    known = files.kubernetes_minors()
    if not minors or len(minors) == len(known):
        return ""
    oldest, newest = min(minors), max(minors)
    if newest == known[-1]:
        return f"from Kubernetes 1.{oldest} on"
    if oldest == known[0]:
        return f"up to Kubernetes 1.{newest}"
    return f"only in Kubernetes 1.{oldest}" + (f" to 1.{newest}" if newest > oldest else "")


def _has(minor: int, gvk: Gvk, pointer: Pointer) -> bool:
    schema = next((it for it in files.kubernetes(minor) if it.gvk == gvk), None)
    return schema is not None and schema.below(pointer) is not None
