"""The root command, and the one funnel through which every error reaches a person."""

from __future__ import annotations

import gc
from typing import Any

import click

from kubectl_fluid import __version__
from kubectl_fluid.cli import failure
from kubectl_fluid.cli.command import Verb, VerbGroup, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import talk_options

#: Every verb of this program, in the order in which `--help` shows them.
VERBS = {
    "inject": Verb("kubectl_fluid.cli.inject", "Manifests", "Put Fluid's FUSE sidecar into Pods and Pod templates"),
    "uninject": Verb("kubectl_fluid.cli.uninject", "Manifests", "Take the FUSE sidecar out again"),
    "validate": Verb("kubectl_fluid.cli.validate", "Manifests", "Find what the API server or Fluid would refuse"),
    "schema": Verb("kubectl_fluid.cli.schema", "Manifests", "Explain a kind or a field of it, offline"),
    "render": Verb("kubectl_fluid.cli.render", "Manifests", "Show what Fluid's controllers make of a Dataset"),
    "create": Verb(
        "kubectl_fluid.cli.create", "Manifests", "Create a Dataset, a DataLoad or a Job, or print its manifest"
    ),
    "size": Verb("kubectl_fluid.cli.size", "Manifests", "Show the ECI instance of a Pod without and with sidecar"),
    "status": Verb("kubectl_fluid.cli.status", "Cluster", "Show the health of datasets and of all that is behind them"),
    "explain": Verb("kubectl_fluid.cli.explain", "Cluster", "Say why a Pod is injected or not, and whether it works"),
    "doctor": Verb("kubectl_fluid.cli.doctor", "Cluster", "Check this machine, the cluster, and your rights"),
    "review": Verb("kubectl_fluid.cli.review", "Control", "Answer an AdmissionReview as the webhook would"),
    "webhook": Verb("kubectl_fluid.cli.webhook", "Control", "Inject Pods at admission: the server, and what it needs"),
    "policy": Verb("kubectl_fluid.cli.policy", "Control", "Inject and guard Pods by the API server's own policies"),
    "completion": Verb("kubectl_fluid.cli.completion", "Other", "Print a script that completes this command line"),
    "version": Verb("kubectl_fluid.cli.version", "Other", "Show versions: of this program, its schemas, a server"),
    "__complete": Verb("kubectl_fluid.cli.completion", "", "What may follow on a command line", attribute="complete"),
}


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        environment_of(ctx).stdout.write(f"kubectl-fluid {__version__}\n".encode())
        ctx.exit()


@click.command(cls=VerbGroup, verbs=VERBS)
@talk_options
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version"
)
def root() -> None:
    """Run Pods with Fluid datasets where no CSI node plugin is: put the FUSE client into the Pod itself.

    Called through kubectl, as `kubectl fluid COMMAND`.
    """


def main(environment: Environment | None = None) -> int:
    """Run one command line and return the exit code; never raises, whatever goes wrong."""
    if environment is None:
        # A document makes some thousand objects and no cycles: looking for these less often is worth a few per cent
        # of a stream.
        gc.set_threshold(20_000)
        status = main(Environment.of_process())
        gc.freeze()  # all that is left goes with the process: spares 5 ms of looking for garbage in it
        return status
    try:
        status = _run(environment)
        environment.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - the funnel: what it does not know is reported as a bug
        return int(failure.report(error, environment))
    return int(status)


def _run(environment: Environment) -> ExitStatus:
    try:
        with root.make_context(environment.program, list(environment.arguments), obj=environment) as ctx:
            answer: Any = root.invoke(ctx)
    except click.exceptions.Exit as done:
        return ExitStatus(done.exit_code)
    return answer if isinstance(answer, ExitStatus) else ExitStatus.OK
