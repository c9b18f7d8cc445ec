"""A real control plane, without nodes: etcd and kube-apiserver, with RBAC, certificates and Fluid's CRDs."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kubectl_fluid.webhook.certmake import private_pem
from tests.cluster.api import Api, Object, Refused
from tests.cluster.binaries import obtain
from tests.cluster.certificates import Authority, Pair, new_key, public_pem
from tests.cluster.crds import definitions
from tests.cluster.process import Kept

HOST = "127.0.0.1"
SERVICES = "10.0.0.0/24"
ETCD_SOCKET = "unix://clients:0"
SERVER_NAMES = (HOST, "10.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
ADMIN, ADMINS = "admin", ("system:masters",)
#: Seconds; a busy machine needs several times the usual 3.
PATIENCE = 90


class ControlPlane:
    """Starts when it is made, and is ready then. `end` leaves nothing behind.

    `kubeconfig` is the administrator's (namespace `default`), `ca` the PEM file of the CA that signs servers and
    clients, `url` where the API server listens, `admin` a connection as administrator, `folder` a place for files
    that goes with it.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        programs = {name: obtain(name, say) for name in ("etcd", "kube-apiserver", "kubectl")}
        self.programs = programs
        # Bound, never listening: the port stays ours also while the API server is down, and no one else gets it.
        self._port = socket.socket()
        self._port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._port.bind((HOST, 0))
        self.port = int(self._port.getsockname()[1])
        self.url = f"https://{HOST}:{self.port}"
        self._authority = Authority()
        self._kept = Kept()
        self.folder = self._kept.folder
        try:
            self.ca = self._write("ca.crt", self._authority.certificate)
            self.kubeconfig = self.kubeconfig_for(ADMIN, ADMINS)
            self.admin = self.api_for(ADMIN, ADMINS)
            self._write_server_files()
            self._kept.start("etcd", self._etcd())
            self.start_api_server()
            self._create_definitions()
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Kill all of it."""
        if hasattr(self, "admin"):
            self.admin.close()
        self._kept.end()
        self._port.close()

    def start_api_server(self) -> None:
        """Start the API server, at the same address as before; a running one is killed. Returns when it is ready."""
        self.admin.close()
        self._kept.start("kube-apiserver", self._api_server())
        # It listens seconds before it answers.
        with closing(self.api_for(ADMIN, ADMINS, timeout=2)) as probe:
            self._wait("kube-apiserver", "it is ready", lambda: _is_ready(probe))

    @contextmanager
    def outage(self) -> Iterator[None]:
        """The API server is gone meanwhile, and ready again afterwards with all that it knew."""
        self._kept.kill("kube-apiserver")
        self.admin.close()
        try:
            yield
        finally:
            self.start_api_server()

    def start_controllers(self) -> None:
        """Start the controller manager too: Deployments and Jobs make Pods then, which no node runs."""
        program = obtain("kube-controller-manager", self._say)
        self._kept.start("kube-controller-manager", self._controller_manager(program))

    def kubeconfig_for(self, user: str, groups: tuple[str, ...] = (), *, namespace: str = "default") -> Path:
        """A kubeconfig for a user of that name and groups, who may do what RBAC allows him: at first nothing."""
        pair = self._authority.client(user, groups)
        text = _kubeconfig(self.url, self._authority.certificate, pair, namespace)
        return self._write(f"{_file_name(user)}-{namespace}.kubeconfig", text.encode())

    def api_for(self, user: str, groups: tuple[str, ...] = (), *, timeout: float = 30) -> Api:
        """A connection of a user of that name and groups; to be closed. `timeout` (seconds) is for each silence."""
        pair = self._authority.client(user, groups)
        certificate = self._write(f"{_file_name(user)}.crt", pair.certificate)
        key = self._write(f"{_file_name(user)}.key", pair.key)
        return Api(HOST, self.port, self.ca, certificate, key, timeout)

    def kubectl(
        self, *arguments: str, stdin: str = "", kubeconfig: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl, which finds plugins of this Python's environment. Its caches go with the control plane."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        return subprocess.run(
            [str(self.programs["kubectl"]), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": path, "HOME": str(self.folder), "KUBECONFIG": str(kubeconfig or self.kubeconfig)},
        )

    def create_namespace(self, name: str) -> None:
        """Create a namespace."""
        self.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def _write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        return path

    def _write_server_files(self) -> None:
        server = self._authority.server(*SERVER_NAMES)
        self._write("server.crt", server.certificate)
        self._write("server.key", server.key)
        accounts = new_key()
        self._write("accounts.key", private_pem(accounts))
        self._write("accounts.pub", public_pem(accounts))  # a PKCS#8 private key is refused where this is asked for

    def _etcd(self) -> list[str]:
        """Its command line. It listens on files of the folder (relative to it), so that no port can be taken by others.

        What is advertised has to look like `host:port`; it is the file's name nevertheless.
        """
        clients, peers = ETCD_SOCKET, "unix://peers:0"
        return [
            str(self.programs["etcd"]),
            f"--data-dir={self.folder}/etcd",
            "--unsafe-no-fsync",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--log-level=warn",
        ]

    def _api_server(self) -> list[str]:
        return [
            str(self.programs["kube-apiserver"]),
            f"--etcd-servers={ETCD_SOCKET}",
            f"--bind-address={HOST}",
            f"--secure-port={self.port}",
            "--permit-port-sharing",
            f"--tls-cert-file={self.folder}/server.crt",
            f"--tls-private-key-file={self.folder}/server.key",
            f"--client-ca-file={self.ca}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.folder}/accounts.pub",
            f"--service-account-signing-key-file={self.folder}/accounts.key",
            f"--service-cluster-ip-range={SERVICES}",
            "--authorization-mode=RBAC",
            "--allow-privileged",
            "--endpoint-reconciler-type=none",
            # Without a controller manager nobody makes the ServiceAccount `default` of a namespace.
            "--disable-admission-plugins=ServiceAccount",
        ]

    def _controller_manager(self, program: Path) -> list[str]:
        return [
            str(program),
            f"--kubeconfig={self.kubeconfig}",
            f"--service-account-private-key-file={self.folder}/accounts.key",
            f"--root-ca-file={self.ca}",
            "--leader-elect=false",
            "--secure-port=0",
        ]

    def _create_definitions(self) -> None:
        wanted = definitions()
        for definition in wanted:
            self.admin.create(definition)
        path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

        def established() -> bool:
            return sum(map(_is_established, self.admin.request("GET", path)["items"])) == len(wanted)

        self._wait("kube-apiserver", "it serves Fluid's kinds", established)

    def _wait(self, name: str, until: str, done: Callable[[], bool]) -> None:
        """Wait until something is done. Raises RuntimeError with the process's log when it ends or takes too long."""
        end = time.monotonic() + PATIENCE
        while not done():
            for process in ("etcd", name):
                if self._kept.ended(process) is not None:
                    raise RuntimeError(f"{process} ended before {until}:\n{self._kept.log(process)}")
            if time.monotonic() > end:
                raise RuntimeError(f"{name}: not for {PATIENCE} s that {until}:\n{self._kept.log(name)}")
            time.sleep(0.05)


def _is_ready(api: Api) -> bool:
    try:
        return api.ask("GET", "/readyz") == b"ok"
    except (OSError, http.client.HTTPException, Refused):
        return False


def _is_established(definition: Object) -> bool:
    conditions = definition["status"].get("conditions") or ()
    return any(it["type"] == "Established" and it["status"] == "True" for it in conditions)


def _file_name(user: str) -> str:
    return user.replace("/", "_").replace(":", "_")


def _kubeconfig(url: str, ca: bytes, pair: Pair, namespace: str) -> str:
    """A kubeconfig that holds everything (JSON, which is YAML)."""

    def encoded(data: bytes) -> str:
        return base64.b64encode(data).decode()

    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": url, "certificate-authority-data": encoded(ca)}}],
        "users": [
            {
                "name": "test",
                "user": {
                    "client-certificate-data": encoded(pair.certificate),
                    "client-key-data": encoded(pair.key),
                },
            }
        ],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test", "namespace": namespace}}],
        "current-context": "test",
    }
    return json.dumps(config, indent=2) + "\n"
