"""`kubectl fluid explain`."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.explain_subjects import Subjects, targets_of
from kubectl_fluid.cli.explain_text import render
from kubectl_fluid.cli.inputs import collect
from kubectl_fluid.cli.options import cluster_options, files_options, settings_options, stack, talk_options
from kubectl_fluid.cli.settings import settings_of
from kubectl_fluid.cli.sources import ClusterOptions, Sources
from kubectl_fluid.explanation.document import document
from kubectl_fluid.explanation.model import Explanation, Verdict

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
_EXITS = {Verdict.WRONG: ExitStatus.FAILED, Verdict.UNKNOWN: ExitStatus.UNREACHABLE}

_input_options = stack(
    click.argument("names", nargs=-1, metavar="[KIND/NAME]..."),
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
    environment = environment_of(ctx)
    if not (options["names"] or options["filenames"]):
        raise click.UsageError("no input: name an object (pod/x, job/x, …), or give files with -f", ctx)
    targets = targets_of(options["names"])
    if targets and options["local"]:
        raise click.UsageError("--local asks no cluster: give a manifest with -f", ctx)
    settings = settings_of({**options, "force": False}, environment)
    inputs = collect(options["filenames"], recursive=options["recursive"], kustomize=None, environment=environment)
    with closing(Sources(ClusterOptions.of(options), environment)) as sources:
        found = Subjects(sources, settings, inputs, targets).explain()
    if not found:
        raise CommandError("input", "there is no Pod and no Pod template in it")
    if options["output"] == "json":
        text = json.dumps(document(found), indent=2, ensure_ascii=False) + "\n"
    else:
        text = render(found, environment)
    environment.stdout.write(text.encode("utf-8", "backslashreplace"))
    return _worst(found)


def _worst(found: list[Explanation]) -> ExitStatus:
    verdicts = {it.finding.verdict for it in found}
    return next((status for verdict, status in _EXITS.items() if verdict in verdicts), ExitStatus.OK)
