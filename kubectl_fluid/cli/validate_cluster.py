"""What `validate --cluster` asks the cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from kubectl_fluid.catalog.objects import WANTED
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.failure import say_error
from kubectl_fluid.cli.validate_check import Wanted
from kubectl_fluid.cluster.errors import LOG_IN, ClusterError, NoCluster, Unreachable
from kubectl_fluid.validation.rules import Run

if TYPE_CHECKING:
    from kubectl_fluid.catalog.live import LiveObjects

Object = dict[str, Any]

#: So many of the cluster's errors are told.
_SHOWN = 5
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

        with _own_hints():
            live = connect(
                options["kubeconfig"],
                options["context"],
                options["as_user"],
                options["as_groups"],
                variables=environment.variables,
            )
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
        with _own_hints():
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

    def tell(self, untold: Collection[ClusterError], environment: Environment) -> ExitStatus | None:
        """Say what the cluster did not tell, and why it may have had nothing to say; the exit code for it, if any."""
        if self._live is not None and self._live.advice:
            environment.say(f"note: {printable(self._live.advice)}")
        for error in islice(untold, _SHOWN):
            say_error(environment, str(error), _hint(error))
        if len(untold) > _SHOWN:
            environment.say(f"and {len(untold) - _SHOWN} more that the cluster did not tell")
        return ExitStatus.UNREACHABLE if untold else None

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._live is not None:
            self._live.close()


@contextmanager
def _own_hints() -> Iterator[None]:
    """The hints of errors meanwhile speak of options that this verb has."""
    try:
        yield
    except ClusterError as error:
        error.hint = _hint(error)
        raise


def _hint(error: ClusterError) -> str:
    from kubectl_fluid.catalog.answers import OR_OBJECTS

    if isinstance(error, NoCluster):
        return "name one with --kubeconfig or --context, or leave --cluster out"
    if isinstance(error, Unreachable) and error.hint != LOG_IN:
        return "does `kubectl version` reach it? Without --cluster the files are looked at alone"
    return error.hint.removesuffix(OR_OBJECTS)


def _tell_in_vain(options: Mapping[str, Any], environment: Environment) -> None:
    """A note on options about a cluster that nobody asks."""
    for name, option in _FOR_CLUSTER.items():
        if options[name]:
            environment.say(f"note: {option} says which cluster, and none is asked without --cluster")
