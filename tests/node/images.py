"""Images for a node without a registry: OCI layouts in archives, put together from files of this machine."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LIBRARY = re.compile(r"(/\S+) \(0x")
#: Parts of Python's library that a program does not need.
_NOT_IN_IMAGES = {"__pycache__", "site-packages", "test", "idlelib", "ensurepip"}
_TYPE = "application/vnd.oci.image"


@dataclass(frozen=True, slots=True)
class Image:
    """What goes into an image: `files` maps places in it to files or folders of this machine, `links` to targets."""

    name: str
    files: Mapping[str, Path] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    folders: Sequence[str] = ("tmp", "proc", "sys", "dev", "etc", "root", "run")
    entrypoint: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    user: str = ""


def with_libraries(*programs: Path) -> dict[str, Path]:
    """What the loader needs for dynamic programs of this machine, each at its own place."""
    told = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False).stdout
    return {name: Path(name).resolve() for name in _LIBRARY.findall(told)}


def busybox() -> tuple[dict[str, Path], dict[str, str]]:
    """busybox and the links that its commands are called by."""
    program = Path(_which("busybox"))
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    return {"/bin/busybox": program}, {
        "/usr/bin/env": "/bin/busybox",
        **{f"/bin/{name}": "busybox" for name in listed if name != "busybox"},
    }


def bash() -> dict[str, Path]:
    """bash as a program; busybox has no shell of its abilities."""
    program = Path(_which("bash")).resolve()
    return {"/bin/bash": program, **with_libraries(program)}


def write(image: Image, target: Path) -> None:
    """Write the image as an OCI archive, with one layer."""
    layer = _layer(image)
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Entrypoint": list(image.entrypoint),
            "Env": [f"{key}={value}" for key, value in image.environment.items()],
            "User": image.user,
        },
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
    }
    config_blob = json.dumps(config).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_TYPE}.manifest.v1+json",
        "config": _descriptor(f"{_TYPE}.config.v1+json", config_blob),
        "layers": [_descriptor(f"{_TYPE}.layer.v1.tar", layer)],
    }
    manifest_blob = json.dumps(manifest).encode()
    described = _descriptor(f"{_TYPE}.manifest.v1+json", manifest_blob)
    described["annotations"] = {"io.containerd.image.name": image.name}
    index = {"schemaVersion": 2, "manifests": [described]}
    with tarfile.open(target, "w") as archive:
        _add(archive, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        _add(archive, "index.json", json.dumps(index).encode())
        for blob in (layer, config_blob, manifest_blob):
            _add(archive, "blobs/sha256/" + _digest(blob).removeprefix("sha256:"), blob)


def _layer(image: Image) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", dereference=False) as layer:
        for folder in image.folders:
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            layer.addfile(entry)
        for place, source in image.files.items():
            layer.add(source.resolve(), place.lstrip("/"), filter=_plain)
        for place, to in image.links.items():
            entry = tarfile.TarInfo(place.lstrip("/"))
            entry.type, entry.linkname = tarfile.SYMTYPE, to
            layer.addfile(entry)
    return content.getvalue()


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if _NOT_IN_IMAGES & set(Path(entry.name).parts):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _descriptor(media_type: str, blob: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(blob), "size": len(blob)}


def _digest(blob: bytes) -> str:
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def _which(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(name)
    return found
