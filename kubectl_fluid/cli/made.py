"""Objects that a verb has made, as kubectl reads or names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubectl_fluid.cli.result import object_name
from kubectl_fluid.manifests import dump

Object = dict[str, Any]


def _yaml(made: list[Object]) -> str:
    return "---\n".join(dump.to_yaml(value) for value in made)


def _json(made: list[Object]) -> str:
    return dump.to_json({"apiVersion": "v1", "kind": "List", "items": made}, indent=4) + "\n"


def _names(made: list[Object]) -> str:
    return "".join(f"{object_name(value)}\n" for value in made)


#: `--output` → the text of a list of objects.
FORMATS: dict[str, Callable[[list[Object]], str]] = {"yaml": _yaml, "json": _json, "name": _names}
