"""One node on this machine, private to a run: containerd, a kubelet, a slow object store, a metadata engine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.cluster.api import Refused
from tests.cluster.binaries import obtain
from tests.cluster.control_plane import HOST
from tests.node import configs, parts
from tests.node.images import Image, bash, busybox, write
from tests.node.plane import NodePlane

Object = dict[str, Any]

HERE = Path(__file__).parent
RUN = Path("/run/node")
STATE = RUN / "containerd"
STORE_PORT, SLOW_PORT, REDIS_PORT = 9000, 9001, 6379
ACCESS_KEY, SECRET_KEY = "access", "secret"
#: Folders that are file systems of the machine's own. The root of containers must not lie on the same one as a volume
#: that is propagated (runc makes its parent mount private), so these are several.
TMPFS = ("/run", "/runtime-mnt", "/var/log", "/var/lib/containerd", "/var/lib/kubelet", "/var/lib/cni")
JUICEFS_IMAGE, APP_IMAGE = "node.test/juicefs:1", "node.test/app:1"
#: What a kubelet sets, for the whole kernel (Kubernetes, component-helpers/node/util/sysctl).
KERNEL = tuple(
    f"/proc/sys/{name}"
    for name in (
        *("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"),
        *("kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes"),
    )
)
#: Seconds; a busy machine needs several times what a quiet one does.
PATIENCE = 120


class Node:
    """Starts when it is made, and is ready then. `plane` is its control plane, `pid` the machine's first process."""

    def __init__(self, say: Callable[[str], None]) -> None:
        parts.check_machine()
        parts.obtain_packages(say)
        self.programs = parts.obtain_programs(say)
        self._kubelet = obtain("kubelet", say)
        self.cgroup = f"kubectl-fluid-{os.getpid()}"
        made = [place for place in TMPFS if not Path(place).exists()]
        self._sweeper = _python("sweeper.py", self.cgroup, *reversed(made), stdin=subprocess.PIPE)
        self.pid = 0
        try:
            self.plane = NodePlane(say)
            self._start()
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Kill all of it, and wait until nothing is left."""
        if hasattr(self, "plane"):
            self.plane.end()
        if self._sweeper.stdin:
            self._sweeper.stdin.close()
        self._sweeper.wait()

    def command(self, *argv: str | Path, seconds: float = PATIENCE, **variables: str) -> str:
        """What a command says that runs in the machine, outside of any container. It has to succeed."""
        enter = ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-i", "-u", "--"]
        done = subprocess.run(
            [*enter, *map(str, argv)],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            env={**os.environ, **variables},
        )
        assert done.returncode == 0, f"{argv}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def store(self, **order: float) -> Object:
        """What the object store has counted; `delay` (seconds for each object) may be changed."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(self.plane.folder / "store.sock"))
            connection.sendall(json.dumps(order).encode() + b"\n")
            told: Object = json.loads(connection.makefile().readline())
        return told

    def apply(self, objects: Iterable[Object]) -> None:
        """Put objects into the cluster."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        done = self.plane.kubectl("apply", "-f", "-", stdin=text)
        assert done.returncode == 0, done.stderr

    def load_images(self, images: Iterable[Image]) -> None:
        """Give images to the node."""
        archive = self.plane.folder / "image.tar"
        for image in images:
            write(image, archive)
            self.command("ctr", "-a", STATE / "containerd.sock", "-n", "k8s.io", "images", "import", archive)
            archive.unlink()

    def _start(self) -> None:
        folder = self.plane.folder
        _make_cgroups(self.cgroup)
        plan = folder / "plan.json"
        self.kernel = {name: Path(name).read_text() for name in KERNEL}
        wanted = {"folder": str(folder), "tmpfs": TMPFS, "kernel": KERNEL, "steps": self._steps(folder)}
        plan.write_text(json.dumps(wanted))
        self.plane.kept.start(
            "api-outside", _relay("forward", f"unix:{folder}/api.sock", f"tcp:{HOST}:{self.plane.port}")
        )
        unshare = ["unshare", "-m", "-n", "-p", "-i", "-u", "--fork", "--kill-child=TERM"]
        self.plane.kept.start("machine", [*unshare, sys.executable, "-I", str(HERE / "machine.py"), str(plan)])
        self._wait("machine", "its services run", (folder / "machine.ready").exists)
        self._tell_sweeper(folder)
        self.load_images(_images(self.programs, self.plane.programs["kubectl"]))
        self._wait("machine", "the node is ready", self._is_ready)

    def _tell_sweeper(self, folder: Path) -> None:
        self.pid = int((folder / "machine.pid").read_text())
        if self._sweeper.stdin:
            self._sweeper.stdin.write(f"{self.pid}\n".encode())
            self._sweeper.stdin.flush()

    def _steps(self, folder: Path) -> list[Object]:
        """What the machine starts; see machine.py."""
        api = f"unix:{folder}/api.sock"
        (folder / "containerd.toml").write_text(configs.containerd(Path("/var/lib/containerd"), STATE, RUN / "cni"))
        (folder / "network.conflist").write_text(configs.network())
        config = configs.kubelet(STATE / "containerd.sock", self.plane.ca, f"/{self.cgroup}", RUN / "plugins")
        (folder / "kubelet.json").write_text(config)
        return [
            *({"run": command.split()} for command in _NETWORK),
            {"run": ["mkdir", "-p", f"{RUN}/cni", f"{RUN}/store"]},
            {"run": ["cp", f"{folder}/network.conflist", f"{RUN}/cni/10-node.conflist"]},
            {"name": "api-node", "run": _relay("forward", f"tcp:{HOST}:{self.plane.port}", api)},
            {"name": "api-pods", "run": _relay("forward", f"tcp:{configs.API_IP}:443", api)},
            {"name": "egress", "run": _relay("connect", f"unix:{self.plane.egress}")},
            {"name": "redis", "run": _redis()},
            {"name": "rclone", "run": self._rclone()},
            {"name": "store", "run": _store(folder), "wait": f"{folder}/store.sock"},
            {
                "name": "containerd",
                "run": ["containerd", "--config", f"{folder}/containerd.toml"],
                "wait": f"{STATE}/containerd.sock",
            },
            {"name": "kubelet", "run": self._kubelet_command(folder)},
        ]

    def _rclone(self) -> list[str]:
        keys = f"{ACCESS_KEY},{SECRET_KEY}"
        address = f"{configs.NODE_IP}:{STORE_PORT}"
        program = str(self.programs / "rclone")
        return [program, "serve", "s3", "--config=", "--addr", address, "--auth-key", keys, f"{RUN}/store"]

    def _kubelet_command(self, folder: Path) -> list[str]:
        return [
            str(self._kubelet),
            f"--config={folder}/kubelet.json",
            f"--kubeconfig={self.plane.kubeconfig}",
            f"--hostname-override={configs.NODE_NAME}",
            f"--node-ip={configs.NODE_IP}",
        ]

    def _wait(self, name: str, until: str, done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            ended = self.plane.kept.ended(name)
            if ended is not None or time.monotonic() > end:
                problem = "ended" if ended is not None else f"took {PATIENCE} s"
                raise RuntimeError(f"{name} {problem} before {until}:\n{self.logs()}")
            time.sleep(0.1)

    def logs(self) -> str:
        """The ends of what the machine and its services said."""
        names = ("machine", "containerd", "kubelet", "rclone", "redis", "store")
        folder = self.plane.folder
        return "\n".join(f"--- {it}\n{self.plane.kept.log(it)}" for it in names if (folder / f"{it}.log").exists())

    def kubelet_said(self, of: str) -> str:
        """All lines of the kubelet's log that name something, e.g. the UID of a Pod."""
        lines = (self.plane.folder / "kubelet.log").read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if of in line)

    def _is_ready(self) -> bool:
        try:
            node = self.plane.admin.request("GET", f"/api/v1/nodes/{configs.NODE_NAME}")
        except Refused:
            return False
        ready = any(it["type"] == "Ready" and it["status"] == "True" for it in node["status"].get("conditions", ()))
        return ready and not node["spec"].get("taints")


_NETWORK = (
    "ip link set lo up",
    f"ip address add {configs.API_IP}/32 dev lo",
    f"ip link add {configs.BRIDGE} type bridge",
    f"ip address add {configs.NODE_IP}/16 dev {configs.BRIDGE}",
    # Else it takes the lowest address of its ports, a new one with a new Pod, and old Pods lose the node.
    f"ip link set {configs.BRIDGE} address 0a:58:0a:58:00:01 up",
    f"ip route add default dev {configs.BRIDGE}",
    "sysctl -q -w net.ipv4.ip_forward=1",
)


def _images(programs: Path, kubectl: Path) -> list[Image]:
    """A sandbox that does nothing, an application with usual commands, and those beside the JuiceFS client."""
    files, links = busybox()
    juicefs = {"/usr/local/bin/juicefs": programs / "juicefs", "/usr/local/bin/kubectl": kubectl}
    return [
        Image(configs.PAUSE, files, entrypoint=["/bin/busybox", "sleep", "inf"]),
        Image(APP_IMAGE, {**files, **bash()}, links),
        Image(JUICEFS_IMAGE, {**files, **bash(), **juicefs}, {**links, "/bin/mount.juicefs": "/usr/local/bin/juicefs"}),
    ]


def _python(program: str, *arguments: str, stdin: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", str(HERE / program), *arguments]
    return subprocess.Popen(command, stdin=stdin, start_new_session=True)  # Ctrl-C is for us


def _relay(*arguments: str) -> list[str]:
    return [sys.executable, "-I", str(HERE / "relay.py"), *arguments]


def _redis() -> list[str]:
    options = {"bind": configs.NODE_IP, "port": str(REDIS_PORT), "save": "", "appendonly": "no", "dir": "/run"}
    program = shutil.which("redis-server") or "redis-server"
    return [
        program,
        "--protected-mode",
        "no",
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ]


def _store(folder: Path) -> list[str]:
    target = f"{configs.NODE_IP}:{STORE_PORT}"
    return [sys.executable, "-I", str(HERE / "store.py"), str(SLOW_PORT), target, f"{folder}/store.sock"]


def _make_cgroups(name: str) -> None:
    """A cgroup of our own in every hierarchy; in one of CPU sets it begins with what its parent may use."""
    roots = Path("/sys/fs/cgroup")
    unified = (roots / "cgroup.controllers").exists()
    for root in [roots] if unified else [it for it in roots.iterdir() if it.is_dir() and not it.is_symlink()]:
        made = root / name
        made.mkdir(exist_ok=True)
        for setting in () if unified else ("cpuset.cpus", "cpuset.mems"):
            if (made / setting).exists():
                (made / setting).write_text((root / setting).read_text())
