"""What a person should know of a template: whose Pods are refused, and why."""

from __future__ import annotations

from typing import Any

from kubectl_fluid.cli.errors import printable

Object = dict[str, Any]


def notes(value: Object) -> list[str]:
    """A line for each reason for which Pods are refused."""
    spec, name = value["spec"], "{namespace}/{name}".format(**value["metadata"])
    found = []
    if "notReady" in spec:
        found.append(f"note: {name}: {spec['notReady']['message']}: its Pods are refused until it is")
    refusals: dict[str, list[str]] = {}
    for platform in spec["platforms"]:
        if "refusal" in platform and platform["refusal"] != spec.get("notReady"):
            refusals.setdefault(platform["refusal"]["message"], []).append(platform["name"])
    found += [f"note: {name}: not on platform {', '.join(it)}: {message}" for message, it in refusals.items()]
    return [printable(line) for line in found]
