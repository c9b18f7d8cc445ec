"""A control plane that has a node: it schedules Pods, and reaches kubelets and Services in another network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cluster.binaries import obtain
from tests.cluster.control_plane import ControlPlane
from tests.cluster.process import Kept


class NodePlane(ControlPlane):
    """A control plane whose API server goes through `egress`, a Unix domain socket, to kubelets and Services."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._scheduler = obtain("kube-scheduler", say)
        super().__init__(say)
        try:
            self.start_controllers()
            self.kept.start("kube-scheduler", self._scheduler_command())
        except BaseException:
            self.end()
            raise

    @property
    def kept(self) -> Kept:
        """Its processes: what is started there ends with the control plane."""
        return self._kept

    @property
    def egress(self) -> Path:
        """Where a proxy has to listen by the time somebody asks for a Pod's log."""
        return self.folder / "egress.sock"

    def _api_server(self) -> list[str]:
        config = self.folder / "egress.json"
        config.write_text(json.dumps(_egress(self.egress)))
        usual = [it for it in super()._api_server() if not it.startswith("--disable-admission-plugins")]
        return [
            *usual,
            f"--egress-selector-config-file={config}",
            "--kubelet-preferred-address-types=InternalIP",
            # Services are reached at their Pods: nothing here forwards the addresses of Services.
            "--enable-aggregator-routing",
        ]

    def _scheduler_command(self) -> list[str]:
        return [str(self._scheduler), f"--kubeconfig={self.kubeconfig}", "--leader-elect=false", "--secure-port=0"]


def _egress(socket: Path) -> dict[str, object]:
    connection = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": str(socket)}}}
    return {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [{"name": "cluster", "connection": connection}],
    }
