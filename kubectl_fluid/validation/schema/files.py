"""The schema files that come with the program."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import kubectl_fluid
from kubectl_fluid.validation.schema.crd import GROUP_VERSION_KIND
from kubectl_fluid.validation.schema.mergepatch import applied
from kubectl_fluid.validation.schema.model import Gvk, Object, Schema

FLUID = "data.fluid.io-v1alpha1.json"
#: The kind of this project: what `policy compile` makes.
OWN = "kubectl-fluid.io-v1alpha1.json"
#: The newest minor is a whole file, each older one a merge patch on the next newer one.
_KUBERNETES = re.compile(r"kubernetes-1\.(\d+)(\.patch)?\.json", re.ASCII)


def folder() -> Path:
    """Where they are: inside of the installed package, or beside it in a checkout."""
    package = Path(kubectl_fluid.__file__).resolve().parent
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


@cache
def kubernetes_minors() -> tuple[int, ...]:
    """Minor versions of Kubernetes whose built-in kinds are known, oldest first."""
    found = (_KUBERNETES.fullmatch(path.name) for path in folder().iterdir())
    return tuple(sorted(int(match[1]) for match in found if match))


def fluid() -> list[Schema]:
    """Fluid's kinds."""
    return _schemas(_read(FLUID), FLUID)


def own() -> list[Schema]:
    """This project's own kind, with the containers and volumes of the newest Kubernetes."""
    found = _read(OWN)
    return [replace(it, definitions=_definitions(kubernetes_minors()[-1]) | found) for it in _schemas(found, OWN)]


def kubernetes(minor: int) -> list[Schema]:
    """Built-in kinds of Kubernetes 1.`minor`, which must be one of those that are known."""
    return _schemas(_definitions(minor), f"Kubernetes 1.{minor}", minor)


@cache
def _definitions(minor: int) -> Object:
    """Those of Kubernetes 1.`minor`; what is as in the next newer one is the same object."""
    if minor == kubernetes_minors()[-1]:
        return _read(f"kubernetes-1.{minor}.json")
    older: Object = applied(_definitions(minor + 1), _read(f"kubernetes-1.{minor}.patch.json"))
    return older


@cache
def _read(name: str) -> Object:
    found: Object = json.loads((folder() / name).read_bytes())["$defs"]
    return found


def _schemas(definitions: Object, origin: str, minor: int | None = None) -> list[Schema]:
    return [
        Schema(Gvk(it["group"], it["version"], it["kind"]), described, definitions, origin, minor)
        for described in definitions.values()
        for it in described.get(GROUP_VERSION_KIND, ())
    ]
