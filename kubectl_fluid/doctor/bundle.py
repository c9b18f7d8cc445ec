"""The schemas that come with this program, as a cluster's CustomResourceDefinitions have them."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from kubectl_fluid.validation.schema import files
from kubectl_fluid.validation.schema.crd import RESOURCE, definition

Object = dict[str, Any]

_SOURCE = re.compile(r"the CRDs of (Fluid [0-9a-f]{7,40})")


@cache
def source() -> str:
    """The Fluid that the schemas were made from, as `Fluid a826600a`."""
    comment = json.loads((files.folder() / files.FLUID).read_bytes()).get("$comment")
    found = _SOURCE.search(str(comment))
    return found[1] if found else "Fluid of an unknown version"


@cache
def plurals() -> dict[str, str]:
    """Kind → plural."""
    return {it.gvk.kind: str(it.root[RESOURCE]["names"]["plural"]) for it in files.fluid()}


@cache
def schemas() -> dict[str, Object]:
    """Kind → its structural schema."""
    made = ((it.gvk.kind, definition(it)["spec"]["versions"][0]) for it in files.fluid())
    return {kind: version["schema"]["openAPIV3Schema"] for kind, version in made}
