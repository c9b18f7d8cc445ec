"""`policy compile --check server`: each template tried in the cluster, by a dry run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.status_connect import connecting
from kubectl_fluid.cluster.errors import ClusterError
from kubectl_fluid.cluster.parallel import together
from kubectl_fluid.cluster.writing import Refused, apply
from kubectl_fluid.policy.sync.desired import MANAGER
from kubectl_fluid.policy.sync.world import TEMPLATES

Object = dict[str, Any]

_HINT = "is the definition of policies/serverless in the cluster, and as new as this program?"


def check_by_server(made: Iterable[Object], options: Mapping[str, Any], environment: Environment) -> None:
    """Raises CommandError for the first template that the API server does not take, ClusterError where none tells."""
    with connecting(options, environment) as connection:
        tried = partial(apply, connection.api, TEMPLATES, manager=MANAGER, dry_run=True)
        wishes = {"{namespace}/{name}".format(**value["metadata"]): partial(tried, value=value) for value in made}
        for name, found in together(wishes).items():
            if isinstance(found, Refused):
                raise CommandError(printable(f"template {name}"), printable(str(found)), _HINT)
            if isinstance(found, ClusterError):
                raise found
