"""Comparing our Pod with the one that Fluid's webhook gave, as ../shared/conformance/README.md says."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

Object = dict[str, Any]

UNIQUE = re.compile(r"\d{10,}-[0-9a-f]{8}")
APP_COMMAND = re.compile(r"^time /check-fluid-mount-ready\.sh (\S*) (\S*)$")


def normalise(pod: Object) -> Object:
    """The Pod without what Fluid leaves to chance, or adds by passing it through its types."""
    pod = _tokens(copy.deepcopy(pod))
    if pod["metadata"].get("creationTimestamp", 0) is None:
        del pod["metadata"]["creationTimestamp"]
    if pod.get("status") == {}:
        del pod["status"]
    for container in [*pod["spec"].get("containers", []), *pod["spec"].get("initContainers", [])]:
        if container.get("resources") == {}:
            del container["resources"]
        if container["name"] == "fluid-file-prefetcher":
            for key in ("env", "volumeMounts"):
                container[key] = sorted(container[key], key=lambda item: json.dumps(item, sort_keys=True))
        _sort_command(container)
    return pod


def _tokens(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tokens(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_tokens(member) for member in value]
    return UNIQUE.sub("<unique>", value) if isinstance(value, str) else value


def _sort_command(container: Object) -> None:
    command = container.get("lifecycle", {}).get("postStart", {}).get("exec", {}).get("command") or []
    match = APP_COMMAND.match(command[-1]) if command else None
    if match:
        pairs = sorted(zip(match[1].split(":"), match[2].split(":"), strict=True))
        command[-1] = f"check {pairs}"


def duplicate_container(pod: Object) -> bool:
    """Whether two containers share a name: Fluid's answer for nested datasets in native mode."""
    containers = [*pod["spec"].get("containers", []), *pod["spec"].get("initContainers", [])]
    return len({container["name"] for container in containers}) < len(containers)


def hooked_init_container(pod: Object) -> bool:
    """Whether a plain init container has a lifecycle, which the API server rejects."""
    return any(
        container.get("lifecycle") and container.get("restartPolicy") != "Always"
        for container in pod["spec"].get("initContainers", [])
    )


def without_init_hooks(pod: Object) -> Object:
    """The Pod without Fluid's hooks on plain init containers; hooks of the user's own stay."""
    pod = copy.deepcopy(pod)
    for container in pod["spec"].get("initContainers", []):
        command = container.get("lifecycle", {}).get("postStart", {}).get("exec", {}).get("command") or [""]
        if container.get("restartPolicy") != "Always" and APP_COMMAND.match(command[-1]):
            del container["lifecycle"]["postStart"]
            if not container["lifecycle"]:
                del container["lifecycle"]
    return pod


def injected(request: Object, pod: Object) -> bool:
    """Whether Fluid did what the request asked for: the sidecars are in, or the Pod was steered."""
    before = request["object"]["metadata"].get("labels") or {}
    after = pod["metadata"].get("labels") or {}
    if before.get("serverless.fluid.io/inject") == "true":
        return after.get("done.sidecar.fluid.io/inject") == "true" or not _claims(pod)
    asked = before.get("fuse.serverful.fluid.io/inject") == "true"
    return not asked or normalise(pod) != normalise(request["object"])


def _claims(pod: Object) -> list[Object]:
    return [volume for volume in pod["spec"].get("volumes") or [] if volume.get("persistentVolumeClaim")]
