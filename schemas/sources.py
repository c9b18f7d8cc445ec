"""What an API server of a release publishes, from the release's source: its module `k8s.io/kubernetes`.

Its `api/` holds the answers to `/openapi/v3/…` and to discovery, with the values of enums left out (the project makes
those files without the feature OpenAPIEnums, which a running API server has on). They stand in the code that the same
generator wrote, `pkg/generated/openapi/zz_generated.openapi.go`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Object = dict[str, Any]

MODULE = "k8s.io/kubernetes"
#: Definition, in its last three parts (group, version, kind) → field → the values that it may have.
Enums = dict[tuple[str, ...], dict[str, list[str]]]

_FUNCTION = re.compile(r"func schema_(?:\w+_)?([a-z0-9]+)_(v\d\w*?)_(\w+)\(")
_FIELD = re.compile(r'\t{5}"([^"]+)": \{')
_ENUM = re.compile(r"\t+Enum: +\[\]interface\{\}\{(.*)\},")


class Release:
    """The source of one version of Kubernetes, answering as an API server of that version does."""

    def __init__(self, folder: Path, version: str, checksum: str) -> None:
        self.version = version
        #: Go's checksum of the module (`h1:…`), which the checksum database vouches for.
        self.checksum = checksum
        self._folder = folder
        generated = folder / "pkg" / "generated" / "openapi" / "zz_generated.openapi.go"
        self._enums = enums(generated.read_text(encoding="utf-8"))

    def get(self, path: str) -> Object:
        """The answer to a GET request of `/openapi/v3/apis/GROUP/VERSION` or `/apis/GROUP/VERSION` (or `api/v1`)."""
        name = path.removeprefix("/openapi/v3/").lstrip("/").replace("/", "__")
        if not path.startswith("/openapi/"):
            return self._read("discovery", f"{name}.json")
        document = self._read("openapi-spec", "v3", f"{name}_openapi.json")
        for definition, schema in document["components"]["schemas"].items():
            for field, values in self._enums.get(tuple(definition.split(".")[-3:]), {}).items():
                of = schema["properties"][field]
                of.get("items", of.get("additionalProperties", of))["enum"] = values
        return document

    def _read(self, *parts: str) -> Object:
        found: Object = json.loads(self._folder.joinpath("api", *parts).read_bytes())
        return found


def enums(generated: str) -> Enums:
    """The values of enums in the generated code: of a field, or of what is in it (a list, a mapping)."""
    found: Enums = {}
    definition: tuple[str, ...] = ()
    field = ""
    for line in generated.splitlines():
        if function := _FUNCTION.match(line):
            definition = function.groups()
        elif begun := _FIELD.match(line):
            field = begun[1]
        elif enum := _ENUM.match(line):
            found.setdefault(definition, {})[field] = json.loads(f"[{enum[1]}]")
    return found


@contextmanager
def release(version: str, *, offline: bool = False) -> Iterator[Release]:
    """The source of a version like `v1.37.2`, fetched by Go from its module proxy and thrown away afterwards.

    Where Go's own cache has the module, it is taken from there; `offline`, from nowhere else. Raises RuntimeError with
    what Go says.
    """
    go = shutil.which("go")
    if go is None:
        raise RuntimeError("Go is needed, which fetches the source of Kubernetes")
    with tempfile.TemporaryDirectory(prefix="kubernetes-") as folder:
        found = _download(go, version, {"GOPROXY": "off"})
        if not found and not offline:
            found = _download(go, version, {"GOMODCACHE": folder, "GOFLAGS": "-modcacherw"})
        if "Dir" not in found:
            raise RuntimeError(f"{MODULE}@{version}: {found.get('Error', 'Go does not find it')}")
        yield Release(Path(found["Dir"]), version, found["Sum"])


def _download(go: str, version: str, settings: dict[str, str]) -> Object:
    """What `go mod download` says; nothing when it fails where it may not ask anybody."""
    command = [go, "mod", "download", "-json", f"{MODULE}@{version}"]
    environment = {**os.environ, "GOWORK": "off", **settings}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode and "GOPROXY" in settings:
        return {}
    said: Object = json.loads(done.stdout) if done.stdout.startswith("{") else {"Error": done.stderr.strip()}
    return said
