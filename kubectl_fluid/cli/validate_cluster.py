"""What `validate --cluster` asks the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_fluid.catalog.objects import WANTED
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.validate_check import Wanted
from kubectl_fluid.validation.rules import Run

if TYPE_CHECKING:
    from kubectl_fluid.catalog.live import LiveObjects

Object = dict[str, Any]

#: Options that say which cluster, and do nothing without one.
_FOR_CLUSTER = {"kubeconfig": "--kubeconfig", "context": "--context", "as_user": "--as", "as_groups": "--as-group"}


class Cluster:
    """Where objects are looked up that are not in the files: nowhere, unless `--cluster` was given."""

    def __init__(self, namespace: str, live: LiveObjects | None) -> None:
        self.namespace = namespace
        self._live = live

    @classmethod
    def of(cls, options: Mapping[str, Any], environment: Environment) -> Cluster:
        """By the options of the verb. Raises ClusterError when the cluster cannot even be named."""
        if not options["cluster"]:
            _tell_in_vain(options, environment)
            return cls(options["namespace"] or "default", None)
        from kubectl_fluid.catalog.live import connect  # 0.3 s, for `kubernetes`
        from kubectl_fluid.cluster.errors import NoCluster

        try:
            live = connect(
                options["kubeconfig"],
                options["context"],
                options["as_user"],
                options["as_groups"],
                variables=environment.variables,
            )
        except NoCluster as error:
            error.hint = "name one with --kubeconfig or --context, or leave --cluster out"
            raise
        return cls(options["namespace"] or live.namespace, live)

    def run(self, wanted: Wanted) -> Run:
        """The rules, with the cluster behind the files."""
        lookup = None if self._live is None else self._live.get
        return Run(
            namespace=self.namespace,
            lookup=lookup,
            readable=WANTED if lookup is not None else (),
            disabled=wanted.silences,
        )

    def minor(self, environment: Environment) -> int | None:
        """The minor of Kubernetes whose schemas fit the cluster best; None without one. Raises ClusterError."""
        version = self._live.version() if self._live is not None else ""
        if not version:
            return None
        from kubectl_fluid.validation.schema.load import UnknownMinor, minor_of, nearest_minor

        try:
            return minor_of(version)
        except UnknownMinor as problem:
            try:
                nearest = nearest_minor(version)
            except UnknownMinor:
                return None
            environment.say(f"note: the cluster is of {printable(version)}: {problem}; those of 1.{nearest} are taken")
            return nearest

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._live is not None:
            self._live.close()


def _tell_in_vain(options: Mapping[str, Any], environment: Environment) -> None:
    """A note on options about a cluster that nobody asks."""
    for name, option in _FOR_CLUSTER.items():
        if options[name]:
            environment.say(f"note: {option} says which cluster, and none is asked without --cluster")
