"""`kubectl fluid validate`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from typing import Any

import click

from kubectl_fluid.cli.command import HelpfulCommand, environment_of
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, printable
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.inputs import collect
from kubectl_fluid.cli.options import (
    filename_option,
    input_options,
    kubernetes_version_option,
    namespace_option,
    stack,
    talk_options,
)
from kubectl_fluid.cli.validate_check import Wanted
from kubectl_fluid.cli.validate_cluster import Cluster
from kubectl_fluid.cli.validate_config import Config, known, read
from kubectl_fluid.cli.validate_found import Outcome
from kubectl_fluid.cli.validating import Validator
from kubectl_fluid.cli.workers import cores
from kubectl_fluid.validation.finding import Severity

EXAMPLES = """
# Everything that an API server or Fluid's controllers would refuse, before it is applied
kubectl fluid validate -f manifests/ -R

# What kustomize makes, with warnings counting as errors
kubectl fluid validate -k overlays/production --strict

# In a pipeline of GitHub, and without one rule
kubectl fluid validate -R -f manifests/ -o github --disable FL0308

# Together with what the cluster has
kubectl fluid validate -f job.yaml --cluster
"""

#: Output → module that renders it.
FORMATS = {
    "text": "kubectl_fluid.cli.validate_text",
    "json": "kubectl_fluid.cli.validate_json",
    "junit": "kubectl_fluid.cli.validate_junit",
    "sarif": "kubectl_fluid.cli.validate_sarif",
    "github": "kubectl_fluid.cli.validate_github",
}
#: Outputs that speak of valid objects too.
_OF_ALL = ("json", "junit")

_validate_options = stack(
    click.option("-o", "--output", type=click.Choice(list(FORMATS)), default="text", help="How to tell what is wrong"),
    click.option("--strict", is_flag=True, help="Exit with 1 for warnings too"),
    click.option("--summary", is_flag=True, help="Say at the end how many objects were checked"),
    click.option("-v", "--verbose", is_flag=True, help="Tell notes too, and what was skipped"),
    click.option(
        "--disable", multiple=True, metavar="CODE", help="Turn a rule off (FL0308, FL05*); may be given more than once"
    ),
    click.option(
        "--no-rules", is_flag=True, help="Only what the API server refuses, nothing about Fluid's controllers"
    ),
    filename_option("--config", "File with settings; .kubectl-fluid.yaml in this folder if not given"),
    filename_option(
        "--schema-location",
        "schema_locations",
        "File or folder with CRDs or JSON Schemas of more kinds; may be given more than once",
        multiple=True,
    ),
    click.option("--ignore-missing-schemas", is_flag=True, help="Pass over kinds that have no schema"),
    kubernetes_version_option,
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=0),
        default=1,
        metavar="NUMBER",
        help="Check in so many processes; 0 for one on each processor",
    ),
)

_cluster_options = stack(
    click.option("--cluster", is_flag=True, help="Look up in the cluster what is not in the files"),
    filename_option("--kubeconfig", "The kubeconfig to use"),
    click.option("--context", "context", metavar="NAME", help="The kubeconfig's context to use"),
    namespace_option("Namespace of documents that do not name one"),
    click.option("--as", "as_user", metavar="USER", help="User to impersonate"),
    click.option("--as-group", "as_groups", multiple=True, metavar="GROUP", help="Group to impersonate"),
)


@click.command(cls=HelpfulCommand, examples=EXAMPLES, short_help="Find what the API server or Fluid would refuse")
@input_options
@_validate_options
@_cluster_options
@talk_options
@click.pass_context
def validate(ctx: click.Context, /, **options: Any) -> ExitStatus:
    """Find what the API server or Fluid's controllers would refuse, at file:line:column.

    Works offline: schemas of Fluid and of Kubernetes come with the program. All documents are seen together, so that
    a runtime finds its Dataset, a Secret its keys and a Job its claim. Each rule stands in docs/rules.md; it can be
    turned off with --disable, in .kubectl-fluid.yaml, with a comment `# kubectl-fluid: disable=FL0123` on or above the
    line, or with an annotation on the object.
    """
    environment = environment_of(ctx)
    names = [*options["filenames"], *options["files"]]
    if not names and options["kustomize"] is None:
        raise click.UsageError("nothing to read, use -f, -k or name a file", ctx)
    config = read(options["config"])
    wanted = _wanted(options, config, environment)
    inputs = collect(
        names, recursive=options["recursive"], kustomize=options["kustomize"], environment=environment, faults=True
    )
    from kubectl_fluid.cli.progress import Progress

    progress = Progress(environment, "objects checked")
    with closing(Cluster.of(options, environment)) as cluster, closing(cluster.run(wanted)) as run:
        schemas = _schemas(options, config, cluster, environment)
        try:
            outcome = Validator(schemas, run, wanted, progress, jobs=options["jobs"] or cores()).read(inputs)
        finally:
            progress.clear()
        outcome.strict = options["strict"] or config.strict
        _tell(outcome, environment, options)
        return cluster.tell(run.rules.untold.values(), environment) or _status(outcome)


def _wanted(options: dict[str, Any], config: Config, environment: Environment) -> Wanted:
    disabled = [code for text in options["disable"] for code in known(text)]
    return Wanted(
        silenced=(*config.disable, *disabled),
        verbose=options["verbose"],
        ignore_unknown_kinds=options["ignore_missing_schemas"] or config.ignore_missing_schemas,
        rules=not options["no_rules"],
        documents=options["output"] in _OF_ALL,
        sources=options["output"] == "text" and environment.stdout_is_terminal,
    )


def _schemas(options: dict[str, Any], config: Config, cluster: Cluster, environment: Environment) -> Any:
    """The version of Kubernetes is that of the option, else of the settings, else of the cluster, else the newest."""
    from kubectl_fluid.validation.schema import load

    minor = options["kubernetes_minor"] or config.kubernetes_minor or cluster.minor(environment)
    try:
        return load(minor, (*config.schema_locations, *options["schema_locations"]))
    except ValueError as error:
        raise CommandError("schemas", str(error), getattr(error, "hint", ""), ExitStatus.USAGE) from error


def _tell(outcome: Outcome, environment: Environment, options: dict[str, Any]) -> None:
    render: Callable[[Outcome, Environment], Iterator[str]] = import_module(FORMATS[options["output"]]).render
    for text in render(outcome, environment):
        environment.stdout.write(text.encode("utf-8", "backslashreplace"))
    if options["verbose"]:
        for place, reason in outcome.skipped:
            environment.say(environment.style(printable(f"{place}: skipped: {reason}"), "dim"))
    if options["summary"] or (options["output"] == "text" and not outcome.objects):
        environment.say(_summary(outcome))


def _summary(outcome: Outcome) -> str:
    counts = outcome.counts
    parts = [
        f"{_number(outcome.objects, 'object')} in {_number(outcome.inputs, 'input')}",
        f"{outcome.invalid} invalid",
        _number(counts[Severity.ERROR], "error"),
        _number(counts[Severity.WARNING], "warning"),
    ]
    if counts[Severity.INFO]:
        parts.append(_number(counts[Severity.INFO], "note"))
    if outcome.skipped:
        parts.append(f"{_number(len(outcome.skipped), 'document')} skipped (no manifest)")
    return ", ".join(parts)


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _status(outcome: Outcome) -> ExitStatus:
    counts = outcome.counts
    failed = counts[Severity.ERROR] or (outcome.strict and counts[Severity.WARNING])
    return ExitStatus.FAILED if failed else ExitStatus.OK
