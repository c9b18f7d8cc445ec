"""The mount check in the application's own containers.

Fluid (a826600a, pkg/application/inject/fuse/mount_point_script.go) mounts its script into every container that uses a
dataset and runs it only where the Pod asks for that; the inline form adds nothing to a container that does not ask.
"""

from __future__ import annotations

from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim
from kubectl_fluid.injection import mountcheck, naming
from kubectl_fluid.injection.draft import mounts
from kubectl_fluid.injection.run import Run
from kubectl_fluid.injection.settings import MountCheck

Object = dict[str, Any]


def add(run: Run, found: list[Claim]) -> None:
    """Adds the check to the containers and init containers that mount one of the claims' volumes."""
    if run.settings.check is MountCheck.NONE:
        return
    types = _types(run, found)
    asked = run.draft.labels.get(keys.APP_POST_START) == "true"
    if run.settings.check is MountCheck.CONFIGMAP:
        _add_from_config_map(run, types, asked=asked)
    elif asked:
        for container, points in _users(run, types):
            _set_post_start(container, mountcheck.app_inline(list(points)).handler, run.draft.containers)


def _types(run: Run, found: list[Claim]) -> dict[str, str]:
    """Volume name → runtime type, of the volumes of these claims."""
    by_claim = {claim.name.name: claim.dataset.runtime_type for claim in found if claim.dataset}
    types: dict[str, str] = {}
    for volume in run.draft.volumes:
        source = volume.get("persistentVolumeClaim")
        if source and source["claimName"] in by_claim:
            types[volume["name"]] = by_claim[source["claimName"]]
    return types


def _users(run: Run, types: dict[str, str]) -> list[tuple[Object, dict[str, str]]]:
    """Containers that mount one of the volumes, each with mount path → runtime type."""
    users = []
    for container in run.draft.all_containers():
        points = {mount["mountPath"]: types[mount["name"]] for mount in mounts(container) if mount["name"] in types}
        if points:
            users.append((container, points))
    return users


def _add_from_config_map(run: Run, types: dict[str, str], *, asked: bool) -> None:
    volume = naming.fluid_volume(mountcheck.APP_CONFIG_MAP, "", run.draft.volume_names())
    hook = mountcheck.app_config_map(run.settings.namespace, {}, volume)
    users = _users(run, types)
    if hook.volume is None or hook.mount is None or hook.config_map is None:
        return
    if users or run.settings.fluid:
        run.draft.volumes.append(hook.volume)
        run.add_config_map(hook.config_map)
    for container, points in users:
        container["volumeMounts"] = [*mounts(container), hook.mount]
        if asked:
            handler = mountcheck.app_config_map(run.settings.namespace, points, volume).handler
            _set_post_start(container, handler, run.draft.containers)


def _set_post_start(container: Object, handler: Object, ordinary: list[Object]) -> None:
    """Adds the handler where there is none and the API server takes one: not on an init container that ends."""
    runs_on = container.get("restartPolicy") == "Always" or any(container is other for other in ordinary)
    lifecycle = container.get("lifecycle") or {}
    if runs_on and not lifecycle.get("postStart"):
        container["lifecycle"] = {**lifecycle, "postStart": handler}
