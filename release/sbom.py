"""What an archive consists of, as a CycloneDX 1.5 document (https://cyclonedx.org/docs/1.5/json/)."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from typing import Any

from release.licences import licence_name
from release.pruning import LEFT_OUT, UNUSED
from release.source import Project
from release.wheels import Wheel

#: Licences that METADATA names in its own words → SPDX.
_SPDX = {
    "Apache License Version 2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause AND Apache-2.0",  # python-dateutil: its LICENSE says which part is under which
    "MIT License": "MIT",
}
_LAUNCHER = "The launcher for Windows is taken from it; nothing else."


def document(project: Project, wheels: Iterable[Wheel], *, windows: bool) -> bytes:
    """The document; `wheels` may have several of one distribution, for several interpreters."""
    carried: dict[str, list[Wheel]] = {}
    for wheel in wheels:
        if wheel.pin.name not in UNUSED or (windows and wheel.pin.name == "distlib"):
            carried.setdefault(wheel.pin.name, []).append(wheel)
    itself = _reference(project.name, project.version)
    components = [_component(found) for _, found in sorted(carried.items())]
    value: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(project.epoch)),
            "component": {
                "type": "application",
                "bom-ref": itself,
                "name": project.name,
                "version": project.version,
                "purl": itself,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": components,
        "dependencies": [{"ref": itself, "dependsOn": [it["bom-ref"] for it in components]}],
    }
    text = json.dumps(value, sort_keys=True)
    value["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def _component(found: list[Wheel]) -> dict[str, Any]:
    pin = found[0].pin
    name = licence_name(found[0])
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": _reference(pin.name, pin.version),
        "name": pin.name,
        "version": pin.version,
        "purl": _reference(pin.name, pin.version),
        "licenses": [{"expression": _SPDX.get(name, name)}],
        # Of the files on the package index that it was taken from.
        "hashes": [{"alg": "SHA-256", "content": it} for it in sorted({wheel.sha256 for wheel in found})],
    }
    if pin.name == "distlib":
        component["description"] = _LAUNCHER
    elif pin.name in LEFT_OUT:
        component["description"] = f"Without {LEFT_OUT[pin.name]} (release/pruning.py)."
    return component


def _reference(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"
