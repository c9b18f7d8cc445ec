"""What a platform documents that it refuses, checked on the finished Pod.

Sources: Alibaba Cloud's ECI documentation (pages `limits`, `configure-a-security-context-for-a-pod-or-container`,
`declaring-container-types`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.injection.draft import Draft, mounts
from kubectl_fluid.injection.reason import Refusal
from kubectl_fluid.injection.run import Run
from kubectl_fluid.injection.shape import Path

Object = dict[str, Any]

ECI_CONTAINERS = 20
ECI_VOLUMES = 20
#: Capabilities that a container on ECI may add; SYS_ADMIN is not among them.
ECI_CAPABILITIES = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "KILL", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE"),
        *("NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "SYS_CHROOT", "SYS_PTRACE", "SYS_RAWIO"),
    }
)


def check(run: Run) -> None:
    """Raises Refusal, with every reason at once, for a finished Pod that the platform is documented to refuse."""
    if refusals := list(_refusals(run)):
        raise Refusal.of(refusals)


def _refusals(run: Run) -> Iterator[Refusal]:
    if not run.platform.has_host_paths:
        yield from _host_paths(run.draft, run.platform.name.upper())
    if run.platform.limits == "ECI":
        yield from _eci(run)


def _host_paths(draft: Draft, platform: str) -> Iterator[Refusal]:
    if keys.ECI_DATA_CACHE_BUCKET in draft.annotations:
        return
    for volume in draft.volumes:
        if volume.get("hostPath") is not None:
            what = f"volume {volume['name']} is a hostPath, which {platform} does not have"
            yield _refused(
                "HostPath", what, "use an emptyDir, a disk or NAS", draft.pointer_to("volumes", volume["name"])
            )


def _eci(run: Run) -> Iterator[Refusal]:
    spec, draft = run.draft.spec, run.draft
    if spec.get("hostNetwork"):
        yield _refused("HostNetwork", "hostNetwork is not available on ECI", "take it out", ("spec", "hostNetwork"))
    for what, number, limit in (
        ("containers", len(draft.all_containers()), ECI_CONTAINERS),
        ("volumes", len(draft.volumes), ECI_VOLUMES),
    ):
        if number > limit:
            text = f"the Pod would have {number} {what}, ECI takes {limit}"
            yield _refused("TooMany", text, f"use fewer {what}, or several Pods", ("spec", what))
    for field, containers in (("containers", draft.containers), ("initContainers", draft.init_containers)):
        for container in containers:
            # Only what is refused is looked for in the input: that is a search.
            where = partial(draft.pointer_to, field, container["name"])
            yield from _capabilities(container, where)
            yield from _host_ports(container, where)


def _host_ports(container: Object, where: Callable[[], Path]) -> Iterator[Refusal]:
    ports = container.get("ports")
    for index, port in enumerate(ports if isinstance(ports, list) else []):
        if isinstance(port, dict) and port.get("hostPort"):
            what = f"container {container['name']} takes port {port['hostPort']} of its node, and ECI has no node"
            yield _refused("HostPort", what, "leave hostPort out", _below(where(), "ports", index))


def mount_paths(draft: Draft) -> None:
    """Raises Refusal when two mounts of a container have one path: the API server would reject the Pod."""
    for container in draft.all_containers():
        paths = [mount["mountPath"] for mount in mounts(container)]
        if len(set(paths)) < len(paths):
            path = next(path for index, path in enumerate(paths) if path in paths[:index])
            raise Refusal(
                "MountPathTaken",
                f"container {container['name']} would have two mounts on {path}",
                f"mount something else than {path} elsewhere",
            )


def _below(pointer: Path, *steps: str | int) -> Path:
    return (*pointer, *steps) if pointer else ()


def _refused(code: str, message: str, hint: str, pointer: Path) -> Refusal:
    return Refusal(code, message, hint, pointer=pointer)


def _capabilities(container: Object, where: Callable[[], Path]) -> Iterator[Refusal]:
    capabilities = (container.get("securityContext") or {}).get("capabilities") or {}
    added = {str(name).removeprefix("CAP_") for name in capabilities.get("add") or []}
    if refused := sorted(added - ECI_CAPABILITIES):
        yield Refusal(
            "Capability",
            f"container {container['name']} adds capability {', '.join(refused)}, which ECI does not grant",
            "a privileged container needs no capability added",
            pointer=_below(where(), "securityContext", "capabilities", "add"),
        )
