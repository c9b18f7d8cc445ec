"""krew itself, built from its Go module into the cache folder, and how it is called."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = "v0.5.0"
PROGRAMS = ("krew", "validate-krew-manifest")
# `kubectl krew …` is all that the validator asks of kubectl.
_KUBECTL = '#!/bin/sh\nname=$1\nshift\nexec "kubectl-$name" "$@"\n'


class Missing(Exception):
    """krew is not here and cannot be built; the text says why."""


@dataclass(frozen=True)
class Krew:
    """`folder` holds kubectl, kubectl-krew and the validator."""

    folder: Path

    def run(self, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command of kubectl's; it must succeed."""
        return self.start("kubectl", *words, **variables)

    def validate(self, manifest: Path) -> subprocess.CompletedProcess[str]:
        """The validator, which installs every platform of the manifest."""
        return self.start("validate-krew-manifest", "-manifest", manifest, HOME=str(manifest.parent))

    def start(self, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.folder / words[0]), *map(str, words[1:])]  # an absolute path stays what it is
        done = subprocess.run(command, env=self.environment(variables), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        root = [f"{variables['KREW_ROOT']}/bin"] if "KREW_ROOT" in variables else []
        path = os.pathsep.join([str(self.folder), *root, os.environ["PATH"]])
        return {"PATH": path, "NO_PROXY": "127.0.0.1", "KREW_NO_UPGRADE_CHECK": "1", **variables}


def write_kubectl(folder: Path) -> None:
    """kubectl as it is on the PATH, or what stands for it."""
    target, found = folder / "kubectl", shutil.which("kubectl")
    if found:
        target.symlink_to(found)
    else:
        target.write_text(_KUBECTL)
        target.chmod(0o755)


def obtain() -> dict[str, Path]:
    """krew and its validator, built now if they have to be (half a minute). Raises Missing."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = base / "kubectl-fluid" / f"krew-{VERSION}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((cache / name).exists() for name in PROGRAMS):
            _build(cache)
    return {name: cache / name for name in PROGRAMS}


def _build(cache: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise Missing(f"krew is not in {cache}, and there is no Go to build it with")
    packages = [f"sigs.k8s.io/krew/cmd/{name}@{VERSION}" for name in PROGRAMS]
    variables = {**os.environ, "GOBIN": str(cache), "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-trimpath"}
    done = subprocess.run([go, "install", *packages], env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"krew cannot be built: {done.stderr[-1000:]}")
