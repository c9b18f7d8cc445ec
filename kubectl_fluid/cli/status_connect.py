"""The connection of verbs that look at a cluster and at nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cluster.connect import Connection, connect
from kubectl_fluid.cluster.errors import LOG_IN, ClusterError, NoCluster, Unreachable
from kubectl_fluid.cluster.listing import Absent

UNREACHED = "does `kubectl version` reach it?"
_HINTS: dict[type[ClusterError], str] = {
    NoCluster: "name one with --kubeconfig or --context",
    Unreachable: UNREACHED,
    Absent: "are Fluid's CRDs installed? `kubectl api-resources --api-group=data.fluid.io`",
}


@contextmanager
def connecting(options: Mapping[str, Any], environment: Environment) -> Iterator[Connection]:
    """The cluster of the options; its connections are closed in the end."""
    with only_a_cluster_will_do():
        connection = connect(
            options["kubeconfig"],
            options["context"],
            options["as_user"],
            options["as_groups"],
            variables=environment.variables,
        )
        try:
            yield connection
        finally:
            connection.api.pool.clear()


@contextmanager
def only_a_cluster_will_do() -> Iterator[None]:
    """The hints of errors meanwhile speak of options that verbs have which cannot do without a cluster."""
    try:
        yield
    except (NoCluster, Unreachable, Absent) as error:
        if error.hint != LOG_IN:
            error.hint = next(hint for kind, hint in _HINTS.items() if isinstance(error, kind))
        raise
