"""What a node is made of besides Kubernetes: what the kernel must give, Debian's packages, two programs from PyPI."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.binaries import Missing, cache_folder
from tests.support import IN_CI, ROOT

#: A file that shows that a Debian package is here (a name: in PATH), and the package.
PACKAGES = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "busybox": "busybox-static",
    "redis-server": "redis-server",
    "ip": "iproute2",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
}
#: Programs of `requirements/node.txt`.
PROGRAMS = ("juicefs", "rclone")
LOCK = ROOT / "requirements" / "node.txt"
#: Says that packages may be installed; CI may always.
PERMISSION = "KUBECTL_FLUID_INSTALL"


def check_machine() -> None:
    """Raises Missing with all that this machine does not have and nobody can install."""
    lacks = []
    if sys.platform != "linux":
        lacks.append("Linux")
    elif os.geteuid() != 0:
        lacks.append("root (containers, mounts and cgroups are made)")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        lacks.append("/dev/fuse (`modprobe fuse`)")
    if not lacks and not _can_unshare():
        lacks.append("leave to make namespaces (`unshare -m -n -p -i -u`)")
    if lacks:
        raise Missing(f"a node needs {', and '.join(lacks)}")


def obtain_packages(say: Callable[[str], None]) -> None:
    """Install what is missing of Debian's packages where that is allowed. Raises Missing."""
    packages = _missing()
    if not packages:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if not (IN_CI or os.environ.get(PERMISSION)):
        raise Missing(f"a node needs `{' '.join(command)}`; {PERMISSION}=1 lets the test do that itself")
    say(f"installing {', '.join(packages)}")
    with _no_services():
        for step in (["apt-get", "update", "--quiet"], command):
            done = subprocess.run(
                step,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
            if done.returncode:
                raise Missing(f"`{' '.join(step)}` failed:\n{(done.stderr or done.stdout)[-2000:]}")
    if left := _missing():
        raise Missing(f"after their installation these packages still lack a program: {', '.join(left)}")


def obtain_programs(say: Callable[[str], None]) -> Path:
    """The folder that holds JuiceFS and rclone, installed now (70 MB) if they are not there. Raises Missing."""
    lock = LOCK.read_bytes()
    target = cache_folder().parent / f"node-{hashlib.sha256(lock).hexdigest()[:16]}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if all((target / "bin" / name).exists() for name in PROGRAMS):
            return target / "bin"
        say(f"installing requirements/{LOCK.name}")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--upgrade"]
        command += ["--target", str(target), "--requirement", str(LOCK)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"`{' '.join(command)}` failed:\n{done.stderr[-2000:]}")
    return target / "bin"


def _missing() -> list[str]:
    absent = (package for proof, package in PACKAGES.items() if shutil.which(proof) is None)
    return list(dict.fromkeys(absent))


def _can_unshare() -> bool:
    return (
        subprocess.run(
            ["unshare", "-m", "-n", "-p", "-i", "-u", "--fork", "true"], capture_output=True, check=False
        ).returncode
        == 0
    )


@contextmanager
def _no_services() -> Iterator[None]:
    """No package starts its service meanwhile (policy-rc.d(8)): ours run elsewhere."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
