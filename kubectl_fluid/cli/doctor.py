"""`kubectl fluid doctor`."""

from __future__ import annotations

import json
from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import namespace_option, stack, talk_options
from kubectl_fluid.cli.status import connection_options
from kubectl_fluid.doctor.table import CATEGORIES

EXAMPLES = """
# Is anything in the way: on this machine, in the cluster, in my rights?
kubectl fluid doctor

# Only the webhook and the policies, and warnings fail too
kubectl fluid doctor webhook policies --strict

# May I use the verbs in another namespace?
kubectl fluid doctor permissions -n ml

# For a program
kubectl fluid doctor -o json
"""


def _number(_ctx: click.Context, _parameter: click.Parameter, value: float) -> float:
    """`nan` is in every range."""
    if value != value:  # noqa: PLR0124 - it is the number that is not equal to itself
        raise click.BadParameter("nan is no time")
    return value


_choices = stack(
    namespace_option("Namespace of the rights; the context's if not given"),
    click.option("-A", "--all-namespaces", is_flag=True, help="Rights in all namespaces"),
    click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", help="What to print"),
    click.option("--strict", is_flag=True, help="Exit with 1 for warnings too"),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0.1, max=600),
        callback=_number,
        default=10.0,
        metavar="SECONDS",
        help="How long to wait for each answer  [default: 10]",
    ),
)


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Check this machine, the cluster, and your rights")
@click.argument("categories", nargs=-1, metavar="[CATEGORY]...", type=click.Choice(list(CATEGORIES)))
@_choices
@connection_options
@talk_options
@click.pass_context
def doctor(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Check this machine, the cluster, what is installed in it, and your rights.

    Categories: local, cluster, kubernetes, fluid, crds, webhook, policies, permissions; all of them if none is named.
    What each check looks at, and what to do, stands in docs/doctor.md. Nothing is changed, and no Secret is read.

    Exit code 0: all is well, or there are warnings only (with --strict they count). 1: something is wrong. 4: the
    cluster cannot be reached, or does not let this user see whether something is.
    """
    from kubectl_fluid.doctor.run import Wanted, examine

    if options["namespace"] and options["all_namespaces"]:
        raise click.UsageError("-n and -A exclude each other", ctx)
    environment = environment_of(ctx)
    taken = {name: options[name] for name in ("kubeconfig", "context", "as_user", "as_groups", "namespace", "timeout")}
    report = examine(
        Wanted(
            categories=tuple(options["categories"]) or tuple(CATEGORIES),
            variables=environment.variables,
            all_namespaces=options["all_namespaces"],
            say=lambda text: environment.say(f"note: {text}"),
            **taken,
        )
    )
    if options["output"] == "json":
        from kubectl_fluid.doctor.document import document

        text = json.dumps(document(report), indent=2) + "\n"  # ASCII: nothing that could steer a terminal
    else:
        from kubectl_fluid.cli.doctor_text import render

        text = render(report, environment)
    environment.stdout.write(text.encode("utf-8", "backslashreplace"))
    return exit_status(report, strict=options["strict"])


def exit_status(report: Any, *, strict: bool) -> ExitStatus:
    """4 where nothing can be asked, else 1 where something is wrong, else 4 where something cannot be told."""
    from kubectl_fluid.doctor.model import Verdict

    if any(it.verdict is Verdict.FAILED and it.name in _WAY for it in report.checks):
        return ExitStatus.UNREACHABLE
    if report.count(Verdict.FAILED):
        return ExitStatus.FAILED
    if report.count(Verdict.UNKNOWN):
        return ExitStatus.UNREACHABLE
    return ExitStatus.FAILED if strict and report.count(Verdict.WARNING) else ExitStatus.OK


#: Without these no other question is answered.
_WAY = ("kubeconfig", "reachable", "credentials")
