"""What the caller chose: profile, mode of the sidecar, mount check, and the randomness it hands in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique


@unique
class Profile(Enum):
    """`fluid` gives the Pod that Fluid's own webhook gives; `default` is this project's better one."""

    DEFAULT = "default"
    FLUID = "fluid"


@unique
class SidecarMode(Enum):
    """Where the sidecar stands: a restartable init container, or the first of the containers."""

    NATIVE = "native"
    LEGACY = "legacy"


@unique
class MountCheck(Enum):
    """What holds the application back until the file system is there."""

    INLINE = "inline"
    CONFIGMAP = "configmap"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices for one Pod; None takes the profile's own.

    `namespace` is the Pod's (of the AdmissionReview, the manifest or `-n`). `force` injects without a label.
    `unique` is `<microseconds>-<8 hex digits>`, used only where a Pod asks for a mount point of its own.
    `resource_ignore` leaves the sidecar out of ECI's sizing. `native_supported` is False on clusters before 1.29.
    `admission` is True where the Pod stands before an API server (webhook and `review`): Fluid's webhook looks its
    claims up there even when the Pod asks for nothing. `platform_key` is the label that Fluid's deprecated
    environment variable KEY_SERVERLESS_PLATFORM names.
    """

    namespace: str = "default"
    profile: Profile = Profile.DEFAULT
    sidecar_mode: SidecarMode | None = None
    platform: str | None = None
    mount_check: MountCheck | None = None
    force: bool = False
    prefetcher_image: str = ""
    unique: str = ""
    resource_ignore: bool = False
    native_supported: bool = True
    admission: bool = False
    platform_key: str = ""

    @property
    def fluid(self) -> bool:
        """Whether the Pod must come out as Fluid's own webhook makes it."""
        return self.profile is Profile.FLUID

    @property
    def check(self) -> MountCheck:
        """The mount check: Fluid's scripts come from ConfigMaps, ours stands in the command itself."""
        if self.mount_check is not None:
            return self.mount_check
        return MountCheck.CONFIGMAP if self.fluid else MountCheck.INLINE
