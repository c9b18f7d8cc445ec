"""Configuration of containerd, its network and the kubelet, as text."""

from __future__ import annotations

import json
from pathlib import Path

#: Addresses of the private network: the node itself, its Pods' network, and the API server as Pods know it.
NODE_IP = "10.88.0.1"
PODS = "10.88.0.0/16"
BRIDGE = "kfnode0"
API_IP = "10.0.0.1"
NODE_NAME = "node"
PAUSE = "node.test/pause:1"
CNI_PLUGINS = "/usr/lib/cni"


def containerd(root: Path, state: Path, cni: Path) -> str:
    """containerd 1.6's. Without restrict_oom_score_adj runc fails where CAP_SYS_RESOURCE is missing."""
    return f"""\
version = 2
root = "{root}"
state = "{state}"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "{state}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  disable_apparmor = true
  disable_tcp_service = true
  disable_hugetlb_controller = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_PLUGINS}"
    conf_dir = "{cni}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
"""


def network() -> str:
    """A bridge with addresses from a file; nothing leaves the private network, so nothing is masked."""
    ipam = {
        "type": "host-local",
        "ranges": [[{"subnet": PODS, "gateway": NODE_IP}]],
        "routes": [{"dst": "0.0.0.0/0"}],
        "dataDir": "/run/cni",
    }
    bridge = {"type": "bridge", "bridge": BRIDGE, "isGateway": False, "ipam": ipam}
    return json.dumps({"cniVersion": "0.4.0", "name": "node", "plugins": [bridge]})


def kubelet(socket: Path, ca: Path, cgroup: str, plugins: Path) -> str:
    """The kubelet's (JSON, which is YAML)."""
    return json.dumps(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": NODE_IP,
            # Nobody else is in this network.
            "authentication": {
                "anonymous": {"enabled": True},
                "webhook": {"enabled": False},
                "x509": {"clientCAFile": str(ca)},
            },
            "authorization": {"mode": "AlwaysAllow"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": cgroup,
            "containerRuntimeEndpoint": f"unix://{socket}",
            "enforceNodeAllocatable": ["pods"],
            "eventRecordQPS": 0,
            "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
            "failCgroupV1": False,
            "failSwapOn": False,
            "healthzPort": 0,
            "imageGCHighThresholdPercent": 100,
            "kubeAPIBurst": 100,
            "kubeAPIQPS": 50,
            "localStorageCapacityIsolation": False,
            "makeIPTablesUtilChains": False,
            "oomScoreAdj": 0,
            "readOnlyPort": 0,
            "resolvConf": "",
            "volumePluginDir": str(plugins),
            "volumeStatsAggPeriod": "3s",
        }
    )
