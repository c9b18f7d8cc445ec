"""Where the programs of a control plane are: an environment variable, PATH, a cache folder, or built from source."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

KUBERNETES = "v1.37.2"
ETCD = "v3.6.16"

#: Programs that can be built, with the Go package of each.
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kubelet": "k8s.io/kubernetes/cmd/kubelet",
}
#: What every run needs; the others are built when somebody asks for them.
NEEDED = ("etcd", "kube-apiserver", "kubectl")


class Missing(Exception):
    """A program is not here and cannot be built; the text says why."""


def cache_folder() -> Path:
    """Where built programs are kept, a folder for each pair of versions."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kubectl-fluid" / f"kubernetes-{KUBERNETES}-etcd-{ETCD}"


def find(name: str) -> Path | None:
    """The program, None when it has to be built.

    KUBEBUILDER_ASSETS (a folder; the convention of controller-runtime's envtest) comes before PATH, and our own
    cache last, so that a contributor's choice of version wins.
    """
    folders = [os.environ.get("KUBEBUILDER_ASSETS", ""), os.environ.get("PATH", ""), str(cache_folder())]
    found = shutil.which(name, path=os.pathsep.join(filter(None, folders)))
    return Path(found) if found else None


def obtain(name: str, say: Callable[[str], None]) -> Path:
    """The program, built now if it has to be (minutes!); `say` is told about that. Raises Missing."""
    from tests.cluster.build import build

    return find(name) or build(name, cache_folder(), say)
