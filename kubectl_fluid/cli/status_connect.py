"""The connection of verbs that look at a cluster and at nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cluster.connect import Connection, connect
from kubectl_fluid.cluster.errors import NoCluster, Unreachable
from kubectl_fluid.cluster.listing import Absent

_HINTS = {
    NoCluster: "name one with --kubeconfig or --context",
    Unreachable: "does `kubectl version` reach it?",
    Absent: "are Fluid's CRDs installed? `kubectl api-resources --api-group=data.fluid.io`",
}


@contextmanager
def connecting(options: Mapping[str, Any], environment: Environment) -> Iterator[Connection]:
    """The cluster of the options; its connections are closed in the end.

    The hints of errors speak of options that such verbs have: they cannot do without a cluster.
    """
    try:
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
    except (NoCluster, Unreachable, Absent) as error:
        if error.hint != "log in anew":
            error.hint = _HINTS[type(error)]
        raise
