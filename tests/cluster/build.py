"""Builds the programs of a control plane from Go modules, into a folder. `python -m tests.cluster.build` does it ahead.

`k8s.io/kubernetes` cannot be `go install`ed: its go.mod replaces its staging modules by folders that the module's
archive lacks. So a module of our own takes that go.mod over, with the staging modules' releases in place of folders.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.binaries import ETCD, KUBERNETES, NEEDED, PACKAGES, Missing, obtain

#: Version of the staging modules (k8s.io/api, …) that belong to a release: v1.37.2 → v0.37.2.
STAGING = KUBERNETES.replace("v1.", "v0.", 1)
VERSION_PACKAGES = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")


def build(name: str, cache: Path, say: Callable[[str], None]) -> Path:
    """Build the program into the folder `cache` and give its path. Raises Missing.

    One at a time, even among several runs: a run that waited for another finds that one's program. It appears under
    its name only when it is whole.
    """
    go = shutil.which("go")
    if go is None:
        raise Missing(f"{name} is neither in KUBEBUILDER_ASSETS nor in PATH, and there is no Go to build it with")
    program = cache / name
    with _locked(cache):
        if program.exists():
            return program
        say(f"building {name} ({KUBERNETES if name != 'etcd' else ETCD}) from source: takes minutes, once")
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="build-", dir=cache) as folder:
            module = Path(folder)
            (_etcd_module if name == "etcd" else _kubernetes_module)(go, module)
            command = [go, "build", "-mod=mod", "-trimpath", "-ldflags", _link_flags(), "-o", name, PACKAGES[name]]
            _run(["nice", "-n", "10", *command], module)
            (module / name).replace(program)
        say(f"built {program} in {time.monotonic() - began:.0f} s")
    return program


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in cache.glob("build-*"):  # by a run that was killed: nobody else is building
            shutil.rmtree(left, ignore_errors=True)
        yield


def _kubernetes_module(go: str, module: Path) -> None:
    """Write go.mod and go.sum of a module that requires k8s.io/kubernetes."""
    downloaded = json.loads(_run([go, "mod", "download", "-json", f"k8s.io/kubernetes@{KUBERNETES}"], module))
    source = Path(downloaded["Dir"])
    for name in ("go.mod", "go.sum"):
        (module / name).write_bytes((source / name).read_bytes())
    described = json.loads(_run([go, "mod", "edit", "-json"], module))
    staging = [it["Old"]["Path"] for it in described["Replace"] if it["New"]["Path"].startswith("./staging/")]
    edits = ["-module=control-plane", f"-require=k8s.io/kubernetes@{KUBERNETES}"]
    for path in staging:
        edits += [f"-require={path}@{STAGING}", f"-replace={path}={path}@{STAGING}"]
    _run([go, "mod", "edit", *edits], module)
    _write_tools(module, [package for name, package in PACKAGES.items() if name != "etcd"])


def _etcd_module(go: str, module: Path) -> None:
    """Write go.mod of a module that requires etcd's server, whose own go.mod pins all the rest."""
    _run([go, "mod", "init", "control-plane"], module)
    _run([go, "mod", "edit", f"-require={PACKAGES['etcd']}@{ETCD}"], module)
    _write_tools(module, [PACKAGES["etcd"]])


def _write_tools(module: Path, packages: list[str]) -> None:
    imports = "".join(f'import _ "{package}"\n' for package in packages)
    (module / "tools.go").write_text(f"//go:build tools\n\npackage tools\n\n{imports}")


def _link_flags() -> str:
    """No symbols, and the version that `/version` tells (else it is v0.0.0-master)."""
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    facts = {"gitVersion": KUBERNETES, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    known = [f"-X {package}.{key}={value}" for package in VERSION_PACKAGES for key, value in facts.items()]
    return " ".join(["-s", "-w", *known])


def _run(command: list[str], folder: Path) -> str:
    """Standard output of a command. Raises Missing with what it said when it fails."""
    # GOWORK: a workspace above the cache folder is none of our business. CGO: no C compiler is needed.
    environment = {**os.environ, "GOWORK": "off", "CGO_ENABLED": "0"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"`{' '.join(command)}` failed:\n{(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def main() -> None:
    """Obtain the named programs, or those that every run needs, and print their paths."""
    for name in sys.argv[1:] or NEEDED:
        try:
            print(obtain(name, lambda text: print(text, file=sys.stderr)))  # noqa: T201 - a command's output
        except (Missing, KeyError) as problem:
            sys.exit(f"error: {name}: {problem}")


if __name__ == "__main__":
    main()
