"""What can go wrong between this program and a cluster."""

from __future__ import annotations

#: The hint where credentials are refused.
LOG_IN = "log in anew"


class ClusterError(Exception):
    """The cluster did not say what was asked of it; `str()` is one sentence without credentials in it.

    `what` says who or what failed (a server, a kubeconfig), `why` how, `hint` what to do.
    """

    def __init__(self, what: str, why: str, hint: str = "") -> None:
        super().__init__(f"{what}: {why}")
        self.why = why
        self.hint = hint


class Unreachable(ClusterError):
    """No other question would be answered either: no connection, or credentials that are refused."""


class NoCluster(ClusterError):
    """There is nobody to ask: no kubeconfig that chooses a cluster, and this process runs in none."""
