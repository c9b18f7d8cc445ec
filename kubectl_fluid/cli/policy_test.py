"""`kubectl fluid policy test`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.documents import document_error
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import Input, collect
from kubectl_fluid.cli.options import cluster_options, input_options, stack, talk_options
from kubectl_fluid.cli.passes import collect_objects
from kubectl_fluid.cli.policy_test_given import Given, subjects
from kubectl_fluid.cli.policy_test_view import FORMATS, Tried
from kubectl_fluid.cli.settings import controllers, unique
from kubectl_fluid.cli.sources import ClusterOptions, Sources
from kubectl_fluid.manifests.parse import Document, parse
from kubectl_fluid.manifests.stream import split
from kubectl_fluid.policy.guards.objects import STAGES
from kubectl_fluid.policy.trial.trial import Bundle, Fate, Injector
from kubectl_fluid.workloads import WorkloadError

EXAMPLES = """
# The Pod that the policies make of a Job, and what the guards say of it
kubectl fluid policy test -f job.yaml --objects cluster.yaml --local

# Would the guards let it through beside the webhook, at the stage that warns?
kubectl fluid policy test -f job.yaml --objects cluster.yaml --bundle webhook --stage warn

# The patch of each template, the verdicts, and the Pod as it is admitted
kubectl fluid policy test -f job.yaml --objects cluster.yaml -o yaml
"""

bundle_options = stack(
    click.option(
        "--bundle",
        type=click.Choice([it.value for it in Injector]),
        default=Injector.POLICIES.value,
        show_default=True,
        help="Which folder of policies/ is installed; the guards are there in any case",
    ),
    click.option(
        "--stage",
        type=click.Choice(list(STAGES)),
        default="deny",
        show_default=True,
        help="What becomes of whatever breaks a guard",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Choice(list(FORMATS)),
        default="text",
        help="What to print: a verdict for each Pod (text, the default), or with patches and Pods as well",
    ),
)


@click.command(
    cls=HelpfulCommand, examples=EXAMPLES, short_help="Show what the bundle would do to Pods, without a cluster"
)
@input_options
@bundle_options
@cluster_options
@talk_options
@click.pass_context
def test_command(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Show what the bundle of policies/ would do to Pods as they are created, without a cluster.

    For each Pod (that of a Pod template, too): what the policies change in it, or why they leave it alone, and what
    each guard says of the Pod as it is then. The policies' own expressions are evaluated. Objects of Fluid's are held
    against the guards over them. InjectionTemplates among the files are taken as they are, others are compiled;
    labels of Namespaces among the files count. Exit code 1 where something would be refused.
    """
    environment = environment_of(ctx)
    if not (options["files"] or options["filenames"] or options["kustomize"] is not None):
        raise click.UsageError("no input: give files with -f, or -k", ctx)
    names = [*options["files"], *options["filenames"]]
    inputs = collect(names, recursive=options["recursive"], kustomize=options["kustomize"], environment=environment)
    tried = list(_tried(options, inputs, environment))
    if not tried:
        raise CommandError("input", "there is no Pod, no Pod template and no object of Fluid's in it")
    text = FORMATS[options["output"]](tried, options["bundle"], options["stage"])
    environment.stdout.write(text.encode("utf-8", "backslashreplace"))
    return ExitStatus.FAILED if any(it.trial.fate is Fate.REFUSED for it in tried) else ExitStatus.OK


def _tried(options: dict[str, Any], inputs: list[Input], environment: Environment) -> Iterator[Tried]:
    dumps = collect(options["objects"], recursive=False, kustomize=None, environment=environment)
    # Dumps are read like inputs, before them: what they hold is needed for more than claims.
    cluster = ClusterOptions.of(options)._replace(objects=())
    with closing(Sources(cluster, environment)) as sources:
        given = Given(sources.namespace)
        collect_objects(dumps, given, lenient=False)
        collect_objects(inputs, given, lenient=True)
        given.check()
        claims = sources.claims([*dumps, *inputs], rendering=partial(controllers, environment))
        bundle = Bundle(
            claims,
            partial(given.template, claims),
            given.labels,
            Injector(options["bundle"]),
            options["stage"],
            unique(),
        )
        for source in inputs:
            with source.open() as stream:
                for raw in split(stream, source.source):
                    yield from _of_document(parse(raw), bundle, sources.namespace)


def _of_document(document: Document, bundle: Bundle, namespace: str) -> Iterator[Tried]:
    try:
        for subject in subjects(document.value, namespace):
            trial = bundle.trial(subject.value, subject.namespace)
            if trial is not None:
                line, _ = document.at(subject.pointer)
                yield Tried(subject.name, f"{document.raw.source}:{line}", trial)
    except WorkloadError as error:
        raise document_error(document, error) from error
