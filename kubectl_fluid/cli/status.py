"""`kubectl fluid status`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import click

from kubectl_fluid.cli import completing
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.failure import say_error
from kubectl_fluid.cli.options import filename_option, namespace_option, stack, talk_options
from kubectl_fluid.cli.status_request import Request, request_of

EXAMPLES = """
# Every dataset of the namespace, with a verdict
kubectl fluid status

# All there is to know of one, with what is wrong and what to do
kubectl fluid status dataset/demo

# Wait in a script until a dataset can be used
kubectl fluid status demo --wait --timeout=10m

# What is not healthy, anywhere, as it changes
kubectl fluid status -A -w --sort-by=.health.verdict

# For a program
kubectl fluid status demo -o jsonpath='{.cache.cachedBytes}'
"""
GOALS = ("healthy", "bound", "loaded")

connection_options = stack(
    filename_option("--kubeconfig", "The kubeconfig to use"),
    click.option("--context", "context", metavar="NAME", help="The kubeconfig's context to use"),
    click.option("--as", "as_user", metavar="USER", help="User to impersonate"),
    click.option("--as-group", "as_groups", multiple=True, metavar="GROUP", help="Group to impersonate"),
)


class _Command(HelpfulCommand):
    """`--wait` alone means `--wait=healthy`; click would take the word behind it for its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [_wait(it) if n < end else it for n, it in enumerate(args)])


def _wait(argument: str) -> str:
    return f"--wait={GOALS[0]}" if argument == "--wait" else argument


@click.command(cls=_Command, examples=EXAMPLES, short_help="Show the health of datasets and of all that is behind them")
@click.argument("datasets", nargs=-1, metavar="[NAME|dataset/NAME]...", shell_complete=completing.datasets)
@namespace_option("Namespace; the context's if not given")
@click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces")
@click.option("-l", "--selector", metavar="LABELS", help="Only Datasets with these labels, e.g. team=vision,tier!=test")
@click.option(
    "-o",
    "--output",
    metavar="FORMAT",
    help="What to print: wide, json, yaml, name or jsonpath=TEMPLATE; a table if not given",
)
@click.option("--sort-by", metavar="JSONPATH", help="Order of the rows by a field of -o json, e.g. .cache.cachedBytes")
@click.option("--no-headers", is_flag=True, help="Leave the table's first line out")
@click.option("-w", "--watch", is_flag=True, help="Go on: redraw on a terminal, print changed rows elsewhere")
@click.option("--wait", type=click.Choice(GOALS), metavar="[=GOAL]", help="Wait until all are healthy, bound or loaded")
@click.option(
    "--timeout", metavar="TIME", default="5m", help="How long --wait waits at most; 0 for no limit  [default: 5m]"
)
@connection_options
@talk_options
@click.pass_context
def status(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Show the health of datasets, and of the runtimes, caches, data operations and Pods behind them.

    A verdict is Healthy, Progressing, Degraded, Failed or Unknown, with a reason of docs/health.md. A name as
    dataset/NAME shows all there is below it, and a diagnosis. Secrets are never read.

    Exit code 0: all are healthy. 1: something is not. 4: it cannot be told, because the cluster cannot be reached or
    does not let this user read it. 124: --wait has waited for too long.
    """
    from kubectl_fluid.cli.status_connect import connecting

    environment = environment_of(ctx)
    request = request_of(options, ctx)
    with connecting(options, environment) as connection, _checking_labels(request.labels, ctx):
        wanted = request.wanted(options["namespace"] or connection.namespace)
        if request.watch:
            from kubectl_fluid.cli.status_watch import watch

            return watch(connection.api, wanted, request, environment)
        if request.goal:
            from kubectl_fluid.cli.status_wait import wait

            return wait(connection.api, wanted, request, environment)
        from kubectl_fluid.status.gather import gather

        report = gather(connection.api, wanted, now := datetime.now(timezone.utc))
    return finish(report, request, environment, now, wanted.namespace)


@contextmanager
def _checking_labels(labels: str, ctx: click.Context) -> Iterator[None]:
    """Only the server knows the grammar of selectors."""
    from kubectl_fluid.cluster.listing import Misasked

    try:
        yield
    except Misasked as error:
        if not labels:
            raise
        raise click.UsageError(f"-l {printable(labels)}: {error.why}", ctx) from None


def finish(report: Any, request: Request, environment: Environment, now: datetime, namespace: str | None) -> ExitStatus:
    """Print a report, say what is missing, and give the exit code."""
    from kubectl_fluid.cli.status_show import exit_status, has_field, missing, show, tell

    absent = missing(report, request)
    if report.datasets or not absent:
        show(report, request, environment, now)
    if request.sort_by and report.datasets and not has_field(report, request.sort_by):
        environment.say(f"--sort-by {printable(request.sort_by)}: no Dataset has this field; see -o json")
    tell(report.unlisted, environment)
    for name in absent:
        hint = "`kubectl fluid status -A` shows those of all namespaces"
        say_error(environment, f"dataset {name}: there is none in namespace {namespace}", hint)
    if not (report.datasets or absent):
        where = f" in {printable(namespace)} namespace" if namespace is not None else ""
        environment.say(f"No resources found{where}.")
    return ExitStatus.FAILED if absent else exit_status(report.datasets)
