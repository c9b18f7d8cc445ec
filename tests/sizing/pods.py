"""Pods in one line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kubectl_fluid.sizing.size import Size

Object = dict[str, Any]


def size(vcpu: float | str, memory: float | str) -> Size:
    return Size(Fraction(vcpu), Fraction(memory))


def amounts(cpu: Any = None, memory: Any = None) -> Object:
    return {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value is not None}


def container(name: str, limits: Object | None = None, requests: Object | None = None, **more: Any) -> Object:
    given = {key: value for key, value in (("limits", limits), ("requests", requests)) if value is not None}
    return {"name": name, **({"resources": given} if given else {}), **more}


def pod(*containers: Object, init: tuple[Object, ...] = (), annotations: Object | None = None) -> Object:
    spec: Object = {"containers": list(containers)}
    if init:
        spec["initContainers"] = list(init)
    return {"metadata": {"annotations": annotations or {}}, "spec": spec}


IGNORED: dict[str, Any] = {"env": [{"name": "__ECI_RESOURCE_IGNORE__", "value": "TRUE"}]}
