"""What Fluid's controllers know from their environment, and the metrics ports that they allocate.

Variables have the names that Fluid's controllers read (Fluid a826600a, pkg/common, pkg/utils); where one is not set,
the default of Fluid's Helm chart stands (charts/fluid/fluid/values.yaml, chart 1.1.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kubectl_fluid.render.fields import go_bool

CE_IMAGE: Final = "JUICEFS_CE_IMAGE_ENV"
EE_IMAGE: Final = "JUICEFS_EE_IMAGE_ENV"
MOUNT_ROOT: Final = "MOUNT_ROOT"
CRITICAL_FUSE_POD: Final = "CRITICAL_FUSE_POD"
IMAGE_PULL_SECRETS: Final = "IMAGE_PULL_SECRETS"
FUSE_CONFIG_STORAGE: Final = "THIN_FUSE_CONFIG_STORAGE"

#: The first port that Fluid's allocator gives out (flag --runtime-node-port-range, 14000-15999).
FIRST_PORT: Final = 14000
_LAST_PORT: Final = 65535

_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/-]*", re.ASCII)


class VariableError(ValueError):
    """A variable holds what Fluid's controller would not start with."""


def is_port(number: int) -> bool:
    """Whether a Pod may have this port."""
    return 0 < number <= _LAST_PORT


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment of Fluid's controllers; the defaults are the chart's.

    Images are `repository:tag`. `mount_root` is the folder on the node below which FUSE clients mount;
    `critical_fuse_pod` gives FUSE Pods the priority class system-node-critical.
    """

    community_image: str = "juicedata/mount:ce-v1.3.0"
    enterprise_image: str = "juicedata/mount:ee-5.2.10-eb0a8b3"
    mount_root: str = "/runtime-mnt"
    critical_fuse_pod: bool = True
    image_pull_secrets: tuple[str, ...] = ()
    fuse_config_storage: str = "configmap"

    def __post_init__(self) -> None:
        """A mount root goes into commands as it is, so it must be a plain path (or empty: Fluid's own default)."""
        if self.mount_root.startswith("/") and not _PLAIN_PATH.fullmatch(self.mount_root):
            raise VariableError(f"{MOUNT_ROOT} is not a plain absolute path: {self.mount_root!r}")
        if self.fuse_config_storage not in {"configmap", "secret"}:
            raise VariableError(
                f'FUSE config storage "{self.fuse_config_storage}" is not supported, '
                'valid value: "configmap" or "secret"'
            )

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> Environment:
        """Read the variables; raises VariableError for those with which Fluid's controller would not start."""
        default = cls()
        critical = variables.get(CRITICAL_FUSE_POD)
        is_critical = default.critical_fuse_pod if critical is None else go_bool(critical)
        if is_critical is None:
            raise VariableError(f"can't parse env {CRITICAL_FUSE_POD} to bool: {critical!r}")
        return cls(
            community_image=variables.get(CE_IMAGE, default.community_image),
            enterprise_image=variables.get(EE_IMAGE, default.enterprise_image),
            mount_root=variables.get(MOUNT_ROOT, default.mount_root),
            critical_fuse_pod=is_critical,
            image_pull_secrets=tuple(filter(None, variables.get(IMAGE_PULL_SECRETS, "").split(","))),
            fuse_config_storage=variables.get(FUSE_CONFIG_STORAGE, default.fuse_config_storage).lower(),
        )

    def runtime_root(self, runtime_type: str) -> str:
        """The folder of one type of runtime, e.g. `/runtime-mnt/juicefs`; `/juicefs` where no root is set."""
        root = self.mount_root if self.mount_root.startswith("/") else ""
        return f"{root}/{runtime_type}"


@dataclass(frozen=True, slots=True)
class Ports:
    """Metrics ports that the controller allocates to Pods on the host network.

    Fluid takes them from a range of the cluster. None stands for the next one that an empty cluster has: from 14000
    upwards, the worker first, so usually 14000 for the worker and 14001 for FUSE.
    """

    worker: int | None = None
    fuse: int | None = None

    def __post_init__(self) -> None:
        """A port must be one that a Pod may have."""
        for port in (self.worker, self.fuse):
            if port is not None and not is_port(port):
                raise VariableError(f"no port of a Pod: {port}")

    def allocate(self, *, worker: bool, fuse: bool) -> tuple[int | None, int | None]:
        """Ports of the worker and of FUSE; None for the one that does not need any."""
        free = (port for port in range(FIRST_PORT, FIRST_PORT + 4) if port not in (self.worker, self.fuse))
        worker_port = (self.worker or next(free)) if worker else None
        fuse_port = (self.fuse or next(free)) if fuse else None
        return worker_port, fuse_port
