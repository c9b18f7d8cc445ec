"""What every object of the bundle begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_fluid.webhook.bundle.choices import LABELS, NAME

Object = dict[str, Any]


def new(
    api_version: str, kind: str, *, namespace: str = "", name: str = NAME, labels: Mapping[str, str] | None = None
) -> Object:
    """An object without contents; namespace "" for kinds that have none."""
    metadata: Object = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": {**metadata, "labels": {**LABELS, **(labels or {})}}}
