"""What an object is called in reports."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.workloads.errors import shown

NAMELESS = "(no name)"


def label(value: Any) -> str:
    """`kind/name` of an object in lower-case kind, as kubectl prints it: `job/demo-app`.

    An object that the API server will name stands with its prefix: `job/demo-*`.
    """
    kind = value.get("kind") if isinstance(value, dict) else None
    return f"{shown(kind, 'object').lower()}/{_name(value)}"


def _name(value: Any) -> str:
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict):
        return NAMELESS
    prefix = shown(metadata.get("generateName"))
    return shown(metadata.get("name"), f"{prefix}*" if prefix else NAMELESS)


def namespace(value: dict[str, Any]) -> str | None:
    """`metadata.namespace`, None when it is absent, empty or no string."""
    metadata = value.get("metadata")
    found = metadata.get("namespace") if isinstance(metadata, dict) else None
    return found if isinstance(found, str) and found else None
