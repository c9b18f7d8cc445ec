"""The file prefetcher: a container that reads chosen files before the application starts, or beside it.

Annotations, environment and the container's name are Fluid's (a826600a, pkg/webhook/plugins/fileprefetcher). Where
Fluid only logs a bad annotation and admits the Pod without sidecars, this refuses.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, NamedTuple

from kubectl_fluid import keys
from kubectl_fluid.claims import Claim
from kubectl_fluid.injection import naming
from kubectl_fluid.injection.draft import Draft, mounts
from kubectl_fluid.injection.reason import Refusal
from kubectl_fluid.injection.settings import Settings

Object = dict[str, Any]

NAME = "fluid-file-prefetcher"
STATUS_VOLUME = "fluid-file-prefetcher-status-vol"
STATUS_PATH = "/tmp/fluid-file-prefetcher/status"  # noqa: S108 - the path inside the prefetcher's image
DATA = "/data"
SCHEME = "pvc://"
ALL = "<ALL>"
DEFAULT_TIMEOUT = 120
INT32_MAX = 2**31 - 1
#: What Go's strconv.ParseBool takes.
GO_BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
# The image's protocol: it writes this file when it has read everything.
_WAIT_COMMAND = (
    "cnt=0; while [[ $cnt -lt $FILE_PREFETCHER_TIMEOUT_SECONDS ]]; do "
    f'if [[ -e "{STATUS_PATH}/prefetcher.status" ]]; then exit 0; fi; '
    'cnt=$(expr $cnt + 1); sleep 1; done; echo "time out waiting for prefetching done"; exit 1'
)


class Request(NamedTuple):
    """The annotations, read. `timeout` is in seconds, `environment` in the order given."""

    image: str
    files: str
    asynchronous: bool
    timeout: int
    environment: tuple[tuple[str, str], ...]


def add(draft: Draft, found: list[Claim], settings: Settings) -> None:
    """Adds the prefetcher when the Pod asks for it; nothing when its files name no dataset of the Pod."""
    annotations = draft.annotations
    if annotations.get(keys.PREFETCH) != "true" or annotations.get(keys.PREFETCH_DONE) == "true":
        return
    request = read(annotations, settings)
    volumes = _volumes_of(draft, found)
    globs = expand(request.files, volumes)
    if not globs:
        return
    _check_names(draft)
    container = _container(request, globs, volumes)
    at = max((i + 1 for i, c in enumerate(draft.containers) if c["name"].startswith(naming.PREFIX)), default=0)
    draft.volumes.append({"name": STATUS_VOLUME, "emptyDir": {}})
    if request.asynchronous:
        for other in draft.containers:
            if not other["name"].startswith(naming.PREFIX):
                other["volumeMounts"] = [*mounts(other), _status_mount()]
    draft.containers.insert(at, container)
    annotations[keys.PREFETCH_DONE] = "true"


def _check_names(draft: Draft) -> None:
    """Others know the prefetcher by its names: it takes no other ones."""
    for field, name, names in (
        ("containers", NAME, draft.container_names()),
        ("volumes", STATUS_VOLUME, draft.volume_names()),
    ):
        if name in names:
            what = f"spec.{field} has {name} already, which is the name of the prefetcher's own"
            hint = f"rename it, or drop the annotation {keys.PREFETCH}"
            raise Refusal("BadPrefetcher", what, hint, pointer=draft.pointer_to(field, name))


def read(annotations: dict[str, str], settings: Settings) -> Request:
    """Reads the annotations; raises Refusal `BadPrefetcher` naming the one that is wrong."""
    image = annotations.get(keys.PREFETCH_IMAGE) or settings.prefetcher_image
    if not image:
        raise _bad(keys.PREFETCH_IMAGE, "is not set", "set it, or use --prefetcher-image")
    asynchronous = GO_BOOLEANS.get(annotations.get(keys.PREFETCH_ASYNC, "false"))
    if asynchronous is None:
        raise _bad(keys.PREFETCH_ASYNC, f"is {annotations[keys.PREFETCH_ASYNC]!r}, not a boolean", "use true or false")
    return Request(
        image,
        annotations.get(keys.PREFETCH_FILES) or ALL,
        asynchronous,
        _timeout(annotations.get(keys.PREFETCH_TIMEOUT)),
        _environment(annotations.get(keys.PREFETCH_ENVS)),
    )


def _timeout(text: str | None) -> int:
    if text is None:
        return DEFAULT_TIMEOUT
    # Ten digits hold every int32; Python refuses to read numbers of thousands of digits.
    if not re.fullmatch(r"[+-]?0*[0-9]{1,10}", text) or abs(int(text)) > INT32_MAX:
        raise _bad(keys.PREFETCH_TIMEOUT, f"is {text!r}, not a number of seconds", "use a whole number such as 120")
    return int(text)


def _environment(text: str | None) -> tuple[tuple[str, str], ...]:
    pairs = []
    for item in text.split(" ") if text else ():
        name, equals, value = item.partition("=")
        if not equals or "=" in value:
            raise _bad(keys.PREFETCH_ENVS, f"has {item!r}, which is not one name=value", "join pairs by one space")
        pairs.append((name, value))
    return tuple(pairs)


def _bad(key: str, why: str, hint: str) -> Refusal:
    return Refusal("BadPrefetcher", f"annotation {key} {why}", hint, pointer=("metadata", "annotations", key))


def _volumes_of(draft: Draft, found: list[Claim]) -> dict[str, list[str]]:
    """Claim name → names of the Pod's volumes of that claim, both in the Pod's order."""
    names = {claim.name.name for claim in found}
    volumes: dict[str, list[str]] = {}
    for volume in draft.volumes:
        source = volume.get("persistentVolumeClaim")
        if source and source["claimName"] in names:
            volumes.setdefault(source["claimName"], []).append(volume["name"])
    return volumes


def expand(files: str, volumes: dict[str, list[str]]) -> list[str]:
    """The file list as globs below /data; entries that name no claim of the Pod are left out.

    `pvc://<claim>/<path>` gives one glob for each volume of the claim; `..` cannot leave the volume. No path, or a
    path that is only `/`, means everything.
    """
    entries = [SCHEME + name for name in volumes] if files == ALL else files.split(";")
    globs = []
    for entry in entries:
        if not entry.startswith(SCHEME):
            continue
        claim, _, path = entry.removeprefix(SCHEME).partition("/")
        pattern = posixpath.normpath(f"/{path}").lstrip("/") or "**"
        globs += [f"{DATA}/{volume}/{pattern}" for volume in volumes.get(claim, ())]
    return globs


def _container(request: Request, globs: list[str], volumes: dict[str, list[str]]) -> Object:
    used = [name for names in volumes.values() for name in names if any(g.startswith(f"{DATA}/{name}/") for g in globs)]
    environment = (
        ("FILE_PREFETCHER_FILE_LIST", ";".join(globs)),
        ("FILE_PREFETCHER_ASYNC_PREFETCH", str(request.asynchronous).lower()),
        ("FILE_PREFETCHER_TIMEOUT_SECONDS", str(request.timeout)),
        *request.environment,
    )
    container: Object = {
        "name": NAME,
        "image": request.image,
        "env": [{"name": name, "value": value} for name, value in environment],
        "volumeMounts": [*({"name": name, "mountPath": f"{DATA}/{name}"} for name in used), _status_mount()],
    }
    if not request.asynchronous:
        container["lifecycle"] = {"postStart": {"exec": {"command": ["bash", "-c", _WAIT_COMMAND]}}}
    return container


def _status_mount() -> Object:
    return {"name": STATUS_VOLUME, "mountPath": STATUS_PATH}
