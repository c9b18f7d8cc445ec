"""The platforms as a table: what a serverless offering allows decides how the data reaches the containers.

Sources: Fluid a826600a (pkg/application/inject/fuse/mutator) for `default` and `unprivileged`; Alibaba Cloud's
documentation of ECI and ACS for the other two.
"""

from __future__ import annotations

from typing import NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.injection.reason import Refusal
from kubectl_fluid.injection.settings import Settings, SidecarMode


class Platform(NamedTuple):
    """One row.

    `shares_by_empty_dir`: the application and the sidecar share an emptyDir, otherwise the mount point's folder on the
    host. The FUSE client mounts on the emptyDir's root, or in a folder of it (`mounts_in_folder`). `has_host_paths` is
    False where the offering has no hostPath volumes. `privileged` False takes privileges and the host's
    FUSE device away. `native_env` and `legacy_env` are added to the sidecar's environment in the two modes.
    `prefers_native` is the mode of profile `default`. `ends_sidecar` says who ends the sidecar of a finished Job in
    each mode. `limits` names the offering whose documented limits the Pod must keep, "" for none.
    """

    name: str
    privileged: bool = True
    shares_by_empty_dir: bool = False
    mounts_in_folder: bool = False
    has_host_paths: bool = True
    native_env: tuple[tuple[str, str], ...] = ()
    legacy_env: tuple[tuple[str, str], ...] = ()
    legacy_readiness: bool = False
    prefers_native: bool = True
    ends_native: str = "the kubelet ends it after the last application container"
    ends_legacy: str = "Fluid's application controller ends it; without that controller a Job never completes"
    limits: str = ""


#: ECI starts containers with a higher launch priority first and ends those with a lower exit priority last; both
#: range from -1000 to 1000 with 0 as the default of application containers.
_ECI_ENV = (
    (keys.ECI_CONTAINER_TYPE, "sidecar"),
    (keys.ECI_IGNORE_EXIT_CODE, "true"),
    (keys.ECI_LAUNCH_PRIORITY, "1000"),
    (keys.ECI_EXIT_PRIORITY, "-1000"),
)

PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        # A folder of the host is one for all Pods of its node, and the end of one takes another's mount away (seen on a
        # real kubelet, docs/real-node.md). Not on the root: the kubelet measures an emptyDir by reading all that is in
        # it, and stops at other file systems only below the root (Kubernetes 1.37, pkg/volume/util/fs.DiskUsage).
        Platform("default", shares_by_empty_dir=True, mounts_in_folder=True),
        Platform(
            "unprivileged",
            privileged=False,
            ends_legacy="nothing ends it: Fluid's application controller handles platform `default` only",
        ),
        Platform(
            "eci",
            shares_by_empty_dir=True,
            has_host_paths=False,
            native_env=_ECI_ENV,
            legacy_env=_ECI_ENV,
            legacy_readiness=True,
            # ECI documents its own start and exit order for ordinary containers and says nothing of native sidecars.
            prefers_native=False,
            ends_native="ECI's documentation does not say whether it ends native sidecars, or runs them at all",
            ends_legacy="ECI stops it (ECI_CONTAINER_TYPE=sidecar) after the last application container",
            limits="ECI",
        ),
        Platform(
            "acs",
            shares_by_empty_dir=True,
            has_host_paths=False,
            legacy_env=((keys.ACS_IS_SIDECAR, "true"),),
            ends_legacy="ACS stops it (__IS_SIDECAR__=true) after the last application container",
        ),
    )
}


def platform_of(name: str) -> Platform:
    """The row of that name; raises Refusal `UnknownPlatform` (Fluid would admit such a Pod unchanged)."""
    platform = PLATFORMS.get(name)
    if platform is None:
        raise Refusal(
            "UnknownPlatform",
            f'there is no platform "{name}"',
            f"use one of {', '.join(PLATFORMS)}",
        )
    return platform


def mode_of(platform: Platform, settings: Settings) -> SidecarMode:
    """The caller's mode; else Fluid's `legacy` under profile `fluid`; else what suits the platform and the cluster."""
    if settings.sidecar_mode is not None:
        return settings.sidecar_mode
    native = platform.prefers_native and settings.native_supported and not settings.fluid
    return SidecarMode.NATIVE if native else SidecarMode.LEGACY


def shape_of(platform: Platform, mode: SidecarMode, settings: Settings) -> Platform:
    """The row as this mode needs it: a folder of the host where Fluid ends the sidecar, or makes the Pod.

    Fluid's application controller ends a legacy sidecar by an umount in it. The kubelet holds on to a folder that was
    mounted by subPath, and with it to the client, until the Pod ends (seen on a real kubelet).
    """
    if platform.mounts_in_folder and (settings.fluid or mode is SidecarMode.LEGACY):
        return platform._replace(shares_by_empty_dir=False, mounts_in_folder=False)
    return platform
