"""kubectl fluid: put Fluid's FUSE sidecar into Pods that have no CSI plugin below them."""

__version__ = "0.1.0"
