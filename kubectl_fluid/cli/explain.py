"""`kubectl fluid explain`."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TYPE_CHECKING, Any

import click

from kubectl_fluid.cli import completing
from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.options import cluster_options, files_options, settings_options, stack, talk_options

if TYPE_CHECKING:
    from kubectl_fluid.explanation.model import Explanation

EXAMPLES = """
# Why does this Pod not see its data?
kubectl fluid explain pod/train-7xk2p

# Why does this Job have no Pods?
kubectl fluid explain job/train -n ml

# What would become of a manifest, without any cluster
kubectl fluid explain -f examples/job.yaml --objects examples/cluster.yaml --local

# For a script: exit code 0, 1 or 4, and the code of what is wrong
kubectl fluid explain pod/train-7xk2p -o json
"""

_input_options = stack(
    click.argument("names", nargs=-1, metavar="[KIND/NAME]...", shell_complete=completing.workloads),
    files_options,
    click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", help="What to print"),
)


@click.command(
    cls=HelpfulCommand, examples=EXAMPLES, short_help="Say why a Pod is injected or not, and whether it works"
)
@_input_options
@settings_options
@cluster_options
@talk_options
@click.pass_context
def explain(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Say why a Pod is injected or not, and whether it works.

    For Pods and for what makes Pods, in the cluster or in files: what asks for the sidecars, what each claim is,
    which webhooks and policies of the cluster act on the Pod, how its sidecars are, and the first thing that is wrong
    with a cure. Nothing is changed, and no Secret is read. Exit codes: 0 it works or will, 1 something is wrong, 4 it
    cannot be told.
    """
    # Late, 0.1 s: completion has 0.3 in all.
    from kubectl_fluid.cli.explain_subjects import Subjects, targets_of
    from kubectl_fluid.cli.inputs import collect
    from kubectl_fluid.cli.settings import settings_of
    from kubectl_fluid.cli.sources import ClusterOptions, Sources

    environment = environment_of(ctx)
    if not (options["names"] or options["filenames"]):
        raise click.UsageError("no input: name an object (pod/x, job/x, …), or give files with -f", ctx)
    targets = targets_of(options["names"])
    if targets and options["local"]:
        raise click.UsageError("--local asks no cluster: give a manifest with -f", ctx)
    settings = settings_of({**options, "force": False}, environment)
    inputs = collect(options["filenames"], recursive=options["recursive"], kustomize=None, environment=environment)
    with _hints(named=bool(targets)), closing(Sources(ClusterOptions.of(options), environment)) as sources:
        found = Subjects(sources, settings, inputs, targets).explain()
    if not found:
        raise CommandError("input", "there is no Pod and no Pod template in it")
    environment.stdout.write(_text(found, options["output"], environment).encode("utf-8", "backslashreplace"))
    return _worst(found)


def _text(found: list[Explanation], output: str, environment: Environment) -> str:
    if output == "json":
        from kubectl_fluid.explanation.document import document

        return json.dumps(document(found), indent=2, ensure_ascii=False) + "\n"
    from kubectl_fluid.cli.explain_text import render

    return render(found, environment)


def _hints(*, named: bool) -> AbstractContextManager[None]:
    """Files can do without a cluster, as hints say; names cannot."""
    if not named:
        return nullcontext()
    from kubectl_fluid.cli.status_connect import only_a_cluster_will_do

    return only_a_cluster_will_do()


def _worst(found: list[Explanation]) -> ExitStatus:
    from kubectl_fluid.explanation.model import Verdict

    exits = {Verdict.WRONG: ExitStatus.FAILED, Verdict.UNKNOWN: ExitStatus.UNREACHABLE}
    verdicts = {it.finding.verdict for it in found}
    return next((status for verdict, status in exits.items() if verdict in verdicts), ExitStatus.OK)
