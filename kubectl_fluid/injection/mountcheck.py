"""What holds containers back until the file system is mounted.

Two forms. `inline` carries its script in the postStart command, so that nothing else has to exist. `configmap` is
Fluid's form (a826600a, pkg/application/inject/fuse/poststart): scripts from ConfigMaps of Fluid's names, whose text
here is this project's own.
"""

from __future__ import annotations

import posixpath
import shlex
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.claims import Dataset

Object = dict[str, Any]

APP_CONFIG_MAP = "check-fluid-mount-ready"
APP_SCRIPT = "check-fluid-mount-ready.sh"
SIDECAR_VOLUME = "default-check-mount"
SIDECAR_SCRIPT = "check-mount.sh"
#: rwxr-xr-x, the mode of both scripts.
MODE = 0o755

# Reads /proc/self/mounts itself: the type must be FUSE and the place must be the mount point, since the folder of a
# hostPath or emptyDir is a mount of its own there before any FUSE client has started.
_WAIT = """\
mounted() {
  while read -r _ at type _; do
    case $type in fuse*) if [ "$at" = "$1" ]; then return 0; fi ;; esac
  done </proc/self/mounts
  return 1
}
tries=0
pause() {
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ]; then echo "$1" >&2; exit 1; fi
  if [ "$tries" -gt 10 ]; then sleep 1; else sleep 0.2 2>/dev/null || sleep 1; fi
}
"""

#: Arguments: a path that must exist in the end ("" for none), then mount points as /proc/self/mounts spells them.
INLINE_SCRIPT = (
    _WAIT
    + """\
wanted=$1
shift
for point; do
  until mounted "$point"; do pause "no FUSE file system is mounted on $point"; done
done
until [ -z "$wanted" ] || [ -e "$wanted" ]; do pause "there is no $wanted"; done
"""
)

_UNDER = r"""
# A path as /proc/self/mounts spells it.
spelled() {
  local path=${1%/}
  path=${path//\\/\\134}
  printf '%s' "${path// /\\040}"
}
# $1 folder, $2 type: where is a file system of that type, or any FUSE file system, mounted on the folder or below it?
mounted_below() {
  local folder
  folder=$(spelled "$1")
  while read -r _ at type _; do
    case $type in
      fuse* | "$2") case $at in "$folder" | "$folder"/*) printf '%b\n' "$at"; return 0 ;; esac ;;
    esac
  done </proc/self/mounts
  return 1
}
"""

_SIDECAR_CONFIG_SCRIPT = f"""\
#!/usr/bin/env bash
# Waits for a FUSE client. Arguments: folder, file system type, sub path (optional).
{_UNDER}
for _ in $(seq 1 30); do
  if point=$(mounted_below "$1" "$2"); then
    for _ in $(seq 1 30); do
      if [ -z "${{3:-}}" ] || [ -e "$point/$3" ]; then exit 0; fi
      sleep 1
    done
    echo "there is no $3 below $1" >&2
    exit 1
  fi
  sleep 1
done
echo "no $2 file system is mounted on $1" >&2
exit 1
"""

_APP_CONFIG_SCRIPT = f"""\
#!/usr/bin/env bash
# Waits for mounts in an application's container. Arguments: paths joined by ':', types joined by ':'.
{_UNDER}
IFS=: read -ra paths <<<"$1"
IFS=: read -ra types <<<"$2"
for index in "${{!paths[@]}}"; do
  tries=0
  until mounted_below "${{paths[$index]}}" "${{types[$index]}}" >/dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -ge 10 ]; then echo "nothing is mounted on ${{paths[$index]}}" >&2; exit 1; fi
    sleep 1
  done
done
"""


class Hook(NamedTuple):
    """A postStart handler, and the mount, volume and ConfigMap that it needs (None where it needs none)."""

    handler: Object
    mount: Object | None = None
    volume: Object | None = None
    config_map: Object | None = None


def escape(path: str) -> str:
    """A path as /proc/self/mounts spells it: no slash too many, and space, tab, newline and backslash as octal.

    See proc_pid_mounts(5); the kubelet cleans a mountPath before it mounts there.
    """
    path = posixpath.normpath(f"/{path.lstrip('/')}")
    for character in "\\ \t\n":
        path = path.replace(character, f"\\{ord(character):03o}")
    return path


def _exec(command: list[str]) -> Object:
    return {"exec": {"command": command}}


def sidecar_inline(point: str, sub_path: str) -> Hook:
    """Waits until a FUSE file system is mounted exactly on `point`, and the sub path is there."""
    wanted = f"{point}/{sub_path}" if sub_path else ""
    return Hook(_exec(["sh", "-c", INLINE_SCRIPT, "check-mount", wanted, escape(point)]))


def app_inline(points: list[str]) -> Hook:
    """Waits in an application's container for all of its mount points."""
    return Hook(_exec(["sh", "-c", INLINE_SCRIPT, "check-mount", "", *map(escape, points)]))


def sidecar_config_map(dataset: Dataset, folder: str) -> Hook:
    """Fluid's hook of the sidecar: `/check-mount.sh <folder> <type> <sub path>`, with a space where there is none.

    What means something to a shell is quoted, where Fluid would let it run.
    """
    name = f"{dataset.mount_type.lower()}-{SIDECAR_VOLUME}"
    sub_path = shlex.quote(dataset.sub_path) if dataset.sub_path else ""
    command = f"time /{SIDECAR_SCRIPT} {shlex.quote(folder)} {shlex.quote(dataset.mount_type)} {sub_path}"
    return Hook(
        _exec(["bash", "-c", command]),
        _script_mount(SIDECAR_VOLUME, SIDECAR_SCRIPT),
        _script_volume(SIDECAR_VOLUME, name),
        _config_map(
            name,
            dataset.name.namespace,
            SIDECAR_SCRIPT,
            _SIDECAR_CONFIG_SCRIPT,
            {keys.DATASET_ID: f"{dataset.name.namespace}-{dataset.name.name}"},
        ),
    )


def app_config_map(namespace: str, points: dict[str, str], volume: str) -> Hook:
    """Fluid's hook of an application's container; `points` maps mount paths to runtime types."""
    command = f"time /{APP_SCRIPT} {shlex.quote(':'.join(points))} {shlex.quote(':'.join(points.values()))}"
    return Hook(
        _exec(["bash", "-c", command]),
        _script_mount(volume, APP_SCRIPT),
        _script_volume(volume, APP_CONFIG_MAP),
        _config_map(APP_CONFIG_MAP, namespace, APP_SCRIPT, _APP_CONFIG_SCRIPT, {}),
    )


def is_own_config_map(value: Any) -> bool:
    """Whether an object is one of these two ConfigMaps exactly as it is made here: nobody has changed it since."""
    if not isinstance(value, dict) or value.get("kind") != "ConfigMap" or not isinstance(value.get("metadata"), dict):
        return False
    name, labels = value["metadata"].get("name"), value["metadata"].get("labels", {})
    namespace = value["metadata"].get("namespace")
    if name == APP_CONFIG_MAP:
        return value == _config_map(name, namespace, APP_SCRIPT, _APP_CONFIG_SCRIPT, {})
    if not isinstance(name, str) or not name.endswith(f"-{SIDECAR_VOLUME}"):
        return False
    if not isinstance(labels, dict) or set(labels) != {keys.DATASET_ID}:
        return False
    return value == _config_map(name, namespace, SIDECAR_SCRIPT, _SIDECAR_CONFIG_SCRIPT, labels)


def _script_mount(volume: str, script: str) -> Object:
    return {"name": volume, "mountPath": f"/{script}", "subPath": script, "readOnly": True}


def _script_volume(volume: str, config_map: str) -> Object:
    return {"name": volume, "configMap": {"name": config_map, "defaultMode": MODE}}


def _config_map(name: str, namespace: str, key: str, script: str, labels: dict[str, str]) -> Object:
    import hashlib  # 2 ms, for OpenSSL

    digest = hashlib.sha256(script.encode()).hexdigest()[:63]
    metadata: Object = {"name": name, "namespace": namespace, "annotations": {keys.SCRIPT_SHA: digest}}
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {key: script}}
