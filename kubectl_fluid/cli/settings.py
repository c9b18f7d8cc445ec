"""From the command line to the Settings of injection."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.injection.settings import MountCheck, Profile, Settings, SidecarMode

if TYPE_CHECKING:
    from kubectl_fluid import render


def settings_of(options: Mapping[str, Any], environment: Environment) -> Settings:
    """Settings from `options.settings_options`; the namespace is the caller's business."""
    mode, check = options["sidecar_mode"], options["mount_check"]
    return Settings(
        profile=Profile(options["profile"]),
        sidecar_mode=SidecarMode(mode) if mode else None,
        platform=options["platform"],
        mount_check=MountCheck(check) if check else None,
        force=options.get("force", False),
        resource_ignore=options["resource_ignore"],
        prefetcher_image=options["prefetcher_image"] or environment.variables.get("FILE_PREFETCHER_IMAGE", ""),
    )


def unique() -> str:
    """The randomness that a plan may use: `<microseconds>-<8 hex digits>`, in the form that Fluid gives it."""
    return f"{time.time_ns() // 1000}-{os.urandom(4).hex()}"


def controllers(environment: Environment) -> render.Environment:
    """What Fluid's controllers know from their environment, from variables of the same names in ours.

    Raises click.UsageError where Fluid's controller would not start.
    """
    from kubectl_fluid import render

    try:
        return render.Environment.from_variables(environment.variables)
    except render.VariableError as error:
        raise click.UsageError(str(error)) from error
