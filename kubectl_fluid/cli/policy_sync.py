"""`kubectl fluid policy sync`."""

from __future__ import annotations

from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.errors import printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import namespace_option, stack, talk_options
from kubectl_fluid.cli.status import connection_options

EXAMPLES = """
# What would be done to the templates of this namespace
kubectl fluid policy sync --dry-run=server

# Bring the templates of all namespaces into step, once
kubectl fluid policy sync -A

# Keep them in step until it is ended: what the Deployment of policies/sync does
kubectl fluid policy sync -A --watch
"""

what_options = stack(
    namespace_option("Namespace; the context's if not given"),
    click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces"),
    click.option(
        "--dry-run",
        type=click.Choice(["none", "client", "server"]),
        default="none",
        show_default=True,
        help="Write nothing: only say what would be done (client), or have the API server try it (server)",
    ),
    click.option("-o", "--output", type=click.Choice(["yaml", "json", "name"]), help="What to print instead of lines"),
    click.option("-q", "--quiet", is_flag=True, help="Do not say which Pods will be refused"),
)
watch_options = stack(
    click.option("-w", "--watch", is_flag=True, help="Go on until SIGTERM: follow the cluster"),
    click.option(
        "--resync",
        type=click.FloatRange(1, 86400),
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="With --watch: read everything anew after so long, whatever was heard of",
    ),
    click.option(
        "--health-port",
        type=click.IntRange(0, 65535),
        help="With --watch: serve /healthz and /readyz by plain HTTP on this port, 0 for any",
    ),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="With --watch: json has everything in the log on stderr, and nothing on stdout",
    ),
)


@click.command(
    cls=HelpfulCommand, examples=EXAMPLES, short_help="Write the templates of a cluster's Datasets, and keep them so"
)
@what_options
@watch_options
@connection_options
@talk_options
@click.pass_context
def sync(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Write the InjectionTemplate of each Dataset to the cluster: those of `policy compile`, by server-side apply.

    This verb writes to the cluster: it creates, changes and deletes InjectionTemplates, and nothing else. Each is tried
    in a dry run before. A template of a Dataset that is gone is deleted; one that somebody changed is put back; one
    that somebody else made is left alone. No Secret is read.

    Exit code 0: all is as it should be. 1: a template could not be made or written. 4: the cluster cannot be reached,
    or does not let this user read or write what is needed.
    """
    from kubectl_fluid.cli.policy_sync_show import Show, status_of
    from kubectl_fluid.cli.status_connect import connecting

    environment = environment_of(ctx)
    _check(ctx, options)
    show = Show.of(options, environment)
    with connecting(options, environment) as connection:
        namespace = None if options["all_namespaces"] else options["namespace"] or connection.namespace
        if options["watch"]:
            from kubectl_fluid.cli.policy_sync_watch import watch

            return watch(connection.api, namespace, options, show, environment)
        from kubectl_fluid.policy.sync.once import once

        done = once(connection.api, namespace, show.dry_run)
    if not done and not options["quiet"]:
        where = f"namespace {namespace}" if namespace else "the cluster"
        environment.say(printable(f"note: there is no Dataset in {where}, and no template: nothing to do"))
    show.results(done)
    show.reasons(done)
    return status_of(done)


def _check(ctx: click.Context, options: dict[str, Any]) -> None:
    if options["all_namespaces"] and options["namespace"]:
        raise click.UsageError("--all-namespaces and --namespace exclude each other", ctx)
    if options["watch"] and options["dry_run"] != "none":
        raise click.UsageError("--watch writes, so it does not go with --dry-run", ctx)
    if options["log_format"] == "json" and options["output"]:
        raise click.UsageError("--log-format json prints nothing on stdout, so it does not go with --output", ctx)
    for name in ("resync", "health_port", "log_format"):
        given = ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
        if given and not options["watch"]:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with --watch", ctx)
