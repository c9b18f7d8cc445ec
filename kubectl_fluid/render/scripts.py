"""The shell scripts that workers and FUSE run, and the ConfigMaps that carry them (charts/juicefs 0.2.16).

The commands are Fluid's; what stands around them has neither quotes nor operators, so that `quoting.runs_values` can
tell whether a value gets out of its command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kubectl_fluid.claims import Object
from kubectl_fluid.render.edition import Edition

_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
SCRIPT = "script.sh"
FOLDER = "/root/script"


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands of one script; those that are not needed are ""."""

    prepare: str
    quota: str
    mount: str


def fuse_script(commands: Commands, edition: Edition, volume: str) -> str:
    """The script of the FUSE Pod: it ends at the first command that fails."""
    lines = ["set -e", *_preparation(commands, edition, volume), commands.quota, commands.mount]
    return "\n".join(filter(None, lines)) + "\n"


def worker_script(commands: Commands, edition: Edition, volume: str) -> str:
    """The script of a worker: it mounts even if the volume could not be formatted."""
    lines = [*_preparation(commands, edition, volume), commands.mount]
    return "\n".join(filter(None, lines)) + "\n"


def config_map(name: str, labels: dict[str, str], owners: list[Object], script: str) -> Object:
    """A ConfigMap with one script."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": labels, "ownerReferences": owners},
        "data": {SCRIPT: script},
    }


def _preparation(commands: Commands, edition: Edition, volume: str) -> list[str]:
    if not commands.prepare:
        return []
    if edition.is_community:
        return ["echo juicefs: format", commands.prepare]
    if not _PLAIN_NAME.fullmatch(volume):
        return ["echo juicefs: auth", commands.prepare]
    return [f"if test ! -f /root/.juicefs/{volume}.conf", "then", "echo juicefs: auth", commands.prepare, "fi"]
