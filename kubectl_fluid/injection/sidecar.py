"""The sidecar that the FUSE DaemonSet's container becomes, before it has its final names.

Steps and their order: Fluid a826600a, pkg/application/inject/fuse/mutator (prepareMutation of both mutators).
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim, Dataset, FuseTemplate
from kubectl_fluid.injection import mountcheck
from kubectl_fluid.injection.draft import Draft, mounts
from kubectl_fluid.injection.platforms import Platform
from kubectl_fluid.injection.reason import Refusal
from kubectl_fluid.injection.settings import MountCheck, Settings, SidecarMode
from kubectl_fluid.injection.shape import invalid

Object = dict[str, Any]

#: Name prefixes of the FUSE client's cache volumes: datavolume- and volume-localtime of Jindo, mem, ssd and hdd of
#: Alluxio, cache-dir of JuiceFS.
CACHE_PREFIXES = ("datavolume-", "volume-localtime", "cache-dir", "mem", "ssd", "hdd")
#: Name prefixes of the volume in which the FUSE client mounts.
FUSE_MOUNT_PREFIXES = (
    "alluxio-fuse-mount",
    "jindofs-fuse-mount",
    "juicefs-fuse-mount",
    "thin-fuse-mount",
    "efc-fuse-mount",
    "efc-sock",
)
#: Name prefixes of the volume that is the host's /dev/fuse.
DEVICE_PREFIXES = ("alluxio-fuse-device", "jindofs-fuse-device", "thin-fuse-device")
RANDOM_SUFFIX = "random-suffix"
#: What may become part of a path: a Pod's name, or the beginning of one.
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9-])?")
#: Longer than any FUSE client takes to mount; a readinessProbe gives up after this many failures of one second each.
READINESS_FAILURES = 60


@dataclass(slots=True)
class Sidecar:
    """A sidecar in the making: `container` without its name, volumes under the template's names.

    `shared_mount` is the container's mount of the application's own emptyDir, on platforms that share one; its
    volume name is filled in by whoever knows it. `inner` is where in that emptyDir the file system is, "" for its
    root. `config_maps` are the objects that the mount check needs.
    """

    claim: Claim
    dataset: Dataset
    container: Object
    mounts: list[Object]
    volumes: list[Object]
    shared_mount: Object | None = None
    inner: str = ""
    config_maps: tuple[Object, ...] = ()


def parts_of(claim: Claim) -> tuple[Dataset, FuseTemplate]:
    """Dataset and FUSE template of a claim that needs a sidecar; raises Refusal when there can be none."""
    dataset = claim.dataset
    if claim.no_sidecar is not None or dataset is None or dataset.fuse is None:
        problem = claim.no_sidecar or claim.broken
        if problem is None:
            raise Refusal("NoSidecar", f"claim {claim.name} has no FUSE client", claim=claim.name.name)
        raise Refusal(problem.code, problem.message, problem.hint, claim=claim.name.name)
    return dataset, dataset.fuse


def build(claim: Claim, draft: Draft, platform: Platform, mode: SidecarMode, settings: Settings) -> Sidecar:
    """Makes the sidecar of one claim. Raises Refusal when its FUSE template does not fit the platform."""
    dataset, template = parts_of(claim)
    sidecar = Sidecar(
        claim, dataset, dict(template.container), list(mounts(template.container)), list(template.volumes)
    )
    _check_volumes(claim, sidecar)
    folder = mount_folder(claim, sidecar.mounts)
    if draft.labels.get(keys.CACHE_DIR) != "true":
        _drop(sidecar, CACHE_PREFIXES)
    if not platform.privileged:
        _drop(sidecar, FUSE_MOUNT_PREFIXES + DEVICE_PREFIXES)
        _take_privileges(sidecar.container)
    if not settings.fluid:
        _unmount_for_good(sidecar.container, dataset.fluid_path, mode, shared=platform.shares_by_empty_dir)
    if draft.labels.get(keys.SIDECAR_POST_START) != "false":
        _add_check(sidecar, dataset, folder, settings)
    if "Sidecar" not in dataset.metrics_target:
        _drop_metrics_ports(sidecar.container)
    if platform.shares_by_empty_dir:
        _share(sidecar, dataset, platform, folder)
    elif random_suffix(draft):
        _move_mount(sidecar, unique_folder(draft, settings))
    return sidecar


def _check_volumes(claim: Claim, sidecar: Sidecar) -> None:
    """A mount whose volume the template lacks would take the application's volume of that name."""
    lacking = {mount["name"] for mount in sidecar.mounts} - {volume["name"] for volume in sidecar.volumes}
    if lacking:
        raise Refusal(
            "BadFuse",
            f"the FUSE DaemonSet of claim {claim.name} mounts {', '.join(sorted(lacking))}, but has no such volume",
            "compare it with its chart",
            claim=claim.name.name,
        )


def mount_folder(claim: Claim, template_mounts: list[Object]) -> str:
    """Where the template mounts the folder in which its FUSE client mounts; raises Refusal when it does not."""
    for mount in template_mounts:
        if mount["name"].endswith("-fuse-mount"):
            return str(mount["mountPath"])
    raise Refusal(
        "NoFuseMount",
        f"the FUSE DaemonSet of claim {claim.name} mounts no volume whose name ends with -fuse-mount",
        "its container cannot be used as a sidecar; check the runtime that made it",
        claim=claim.name.name,
    )


def random_suffix(draft: Draft) -> bool:
    """Whether the Pod asks for a mount point of its own on the host."""
    return draft.annotations.get(keys.HOST_PATH_MODE) == RANDOM_SUFFIX


def unique_folder(draft: Draft, settings: Settings) -> str:
    """`<Pod name>/<unique>`, the middle part of such a mount point (Fluid: generateUniqueHostPath)."""
    for field, value in (("name", draft.name), ("generateName", draft.generate_name)):
        if value and not _NAME.fullmatch(value):
            raise invalid(("metadata", field), "a DNS name, since it becomes part of a path on the host")
    return f"{draft.name or draft.generate_name + '--generate-name'}/{settings.unique}"


def _drop(sidecar: Sidecar, prefixes: tuple[str, ...]) -> None:
    sidecar.mounts = [mount for mount in sidecar.mounts if not mount["name"].startswith(prefixes)]
    sidecar.volumes = [volume for volume in sidecar.volumes if not volume["name"].startswith(prefixes)]


def _take_privileges(container: Object) -> None:
    context = container.get("securityContext")
    if not context:
        return
    context = {**context, "privileged": False}
    capabilities = context.get("capabilities") or {}
    if capabilities.get("add"):
        rest = {key: value for key, value in capabilities.items() if key != "add"}
        kept = [name for name in capabilities["add"] if name != "SYS_ADMIN"]
        context["capabilities"] = {**rest, "add": kept} if kept else rest
    container["securityContext"] = context


def _unmount_for_good(container: Object, point: str, mode: SidecarMode, *, shared: bool) -> None:
    """Lets the sidecar end although a subPath of the mount is still bound elsewhere (all seen on a real kubelet).

    A plain umount fails then, so it is done lazily. Even so the client serves on until the bind is gone, which the
    kubelet keeps as long as the Pod runs, and is killed after the grace period: a native sidecar, which ends after all
    that reads, ends its connection by force. A client that was killed and started anew mounts above its dead mount;
    where only the Pod's own are (`shared`), all of them go, since the kubelet cannot remove an emptyDir with a dead
    mount in it, nor the Pod.
    """
    lifecycle = container.get("lifecycle") or {}
    if lifecycle.get("preStop") != {"exec": {"command": ["sh", "-c", f"umount {point}"]}}:
        return
    command = f"umount {'-fl' if mode is SidecarMode.NATIVE else '-l'} {point}"
    if shared:
        command = f"while grep -qF ' {mountcheck.escape(point)} fuse' /proc/self/mounts; do {command} || exit; done"
    container["lifecycle"] = {**lifecycle, "preStop": {"exec": {"command": ["sh", "-c", command]}}}


def _add_check(sidecar: Sidecar, dataset: Dataset, folder: str, settings: Settings) -> None:
    if settings.check is MountCheck.NONE:
        return
    if settings.check is MountCheck.INLINE:
        hook = mountcheck.sidecar_inline(dataset.fluid_path, dataset.sub_path)
    else:
        hook = mountcheck.sidecar_config_map(dataset, folder)
    sidecar.container["lifecycle"] = {**(sidecar.container.get("lifecycle") or {}), "postStart": hook.handler}
    if hook.mount and hook.volume and hook.config_map:
        sidecar.mounts.append(hook.mount)
        sidecar.volumes.append(hook.volume)
        sidecar.config_maps = (hook.config_map,)


def _drop_metrics_ports(container: Object) -> None:
    ports = container.get("ports")
    if ports:
        kept = [port for port in ports if not str(port.get("name", "")).endswith("-metrics")]
        if kept:
            container["ports"] = kept
        else:
            del container["ports"]


def _move_mount(sidecar: Sidecar, folder: str) -> None:
    """Gives the FUSE client's folder on the host to this Pod alone; the path inside the container stays."""
    for index, volume in enumerate(sidecar.volumes):
        host_path = volume.get("hostPath")
        if host_path and volume["name"].startswith(FUSE_MOUNT_PREFIXES):
            moved = {**host_path, "path": f"{host_path['path']}/{folder}"}
            sidecar.volumes[index] = {**volume, "hostPath": moved}


def _share(sidecar: Sidecar, dataset: Dataset, platform: Platform, folder: str) -> None:
    """Mounts the application's emptyDir where the FUSE client mounts, and leaves no hostPath where there are none.

    A cache folder of the host becomes an emptyDir (the Pod asked to keep it); the device and the host's folder go.
    """
    _drop(sidecar, FUSE_MOUNT_PREFIXES if platform.has_host_paths else FUSE_MOUNT_PREFIXES + DEVICE_PREFIXES)
    for index, volume in enumerate(sidecar.volumes):
        if "hostPath" not in volume or platform.has_host_paths:
            continue
        if not volume["name"].startswith(CACHE_PREFIXES):
            raise Refusal(
                "HostPath",
                f"the FUSE client of dataset {dataset.name} needs hostPath volume {volume['name']} "
                f"({volume['hostPath'].get('path')}), which {platform.name} does not have",
                "take it out of the runtime's spec.volumes, or use a platform with hostPath",
                claim=sidecar.claim.name.name,
            )
        sidecar.volumes[index] = {**{key: volume[key] for key in volume if key != "hostPath"}, "emptyDir": {}}
    place = dataset.fluid_path
    if platform.mounts_in_folder:
        place, sidecar.inner = _inside(sidecar.claim, place, folder)
    sidecar.shared_mount = {"mountPath": place, "mountPropagation": "Bidirectional"}


def _inside(claim: Claim, point: str, folder: str) -> tuple[str, str]:
    """The folder that the template mounts, and the mount point's path in it; raises Refusal when it is not below."""
    inner = posixpath.relpath(posixpath.normpath(point), posixpath.normpath(folder)) if point.startswith("/") else ".."
    if inner == "." or inner.split("/")[0] == "..":
        raise Refusal(
            "BadMountPath",
            f"fluid_path {point} of claim {claim.name} is not below {folder}, which its FUSE DaemonSet mounts",
            "check the PersistentVolume and the DaemonSet that Fluid has made",
            claim=claim.name.name,
        )
    return folder, inner
