"""The schema files that come with the program."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import kubectl_fluid
from kubectl_fluid.validation.schema.crd import GROUP_VERSION_KIND
from kubectl_fluid.validation.schema.model import Gvk, Object, Schema

FLUID = "data.fluid.io-v1alpha1.json"
KUBERNETES = "kubernetes-1.*.json"


def folder() -> Path:
    """Where they are: inside of the installed package, or beside it in a checkout."""
    package = Path(kubectl_fluid.__file__).resolve().parent
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


def kubernetes_minors() -> list[int]:
    """Minor versions of Kubernetes whose built-in kinds are known, oldest first."""
    return sorted(int(path.stem.rpartition(".")[2]) for path in folder().glob(KUBERNETES))


def fluid() -> list[Schema]:
    """Fluid's kinds."""
    return _read(folder() / FLUID, builtin=False)


def kubernetes(minor: int) -> list[Schema]:
    """Built-in kinds of Kubernetes 1.`minor`. Raises FileNotFoundError when that is not here."""
    return _read(folder() / KUBERNETES.replace("*", str(minor)), builtin=True)


@cache
def _read(path: Path, *, builtin: bool) -> list[Schema]:
    document: Object = json.loads(path.read_bytes())
    definitions = document["$defs"]
    return [
        Schema(Gvk(it["group"], it["version"], it["kind"]), described, definitions, path.name, builtin)
        for described in definitions.values()
        for it in described.get(GROUP_VERSION_KIND, ())
    ]
